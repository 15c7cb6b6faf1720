import re
from pathlib import Path

import pytest

from spatial.errors import ConfigError
from spatial.inputs.config import read_settings
from spatial.inputs.documents import read_document
from spatial.storage import bundled

REGION = """
extends: standard
version: 1
region:
  id: prov
  title: {sv: Prov, no: Prøve}
  year: 2021
  municipalities: ["2480"]
  margin_m: {value: 1000, unit: m, source: antagande}
  max_area_error_share: {value: 0.1, unit: andel, source: antagande}
  grid:
    size_m: {value: 1000, unit: m, source: SCB}
    max_outside_m: {value: 1000, unit: m, source: antagande}
layers:
  - kommuner
"""


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "region.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_embedded_settings_read():
    settings = read_settings()
    assert settings.region.title.sv == "Västerbotten"
    assert len(settings.region.municipalities) == 15
    assert settings.style.layer("noder") is not None


def test_no_is_a_text_and_codes_keep_their_zero(tmp_path: Path):
    path = write(tmp_path, "no: no\ncode: 0114\nnumber: 12\nyes: on\nempty: null\nday: 2020-01-01\n")
    assert read_document(path).values == {
        "no": "no",
        "code": "0114",
        "number": 12,
        "yes": "on",
        "empty": None,
        "day": "2020-01-01",
    }


def test_repeated_key_is_refused_with_its_line(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"rad 3.*namnet a"):
        read_document(write(tmp_path, "a: 1\nb: 2\na: 3\n"))


def test_minimal_region(tmp_path: Path):
    settings = read_settings(write(tmp_path, REGION))
    assert settings.region.title.no == "Prøve"
    assert settings.layers[0].home == "bundled"
    assert settings.folder == str(tmp_path.resolve())


def test_all_faults_at_once_each_with_its_line(tmp_path: Path):
    broken = (
        REGION.replace('["2480"]', "[2480]").replace("year: 2021", "yaer: 2021").replace("- kommuner", "- kommunar")
    )
    with pytest.raises(ConfigError) as caught:
        read_settings(write(tmp_path, broken))
    said = str(caught.value)
    assert "kommunar" in said
    assert re.search(r"rad 8 \(region → municipalities → 1\).*citattecken", said)
    assert re.search(r"rad 7 \(region → yaer\).*okänt", said)
    assert "region → year" in said
    assert "Traceback" not in said


def test_unknown_service_in_a_threshold_is_a_fault(tmp_path: Path):
    more = "thresholds:\n  - {id: x, service: biograf, minutes: {value: 10, unit: min, source: antagande}}\n"
    with pytest.raises(ConfigError, match="biograf"):
        read_settings(write(tmp_path, REGION + more))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("saknas.yaml", None, "finns inte"),
        ("trasig.yaml", "a: [1, 2", "rad 1"),
        ("lista.yaml", "- a\n- b\n", "namn och värden"),
        ("latin1.yaml", "a: \xe5".encode("latin-1"), "UTF-8"),
    ],
)
def test_file_faults_are_one_sentence(tmp_path: Path, name: str, content: str | bytes | None, said: str):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_settings(path)


def test_every_number_of_the_embedded_settings_has_unit_and_source():
    def parameters(content: object):
        if isinstance(content, dict):
            if "value" in content and "unit" in content:
                yield content
            for inner in content.values():
                yield from parameters(inner)
        elif isinstance(content, list):
            for inner in content:
                yield from parameters(inner)

    found = list(parameters(read_settings().model_dump(mode="json")))
    assert len(found) > 30
    assert all(parameter["unit"] and parameter["source"] for parameter in found)


@pytest.mark.parametrize("path", sorted(bundled("layers").glob("*/layer.yaml")), ids=lambda p: p.parent.name)
def test_layer_folder_is_named_for_its_layer(path: Path):
    assert read_document(path).values["id"] == path.parent.name
