"""The worked example of docs/tank-om.md: every number of its table, counted."""

import re
import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.journeys import scene_of
from spatial.analysis.link_loss import MEASURES, loss_of_links
from spatial.analysis.whatif import AddService, CloseService, CutLink, SetSpeed
from spatial.analysis.whatif_access import present, what_if
from spatial.analysis.whatif_answer import effects, most_changed, spread, within
from spatial.analysis.whatif_ground import Borders

ROOT = Path(__file__).resolve().parents[2]
TRIALS = runpy.run_path(str(Path(__file__).with_name("trials.py")))
X0, Y0, CRS = TRIALS["X0"], TRIALS["Y0"], TRIALS["CRS"]
OPEN = Borders(municipal=True, national=True)


def street():
    road = shapely.LineString([(X0, Y0 + 5500), (X0 + 32_000, Y0 + 5500)])
    lines = gpd.GeoDataFrame({"speed_kmh": [60.0]}, index=["vag"], geometry=[road], crs=CRS)
    where = pd.MultiIndex.from_arrays([[34, 34, 34], [1, 10, 20]], names=["row", "col"])
    cells = TRIALS["cells_at"](where, TRIALS["GRID"])
    cells = cells.assign(population_inv=[100.0, 50.0, 10.0], municipality_code=["0101", "0101", "0102"])
    spots = {"a": (X0 + 500, Y0 + 5500), "b": (X0 + 12_500, Y0 + 5500), "c": (X0 + 24_500, Y0 + 5500)}
    shops = TRIALS["frame"](spots, service_type="grocery", municipality_code=None, name=list(spots))
    return TRIALS["make_ground"](lines, cells, shops)


def told_in_docs():
    text = (ROOT / "docs" / "tank-om.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+ min|utan) \| ([^|]+ min|utan) \| ([^|]+ min|utan) \|$", text, re.MULTILINE
    )
    return {
        name: [np.inf if v == "utan" else float(v.split()[0].replace(",", ".")) for v in values]
        for name, *values in rows
    }


def test_the_table_of_the_docs_is_what_is_counted():
    base, told = street(), told_in_docs()
    trials = {
        "i dag": (OPEN, []),
        "B stänger": (OPEN, [CloseService("b")]),
        "C stänger, service i andra kommuner räknas": (Borders(municipal=True), [CloseService("c")]),
        "C stänger, bara den egna kommunen räknas": (Borders(), [CloseService("c")]),
        "vägen får 120 km/h": (OPEN, [SetSpeed("vag", 120.0)]),
    }
    assert set(told) == set(trials)
    for name, (borders, changes) in trials.items():
        assert what_if(present(base, borders), changes).after["grocery"].round(9).tolist() == told[name], name


def test_the_answer_weighs_people():
    base = street()
    found = what_if(present(base, OPEN), [CloseService("b")])
    row = effects(found).set_index(["service", "zone"]).loc[("grocery", "alla")]
    assert (row["longer_inv"], row["longer_mean_min"], row["lost_inv"]) == (50.0, 8.0, 0.0)
    assert row["person_min"] == 400.0
    assert most_changed(effects(found)) == "grocery"
    classes = spread(found, "grocery").query("people_inv > 0")[["side", "to_min", "people_inv"]].to_numpy().tolist()
    assert classes == [["longer", 10.0, 50.0], ["same", 0.0, 110.0]]
    inside = within(found, [("grocery", 9.0)]).set_index("zone").loc["alla"]
    assert (inside["before_inv"], inside["after_inv"], inside["out_inv"]) == (160.0, 110.0, 50.0)


def test_a_twin_beside_means_that_nobody_loses():
    twin = AddService("tvilling", "grocery", (X0 + 12_500, Y0 + 5500))
    found = what_if(present(street(), OPEN), [twin, CloseService("b")])
    assert most_changed(effects(found)) is None


def losses(base, limits, people, **options):
    scene = scene_of(
        base.roads, base.cell_stops, base.places.stops, base.places.id,
        base.reach.minutes_per_m, base.reach.max_snap_m,
    )  # fmt: skip
    return loss_of_links(scene, base.places.kind, base.roads.ferry, people, limits, **options)


def test_the_loss_of_each_link_is_what_its_trial_says_for_every_draw_of_the_people():
    limits = {"grocery": 20.0, "school": 20.0}
    for seed in range(3):
        base = TRIALS["make_ground"](*TRIALS["random_region"](seed))
        people = base.cells["population_inv"].to_numpy()
        draws = np.vstack([people, np.random.default_rng(seed).permutation(people)])
        found, today = losses(base, limits, draws), present(base, OPEN)
        at = {link: place for place, link in enumerate(found.link)}
        for number, link in enumerate(base.network.edges.index):
            trial = what_if(today, [CutLink(str(link))])
            before, after = trial.before.to_numpy(), trial.after.to_numpy()
            lost, gone = after > before + 1e-9, np.isinf(after) & np.isfinite(before)
            minutes = np.where(lost & ~gone, after - np.where(np.isfinite(before), before, 0), 0).sum(axis=1)
            beyond = ((before <= 20) & (after > 20)).any(axis=1)
            counted = [lost.any(axis=1), minutes, gone.any(axis=1), beyond]
            if not lost.any():
                assert number not in at
                continue
            for name, each in zip(MEASURES, counted, strict=True):
                assert np.allclose(found.by_run[name][:, at[number]], draws @ each), (link, name)


def test_of_many_links_those_are_tried_that_most_ways_go_by():
    base = TRIALS["make_ground"](*TRIALS["random_region"](0))
    people = base.cells["population_inv"].to_numpy()[None]
    every, some = losses(base, {}, people), losses(base, {}, people, most=10)
    assert 0 < len(some.link) <= 10 < len(every.link)
    own = np.isin(every.link, some.link)
    for name in MEASURES:
        assert np.allclose(every.by_run[name][:, own], some.by_run[name])
    assert every.by_run["people_inv"][0, own].mean() > every.by_run["people_inv"][0, ~own].mean()
