"""One code however a file writes it: addresses, decimals, numbers and names alone, blanks, case, marks, encodings."""

import unicodedata
import zipfile

import geopandas as gpd
import pytest
import shapely

from spatial.analysis.plans import apply_mapping, draft_mapping
from spatial.inputs.mapping import read_mapping, read_pivot
from spatial.inputs.plan_columns import recognised
from spatial.inputs.plan_files import MAPPINGS, read_plan
from spatial.plan_codes import Codes

HOUSING = "5_1_PermanentResidentialUse"
ADDRESS = "inspire.ec.europa.eu/codelist/HILUCSValue"
KNOWN = [read_mapping(name) for name in MAPPINGS]


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        *[("hilucs", written, HOUSING) for written in (
            f"http://{ADDRESS}/{HOUSING}", f"https://{ADDRESS}/{HOUSING}", f"https://{ADDRESS}/{HOUSING}/",
            f" HTTP://{ADDRESS.upper()}/{HOUSING.upper()} ", f"https://example.se/lista#{HOUSING}", HOUSING.lower(),
            "5_1", "5.1", "5.1 Permanent residential use", "Permanent Residential Use", "permanentResidentialUse",
            f"{HOUSING}\u00a0", f"\ufeff{HOUSING}",
        )],
        *[("hilucs", written, "5_ResidentialUse") for written in ("5", "5.0", "5_ResidentialUse", "Residential use")],
        *[("sosi", written, "1110") for written in (1110, 1110.0, "1110", "1110.0", "1110,0", " 1110\u00a0",
                                                    "https://register.geonorge.no/kp/arealformal/1110")],
        *[("boverket", written, "Areell näring") for written in (
            unicodedata.normalize("NFD", "Areell näring"), "AREELL  NÄRING", "areell\u00a0näring ",
            "Areell nä\u00adring",
        )],
    ],
)  # fmt: skip
def test_a_code_is_the_same_however_it_is_written(name, written, code):
    mapping = read_mapping(name)
    plan = gpd.GeoDataFrame({"municipality": "2480", "code": [written]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3006)
    found, unknown = apply_mapping(plan, mapping)
    assert found["pivot"].tolist() == [mapping.codes[code].pivot]
    assert unknown.empty


def test_numbers_that_may_be_anybodys_are_no_known_classification():
    """A municipality's own 1 to 6, or 1.1 to 3.2, is never taken for HILUCS; its numbers alone are when it is named."""
    own = ["1", "2", "3", "1.1", "2.3", "5.1"]
    assert recognised(own, KNOWN) is None
    assert draft_mapping(frame(own), read_pivot(), [KNOWN[0]])["pivot"].eq("okand").all()
    assert all(Codes(read_mapping("hilucs")).rule(code) for code in ("1", "2.1.9", "5.1"))
    mine = read_mapping("boverket").model_copy(update={"codes": {"1_Vatten": read_mapping("sosi").codes["6001"]}})
    assert Codes(mine).rule("1") is None, "only a mapping that says so is known by its numbers"


def frame(codes):
    return gpd.GeoDataFrame(
        {"code": codes}, geometry=[shapely.box(n, 0, n + 1, 1) for n in range(len(codes))], crs=3006
    )


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        ([f"https://{ADDRESS}/{code}" for code in ("1_2_Forestry", "6_3_2_WaterAreasNotInOtherEconomicUse")], "hilucs"),
        (["1_1", "5_1", "4_1_1"], "hilucs"),
        (["Agriculture", "Permanent residential use", "Road transport"], "hilucs"),
        (["1110.0", "5100.0", "6710.0"], "sosi"),
    ],
)
def test_known_classifications_are_known_however_they_are_written(codes, named):
    assert recognised(codes, KNOWN).id == named


def test_one_unknown_code_is_one_row_of_the_list():
    plan = frame(["Zon Å", unicodedata.normalize("NFD", "Zon Å"), "zon å"]).assign(municipality="2480")
    _, unknown = apply_mapping(plan, KNOWN[0])
    assert unknown["count"].tolist() == [3]


@pytest.mark.parametrize("encoding", ["CP1252", "CP850", "UTF-8"])
def test_letters_of_a_table_without_an_encoding_are_kept(tmp_path, encoding):
    rows = {"MARKANV": ["Areell näring", "Grönområde och park"] * 20}
    shapes = [shapely.box(700_000 + n, 7_100_000, 700_001 + n, 7_100_001) for n in range(40)]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=3006).to_file(tmp_path / "op.shp", encoding=encoding, engine="pyogrio")
    (tmp_path / "op.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "op.zip", "w") as packed:
        for part in tmp_path.glob("op.*"):
            if part.suffix != ".zip":
                packed.write(part, part.name)
    plan = read_plan(tmp_path / "op.zip", read_pivot())
    assert set(plan.coded()["code"]) == set(rows["MARKANV"])
    assert recognised(plan.coded()["code"], KNOWN).id == "boverket"
