"""The commands that take the image to QGIS and serve it: ``export`` and ``serve``, as processes of their own."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from spatial.views.qgis import export_qgis, qgis_zip
from tests.views.make_image import make_image

COMMAND = [sys.executable, "-m", "spatial.cli"]
needs_server = pytest.mark.skipif(shutil.which("qgis_mapserver") is None, reason="Debian's qgis-server is missing")
needs_ogrinfo = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="Debian's gdal-bin is missing")


def run(*arguments, **more):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def built(make_region, tmp_path_factory):
    home = tmp_path_factory.mktemp("ut")
    return make_region(home), home / "bild"


def test_export_builds_what_is_missing_and_writes_folder_and_zip(built, tmp_path):
    config, folder = built
    done = run("export", config, "--image", folder, "--qgis", tmp_path / "paket")
    assert done.returncode == 0, done.stderr
    assert "strukturbild.qgz" in done.stdout
    assert (folder / "manifest.json").is_file()
    with zipfile.ZipFile(tmp_path / "paket" / "strukturbild-qgis.zip") as archive:
        assert {"strukturbild/strukturbild.gpkg", "strukturbild/strukturbild.qgz"} <= set(archive.namelist())


def test_mistakes_give_one_sentence_and_exit_code_2(built, tmp_path):
    config, folder = built
    (tmp_path / "fil").write_text("", encoding="utf-8")
    for arguments in (
        ["export", config, "--image", folder],
        ["export", config, "--image", folder, "--qgis", tmp_path / "fil" / "paket"],
        ["export", tmp_path / "ingen.yaml", "--qgis", tmp_path / "paket"],
        ["build", config, "--out", folder, "--with", tmp_path / "ingen.gpkg"],
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_download_is_the_same_folder(tmp_path):
    image = make_image()
    written = export_qgis(image, tmp_path)[-1].read_bytes()
    assert qgis_zip(image) == written
    assert zipfile.ZipFile(io.BytesIO(written)).testzip() is None


def test_without_qgis_server_it_says_how_to_get_it(built, tmp_path):
    done = run("serve", built[0], "--image", built[1], env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "apt install qgis-server" in done.stderr


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def children(process):
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in listed.stdout.split()]


@contextmanager
def served(built):
    config, folder = built
    port = free_port()
    command = [*COMMAND, "serve", str(config), "--image", str(folder), "--port", str(port)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start the tests deaf to it
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        signal.signal(signal.SIGINT, before)
        try:
            said = iter(process.stdout.readline, "")
            assert any("OAPIF" in line for line in said)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(20)


def get(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()


@pytest.mark.qgis
@needs_server
def test_the_project_is_served_as_wms_and_features(built):
    with served(built) as (_, root):
        told = ET.fromstring(get(f"{root}/?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities"))
        names = {element.text for element in told.iter("{http://www.opengis.net/wms}Name")}
        assert {"strukturbild", "noder", "strak", "befolkning"} <= names
        box = "7080000,690000,7140000,730000"
        request = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&STYLES=&CRS=EPSG:3006&WIDTH=400&HEIGHT=600"
        picture = get(f"{root}/?{request}&BBOX={box}&LAYERS=strukturbild&FORMAT=image/png")
        colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 20)
        assert len(colours) > 10
        assert max(count for count, _ in colours) < 0.9 * 400 * 600
        collections = json.loads(get(f"{root}/wfs3/collections.json"))["collections"]
        assert {"noder", "strak", "kommuner"} <= {one["id"] for one in collections}
        items = json.loads(get(f"{root}/wfs3/collections/noder/items.json?limit=100"))
        assert {"Åby", "Överby"} <= {feature["properties"]["Namn"] for feature in items["features"]}
        cells = json.loads(get(f"{root}/wfs3/collections/rutnat/items.json?limit=100"))["features"]
        told = {feature["properties"]["Boende i rutan"] for feature in cells}
        assert "färre än 5" in told
        assert not told & {"1", "2", "3", "4"}
        assert not any(name.startswith("Invånare") for name in cells[0]["properties"])


@pytest.mark.qgis
@needs_server
@needs_ogrinfo
def test_ogrinfo_reads_it(built):
    with served(built) as (_, root):
        listed = subprocess.run(
            ["ogrinfo", "-ro", "-so", f"OAPIF:{root}/wfs3", "noder"], capture_output=True, text=True, check=False
        )
        assert listed.returncode == 0, listed.stderr
        assert "Feature Count: 5" in listed.stdout


@pytest.mark.qgis
@needs_server
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_server_stops_with_the_command(built, how):
    with served(built) as (process, root):
        (child,) = children(process)
        process.send_signal(how)
        process.wait(20)
        for _ in range(50):
            if not Path(f"/proc/{child}").exists():
                break
            time.sleep(0.1)
        assert not Path(f"/proc/{child}").exists()
        with pytest.raises(OSError, match="refused"):
            get(root)
        if how != signal.SIGKILL:
            assert process.returncode == 0


@pytest.mark.qgis
@needs_server
def test_a_taken_port_is_told(built):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run("serve", built[0], "--image", built[1], "--port", other.getsockname()[1])
    assert done.returncode == 2
    assert "--port" in done.stderr
