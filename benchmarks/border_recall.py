"""Planted faults and real ways along borders drawn in many other ways than the tests': how many are found, and not.

Repeat: ``PYTHONPATH=. python benchmarks/border_recall.py [TOLERANCE ...]``. The packaged outlines are moved by smooth
fields of 0.8 to 2.5 km (waves of 15 to 60 km) and shifted whole, and one plan of each pair is drawn to them. The faults
and what is expected of each are those of ``tests/analysis/test_border_faults.py``; the real ways are the region's roads
and railways, cut where either plan's own drawing ends, along every border of the county.
"""

import argparse
import runpy
from collections import Counter
from itertools import combinations

import geopandas as gpd
import pandas as pd
import shapely

from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

T = runpy.run_path("tests/analysis/test_border_faults.py")
FIELDS = [(800, 15), (800, 30), (800, 60), (1500, 15), (1500, 30), (1500, 60), (2500, 30), (2500, 60)]
PHASES = [(0.3, 1.1), (4.0, 5.0)]
SHIFTS = [(700, 500), (-1200, 900), (1500, -1800)]
NEAR_M = 12_000
LEAST_FOUND, MOST_MORE = 0.99, 0.01


def drawings(outlines: gpd.GeoSeries) -> dict[str, gpd.GeoSeries]:
    """Return the other drawings of the outlines, by name."""
    fields = {f"{most} m, {wave} km, {phase[0]}": T["D"]["displaced"](outlines, most, 1000.0 * wave, phase, 1_000.0)
              for most, wave in FIELDS for phase in PHASES}  # fmt: skip
    shifts = {f"shift {dx}, {dy} m": outlines.translate(dx, dy) for dx, dy in SHIFTS}
    return fields | shifts


def planted(pair, number, drawn, tolerance) -> Counter:
    """Return how many of the faults larger than the tolerance are found, how many are unsure, and what else is told."""
    plans, faults = T["F"]["frontier"](*pair, drawn[0], drawn[1], T["SIZES"], first=number)
    rows = T["expected"](faults, tolerance, *pair)
    result = T["compare"](*pair, drawn, plans, tolerance)
    told = Counter({"larger": len(rows)})
    told["more"] = len(T["taken"](rows, result.findings))
    told["found"] = told["larger"] - len(rows)
    unsure = len(T["taken"](rows, result.uncertain, "suspected"))
    return told + Counter({"unsure": len(result.uncertain), "unsure more": unsure})


def real(pair, ways, drawn, line, tolerance) -> Counter:
    """Return how many ends of real ways come to a border, and how many are told as stopping, or as unsure."""
    near = ways[shapely.dwithin(ways, line, NEAR_M)]
    plans = pd.concat([T["cut"](code, drawn[side][code], near) for side, code in enumerate(pair)])
    result = T["compare"](*pair, drawn, plans, tolerance)
    links = plans[plans["pivot"] == T["F"]["LINKS"]["link"]].geometry.to_numpy()
    edges = [drawn[side][code].boundary for side, code in enumerate(pair)]
    ends = shapely.get_parts(shapely.boundary(links))
    come = sum(int((shapely.dwithin(ends, edge, 1.0) & shapely.dwithin(ends, line, 8_000)).sum()) for edge in edges)
    stops = result.findings["kind"].isin([T["KINDS"]["link"]]).sum()
    return Counter({"ends": come, "stop": int(stops), "unsure": len(result.uncertain)})


def main() -> None:
    """Print a row for each tolerance; fail where less is found, or more is told, than the limits allow."""
    asked = argparse.ArgumentParser()
    asked.add_argument("tolerances", nargs="*", type=int, default=list(T["TOLERANCES"]))
    settings = read_settings()
    layers = read_layers(settings)
    outlines = layers["kommuner"].frame.geometry
    outlines = outlines[outlines.index.str.startswith("24")]
    lines = {(one, other): shapely.intersection(outlines[one].boundary, outlines[other].boundary)
             for one, other in combinations(sorted(outlines.index), 2)}  # fmt: skip
    lines = {pair: line for pair, line in lines.items() if line.length > 5_000}
    kinds = [layers[name].frame.geometry.to_numpy() for name in ("vagar", "jarnvagar")]
    networks = [shapely.get_parts(shapely.line_merge(shapely.union_all(kind))) for kind in kinds]
    others = drawings(outlines)
    for tolerance in asked.parse_args().tolerances:
        faults, ways = Counter(), Counter()
        for other in others.values():
            for drawn in ((other, outlines, outlines), (outlines, other, outlines)):
                for number, pair in enumerate(T["PAIRS"]):
                    faults += planted(pair, number, drawn, tolerance)
                for pair, line in lines.items():
                    for network in networks:
                        ways += real(pair, network, drawn, line, tolerance)
        print(f"tolerance {tolerance} m, {len(others)} drawings: planted {dict(faults)}; real ways {dict(ways)}")
        assert faults["found"] >= LEAST_FOUND * faults["larger"]
        assert faults["more"] + ways["stop"] <= MOST_MORE * (faults["larger"] + ways["ends"])


if __name__ == "__main__":
    main()
