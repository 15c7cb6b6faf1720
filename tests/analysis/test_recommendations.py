import runpy
from pathlib import Path

import pytest
import shapely
from shapely.affinity import translate

from spatial.analysis.borders import borders
from spatial.analysis.conflicts import conflicts
from spatial.analysis.direction import direction
from spatial.analysis.matrix import evidence, matrix
from spatial.analysis.recommendations import Findings, Ground, recommendations, stale
from spatial.inputs.strategies import read_compatibility, read_strategy, read_templates

P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
box, line, point, feature, plans, layer, resealed = (
    P[n] for n in ("box", "line", "point", "feature", "plans", "layer", "resealed")
)
TABLE, TEMPLATES, GOALS = read_compatibility(), read_templates(), read_strategy().in_force()
HOME, WORK = "sammanhangande_bostad", "verksamheter_industri"


@pytest.fixture
def structure():
    nodes = layer(
        {"n1": point(5000, 5000), "n2": point(15_000, 5000), "n3": point(5000, 40_000)},
        level=["regional_core", "service_node", "municipal_centre"],
        name=["Norrby", "Söderby", "Västby"],
        municipality_code=["A", "B", "A"],
        outside=[False, False, False],
        population_inv=[900.0, 300.0, 500.0],
    )
    return {
        "noder": nodes,
        "strak": layer({"s": line((0, 5000), (20_000, 5000))}, level=["regional"], name=["E4"]),
        "kommuner": layer({"A": box(0, 0, 10_000, 50_000), "B": box(10_000, 0, 20_000, 50_000)}, name=["Aby", "Beby"]),
        "vatten": layer({"v": box(0, 0, 2000, 1000)}),
    }


def whole():
    ground = {plan: box(x, 0, x + 10_000, 50_000) for plan, x in (("A", 0), ("B", 10_000))}
    work, home = box(9000, 2000, 10_000, 4000), box(10_000, 2000, 11_000, 4000)
    far = box(1000, 20_000, 2000, 21_000)
    return plans(
        feature("mark", "A", "landsbygd", ground["A"].difference(shapely.union_all([work, far])), time="nuvarande"),
        feature("mark", "B", "landsbygd", ground["B"].difference(home), time="nuvarande"),
        feature("verk", "A", WORK, work),
        feature("hus", "B", HOME, home),
        feature("fjarr", "A", HOME, far),
        feature("ren", "A", "ri_rennaring", box(9500, 2000, 10_000, 3000), aspect="varde", time="nuvarande"),
        feature("ort", "B", "ortsnod", point(15_200, 5000), aspect="inriktning"),
        feature("gron", "B", "samband_natur", line((12_000, 9000), (15_000, 9000)), aspect="inriktning"),
    )


def made(frame, structure, goals=GOALS, table=TABLE):
    rows = evidence(frame, goals, structure)
    cells = matrix(rows, goals, ["A", "B"], structure)
    found = Findings(cells, rows, borders(frame, structure["kommuner"], table), conflicts(frame, table, structure))
    return recommendations(found, TEMPLATES, Ground(frame, goals, table, structure, {"A": "Aby", "B": "Beby"}))


def resting_on(recommended, key):
    return {name for name, basis in recommended["basis"].items() if f":{key}=" in basis}


def test_every_recommendation_says_what_who_and_on_what_grounds(structure):
    found = made(whole(), structure)
    assert set(found["status"]) == {"rekommendation, inte bindande"}
    assert set(found["actor"]) <= {"kommun", "region", "länsstyrelse"}
    assert found["basis"].str.contains("regel:").all()
    conflict = found[found["template"] == "grans_konflikt"].iloc[0]
    assert conflict["evidence"] == "A:verk;B:hus"
    assert conflict["text"].startswith("Aby och Beby:")
    assert "2 000".replace(" ", "\u00a0") in conflict["text"]
    inner = found[found["template"] == "inom_konflikt"].iloc[0]
    assert inner["evidence"] == "A:verk;A:ren"
    assert {"utbyggnad_utan_nod", "nod_utan_utbyggnad"} <= set(found["template"])
    assert found.index.is_unique


def test_what_works_against_a_goal_is_the_evidence_and_what_supports_it_is_rested_on(structure):
    near = feature("nara", "A", HOME, box(4000, 4000, 4500, 4500))
    found = made(resealed(plans(near, *whole().reset_index().to_dict("records"))), structure)
    one = found[(found["template"] == "motverkat_mal") & (found["goal"] == "bebyggelse_i_noder")].iloc[0]
    assert one["evidence"] == "A:fjarr"
    assert all(one.name in resting_on(found, key) for key in ("A:fjarr", "A:nara"))


@pytest.mark.parametrize("key", list(whole().index))
@pytest.mark.parametrize("change", ["name", "vertex"])
def test_one_changed_value_or_vertex_flags_exactly_the_dependent_ones(structure, key, change):
    frame = whole()
    old = made(frame, structure)
    changed = frame.copy()
    if change == "name":
        changed.loc[key, "name"] = "nytt namn"
    else:
        shape = changed.loc[key, "geometry"]
        changed.loc[[key], "geometry"] = [shapely.transform(shape, lambda xy: xy + 0.001)]
    new = made(resealed(changed), structure)
    flagged = stale(old, new)
    assert set(old.index[flagged]) == resting_on(old, key)


def test_rewritten_equal_content_flags_nothing(structure):
    old = made(whole(), structure)
    again = resealed(whole().iloc[::-1].to_crs(3006).copy())
    assert not stale(old, made(again, structure)).any()


def test_a_changed_goal_flags_only_what_serves_it(structure):
    old = made(whole(), structure)
    goal = next(g for g in GOALS if g.id == "natur_sammanhangande")
    other = goal.model_copy(update={"page": 12})
    new = made(whole(), structure, tuple(other if g is goal else g for g in GOALS))
    assert set(old.index[stale(old, new)]) == set(old.index[old["goal"] == goal.id])


def test_a_changed_rule_inside_flags_only_its_own(structure):
    old = made(whole(), structure)
    rules = [r.model_copy(update={"why": "annat"}) if r.id == "bebyggelse_rennaring" else r for r in TABLE.inside]
    new = made(whole(), structure, table=TABLE.model_copy(update={"inside": rules}))
    assert set(old.index[stale(old, new)]) == set(old.index[old["rule"] == "bebyggelse_rennaring"])


def test_a_translation_flags_nothing(structure):
    def translated(thing):
        return thing.model_copy(update={"title": thing.title.model_copy(update={"en": "Other", "no": "Annet"})})

    old = made(whole(), structure)
    assert {"grans_konflikt", "inom_konflikt", "mal_utan_underlag"} <= set(old["template"])
    table = TABLE.model_copy(update={"inside": [translated(rule) for rule in TABLE.inside]})
    assert not stale(old, made(whole(), structure, tuple(map(translated, GOALS)), table)).any()


def test_a_moved_node_flags_what_reads_the_nodes(structure):
    old = made(whole(), structure)
    nodes = structure["noder"].copy()
    nodes.loc[["n3"], "geometry"] = [translate(nodes.geometry["n3"], 1, 0)]
    flagged = stale(old, made(whole(), structure | {"noder": nodes}))
    expected = {name for name, basis in old["basis"].items() if "underlag:noder=" in basis or "underlag:n3=" in basis}
    assert set(old.index[flagged]) == expected
    assert expected


def test_conflicts_measure_the_overlap_and_name_both(structure):
    found = conflicts(whole(), TABLE, structure)
    row = found[found["rule"] == "bebyggelse_rennaring"].iloc[0]
    assert (row["feature"], row["other"], row["unit"]) == ("A:verk", "A:ren", "ha")
    assert row["measure"] == pytest.approx(50)
    assert set(found.loc[found["kind"] == "utbyggnad utan nod", "feature"]) == {"A:fjarr"}
    assert set(found.loc[found["kind"] == "nod utan utbyggnad", "other"]) == {"n3"}
    assert conflicts(whole().iloc[:2], TABLE, structure).query("kind == 'konflikt'").empty


def test_direction_says_who_wants_what_and_keeps_to_the_future(structure):
    frame = whole()
    layers = direction(frame, evidence(frame, GOALS, structure), GOALS, structure)
    nodes = layers["inriktning_noder"]
    assert nodes.loc["n2", "plans"] == "B"
    assert "bebyggelse_i_noder" in nodes.loc["n1", "goals"]
    assert nodes.loc["n1", "plans"] == ""
    growth = layers["inriktning_utbyggnad"]
    assert set(growth.index) == {"A:verk", "B:hus", "A:fjarr"}
    assert "bebyggelse_i_noder" not in growth.loc["A:fjarr", "goals"]
    assert layers["inriktning_gront_linjer"]["plans"].tolist() == ["B"]
    assert all((f["state"] == "inriktning").all() for f in layers.values())
    assert "strak:s" in layers["inriktning_samband"].index
