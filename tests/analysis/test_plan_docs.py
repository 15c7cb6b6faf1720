"""The worked examples of docs/matris.md and docs/granser.md, and the planted faults of the embedded example."""

import runpy
from pathlib import Path

import pandas as pd
import pytest
import shapely

from spatial.analysis.borders import borders, faced
from spatial.analysis.matrix import evidence, matrix
from spatial.inputs.config import read_settings
from spatial.strategy import Choice, Goal, Rule
from spatial.terms import Parameter, Title

ROOT = Path(__file__).parents[2]
P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
KINDS = {
    "conflict": "konflikt",
    "silent": "tyst plan",
    "corridor_stops": "länk som stannar",
    "green_broken": "brutet grönt samband",
}


@pytest.fixture(scope="module")
def example(embedded):
    image = embedded.image
    parts = [layer.geo for name, layer in image.layers.items() if layer.meta.role == "plans"]
    return image.settings, image, pd.concat(parts)


def expected(settings, tolerance):
    faults = [p for p in settings.models.plans.planted if p.fault and p.kind in KINDS]
    large = [p for p in faults if p.unit == "antal" or p.size > tolerance]
    return sorted((*sorted((p.municipality, p.other)), KINDS[p.kind]) for p in large)


@pytest.mark.parametrize("tolerance", [100, 200, 1000])
def test_exactly_the_planted_faults_of_the_example_are_found(example, tolerance):
    settings, image, features = example
    found = borders(features, image.layers["kommuner"].geo, settings.compatibility, tolerance_m=tolerance)
    assert sorted(map(tuple, found[["plan_a", "plan_b", "kind"]].to_numpy())) == expected(settings, tolerance)


def test_the_numbers_of_the_border_page(embedded):
    image = embedded.image
    page = (ROOT / "docs" / "granser.md").read_text(encoding="utf-8")
    names = image.layers["kommuner"].geo["name"]
    sized = image.indicators["granser"].query("kind in ['konflikt', 'tyst plan']")
    assert len(sized) == 4
    for _, row in sized.iterrows():
        pair = names[row["plan_a"]], names[row["plan_b"]]
        told = f" | {row['kind']} | {row['length_m']:.0f} |"
        assert any("–".join(order) + told in page for order in (pair, pair[::-1]))


def test_the_numbers_of_the_matrix_page():
    page = (ROOT / "docs" / "matris.md").read_text(encoding="utf-8")
    box = P["box"]
    rule = Rule(
        kind="avoids",
        features=Choice(pivots=["sammanhangande_bostad"]),
        layer="vatten",
        parameter=Parameter(value=500, unit="m", source="s", why="w"),
        full=Parameter(value=1000, unit="ha", source="s", why="w"),
    )
    goal = Goal(id="sjo", kind="mål", title=Title(sv="sjö"), basis="exempel", rule=rule)
    plan = P["plans"](P["feature"]("1", "A", "sammanhangande_bostad", box(4000, 0, 8000, 6000)))
    water = {"vatten": P["layer"]({"v": box(0, 0, 20_000, 1000)})}
    cell = matrix(evidence(plan, [goal], water), [goal], ["A"], water).iloc[0]
    assert f"| {cell['support_measure']:.0f} | {cell['support_strength']:.2f} |".replace(".", ",") in page
    assert f"| {cell['against_measure']:.0f} | {cell['against_strength']:.2f} |".replace(".", ",") in page
    assert (cell["verdict"], bool(cell["mixed"])) == ("stödjer", True)
    assert "betyg" in page
    assert "inte* förklara" in page


def test_the_example_worked_by_hand_on_the_border_page():
    page = (ROOT / "docs" / "granser.md").read_text(encoding="utf-8")
    homes, works, country = "sammanhangande_bostad", "verksamheter_industri", "landsbygd"
    box, feature, layer = P["box"], P["feature"], P["layer"]
    outline = {"A": box(0, 0, 10_000, 20_000), "B": box(10_000, 0, 20_000, 20_000)}
    own = {"A": outline["A"], "B": box(10_600, 0, 20_000, 20_000)}

    def strips(pieces):
        rows = []
        for plan, low, high in (("A", 9_200, 10_000), ("B", 10_600, 11_400)):
            taken = [box(low, start, high, end) for _, _, start, end in pieces]
            rows.append(feature("mark", plan, country, own[plan].difference(shapely.union_all(taken))))
            uses = [a if plan == "A" else b for a, b, _, _ in pieces]
            rows += [feature(f"s{n}", plan, use, shape) for n, (use, shape) in enumerate(zip(uses, taken, strict=True))]
        return P["plans"](*rows)

    alone = [(homes, works, 8_000, 9_500)]
    mixed = [*alone, (works, homes, 7_700, 8_000), (works, homes, 9_500, 9_800)]
    told = []
    for name, pieces in (("ensam", alone), ("blandad", mixed)):
        result = faced(strips(pieces), layer(outline), read_settings().compatibility, tolerance_m=500, own=own)
        rows = pd.concat([result.findings, result.uncertain])
        row = rows[rows["length_m"] > 1_000].iloc[0]
        told.append(f"| {name} | {row['kind']} | {round(row['length_m'], -2):.0f} | {row['apart_m']:.0f} |")
        assert row["length_m"] == pytest.approx(1_500, abs=100)
    assert all(line in page for line in told)
