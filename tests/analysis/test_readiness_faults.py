"""Gaps and overlaps of known size in plans drawn to another map of the border: exactly those above the tolerance."""

import runpy
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from spatial.analysis.plans import mapped
from spatial.analysis.readiness import check_plan
from spatial.inputs.mapping import read_mapping, read_pivot, read_rules

D = runpy.run_path(str(Path(__file__).parents[1] / "planted" / "displaced.py"))
PIVOT, RULES = read_pivot(), read_rules()
MAPPING = read_mapping("boverket", PIVOT)
SIZES = (400.0, 4_000.0, 40_000.0, 400_000.0)


def rules(tolerance):
    """Return the rules with another smallest area."""
    changed = [
        rule.model_copy(
            update={
                "parameters": {
                    name: p.model_copy(update={"value": tolerance}) if name == "area_m2" else p
                    for name, p in rule.parameters.items()
                }
            }
        )
        for rule in RULES.rules
    ]
    return RULES.model_copy(update={"rules": changed})


@pytest.mark.realdata
@pytest.mark.parametrize("tolerance", [500.0, 5_000.0, 50_000.0])
def test_faults_in_plans_drawn_to_the_finer_map(shared, outlines, tolerance):
    file = gpd.read_file(shared / "vasterbotten" / "okfse_swedish_municipalities.geojson").to_crs(3006)
    fine = file.set_index(file["id"].astype(str).str.zfill(4)).geometry.make_valid()
    for code in ("2404", "2418", "2463"):
        plan, wanted = D["plan_on"](code, fine.loc[code]), []
        at = D["inside"](fine.loc[code], 9_000)
        for n, area in enumerate(SIZES):
            plan, gap = D["with_gap"](plan, shapely.Point(at.x + 2_000 * n, at.y), area)
            plan, over = D["with_overlap"](plan, shapely.Point(at.x + 2_000 * n, at.y + 2_000), area)
            wanted += [("tackning-lucka", gap.size), ("tackning-overlapp", over.size)]
        found = check_plan(mapped(plan, MAPPING), outlines.geometry.loc[code], rules(tolerance), pivot=PIVOT)
        found = found[found["rule"].isin(["tackning-lucka", "tackning-overlapp", "tackning-utanfor"])]
        got = sorted(zip(found["rule"], found["measure"].round(), strict=True))
        assert got == sorted(row for row in wanted if row[1] > tolerance), code
