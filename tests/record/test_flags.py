"""A rebuild flags exactly the recommendations whose ground has changed; equal content and answers are told apart."""

import geopandas as gpd
import pytest
import shapely

from spatial import build as workshop
from spatial.analysis.outdated import CURRENT, GONE, STALE, compared, fresh
from spatial.record.base import events_beside, open_record
from spatial.record.events import Author, adoption
from spatial.record.reading import adoption_log
from tests.small_region import SOUTH, WEST, make, spec

WHO = Author("Anna", "municipality", "planner", "2480")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def recommendations(**basis):
    frame = gpd.GeoDataFrame(
        {"basis": list(basis.values())}, geometry=[shapely.Point(0, 0)] * len(basis), crs=3006, index=list(basis)
    )
    return fresh(frame.rename_axis("id"))


def states(frame):
    return frame["state"].to_dict()


def test_nothing_before_is_nothing_out_of_date():
    assert states(compared(recommendations(a="x=1"), None)) == {"a": CURRENT}


def test_the_flag_holds_until_all_is_as_it_was():
    first = recommendations(a="x=1;y=1", b="x=1")
    second = compared(recommendations(a="x=2;y=1", b="x=1"), first)
    assert states(second) == {"a": STALE, "b": CURRENT}
    assert second["changed"].to_dict() == {"a": "x", "b": ""}
    third = compared(recommendations(a="x=2;y=1", b="x=1"), second)
    assert states(third) == {"a": STALE, "b": CURRENT}
    back = compared(recommendations(a="x=1;y=1", b="x=1"), third)
    assert states(back) == {"a": CURRENT, "b": CURRENT}


def test_an_answer_to_what_holds_now_takes_the_flag_away():
    first, now = recommendations(a="x=1"), recommendations(a="x=2")
    answers = adoption_frame(("a", "x=1"), ("a", "x=2"))
    assert states(compared(now, first, answers.iloc[1:])) == {"a": CURRENT}
    assert states(compared(now, first, answers)) == {"a": STALE}


def adoption_frame(*rows):
    import pandas as pd

    return pd.DataFrame(rows, columns=["recommendation", "basis"])


def test_what_is_no_longer_given_is_told_once_and_as_long_as_it_was_answered():
    first = recommendations(a="x=1", b="x=1")
    second = compared(recommendations(b="x=1"), first)
    assert second.loc["a", ["state", "changed"]].tolist() == [STALE, GONE]
    assert "a" not in compared(recommendations(b="x=1"), second).index
    assert "a" in compared(recommendations(b="x=1"), second, adoption_frame(("a", "x=1"))).index


# --- through a build ---------------------------------------------------------------------------------------------


def plan(move=0.0, north=True):
    west, south = WEST, SOUTH
    rows = [
        ("mark", "2480", "landsbygd", shapely.box(west, south, west + 20_000, south + 19_000)),
        ("verk", "2480", "verk", shapely.box(west, south + 19_000, west + 20_000, south + 20_000)),
        ("hus", "2482", "hus", shapely.box(west, south + 20_000, west + 20_000, south + 21_000)),
        ("skog", "2482", "skog", shapely.box(west, south + 21_000, west + 20_000, south + 40_000)),
        ("ren", "2482", "ren", shapely.box(west, south + 35_000, west + 500 + move, south + 35_500)),
        ("ny", "2482", "hus", shapely.box(west + 100, south + 35_100, west + 400, south + 35_400)),
    ]
    frame = gpd.GeoDataFrame(rows, columns=["id", "kommun", "kod", "geometry"], crs=3006)
    return frame.assign(tid="Framtida")


MAPPING = """id: liten
title: {sv: liten}
version: "1"
source: prov
basis: antagande
times: {"Framtida": framtida}
codes:
  "landsbygd": landsbygd
  "verk": verksamheter_industri
  "hus": sammanhangande_bostad
  "skog": areell_naring
  "ren": ri_rennaring
"""


@pytest.fixture
def region(tmp_path):
    def add(values):
        columns = {"id": "id", "code": "kod", "municipality": "kommun", "time": "tid"}
        values["layers"].append(spec("op", "plans", "op.gpkg", columns, mapping="liten_m.yaml"))
        values["strategy"] = "strategy.yaml"

    config = make(tmp_path / "in", change=add)
    (tmp_path / "in" / "liten_m.yaml").write_text(MAPPING, encoding="utf-8")

    def built(frame):
        (tmp_path / "in" / "op.gpkg").unlink(missing_ok=True)
        frame.to_file(tmp_path / "in" / "op.gpkg", layer="ytor")
        image, folder = workshop.build(config, out=tmp_path / "ut")
        return image, folder

    return built


def test_a_rebuild_flags_exactly_what_rests_on_the_changed_vertex(region):
    first, folder = region(plan())
    table = first.indicators["rekommendationer"]
    assert set(table["state"]) == {CURRENT}
    dependent = {key for key, basis in table["basis"].items() if "objekt:2482:ren=" in basis}
    assert dependent
    assert dependent < set(table.index)

    same, _ = region(plan().iloc[::-1])
    assert same.provenance.fingerprint == first.provenance.fingerprint
    assert set(same.indicators["rekommendationer"]["state"]) == {CURRENT}

    moved, _ = region(plan(move=0.001))
    flagged = moved.indicators["rekommendationer"].query("state == @STALE")
    assert set(flagged.index) == dependent
    assert flagged["changed"].str.contains("objekt:2482:ren").all()
    layer = moved.layers["rekommendationer"].geo
    assert set(layer.index[layer["state"] == STALE]) == dependent
    package = gpd.read_file(folder / "strukturbild.gpkg", layer="rekommendationer")
    assert set(package.loc[package["state"] == STALE, "id"]) == dependent
    assert "inaktuell" in (folder / "tabeller" / "rekommendationer.csv").read_text(encoding="utf-8-sig")

    record = open_record(folder)
    now = moved.indicators["rekommendationer"]["basis"]
    for key in dependent:
        record.append(adoption(WHO, key, "2482", "adopted", "sett", basis=now[key]))
    record.close()
    answered, _ = region(plan(move=0.001))
    assert set(answered.indicators["rekommendationer"]["state"]) == {CURRENT}
    log = adoption_log(events_beside(folder))
    assert set(log["recommendation"]) == dependent
    assert set(log["text"]) == {"sett"}
