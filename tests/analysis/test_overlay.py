from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from spatial.analysis.overlay import UNKNOWN, area_errors, lines_in_zones, overlay_areas, people_in_zones

CRS = "EPSG:3006"


def stars(seed, count, size, width=10_000):
    """Return spiky valid polygons, some with a hole."""
    draw = np.random.default_rng(seed)
    out = []
    for x, y in draw.uniform(0, width, (count, 2)):
        angle = np.linspace(0, 2 * np.pi, 17)[:-1]
        radius = draw.uniform(0.4, 1.0, 16) * size
        shell = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
        hole = [(x + 0.1 * size * c, y + 0.1 * size * s) for c, s in ((1, 0), (0, 1), (-1, 0))]
        out.append(shapely.Polygon(shell, [hole]))
    return out


def parcels_frame(seed=1, count=80):
    kinds = np.array(["skog", "vatten", "jordbruk", None], dtype=object)
    kind = kinds[np.random.default_rng(seed).integers(0, 4, count)]
    return gpd.GeoDataFrame({"k": kind}, geometry=stars(seed, count, 600), crs=CRS)


def zones_frame(seed=2):
    return gpd.GeoDataFrame(index=[f"z{i}" for i in range(6)], geometry=stars(seed, 6, 4000), crs=CRS)


@pytest.mark.parametrize("seed", range(4))
def test_equals_brute_force_overlay(seed):
    parcels, zones = parcels_frame(seed), zones_frame(seed + 10)
    left = parcels.assign(k=parcels["k"].fillna(UNKNOWN))
    right = zones.rename_axis("zone").reset_index()
    cut = gpd.overlay(left, right, how="intersection", keep_geom_type=True)
    expected = cut.assign(km2=cut.area / 1e6).pivot_table(index="zone", columns="k", values="km2", aggfunc="sum")
    result = overlay_areas(parcels, zones, "k")
    assert list(result.index) == list(zones.index)
    expected = expected.reindex(index=result.index, columns=result.columns).fillna(0)
    np.testing.assert_allclose(result.to_numpy(), expected.to_numpy(), atol=1e-9)


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_order_decides_nothing_and_inputs_stay(seed):
    parcels, zones = parcels_frame(seed, 30), zones_frame(seed)
    before, zones_before = parcels.copy(deep=True), zones.copy(deep=True)
    result = overlay_areas(parcels, zones, "k")
    shuffled = overlay_areas(parcels.sample(frac=1, random_state=seed), zones.iloc[::-1], "k")
    assert_frame_equal(result, shuffled.loc[result.index], rtol=1e-12)
    assert_frame_equal(parcels, before)
    assert_frame_equal(zones, zones_before)


def test_parts_of_a_whole_sum_to_it():
    whole = gpd.GeoDataFrame({"k": ["allt"]}, geometry=[shapely.box(-9000, -9000, 19_000, 19_000)], crs=CRS)
    zones = zones_frame()
    areas = overlay_areas(whole, zones, "k")["allt"]
    np.testing.assert_allclose(areas, zones.area / 1e6, rtol=1e-12)


def test_by_hand_with_border_and_nothing():
    zones = gpd.GeoDataFrame(
        index=["a", "b"], geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], crs=CRS
    )
    parcels = gpd.GeoDataFrame(
        {"k": ["x", "y", None]},
        geometry=[shapely.box(500, 0, 1500, 1000), shapely.box(0, 0, 100, 100), shapely.box(5000, 0, 6000, 1)],
        crs=CRS,
    )
    table = overlay_areas(parcels, zones, "k")
    assert table.to_dict("index") == {
        "a": {UNKNOWN: 0.0, "x": 0.5, "y": 0.01},
        "b": {UNKNOWN: 0.0, "x": 0.5, "y": 0.0},
    }
    assert overlay_areas(parcels.iloc[:0], zones, "k").shape == (2, 0)


def test_two_threads_share_frames_without_harm():
    parcels, zones = parcels_frame(), zones_frame()
    expected = overlay_areas(parcels, zones, "k")
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(lambda _: overlay_areas(parcels, zones, "k"), range(20)):
            assert_frame_equal(result, expected)


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_people_equal_a_point_by_point_count(seed):
    draw = np.random.default_rng(seed)
    people = pd.array(draw.integers(0, 9, 40), dtype="Int64")
    people[0] = pd.NA
    cells = gpd.GeoDataFrame(
        {"population_inv": people}, geometry=gpd.points_from_xy(*draw.uniform(0, 10_000, (2, 40))), crs=CRS
    )
    zones = zones_frame(seed)
    result = people_in_zones(cells, zones)["population_inv"]
    for code, area in zones.geometry.items():
        count = sum(n for n, p in zip(people[1:], cells.geometry[1:], strict=True) if area.intersects(p))
        assert result[code] == count


def test_a_cell_without_a_point_is_refused():
    cells = gpd.GeoDataFrame({"population_inv": [1, 2]}, geometry=[shapely.Point(), shapely.Point(1, 1)], crs=CRS)
    with pytest.raises(ValueError, match="no point"):
        people_in_zones(cells, zones_frame(1))


def test_lines_by_hand():
    zones = gpd.GeoDataFrame(
        index=["a", "b"], geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], crs=CRS
    )
    lines = gpd.GeoDataFrame(
        {"number": ["E4", "E4", None]},
        geometry=[
            shapely.LineString([(500, 500), (1500, 500)]),
            shapely.LineString([(100, 100), (100, 400)]),
            shapely.LineString([(1000, 0), (1000, 200)]),
        ],
        crs=CRS,
    )
    table = lines_in_zones(lines, zones, "number").round(12)
    # The third runs along the border, and lies in both.
    assert table.to_dict("index") == {"a": {"E4": 0.8, UNKNOWN: 0.2}, "b": {"E4": 0.5, UNKNOWN: 0.2}}


def test_area_errors_by_hand():
    zones = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(0, 0, 1000, 900)] * 2, crs=CRS)
    table = area_errors(zones, pd.Series({"a": 1.0}))
    assert table.loc["a"].round(12).to_dict() == {"area_km2": 0.9, "official_km2": 1.0, "area_error_share": -0.1}
    assert np.isnan(table.loc["b", "area_error_share"])


def test_refuses_crs_and_repeated_zones():
    parcels, zones = parcels_frame(count=3), zones_frame()
    with pytest.raises(ValueError, match="CRS"):
        overlay_areas(parcels.to_crs("EPSG:3016"), zones, "k")
    with pytest.raises(ValueError, match="repeat"):
        overlay_areas(parcels, pd.concat([zones, zones]), "k")
