"""The whole build, cold: seconds, processor time and memory, and how composing grows with the region.

Run from the repository: ``PYTHONPATH=. python benchmarks/bench_build.py [--data ../shared/data]``. Each build runs in a
process of its own and writes to a temporary folder. The run fails where a limit is missed: the embedded build under
30 s of processor time and 1.5 GB, growth at most 1.2. Growth: composing the embedded region with 4, 8 and all 15 of
its municipalities, by the cells that it has.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from limits import Limits, growth

LIMIT_S, LIMIT_MB = 30, 1500
WEST = ["2421", "2462", "2425", "2463"]
WESTERN_HALF = [*WEST, "2422", "2418", "2417", "2481"]


def build_once(config, data):
    from spatial.build import build

    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        image, where = build(config, data=Path(data) if data else None, out=Path(folder))
        wall = time.perf_counter() - begin
        size = sum(file.stat().st_size for file in where.rglob("*") if file.is_file())
    steps = {record.step: round(record.seconds, 2) for record in image.provenance.steps}
    return {"wall_s": wall, "written_mb": size / 1e6, "steps": steps}


def compose_once(codes):
    from spatial.image import compose
    from spatial.inputs.config import read_settings
    from spatial.inputs.layers import read_layers

    whole = read_settings("vasterbotten")
    region = whole.region.model_copy(update={"municipalities": codes or whole.region.municipalities})
    settings = whole.model_copy(update={"region": region, "models": whole.models.model_copy(update={"plans": None})})
    layers = read_layers(settings)
    begin = time.process_time()
    image = compose(settings, layers)
    return {"compose_cpu_s": time.process_time() - begin, "cells": len(image.layers["rutnat"].frame)}


def apart(task, *values):
    """Run a task in a fresh process, so that nothing is warm and the memory is its own."""
    begin = time.perf_counter()
    run = subprocess.run(
        [sys.executable, __file__, "--task", task, json.dumps(values)], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1]) | {"process_s": time.perf_counter() - begin}


def main(data):
    limits = Limits()
    regions = [("embedded", None, None)]
    if data:
        regions.append(("real data", str(Path(__file__).parents[1] / "tests/realdata/vasterbotten.yaml"), data))
    for name, config, folder in regions:
        found = apart("build", config, folder)
        print(
            f"{name}: {found['process_s']:.1f} s from start to end ({found['cpu_s']:.1f} s processor), "
            f"{found['memory_mb']:.0f} MB, {found['written_mb']:.1f} MB written"
        )
        slow = sorted(found["steps"].items(), key=lambda step: -step[1])[:5]
        print("  slowest steps: " + ", ".join(f"{step} {spent} s" for step, spent in slow))
        if name == "embedded":
            limits.most("processor seconds", found["cpu_s"], LIMIT_S)
            limits.most("MB", found["memory_mb"], LIMIT_MB)
    sizes = [apart("compose", codes) for codes in (WEST, WESTERN_HALF, None)]
    for found in sizes:
        print(f"compose: {found['cells']} populated cells, {found['compose_cpu_s']:.1f} s processor")
    few, many = ((found["cells"], found["compose_cpu_s"]) for found in (sizes[0], sizes[-1]))
    limits.most("growth over the populated cells", growth(few, many), 1.2)
    limits.judged()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of real open data")
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        task, values = given.task[0], json.loads(given.task[1])
        result = build_once(*values) if task == "build" else compose_once(*values)
        used = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        result |= {
            "memory_mb": max(used.ru_maxrss, children.ru_maxrss) / 1024,
            "cpu_s": used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime,
        }
        print(json.dumps(result))
    else:
        main(given.data)
