import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from spatial.analysis.borders import borders, compared, faced
from spatial.inputs.strategies import read_compatibility

P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
box, line, feature, plans, layer, resealed = (P[n] for n in ("box", "line", "feature", "plans", "layer", "resealed"))
TABLE = read_compatibility()
ZIGZAG = [(10_000 + (400 if i % 2 else 0), i * 2500) for i in range(9)]
HOME, WORK, COUNTRY, NOW = "sammanhangande_bostad", "verksamheter_industri", "landsbygd", "nuvarande"


def outlines(bend=ZIGZAG):
    left = [(0, 0), *bend, (0, 20_000)]
    right = [(20_000, 0), *bend, (20_000, 20_000)]
    shapes = [shapely.Polygon([(P["X0"] + x, P["Y0"] + y) for x, y in ring]) for ring in (left, right)]
    return layer({"A": shapes[0], "B": shapes[1]}, name=["A", "B"])


def strip(name, plan, pivot, low, high, outline, depth=1000, **more):
    """Return an area along the border, from one northing to another, some metres deep."""
    near = outline.geometry["A" if plan == "B" else "B"].buffer(depth)
    shape = outline.geometry[plan].intersection(near).intersection(box(0, low, 20_000, high))
    return feature(name, plan, pivot, shape, **more)


def drawn(outline, *extra, silent=()):
    """Return plans that cover both municipalities with countryside, strips and gaps taken out of it."""
    rows = []
    for plan in ("A", "B"):
        taken = [row["geometry"] for row in [*extra, *silent] if row["plan_id"] == plan and row["geometry"].area > 0]
        ground = outline.geometry[plan].difference(shapely.union_all(taken))
        rows.append(feature("mark", plan, COUNTRY, ground, time="nuvarande"))
    return plans(*rows, *extra)


def planted(outline=None):
    o = outlines() if outline is None else outline
    conflict = [strip(f"{p}{n}", p, use, low, low + size, o)
                for n, (low, size) in enumerate([(1000, 2000), (5000, 600), (7000, 150)])
                for p, use in (("A", HOME), ("B", WORK))]  # fmt: skip
    gaps = [
        strip("g1", "B", "x", 9000, 10_500, o),
        strip("g2", "A", "x", 11_500, 11_900, o),
        strip("g3", "A", "x", 13_000, 13_120, o),
    ]
    there = {"aspect": "inriktning", "time": NOW}
    ways = [
        feature("vag", "A", "strak_kommunikation", line((5000, 14_500), (10_150, 14_500)), aspect="inriktning"),
        feature("moter", "A", "strak_kommunikation", line((5000, 16_000), (10_160, 16_000)), aspect="inriktning"),
        feature("moter", "B", "strak_kommunikation", line((10_160, 16_000), (15_000, 16_000)), **there),
        feature("gront", "B", "samband_natur", line((10_280, 18_000), (15_000, 18_000)), aspect="inriktning"),
    ]  # fmt: skip
    return drawn(o, *conflict, *ways, silent=gaps), o


def stacked(*frames):
    return plans(*(row.to_dict() | {"id": key} for frame in frames for key, row in frame.iterrows()))


def kinds(found):
    return {kind: len(rows) for kind, rows in found.groupby("kind")}


@pytest.mark.parametrize(("tolerance", "conflicts", "silent"), [(50, 3, 3), (200, 2, 2), (1000, 1, 1)])
def test_exactly_the_faults_larger_than_the_tolerance_are_found(tolerance, conflicts, silent):
    frame, outline = planted()
    found = borders(frame, outline, TABLE, tolerance_m=tolerance)
    expected = {"konflikt": conflicts, "tyst plan": silent, "länk som stannar": 1, "brutet grönt samband": 1}
    assert kinds(found) == expected
    longest = found[found["kind"] == "konflikt"]["length_m"].max()
    assert longest == pytest.approx(2000 * np.hypot(1, 400 / 2500), rel=0.05)
    assert set(found["severity"]) <= {1, 2, 3}


def test_findings_name_both_features_and_who_is_silent():
    frame, outline = planted()
    found = borders(frame, outline, TABLE, tolerance_m=200)
    first = found[found["kind"] == "konflikt"].iloc[0]
    assert (first["feature_a"], first["feature_b"]) == ("A:A0", "B:B0")
    assert (first["pivot_a"], first["pivot_b"], first["severity"]) == (HOME, WORK, 3)
    assert set(found[found["kind"] == "tyst plan"]["silent"]) == {"A", "B"}
    assert found[found["kind"] == "länk som stannar"]["feature_a"].tolist() == ["A:vag"]
    assert found.index.is_unique


@pytest.mark.parametrize("tolerance", [50, 200, 1000])
def test_a_clean_pair_has_no_findings(tolerance):
    outline = outlines()
    found, lengths = compared(drawn(outline), outline, TABLE, tolerance_m=tolerance)
    assert found.empty
    assert lengths["överens"].sum() == pytest.approx(lengths["length_m"].sum())


def test_silence_is_not_agreement():
    frame, outline = planted()
    _, lengths = compared(frame, outline, TABLE)
    row = lengths.iloc[0]
    assert row["tyst plan"] == pytest.approx(1500 + 400 + 120, rel=0.1)
    assert row["överens"] + row["konflikt"] + row["tyst plan"] + row["oklart"] == pytest.approx(row["length_m"])


def swapped(frame, outline):
    names = {"A": "B", "B": "A"}
    frame = frame.assign(plan_id=frame["plan_id"].map(names))
    frame.index = [names[name[0]] + name[1:] for name in frame.index]
    return frame, outline.rename(index=names)


def mirrored(found):
    other = {"feature_a": "feature_b", "pivot_a": "pivot_b", "length_a_m": "length_b_m"}
    other |= {value: key for key, value in other.items()}
    frame = found.rename(columns=other)
    for name in ("feature_a", "feature_b", "silent"):
        frame[name] = [
            ";".join(sorted({"A": "B", "B": "A"}.get(part[:1], "") + part[1:] for part in value.split(";") if part))
            for value in frame[name]
        ]
    return frame


def same(one, other):
    columns = ["kind", "silent", "pivot_a", "pivot_b", "feature_a", "feature_b", "severity"]
    key = ["kind", "chainage_m", "feature_a", "feature_b"]
    one, other = (f.sort_values(key).reset_index(drop=True) for f in (one, other))
    assert one[columns].to_dict("list") == other[columns].to_dict("list")
    assert np.allclose(one[["length_m", "chainage_m"]], other[["length_m", "chainage_m"]], atol=0.5)


def test_ways_shifted_aside_stop_over_land_that_neither_plan_covers():
    """Between the boundaries: 500 m that both cover at northing 4,400, 600 m that neither covers at 6,600 and 12,600.

    The ways lie 450, 215 and 450 m aside of each other, all straight east.
    """
    frame, outline, own = faults([])
    result = faced(frame, outline, TABLE, tolerance_m=200, own=own)
    named = sorted(result.findings["feature_a"] + result.findings["feature_b"])
    assert named == ["A:w1", "A:w2", "A:w3", "A:w4", "B:w1", "B:w2", "B:w3"]
    assert result.uncertain.empty
    result = faced(frame, outline, TABLE, tolerance_m=700, own=own)
    assert (result.findings["feature_a"] + result.findings["feature_b"]).tolist() == ["A:w3"]
    assert result.uncertain.empty


def cornered(*ways, planned="ABC"):
    """Return A west of B and C, whose plans begin 600 m east of it, so that nobody covers the land between."""
    outline = layer({"A": box(0, 0, 10_000, 20_000), "B": box(10_000, 10_000, 20_000, 20_000),
                     "C": box(10_000, 0, 20_000, 10_000)}, name=list("ABC"))  # fmt: skip
    own = outline.geometry.to_dict()
    own |= {"B": box(10_600, 10_000, 20_000, 20_000), "C": box(10_600, 0, 20_000, 10_000)}
    own = {plan: own[plan] for plan in planned}
    rows = [feature("mark", plan, COUNTRY, area, time=NOW) for plan, area in own.items()]
    rows += [feature("vag", way[0], "strak_kommunikation", way[1], aspect="inriktning") for way in ways]
    return faced(plans(*rows), outline, TABLE, tolerance_m=200, own=own)


def test_a_way_over_land_that_no_plan_covers_may_go_on_in_a_third_municipality():
    to_b, from_c = line((5000, 15_300), (10_000, 10_300)), line((10_600, 9700), (15_000, 5300))
    whole = cornered(("A", to_b), ("C", from_c))
    assert whole.findings.empty
    assert whole.uncertain.empty
    alone = cornered(("A", to_b)).findings
    assert alone[["plan_a", "plan_b", "kind", "feature_a"]].to_numpy().tolist() == [
        ["A", "B", "länk som stannar", "A:vag"]
    ]
    aside = cornered(("A", to_b), ("C", line((10_600, 9000), (15_000, 4600)))).findings
    assert sorted(aside["feature_a"] + aside["feature_b"]) == ["A:vag", "C:vag"]


def test_a_way_toward_a_municipality_whose_plan_is_not_given_may_go_on_there():
    to_c, to_b = line((5000, 15_300), (10_000, 10_300)), line((5000, 15_300), (10_000, 15_300))
    assert len(cornered(("A", to_c)).findings) == 1
    unknown = cornered(("A", to_c), planned="AB")
    assert unknown.findings.empty
    assert unknown.uncertain["suspected"].tolist() == ["länk som stannar"]
    assert len(cornered(("A", to_b), planned="AB").findings) == 1


@pytest.mark.parametrize(
    ("rise", "stops", "unsure"), [(-0.38, 2, 0), (0.0, 2, 0), (0.05, 2, 0), (0.38, 0, 0), (1.0, 0, 2), (3.0, 0, 2)]
)
def test_a_way_that_bends_one_way_may_go_on_and_one_that_is_shifted_aside_stops(rise, stops, unsure):
    """A's way comes straight east; B's goes on 600 m further, 230 m to the north, and rises or falls from there.

    Rising at 0.38 (230 m of 600 m) it comes straight from the end of A's.
    """
    ways = ("A", line((5000, 15_000), (10_000, 15_000))), ("B", line((10_600, 15_230), (12_000, 15_230 + 1400 * rise)))
    result = cornered(*ways)
    assert (len(result.findings), len(result.uncertain)) == (stops, unsure)
    assert cornered(("A", ways[0][1]), ("B", line((10_600, 15_190), (12_000, 15_190 + 1400 * rise)))).findings.empty


places = st.tuples(st.sampled_from([HOME, WORK, "natur_friluftsliv", "vatten", "gap"]), st.sampled_from("AB"),
                   st.integers(0, 8), st.integers(3, 9))  # fmt: skip


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(places, max_size=6, unique_by=lambda p: (p[1], p[2])), st.sampled_from([60, 250, 700]))
def test_symmetric_in_the_two_plans(chosen, tolerance):
    outline = outlines()
    rows = [strip(f"s{i}", p, use, 2000 * n + 100, 2000 * n + 100 + 200 * w, outline)
            for i, (use, p, n, w) in enumerate(chosen)]  # fmt: skip
    frame = drawn(outline, *(r for r in rows if r["pivot"] != "gap"), silent=[r for r in rows if r["pivot"] == "gap"])
    one = borders(frame, outline, TABLE, tolerance_m=tolerance)
    other = borders(*swapped(frame, outline), TABLE, tolerance_m=tolerance)
    same(one, mirrored(other))
    same(one, borders(frame.iloc[::-1], outline.iloc[::-1], TABLE, tolerance_m=tolerance))


WIND = [(10_300 + 600 * np.sin(y / 900), y) for y in range(0, 20_001, 200)]


def ways(rough, fine):
    """Return each plan's ways, straight east and west, from its own boundary; some meet, some stop, one lies aside."""
    rows = []
    for plan, outline, northings in (
        ("A", rough, (2300, 4200, 6500, 14_400, 12_350)),
        ("B", fine, (2300, 4650, 6715, 12_800)),
    ):
        for n, y in enumerate(northings):
            whole = line((2000, y), (18_000, y)).intersection(outline.geometry[plan])
            rows.append(feature(f"w{n}", plan, "strak_kommunikation", whole, aspect="inriktning"))
    return rows


def faults(chosen):
    """Return plans where A follows the zigzag and B a line that winds up to a kilometre from it, and their outlines."""
    rough, fine = outlines(), outlines(WIND)
    rows = [strip(f"s{i}", p, use, 2000 * n + 100, 2000 * n + 100 + 200 * w, rough if p == "A" else fine)
            for i, (use, p, n, w) in enumerate(chosen)]  # fmt: skip
    rows += ways(rough, fine)
    kept, holes = ([r for r in rows if (r["pivot"] == "gap") is gap] for gap in (False, True))
    a, b = drawn(rough, *kept, silent=holes), drawn(fine, *kept, silent=holes)
    frame = stacked(a[a["plan_id"] == "A"], b[b["plan_id"] == "B"])
    return frame, rough, {"A": rough.geometry["A"], "B": fine.geometry["B"]}


few = st.lists(places, max_size=5, unique_by=lambda p: (p[1], p[2]))
BOUNDED = settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])


@BOUNDED
@given(few, st.sampled_from([60, 250, 700]))
def test_symmetric_where_the_plans_follow_different_drawings(chosen, tolerance):
    frame, outline, own = faults(chosen)
    one = faced(frame, outline, TABLE, tolerance_m=tolerance, own=own)
    turned = {"A": own["B"], "B": own["A"]}
    other = faced(*swapped(frame, outline), TABLE, tolerance_m=tolerance, own=turned)
    same(one.findings, mirrored(other.findings))
    same(one.uncertain, mirrored(other.uncertain))
    assert np.allclose(one.lengths.drop(columns=["plan_a", "plan_b"]), other.lengths.drop(columns=["plan_a", "plan_b"]))


@BOUNDED
@given(few, st.floats(500, 19_500), st.sampled_from([60, 250, 700]))
def test_splitting_every_feature_changes_no_finding(chosen, northing, tolerance):
    frame, outline, own = faults(chosen)
    before = faced(frame, outline, TABLE, tolerance_m=tolerance, own=own)
    rows = []
    for key, row in frame.iterrows():
        pieces = [row["geometry"].intersection(box(-5000, *edge))
                  for edge in ((-5000, 30_000, northing), (northing, 30_000, 30_000))]  # fmt: skip
        rows += [row.to_dict() | {"id": f"{key}-{n}", "geometry": g} for n, g in enumerate(pieces) if not g.is_empty]
    after = faced(plans(*rows), outline, TABLE, tolerance_m=tolerance, own=own)
    for one, other in ((before.findings, after.findings), (before.uncertain, after.uncertain)):
        assert one[["kind", "pivot_a", "pivot_b", "silent"]].to_numpy().tolist() == (
            other[["kind", "pivot_a", "pivot_b", "silent"]].to_numpy().tolist()
        )
        assert np.allclose(one["length_m"], other["length_m"], atol=1)


@BOUNDED
@given(few, st.sampled_from(["EPSG:25832", "EPSG:3067", "EPSG:3035", "EPSG:4326"]))
def test_there_and_back_through_another_crs_changes_no_finding(chosen, crs):
    frame, outline, own = faults(chosen)
    before = faced(frame, outline, TABLE, tolerance_m=250, own=own)
    after = faced(frame.to_crs(crs).to_crs("EPSG:3006"), outline, TABLE, tolerance_m=250, own=own)
    for one, other in ((before.findings, after.findings), (before.uncertain, after.uncertain)):
        assert one["kind"].tolist() == other["kind"].tolist()
        assert np.allclose(one["length_m"], other["length_m"], atol=60)


@BOUNDED
@given(few, st.sampled_from([2_500, 4_000]))
def test_faults_smaller_than_the_tolerance_give_nothing(chosen, tolerance):
    frame, outline, own = faults(chosen)
    frame = frame[frame["aspect"] == "anvandning"]
    result = faced(frame, outline, TABLE, tolerance_m=tolerance, own=own)
    assert result.findings.empty
    assert result.uncertain.empty


def test_splitting_a_feature_changes_no_finding():
    frame, outline = planted()
    before = borders(frame, outline, TABLE)
    whole = frame.loc["A:A0"]
    halves = [whole["geometry"].intersection(box(0, *edges)) for edges in ((1000, 20_000, 1700), (1700, 20_000, 3000))]
    rows = [feature(f"A0{n}", "A", HOME, shape) for n, shape in enumerate(halves)]
    split = plans(*(row.to_dict() | {"id": name} for name, row in frame.drop(index="A:A0").iterrows()), *rows)
    after = borders(split, outline, TABLE)
    assert before["kind"].tolist() == after["kind"].tolist()
    assert np.allclose(before["length_m"], after["length_m"])
    assert after.loc["A~B:konflikt:1", "feature_a"] == "A:A00;A:A01"


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:3067", "EPSG:3035", "EPSG:3016"])
def test_another_crs_gives_the_same_findings(crs):
    frame, outline = planted()
    one, other = borders(frame, outline, TABLE), borders(frame.to_crs(crs), outline, TABLE)
    assert one["kind"].tolist() == other["kind"].tolist()
    assert np.allclose(one["length_m"], other["length_m"], atol=1)


def test_a_neighbour_without_a_known_outline_is_compared_by_its_own():
    frame, outline = planted()
    found = borders(frame, outline.loc[["A"]], TABLE)
    assert kinds(found)["konflikt"] == 2
    assert set(found["boundary_b"]) == {"ur planens ytor"}


def test_other_drawings_of_the_same_border_give_no_phantoms():
    """A follows the rough outline, B a finer one that winds up to 900 m away; gaps and overlaps lie between them."""
    rough = outlines()
    wind = [(10_200 + 900 * np.sin(y / 700) * np.cos(y / 3100), y) for y in range(0, 20_001, 100)]
    wind[0], wind[-1] = (10_000, 0), (10_000, 20_000)
    fine = outlines(wind)
    a, b = drawn(rough), drawn(fine)
    found, lengths = compared(stacked(a.loc[["A:mark"]], b.loc[["B:mark"]]), rough, TABLE, tolerance_m=200)
    assert found.empty
    assert lengths["överens"].sum() == pytest.approx(lengths["length_m"].sum())
    faulty, _ = planted(rough)
    other, _ = planted(fine)
    both = stacked(faulty[faulty["plan_id"] == "A"], other[other["plan_id"] == "B"])
    found = borders(both, rough, TABLE, tolerance_m=200, own={"B": fine.geometry["B"]})
    assert kinds(found)["konflikt"] == 2
    assert kinds(found)["tyst plan"] == 2
    assert set(found["boundary_b"]) == {"egen gräns"}


def test_an_ambiguous_category_is_unclear_not_a_conflict():
    outline = outlines()
    rows = [
        strip("1", "A", "tvetydig", 1000, 3000, outline, options=f"{HOME};{COUNTRY}"),
        strip("1", "B", WORK, 1000, 3000, outline),
    ]
    found, lengths = compared(drawn(outline, *rows), outline, TABLE)
    assert found.empty
    assert lengths["oklart"].sum() > 1900


@pytest.mark.realdata
def test_real_outlines_of_two_sources_give_no_phantoms(shared):
    from spatial.inputs.config import read_settings
    from spatial.inputs.layers import read_layers

    fine = gpd.read_file(shared / "vasterbotten" / "okfse_swedish_municipalities.geojson")
    codes = read_settings().region.municipalities
    fine = fine.set_index(fine["id"].astype(str).str.zfill(4)).loc[list(codes)].to_crs(3006)
    rough = read_layers(read_settings())["kommuner"].geo.loc[list(codes)]
    rows = [feature("m", c, COUNTRY, (rough if i % 2 else fine).geometry[c]) for i, c in enumerate(codes)]
    found, lengths = compared(plans(*rows), rough, TABLE, tolerance_m=200)
    assert found.empty
    assert len(lengths) > 20
    assert lengths["överens"].sum() == pytest.approx(lengths["length_m"].sum(), rel=0.01)


def test_a_shifted_plan_still_meets_its_neighbour():
    frame, outline = planted()
    moved = frame.copy()
    mine = moved["plan_id"] == "B"
    moved.loc[mine, "geometry"] = [translate(g, 250, 0) for g in moved.loc[mine, "geometry"]]
    found = borders(moved, outline, TABLE, tolerance_m=300)
    assert kinds(found)["konflikt"] == 2
