"""Faults of known size along real borders: exactly those larger than the tolerance are found, and no others.

``tests/planted/frontier.py`` plants them and knows nothing of the detector. Each plan follows one of two drawings of
the real borders: the packaged outlines, or those of another source, up to some kilometres away.
"""

import runpy
import zlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.analysis.borders import Faced, faced
from spatial.inputs.strategies import read_compatibility

PLANTED = Path(__file__).parents[1] / "planted"
F = runpy.run_path(str(PLANTED / "frontier.py"))
D = runpy.run_path(str(PLANTED / "displaced.py"))
TABLE = read_compatibility()
SIZES = (120.0, 300.0, 750.0, 1600.0, 3200.0)
TOLERANCES = (200, 500, 1000)
PAIRS = [("2401", "2403"), ("2404", "2481"), ("2409", "2482"), ("2417", "2482"), ("2421", "2422"), ("2421", "2462"),
         ("2462", "2463"), ("2463", "2481")]  # fmt: skip
KINDS = {"conflict": "konflikt", "silent": "tyst plan", "link": "länk som stannar", "green": "brutet grönt samband"}
LIKE, STEPS, BLUR = 0.1, 0.2, 0.1
"""How exactly a length is told: a tenth, and a sample (a fifth of the tolerance) at either end; where two drawings
differ, a tenth of what they differ by besides."""


@pytest.fixture(scope="module")
def rough(outlines):
    return outlines.geometry[outlines.index.str.startswith("24")]


@pytest.fixture(scope="module")
def fine(shared, rough):
    file = gpd.read_file(shared / "vasterbotten" / "okfse_swedish_municipalities.geojson").to_crs(3006)
    shapes = file.set_index(file["id"].astype(str).str.zfill(4)).geometry
    return shapes.loc[rough.index].make_valid()


@pytest.fixture(scope="module")
def moved(rough):
    """Return the packaged outlines moved by a smooth field, up to a kilometre and a half either way."""
    return D["displaced"](rough, 1_500)


def expected(planted, tolerance, one, other):
    """Return what is to be found: kind, features, who is silent, the size and how far off its length may be told."""
    rows = []
    for fault in planted:
        if fault.size_m <= tolerance:
            continue
        sides = {fault.one: fault.feature_one, fault.other: fault.feature_other}
        off = LIKE * fault.size_m + STEPS * tolerance + (0.0 if fault.kind == "silent" else BLUR * fault.apart_m)
        row = {"kind": KINDS[fault.kind], "silent": "", "size": fault.size_m, "off": off}
        if fault.kind in F["LINKS"]:
            rows += [row | {"a": sides[one] if p == one else "", "b": sides[other] if p == other else ""}
                     for p in (one, other)]  # fmt: skip
        else:
            silent = fault.kind == "silent"
            named = {"silent": fault.one, "a": None, "b": None} if silent else {"a": sides[one], "b": sides[other]}
            rows.append(row | named)
    return rows


def taken(rows, found, column="kind"):
    """Take from the rows what was found, and return those findings that were not planted."""
    others = []
    for finding in found.itertuples():
        hits = [
            row for row in rows
            if row["kind"] == getattr(finding, column) and row["silent"] == finding.silent
            and row["a"] in {None, finding.feature_a} and row["b"] in {None, finding.feature_b}
        ]  # fmt: skip
        best = min(hits, key=lambda row: abs(row["size"] - finding.length_m), default=None)
        if best is None or abs(best["size"] - finding.length_m) > best["off"]:
            others.append((finding.Index, finding.length_m, best))
        else:
            rows.remove(best)
    return others


def compare(one, other, drawings, plans, tolerance) -> Faced:
    own = {one: drawings[0][one], other: drawings[1][other]}
    reference = drawings[2].loc[[one, other]].to_frame("geometry")
    return faced(plans, reference, TABLE, tolerance_m=tolerance, own=own)


def check(drawings, tolerance):
    sown = []
    for n, (one, other) in enumerate(PAIRS):
        plans, planted = F["frontier"](one, other, drawings[0], drawings[1], SIZES, first=n)
        sown += planted
        rows = expected(planted, tolerance, one, other)
        result = compare(one, other, drawings, plans, tolerance)
        assert taken(rows, result.findings) == []
        assert rows == []
        assert result.uncertain.empty
    assert len(sown) > 50
    for kind in KINDS:
        assert min(f.size_m for f in sown if f.kind == kind) < 200
        assert max(f.size_m for f in sown if f.kind == kind) > 1_500


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_faults_along_one_drawing_of_real_borders(rough, tolerance):
    check((rough, rough, rough), tolerance)


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("which", ["first", "second", "both"])
def test_faults_along_displaced_borders(rough, moved, which, tolerance):
    one, other = {"first": (moved, rough), "second": (rough, moved), "both": (moved, moved)}[which]
    check((one, other, rough), tolerance)


@pytest.mark.realdata
@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("which", ["first", "second", "both"])
def test_faults_along_borders_of_two_sources(rough, fine, which, tolerance):
    one, other = {"first": (fine, rough), "second": (rough, fine), "both": (fine, fine)}[which]
    check((one, other, rough), tolerance)


def cut(code, outline, ways):
    """Return a plan of countryside, and of what lies of some ways in its outline."""
    parts = [(n, k, part) for n, way in enumerate(ways)
             for k, part in enumerate(shapely.get_parts(shapely.intersection(way, outline)))]  # fmt: skip
    links = [(f"{code}:{n}-{k}", code, "inriktning", F["LINKS"]["link"], part) for n, k, part in parts if part.length]
    return F["rows"]([(f"{code}:mark", code, "anvandning", F["COUNTRY"], outline), *links])


def real_roads_go_on(roads, drawings, tolerance):
    """Return how many of the real roads come to a border; each plan has what its own drawing leaves of them."""
    crossed = 0
    for one, other in PAIRS:
        areas = drawings[0][one], drawings[1][other]
        ways = roads[shapely.intersects(roads, areas[0]) & shapely.intersects(roads, areas[1])]
        crossed += len(ways)
        plans = pd.concat([cut(one, areas[0], ways), cut(other, areas[1], ways)])
        found = compare(one, other, drawings, plans, tolerance).findings
        assert found[found["kind"] != KINDS["silent"]].empty
    return crossed


@pytest.fixture(scope="module")
def roads(region):
    return shapely.get_parts(shapely.line_merge(shapely.union_all(region["roads"].geometry.to_numpy())))


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_real_roads_cut_at_two_drawings_do_not_stop(rough, moved, roads, tolerance):
    assert real_roads_go_on(roads, (rough, moved, rough), tolerance) > 10


@pytest.mark.realdata
@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("which", ["first", "second"])
def test_real_roads_cut_at_the_drawings_of_two_sources_do_not_stop(rough, fine, roads, which, tolerance):
    drawings = (fine, rough) if which == "first" else (rough, fine)
    assert real_roads_go_on(roads, (*drawings, rough), tolerance) > 10


USES = ("sammanhangande_bostad", "verksamheter_industri", "natur_friluftsliv", "landsbygd", "areell_naring", "vatten")


def lattice(code, outline, cell_m, near):
    """Return a plan near a border whose use is another in each cell, the same for whoever plans the place."""
    west, south, east, north = (int(value // cell_m) for value in near.bounds)
    cols, lines = (v.ravel() for v in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
    cells = shapely.box(cols * cell_m, lines * cell_m, (cols + 1) * cell_m, (lines + 1) * cell_m)
    parts = shapely.intersection(cells, shapely.intersection(near, outline))
    uses = [USES[zlib.crc32(f"{c}:{r}".encode()) % len(USES)] for c, r in zip(cols, lines, strict=True)]
    return F["rows"](
        (f"{code}:{n}", code, "anvandning", use, part)
        for n, (use, part) in enumerate(zip(uses, parts, strict=True))
        if part.area > 0
    )


def lattices(one, other, drawings, cell_m):
    near = shapely.union_all([F["border"](drawing, one, other) for drawing in drawings[:2]]).buffer(3_000)
    return pd.concat([lattice(plan, drawings[n][plan], cell_m, near) for n, plan in enumerate((one, other))])


@pytest.mark.parametrize("cell_m", [400, 1_500])
@pytest.mark.parametrize("which", ["one", "two"])
def test_plans_that_agree_place_by_place_are_in_no_conflict(rough, moved, cell_m, which):
    """Uses that change over shorter distances than the drawings differ: what cannot be matched is told apart."""
    drawings = (rough, rough, rough) if which == "one" else (rough, moved, rough)
    unsure = 0.0
    for one, other in PAIRS[:4]:
        result = compare(one, other, drawings, lattices(one, other, drawings, cell_m), 200)
        assert result.findings.empty
        assert set(result.uncertain["suspected"]) <= {"konflikt"}
        unsure += result.lengths["osäker matchning"].sum()
    assert bool(unsure) == (which == "two")


@pytest.mark.realdata
@pytest.mark.parametrize("cell_m", [400, 800, 1_500])
def test_plans_of_two_sources_that_agree_place_by_place_are_in_no_conflict(rough, fine, cell_m):
    for one, other in PAIRS[:4]:
        for drawings in ((rough, fine, rough), (fine, rough, rough)):
            result = compare(one, other, drawings, lattices(one, other, drawings, cell_m), 200)
            assert result.findings.empty
