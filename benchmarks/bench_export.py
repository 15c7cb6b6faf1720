"""The package for QGIS: seconds for a region, beside the same layers packed by QGIS's own processing, in one run.

    python benchmarks/bench_export.py [CONFIG] [--image FOLDER] [--rounds 3]

QGIS is given every advantage: its layers are already written, styled and indexed, its start is not counted, and it
makes neither themes, layouts, atlas, read-me nor zip. The run fails if ours takes more than half of its time.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from limits import Limits

from spatial.build import image_of
from spatial.views.qgis import export_qgis

SCRIPT = Path(__file__).with_name("qgis_package.py")


def ours(image, folder):
    since = time.perf_counter()
    export_qgis(image, folder)
    return time.perf_counter() - since


def theirs(package, folder, home):
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment = {**kept, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
    command = ["/usr/bin/python3", str(SCRIPT), str(package), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?")
    parser.add_argument("--image", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    image, _ = image_of(given.config, out=given.image)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "hem"
        home.mkdir(mode=0o700)
        package = Path(folder) / "paket"
        own, their = [], []
        for number in range(given.rounds):
            own.append(ours(image, package))
            told = theirs(package, Path(folder) / f"qgis-{number}", home)
            their.append(sum(value for name, value in told["seconds"].items() if name != "start"))
        size = (package / "strukturbild-qgis.zip").stat().st_size / 1e6
        print(f"layers and tables {told['layers']}, rasters {told['rasters']}, zip {size:.1f} MB")
        print(f"strukturbild export: {statistics.median(own):.2f} s (median of {given.rounds})")
        print(f"QGIS processing:     {statistics.median(their):.2f} s, start {told['seconds']['start']:.2f} s apart")
        print({name: round(value, 2) for name, value in told["seconds"].items()})
        limits = Limits()
        limits.most("ours / QGIS", statistics.median(own) / statistics.median(their), 0.5)
        limits.judged()


if __name__ == "__main__":
    main()
