"""Examination before a build: every fault of every layer, or of single files, and the inventory of structures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from spatial.analysis.inventory import inventory
from spatial.analysis.network import line_faults
from spatial.errors import ConfigError, Fault, GateError, LayerError
from spatial.inputs import gate, truth
from spatial.inputs.config import read_settings
from spatial.inputs.layers import folder_of, inspect_layers, read_layer, region_of
from spatial.model import Layer
from spatial.settings import Role, Settings
from spatial.storage import bundled

WANTED: Final[tuple[Role, ...]] = (
    "population_grid",
    "roads",
    "services",
    "land_use",
    "railways",
    "localities",
    "outside_places",
)
"""Roles that a complete image rests on; a missing one is named."""


@dataclass(frozen=True)
class Examination:
    """What was found: faults, how many layers were read, the inventory and the roles that no layer has."""

    faults: tuple[Fault, ...]
    layers: int
    inventory: pd.DataFrame | None
    missing_roles: tuple[str, ...]

    @property
    def stopping(self) -> tuple[Fault, ...]:
        """The faults that refuse a layer."""
        return tuple(fault for fault in self.faults if fault.severity == "error")


def is_config(name: str) -> bool:
    """Return whether a command's argument means settings (a YAML file or an embedded region) rather than data."""
    path = Path(name)
    return path.suffix in {".yaml", ".yml"} or (path.suffix == "" and bundled("config", f"{name}.yaml").is_file())


def examine_region(config: str | None, data: Path | None = None) -> Examination:
    """Return every fault of a region's layers, and the inventory of those that are sound."""
    settings = read_settings(config)
    layers, faults = inspect_layers(settings, data)
    notes = [fault for layer in layers.values() for fault in layer.faults]
    faults += _road_faults(settings, layers)
    have = {spec.role for spec in settings.layers}
    missing = tuple(role for role in WANTED if role not in have)
    return Examination((*faults, *notes), len(settings.layers), _inventory(settings, layers), missing)


def _road_faults(settings: Settings, layers: dict[str, Layer]) -> list[Fault]:
    """Return the faults that would stop the network: lines without speed or length."""
    speeds = {name: parameter.value for name, parameter in settings.road_speeds_kmh.items()}
    roads = [layer for layer in layers.values() if layer.meta.role == "roads"]
    return [fault for layer in roads for fault in line_faults(layer.geo, speeds, layer=layer.id)]


def _inventory(settings: Settings, layers: dict[str, Layer]) -> pd.DataFrame | None:
    municipalities = next((layer for layer in layers.values() if layer.meta.role == "municipalities"), None)
    if municipalities is None:
        return None
    zones = municipalities.geo.loc[list(settings.region.municipalities)]
    return inventory(layers, zones)


def examine_files(files: list[Path], config: str | None = None) -> Examination:
    """Return the faults of files that somebody gave, judged against a region.

    Raises
    ------
    ConfigError
        If a file is not there, or the settings cannot be used.
    """
    absent = [file for file in files if not file.exists()]
    if absent:
        raise ConfigError("cli.no_file", path=", ".join(map(str, absent)))
    settings = read_settings(config)
    spec = settings.layers_of("municipalities")[0]
    region = region_of(read_layer(spec, folder_of(spec, settings, None), settings, None), settings)
    faults: list[Fault] = []
    for file in files:
        try:
            received = gate.read_upload(file, name=file.name)
            faults += received.notes
            if isinstance(received.frame, gpd.GeoDataFrame):
                _, found = truth.true_frame(
                    received.frame,
                    layer=file.name,
                    crs=None,
                    family=None,
                    id_column=None,
                    region=region,
                    margin_m=settings.region.margin_m.value,
                )
                faults += found
        except LayerError as error:
            faults += error.faults
        except GateError as error:
            faults.append(Fault("faults.gate", file.name, values={"sentence": error.message()}))
    return Examination(tuple(faults), len(files), None, ())
