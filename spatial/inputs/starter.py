"""Settings and layer stubs for another region of Sweden, which build at once with what the packages give."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from spatial.errors import ConfigError
from spatial.inputs.config import read_settings
from spatial.inputs.layers import folder_of, read_layer
from spatial.storage import check_writable
from spatial.texts import text

EMPTY_ROLES: Final = ("population_grid", "roads", "services", "land_use", "railways", "plans")
_NAME: Final = "abcdefghijklmnopqrstuvwxyzåäö0123456789_-"


@dataclass(frozen=True)
class NewRegion:
    """What was written: the folder, the settings file, its municipalities and the roles left to fill."""

    folder: Path
    config: Path
    municipalities: tuple[str, ...]
    empty_roles: tuple[str, ...]


def new_region(name: str, out: Path, *, lan: str | None, codes: tuple[str, ...]) -> NewRegion:
    """Write ``<out>/<name>/<name>.yaml`` and its layer stubs.

    Parameters
    ----------
    name : str
        The region's name; its folder is named for it.
    out : Path
        Where the folder is made; it must not be there already.
    lan : str, optional
        A county code: all its municipalities.
    codes : tuple of str
        Municipality codes, four digits.

    Returns
    -------
    NewRegion

    Raises
    ------
    ConfigError
        If no municipality is named, one is unknown, or the folder is there.
    OutputError
        If the folder cannot be made.
    """
    region_id = "".join(sign if sign in _NAME else "_" for sign in name.lower()).strip("_-0123456789") or "region"
    chosen = _municipalities(lan, codes)
    folder = out / region_id
    if folder.exists():
        raise ConfigError("starter.exists", folder=folder)
    check_writable(folder)
    config = folder / f"{region_id}.yaml"
    listed = ", ".join(f'"{code}"' for code in chosen.index)
    names = ", ".join(f"{code} {title}" for code, title in chosen.items())
    stubs = "\n".join(f"  # - {text(f'roles.{role}.id')}   # {text(f'roles.{role}.short')}" for role in EMPTY_ROLES[:5])
    _write(
        config,
        text(
            "starter.config",
            id=region_id,
            title=json.dumps(name, ensure_ascii=False),
            codes=listed,
            names=names,
            stubs=stubs,
        ),
    )
    for stub in ("tatorter", "flygplatser"):
        _write(folder / "layers" / stub / "layer.yaml", text(f"starter.{stub}"))
    for role in EMPTY_ROLES:
        header = "\n".join(f"# {line}" for line in text(f"roles.{role}.long").splitlines())
        _write(folder / "layers" / text(f"roles.{role}.id") / "layer.yaml", f"{header}\n{text(f'roles.{role}.yaml')}")
    read_settings(config)
    return NewRegion(folder, config, tuple(chosen.index), EMPTY_ROLES)


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.strip() + "\n", encoding="utf-8")


def _municipalities(lan: str | None, codes: tuple[str, ...]) -> pd.Series:
    settings = read_settings()
    spec = settings.layers_of("municipalities")[0]
    every = read_layer(spec, folder_of(spec, settings, None), settings, None).frame["name"].sort_index()
    absent = [code for code in codes if code not in every.index]
    if absent:
        raise ConfigError("starter.no_such_code", codes=", ".join(absent))
    chosen = every[every.index.isin(codes) | (every.index.str[:2] == lan)]
    if chosen.empty:
        raise ConfigError("starter.no_such_county" if lan else "starter.no_municipality", lan=lan)
    return chosen
