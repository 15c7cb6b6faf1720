"""The page of rules: every kind is there, and each number of its worked example is what the rule measures."""

import runpy
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from spatial.analysis.matrix import evidence, matrix
from spatial.storage import bundled
from spatial.strategy import Choice, Goal, Rule
from spatial.terms import Parameter, Title

P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
PAGE = bundled("docs", "regler.md").read_text(encoding="utf-8")
KINDS = get_args(Rule.model_fields["kind"].annotation)


def tables():
    """Return the page's two tables: the kinds, and the worked example."""
    parts = PAGE.partition("## Ett räknat exempel")
    rows = [[line for line in part.splitlines() if line.startswith("|")][2:] for part in (parts[0], parts[2])]
    return [[[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines] for lines in rows]


def amount(cell):
    value, unit = cell.split()
    return Parameter(value=float(value.replace(",", ".")), unit=unit, source="sidan", why="sidan")


def structure():
    centres = [(x, y) for x in np.arange(500, 10_000, 1000) for y in np.arange(500, 10_000, 1000)]
    cells = {f"{x:.0f}-{y:.0f}": P["point"](x, y) for x, y in centres}
    return {
        "kommuner": P["layer"]({"A": P["box"](0, 0, 10_000, 10_000)}),
        "omland": P["layer"]({"vast": P["box"](0, 0, 5000, 10_000)}),
        "vatten": P["layer"]({"sjo": P["box"](0, 0, 10_000, 1000)}),
        "strak": P["layer"]({"s": P["line"]((0, 4000), (10_000, 4000))}),
        "noder": P["layer"]({"p": P["point"](2000, 4000), "q": P["point"](8000, 4000)}),
        "rutnat": P["layer"](cells, population_inv=[10] * len(cells), grocery_min=[x / 1000 for x, _ in centres]),
    }


def test_the_page_tells_of_every_kind_once():
    told, worked = tables()
    assert sorted(row[0] for row in told) == sorted(row[0] for row in worked) == sorted(KINDS)


@pytest.mark.parametrize("row", tables()[1], ids=lambda row: row[0])
def test_the_worked_number_of_each_kind(row):
    kind, layer, limit, measure, full, strength, _ = row
    wanted = "transportinfrastruktur" if kind == "connects" else "sammanhangande_bostad"
    rule = Rule(
        kind=kind,
        features=Choice(pivots=[wanted]),
        layer=layer,
        column="grocery_min" if kind == "within_minutes" else None,
        parameter=amount(limit),
        full=amount(full),
    )
    goal = Goal(id="g", kind="mål", title=Title(sv="g"), basis="exempel", rule=rule)
    plan = P["plans"](
        P["feature"]("1", "A", "sammanhangande_bostad", P["box"](4000, 500, 6000, 2500)),
        P["feature"]("2", "A", "transportinfrastruktur", P["line"]((2000, 4000), (8000, 4000))),
    )
    image = structure()
    cell = matrix(evidence(plan, [goal], image), [goal], ["A"], image).iloc[0]
    assert cell["support_measure"] == pytest.approx(amount(measure).value, rel=5e-3)
    assert f"{cell['strength']:.2f}".replace(".", ",") == strength
    assert (cell["verdict"], cell["unit"]) == ("stödjer", amount(measure).unit)
    assert cell["against_measure"] == pytest.approx(200 if kind == "avoids" else 0)


@pytest.mark.parametrize(("east_m", "verdict"), [(9000, "motverkar"), (6000, "stödjer"), (5500, "stödjer")])
def test_the_larger_amount_decides_also_where_both_sides_reach_full_strength(east_m, verdict):
    """Homes 1 km deep from x = 4000 to ``east_m``, those west of 5000 within the minutes; 50 ha give full strength."""
    rule = Rule(
        kind="within_minutes", features=Choice(), layer="rutnat", column="grocery_min", against=True,
        parameter=amount("4,5 min"), full=amount("50 ha"),
    )  # fmt: skip
    goal = Goal(id="g", kind="mål", title=Title(sv="g"), basis="exempel", rule=rule)
    plan = P["plans"](P["feature"]("1", "A", "sammanhangande_bostad", P["box"](4000, 2000, east_m, 3000)))
    cell = matrix(evidence(plan, [goal], structure()), [goal], ["A"]).iloc[0]
    assert (cell["support_measure"], cell["against_measure"]) == pytest.approx((100, (east_m - 5000) / 10))
    assert (cell["verdict"], cell["strength"], cell["mixed"]) == (verdict, 1, True)
