"""Trials: equal to a full count on the changed inputs, and cases worked out by hand."""

import runpy
from itertools import permutations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.analysis.access import minutes_to_nearest
from spatial.analysis.whatif import (
    AddLink,
    AddPeople,
    AddService,
    CloseService,
    CutLink,
    MoveService,
    SetSpeed,
    WhatIfError,
    change_of,
    kind_of,
    plain,
    together,
)
from spatial.analysis.whatif_access import present, what_if
from spatial.analysis.whatif_ground import Borders

TRIALS = runpy.run_path(str(Path(__file__).with_name("trials.py")))
CRS, GRID, KINDS, REACH, X0, Y0 = (TRIALS[name] for name in ("CRS", "GRID", "KINDS", "REACH", "X0", "Y0"))
EVERYWHERE = Borders(municipal=True, national=True)
COUNTRY = {"0101": "SE", "0102": "SE", "9999": "NO"}


def random_changes(base, seed):
    """Return one or two changes of every kind."""
    rng = np.random.default_rng([seed, 7])
    places = [tuple(place) for place in rng.uniform([X0 + 3000, Y0 + 3000], [X0 + 33_000, Y0 + 33_000], (8, 2))]
    links = [str(name) for name in rng.choice(base.network.edges.index, 4, replace=False)]
    closed, moved = (str(name) for name in rng.choice(base.services.index, 2, replace=False))
    x, y = X0 + rng.uniform(2000, 20_000), Y0 + rng.uniform(2000, 30_000)
    ring = ((x, y), (x + 2600, y), (x + 2600, y + 1700), (x, y + 1700))
    return [
        AddService("ny", str(rng.choice(KINDS)), places[0]),
        CloseService(closed),
        MoveService(moved, places[1]),
        AddLink("ny-lank", (places[2], places[3], places[4]), 80.0),
        AddLink("ny-bro", (places[5], places[6]), 50.0, length_m=4000.0),
        SetSpeed(links[0], 110.0),
        SetSpeed(links[1], 20.0),
        CutLink(links[2], float(rng.uniform(0.1, 0.9))),
        CutLink(links[1], 0.3),
        AddPeople("omrade", ring, 500.0),
    ]


def counted_in_full(base, changes, borders):
    """Return minutes to each kind on the changed inputs, home by home, by the engine that builds the image."""
    network, cells, services = TRIALS["changed_inputs"](base, changes)
    zones = TRIALS["HALVES"]
    holds = gpd.sjoin(services, zones[["geometry"]], how="left", predicate="within")
    own = holds[~holds.index.duplicated()]["code"].reindex(services.index)
    out = pd.DataFrame(np.inf, index=cells.index, columns=list(KINDS))
    for code, rows in cells.groupby("municipality_code"):
        same = own.map(COUNTRY).fillna("SE") == COUNTRY[code]
        counted = services[np.where(same, (own == code) | borders.municipal, borders.national)]
        found = minutes_to_nearest(network, rows, counted, **REACH.__dict__)
        for kind in set(counted["service_type"]):
            out.loc[rows.index, kind] = found[f"{kind}_min"]
    return out


def differing(one, other):
    finite = np.isfinite(other)
    assert (np.isfinite(one) == finite).all()
    return float(np.abs(one[finite] - other[finite]).max(initial=0.0))


@pytest.mark.parametrize("borders", [EVERYWHERE, Borders(), Borders(national=True), Borders(municipal=True)], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_a_trial_equals_a_full_count_on_the_changed_inputs(seed, borders):
    base = TRIALS["make_ground"](*TRIALS["random_region"](seed))
    today = present(base, borders)
    every = [one for one in random_changes(base, seed) if not isinstance(one, AddLink)]
    assert (
        differing(
            np.column_stack([today.found[kind].minutes for kind in KINDS]),
            counted_in_full(base, [], borders).to_numpy(),
        )
        < 1e-9
    )
    for changes in [*([one] for one in every), every[:3], every[3:], every]:
        outcome = what_if(today, changes)
        full = counted_in_full(base, changes, borders)
        assert list(outcome.cells.index) == list(full.index)
        assert differing(outcome.after.to_numpy(), full.to_numpy()) < 1e-9, [kind_of(one) for one in changes]


@pytest.mark.parametrize("seed", range(6))
def test_new_roads_equal_a_full_count_for_all_who_do_not_live_beside_them_and_take_nobody_farther(seed):
    base = TRIALS["make_ground"](*TRIALS["random_region"](seed))
    changes = random_changes(base, seed)
    links = [one for one in changes if isinstance(one, AddLink)]
    today = present(base, EVERYWHERE)
    alone = what_if(today, links)
    assert (alone.after.to_numpy() <= alone.before.to_numpy() + 1e-9).all()
    for trial in (links, [one for one in changes if not isinstance(one, CloseService)]):
        outcome = what_if(today, trial)
        full = counted_in_full(base, trial, EVERYWHERE)
        after, counted = outcome.after.to_numpy(), full.to_numpy()
        beside, doors = (outcome.roads.nearer(one)[0] for one in (base.cell_stops, outcome.places.stops))
        assert (after <= counted + 1e-9).all()
        if not len(doors):
            others = np.isfinite(counted) & ~np.isin(np.arange(len(after)), beside)[:, None]
            assert np.abs(after[others] - counted[others]).max() < 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_changes_does_not_matter_and_nothing_is_changed_in_place(seed):
    lines, cells, services = TRIALS["random_region"](seed)
    before = [lines.copy(), cells.copy(), services.copy()]
    base = TRIALS["make_ground"](lines, cells, services)
    edges, today = base.network.edges.copy(), present(base, Borders())
    kept = {kind: found.minutes.copy() for kind, found in today.found.items()}
    every = random_changes(base, seed)
    first = what_if(today, every)
    for mixed in (every[::-1], [*every[4:], *every[:4]]):
        pd.testing.assert_frame_equal(what_if(today, mixed).after, first.after)
        pd.testing.assert_frame_equal(what_if(today, mixed).service_after, first.service_after)
    for was, now in zip([*before, edges], [lines, cells, services, base.network.edges], strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(was), pd.DataFrame(now))
    assert all((kept[kind] == today.found[kind].minutes).all() for kind in kept)
    with pytest.raises(ValueError, match="read-only"):
        today.found["grocery"].minutes[0] = 0.0


def road(*points, speed=60.0):
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points]), speed


def village(roads, cells, services):
    """Return ground from roads by name, people by cell centre (km east, km north) and services (kind, km, km)."""
    lines = gpd.GeoDataFrame(
        {"speed_kmh": [speed for _, speed in roads.values()]},
        index=list(roads), geometry=[line for line, _ in roads.values()], crs=CRS,
    )  # fmt: skip
    where = pd.MultiIndex.from_arrays([[39 - y for _, y in cells], [x for x, _ in cells]], names=["row", "col"])
    grid_cells = TRIALS["cells_at"](where, GRID)
    codes = np.where(grid_cells["col"] < 14, "0101", "0102").astype(object)
    grid_cells = grid_cells.assign(population_inv=[float(p) for p in cells.values()], municipality_code=codes)
    spots = {name: (X0 + x, Y0 + y) for name, (_, x, y) in services.items()}
    shops = TRIALS["frame"](spots, service_type=[kind for kind, _, _ in services.values()], municipality_code=None)
    return TRIALS["make_ground"](lines, grid_cells, shops.assign(name=list(spots)))


@pytest.fixture
def street():
    """A road of 25 km at 60 km/h through the middle of a row of cells: a minute a kilometre.

    Cells at 1.5, 10.5 and 20.5 km with 100, 50 and 10 people; the border runs at 14 km, the country's at 28 km.
    """
    cells = {(1, 5): 100, (10, 5): 50, (20, 5): 10}
    shops = {"a": ("grocery", 500, 5500), "b": ("grocery", 12_500, 5500), "c": ("grocery", 24_500, 5500)}
    return village({"vag": road((0, 5500), (32_000, 5500))}, cells, shops)


def told(outcome, kind="grocery"):
    before, after = outcome.before[kind].round(6).tolist(), outcome.after[kind].round(6).tolist()
    return list(zip(before, after, strict=True))


def test_a_closed_shop_sends_people_to_the_next(street):
    outcome = what_if(present(street, EVERYWHERE), [CloseService("b")])
    # from 10.5 km: to a at 0.5 km, 10 minutes
    assert told(outcome) == [(1.0, 1.0), (2.0, 10.0), (4.0, 4.0)]
    assert outcome.service_after["grocery"].tolist() == ["a", "a", "c"]


def test_closing_a_duplicate_harms_no_one(street):
    today = present(street, EVERYWHERE)
    twin = AddService("tvilling", "grocery", (X0 + 12_500, Y0 + 5500))
    outcome = what_if(today, [twin, CloseService("b")])
    pd.testing.assert_frame_equal(outcome.before, outcome.after)


def test_an_alternative_over_the_border_counts_only_when_allowed(street):
    # the cell at 20.5 km lies in Öster, as c does; without c its next is b, in Väster
    assert told(what_if(present(street, Borders()), [CloseService("c")]))[2] == (4.0, np.inf)
    assert told(what_if(present(street, Borders(municipal=True)), [CloseService("c")]))[2] == (4.0, 8.0)
    assert told(what_if(present(street, Borders(national=True)), [CloseService("c")]))[2] == (4.0, np.inf)


def test_an_alternative_abroad_counts_by_a_switch_of_its_own(street):
    abroad = AddService("utland", "grocery", (X0 + 30_500, Y0 + 5500))
    for borders, minutes in (
        (Borders(), np.inf), (Borders(national=True), 10.0), (Borders(municipal=True), 8.0), (EVERYWHERE, 8.0)
    ):  # fmt: skip
        assert told(what_if(present(street, borders), [abroad, CloseService("c")]))[2] == (4.0, minutes)


def test_added_then_closed_is_as_before(street):
    today = present(street, Borders())
    outcome = what_if(today, [AddService("ny", "grocery", (X0 + 10_500, Y0 + 5500)), CloseService("ny")])
    pd.testing.assert_frame_equal(outcome.before, outcome.after)
    assert outcome.kinds == ()


def test_a_moved_shop_leaves_some_and_reaches_others(street):
    outcome = what_if(present(street, EVERYWHERE), [MoveService("b", (X0 + 20_500, Y0 + 5500))])
    assert told(outcome) == [(1.0, 1.0), (2.0, 10.0), (4.0, 0.0)]


def test_an_upgraded_road_takes_less_time(street):
    outcome = what_if(present(street, EVERYWHERE), [SetSpeed("vag", 120.0)])
    assert told(outcome) == [(1.0, 0.5), (2.0, 1.0), (4.0, 2.0)]


@pytest.fixture
def bridge():
    """Two banks, a bridge of 2 km between them, and a way round of 22 km; the shop is on the south bank."""
    roads = {
        "bro": road((5500, 5500), (5500, 7500)),
        "omvag": road((5500, 5500), (15_500, 5500), (15_500, 7500), (5500, 7500)),
        "norr": road((5500, 7500), (2500, 7500)),
    }
    return village(roads, {(2, 7): 80, (5, 4): 20}, {"sodra": ("grocery", 5500, 5500)})


def test_a_cut_bridge_with_a_detour(bridge):
    today = present(bridge, EVERYWHERE)
    # 3 km and 2 km of bridge; without it 3 km and 22 km by road, or straight 3,606 m at 20 km/h; the southern cell lies
    # 1 km from the shop at 20 km/h
    cut = what_if(today, [CutLink("bro")])
    assert told(cut) == [(5.0, 10.816654), (3.0, 3.0)]
    assert cut.after_by_road["grocery"].round(6).tolist() == [25.0, 3.0]
    # without the way round as well the banks are two, and no straight line joins them
    assert told(what_if(today, [CutLink("bro"), CutLink("omvag", 0.9)]))[0] == (5.0, np.inf)


def test_a_new_bridge_beside_the_cut_one(bridge):
    new = AddLink("ny-bro", ((X0 + 4500, Y0 + 7500), (X0 + 5500, Y0 + 5500)), 60.0, length_m=3000.0)
    assert told(what_if(present(bridge, EVERYWHERE), [CutLink("bro"), new]))[0] == (5.0, 5.0)


def test_people_who_move_in_are_spread_by_area_and_have_their_own_minutes(street):
    ring = ((X0 + 10_500, Y0 + 5000), (X0 + 12_000, Y0 + 5000), (X0 + 12_000, Y0 + 6000), (X0 + 10_500, Y0 + 6000))
    outcome = what_if(present(street, EVERYWHERE), [AddPeople("nytt", ring, 300.0)])
    # a third of the area lies in the cell of 50 people, two thirds in the empty one at 11.5 km, a minute from b
    assert outcome.cells["people_after_inv"].round(6).tolist() == [100.0, 150.0, 10.0, 200.0]
    assert outcome.cells["people_before_inv"].tolist() == [100.0, 50.0, 10.0, 0.0]
    assert np.isnan(outcome.before["grocery"].iloc[3])
    assert outcome.after["grocery"].round(6).tolist() == [1.0, 2.0, 4.0, 1.0]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ([CloseService("x")], "no_service"),
        ([CutLink("x")], "no_link"),
        ([CutLink("vag", 1.0)], "share"),
        ([SetSpeed("vag", 0.0)], "speed"),
        ([AddService("ny", "bank", (X0, Y0))], "kind"),
        ([AddService("a", "grocery", (X0, Y0))], "kind"),
        ([AddService("ny", "grocery", (X0, Y0 + 30_000))], "far_service"),
        ([AddService("ny", "grocery", (float("nan"), Y0))], "place"),
        ([AddLink("ny", ((X0, Y0 + 5500), (X0, Y0 + 30_000)), 50.0)], "far_link"),
        ([AddLink("ny", ((X0, Y0),), 50.0)], "short_link"),
        ([AddPeople("p", ((X0, Y0), (X0 + 1, Y0), (X0, Y0 + 1)), 0.0)], "people"),
        ([AddPeople("p", ((X0, Y0), (X0 + 1, Y0)), 9.0)], "area"),
        ([AddPeople("p", ((X0, Y0), (X0 + 9, Y0 + 9), (X0 + 9, Y0), (X0, Y0 + 9)), 9.0)], "area"),
        ([CutLink("vag", 0.2), CutLink("vag", 0.3)], "twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_told_in_a_sentence(street, changes, key):
    with pytest.raises(WhatIfError) as refused:
        what_if(present(street, EVERYWHERE), changes)
    assert refused.value.key == f"whatif.error.{key}"
    assert refused.value.message().endswith(".")


def test_changes_are_kept_as_plain_values():
    base = TRIALS["make_ground"](*TRIALS["random_region"](0))
    for one in random_changes(base, 0):
        assert change_of(plain(one)) == one
    for bad in ({}, {"kind": "x"}, {"kind": "add_link", "id": "a", "points": [1]}, {"kind": "cut_link", "lank": "a"}):
        with pytest.raises(WhatIfError):
            change_of(bad)


def test_a_service_that_is_added_moved_and_closed_is_settled_whatever_the_order():
    steps = [AddService("ny", "school", (0.0, 0.0)), MoveService("ny", (1.0, 1.0)), CloseService("gammal")]
    for order in permutations(steps):
        assert together(order).added == {"ny": AddService("ny", "school", (1.0, 1.0))}
        assert together(order).moved == {}
