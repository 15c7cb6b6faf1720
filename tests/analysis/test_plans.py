"""Plans in the pivot classification: nothing dropped, ambiguity kept; the draft by name; properties."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.plans import COLUMNS, apply_mapping, draft_mapping
from spatial.inputs.mapping import read_mapping, read_pivot

PIVOT = read_pivot()
MAPPINGS = {name: read_mapping(name, PIVOT) for name in ("boverket", "hilucs", "sosi")}


def plan(codes, **more):
    shapes = [shapely.box(n * 1000, 0, (n + 1) * 1000, 1000) for n in range(len(codes))]
    ids = [str(n) for n in range(len(codes))]
    return gpd.GeoDataFrame({"municipality": "2480", "code": codes, **more}, geometry=shapes, crs=3006, index=ids)


def test_frame_contract():
    frame, unknown = apply_mapping(plan(["Landsbygd", "Z9", None], time=["Ny", "?", None]), MAPPINGS["boverket"])
    assert list(frame.columns) == [*COLUMNS, "fingerprint"]
    assert frame.index.tolist() == ["2480:0", "2480:1", "2480:2"]
    assert frame["pivot"].tolist() == ["landsbygd", "okand", "okand"]
    assert frame["time"].tolist() == ["framtida", "okand", "okand"]
    assert frame["fingerprint"].is_unique
    assert dict(zip(unknown["code"], unknown["count"], strict=True)) == {"Z9": 1, "(kod saknas)": 1}
    assert unknown["area_km2"].sum() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("mapping", "code", "pivot", "options"),
    [
        ("sosi", "1110", "sammanhangande_bostad", None),
        ("sosi", "5100", "tvetydig", "areell_naring;landsbygd;natur_friluftsliv"),
        (
            "hilucs",
            "http://inspire.ec.europa.eu/codelist/HILUCSValue/4_1_1_RoadTransport",
            "transportinfrastruktur",
            None,
        ),
        ("hilucs", "3_4_4_OpenAirRecreationalAreas", "tvetydig", "gronomrade_park;natur_friluftsliv"),
        ("boverket", "  natur OCH friluftsliv ", "natur_friluftsliv", None),
    ],
)
def test_codes_of_known_classifications(mapping, code, pivot, options):
    row = apply_mapping(plan([code]), MAPPINGS[mapping])[0].iloc[0]
    assert (row["pivot"], row["pivot_options"]) == (pivot, options)


def test_sosi_status_is_time():
    frame, _ = apply_mapping(plan(["1110"] * 3, time=["1", "2", "3"]), MAPPINGS["sosi"])
    assert frame["time"].tolist() == ["nuvarande", "framtida", "utveckling"]


def test_ten_uses_and_no_literals():
    assert len(PIVOT.of_aspect("anvandning")) == 10
    for value in PIVOT.entries:
        assert value.source
        assert value.title.en
        assert value.title.no
    for mapping in MAPPINGS.values():
        assert mapping.version
        assert {o for rule in mapping.codes.values() for o in rule.options} <= {value.id for value in PIVOT.entries}


def test_same_fingerprint_whatever_the_order_and_new_for_a_changed_vertex():
    raw = plan(["Landsbygd", "Vatten"])
    one, _ = apply_mapping(raw, MAPPINGS["boverket"])
    other, _ = apply_mapping(raw.iloc[::-1], MAPPINGS["boverket"])
    assert one["fingerprint"].to_dict() == other["fingerprint"].to_dict()
    raw.loc["1", "geometry"] = shapely.box(1000, 0, 2000, 1001)
    changed, _ = apply_mapping(raw, MAPPINGS["boverket"])
    assert (changed["fingerprint"] != one["fingerprint"]).tolist() == [False, True]


def test_repeated_ids_and_other_crs_are_refused():
    with pytest.raises(ValueError, match="2480:0"):
        apply_mapping(plan(["Vatten", "Vatten"]).rename(index={"1": "0"}), MAPPINGS["boverket"])
    with pytest.raises(ValueError, match="3006"):
        apply_mapping(plan(["Vatten"]).to_crs(3011), MAPPINGS["boverket"])


@given(st.lists(st.sampled_from(["Vatten", "Landsbygd", "Z1", "Z2", None]), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_nothing_is_dropped_and_inputs_stay(codes):
    raw = plan(codes)
    before = raw.copy()
    frame, unknown = apply_mapping(raw, MAPPINGS["boverket"])
    pd.testing.assert_frame_equal(raw, before)
    assert len(frame) == len(raw)
    assert unknown["count"].sum() == (frame["pivot"] == "okand").sum()
    np.testing.assert_allclose(unknown["area_km2"].sum(), frame[frame["pivot"] == "okand"].area.sum() / 1e6)


@given(st.floats(0.05, 0.95))
@settings(max_examples=10, deadline=None)
def test_splitting_an_unknown_feature_keeps_the_area(share):
    whole, halves = plan(["Z1"]), plan(["Z1", "Z1"])
    halves = halves.set_geometry(
        [shapely.box(0, 0, 1000 * share, 1000), shapely.box(1000 * share, 0, 1000, 1000)], crs=3006
    )
    areas = [apply_mapping(raw, MAPPINGS["boverket"])[1]["area_km2"].sum() for raw in (whole, halves)]
    assert areas[0] == pytest.approx(areas[1])


def test_draft_finds_words_and_admits_what_it_cannot():
    codes = ["Nytt verksamhetsområde", "Jordbruksmark", "Bostäder", "Vindbruk", "XQ17"]
    table = draft_mapping(plan(codes), PIVOT).set_index("code")
    assert table["pivot"].to_dict() == {
        "Nytt verksamhetsområde": "verksamheter_industri",
        "Jordbruksmark": "areell_naring",
        "Bostäder": "sammanhangande_bostad",
        "Vindbruk": "teknisk_anlaggning",
        "XQ17": "okand",
    }
    assert table.loc["XQ17", "score"] < 0.6
    spelled = draft_mapping(plan(["1", "2"], name_of_code=["Grönområde", "Hamn"]), PIVOT)
    assert spelled["name"].tolist() == ["Grönområde", "Hamn"]
    told = draft_mapping(plan(["Hamn", "3"], name_of_code=["Stor hamn", "Mark som " * 50]), PIVOT)["name"]
    assert [len(name) < 81 for name in told] == [True, True]
    assert "" in told.tolist()
    assert spelled["pivot"].tolist() == ["gronomrade_park", "transportinfrastruktur"]
