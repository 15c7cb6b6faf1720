"""A clean plan, and one broken plan for each rule of the readiness check: each is broken in one way only."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import shapely

W, S = 700_000, 7_090_000
MUNICIPALITY = shapely.box(W, S, W + 20_000, S + 20_000)
_USES = ["Landsbygd", "Skogsbruk", "Vatten", "Natur och friluftsliv"]


def clean() -> gpd.GeoDataFrame:
    """Return a plan that every rule is content with."""
    rows = [
        (
            f"a{x}{y}",
            _USES[(x + y) % 4],
            "anvandning",
            "Hänsyn tas",
            shapely.box(W + x * 5000, S + y * 5000, W + x * 5000 + 5000, S + y * 5000 + 5000),
        )
        for x in range(4)
        for y in range(4)
    ]
    rows += [
        ("ri1", "Riksintresse energi", "varde", None, shapely.box(W + 1000, S + 1000, W + 2000, S + 2000)),
        ("lis1", "LIS-område", "varde", None, shapely.box(W + 9000, S + 400, W + 9900, S + 900)),
        ("v1", "Transportinfrastruktur", "anvandning", None, shapely.LineString([(W, S), (W + 20_000, S + 20_000)])),
        ("n1", "Utbyggnadsriktning", "inriktning", None, shapely.LineString([(W + 500, S + 500), (W + 2500, S + 500)])),
    ]
    frame = pd.DataFrame(rows, columns=["file_id", "code", "aspect", "consideration", "geometry"])
    frame = frame.assign(municipality="2480", time="Framtida", name=frame["file_id"])
    return gpd.GeoDataFrame(frame, crs=3006).set_index(frame["file_id"].to_numpy())


def _set(key: str, **values: object) -> Callable[[], gpd.GeoDataFrame]:
    def made() -> gpd.GeoDataFrame:
        plan = clean()
        for name, value in values.items():
            plan.loc[[key], name] = gpd.GeoSeries([value], index=[key], crs=3006) if name == "geometry" else value
        return plan

    return made


def _add(code: str, shape: shapely.Geometry, **more: object) -> Callable[[], gpd.GeoDataFrame]:
    def made() -> gpd.GeoDataFrame:
        row = {"file_id": "ny", "code": code, "aspect": "anvandning", "consideration": "Hänsyn", "municipality": "2480"}
        new = gpd.GeoDataFrame(
            [{**row, "time": "Framtida", "name": "ny", **more}], geometry=[shape], crs=3006, index=["ny"]
        )
        return gpd.GeoDataFrame(pd.concat([clean(), new]), crs=3006)

    return made


def _swapped() -> gpd.GeoDataFrame:
    plan = clean()
    return plan.set_geometry(shapely.transform(plan.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=3006)


_SPIKED = shapely.Polygon(
    [
        (W, S),
        (W + 5000, S),
        (W + 5000, S + 2000),
        (W + 4000, S + 2000),
        (W + 5000, S + 2000),
        (W + 5000, S + 5000),
        (W, S + 5000),
    ]
)
_NARROWER = shapely.box(W + 10_000, S + 10_000, W + 14_900, S + 15_000)
PLANS: dict[str, Callable[[], gpd.GeoDataFrame]] = {
    "crs-saknas": lambda: clean().set_crs(None, allow_override=True),
    "crs-fel": lambda: clean().set_crs(3035, allow_override=True),
    "crs-axlar": _swapped,
    "crs-annat": lambda: clean().to_crs(3016),
    "id-saknas": _set("a11", file_id=None),
    "id-upprepat": _set("a11", file_id="a12"),
    "geometri-saknas": _add("LIS-område", None),
    "geometri-ogiltig": _set("a00", geometry=_SPIKED),
    "geometri-slag": _add("Landsbygd", shapely.Point(W + 100, S + 100)),
    "kategori-saknas": _set("a33", code=None),
    "kategori-okand": _set("a33", code="Z9"),
    "kategori-tvetydig": _set("a33", code="Annan användning"),
    "inriktning-nulage": _set("n1", time="Nuvarande"),
    "tackning-lucka": _set("a22", geometry=_NARROWER),
    "tackning-overlapp": _add("Landsbygd", shapely.box(W + 6000, S + 6000, W + 6200, S + 6200)),
    "tackning-utanfor": _set("a00", geometry=shapely.box(W - 300, S, W + 5000, S + 5000)),
    "hansyn-saknas": _set("a00", consideration=None),
    "lis-strand": _set("lis1", geometry=shapely.box(W + 5100, S + 18_000, W + 5300, S + 18_200)),
}
"""A broken plan a rule; ``grans-annan`` needs another outline and stands in the test."""
