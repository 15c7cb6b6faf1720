"""Settings for another region: what is written, and what is refused."""

import pytest

from spatial.errors import ConfigError, OutputError
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.starter import EMPTY_ROLES, new_region


def test_a_county_has_all_its_municipalities(tmp_path):
    made = new_region("Dalarna", tmp_path, lan="20", codes=())
    assert len(made.municipalities) == 15
    assert made.municipalities == tuple(sorted(made.municipalities))
    assert all(code.startswith("20") for code in made.municipalities)
    assert made.empty_roles == EMPTY_ROLES
    settings = read_settings(made.config)
    assert settings.region.id == "dalarna"
    assert settings.region.title.sv == "Dalarna"


def test_municipalities_by_code_and_county_join(tmp_path):
    made = new_region("Norr och söder", tmp_path, lan="09", codes=("0114",))
    assert made.municipalities == ("0114", "0980")
    assert made.folder.name == "norr_och_söder"


def test_what_is_written_reads_at_once(tmp_path):
    made = new_region("prov", tmp_path, lan=None, codes=("2418",))
    layers = read_layers(read_settings(made.config))
    assert "2418" in layers["kommuner"].frame.index
    assert "Malå" in set(layers["tatorter"].frame["name"])


@pytest.mark.parametrize(
    ("lan", "codes", "words"),
    [("99", (), "99"), (None, ("9999", "0114"), "9999"), (None, (), "--lan")],
)
def test_unknown_codes_are_named(tmp_path, lan, codes, words):
    with pytest.raises(ConfigError, match=words):
        new_region("prov", tmp_path, lan=lan, codes=codes)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left(tmp_path):
    (tmp_path / "prov").mkdir()
    with pytest.raises(ConfigError, match="finns redan"):
        new_region("prov", tmp_path, lan="20", codes=())
    assert not list((tmp_path / "prov").iterdir())


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "fil").write_text("")
    with pytest.raises(OutputError, match="kan inte skrivas"):
        new_region("prov", tmp_path / "fil", lan="20", codes=())


@pytest.mark.parametrize("name", ["123", 'å"ä: {x}', "../ut", "rad\nbrytning"])
def test_odd_names_make_sound_settings(tmp_path, name):
    made = new_region(name, tmp_path, lan=None, codes=("2418",))
    assert made.folder.parent == tmp_path
    assert read_settings(made.config).region.title.sv == name
