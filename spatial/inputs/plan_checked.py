"""One plan to be checked: its features as its file has them, its mapping, the municipality it is held against."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from spatial.errors import ConfigError
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_files import MAPPINGS, PlanFile, read_plan
from spatial.inputs.plan_place import own_part
from spatial.model import Layer
from spatial.plan_terms import PlanMapping
from spatial.settings import Role, Settings

_OUTLINES: Final[Role] = "municipalities"
_SHORES: Final[tuple[Role, ...]] = ("water", "rivers")
_VALUES: Final[Role] = "interests"


@dataclass(frozen=True)
class OnePlan:
    """A plan's file with what it is checked against: its mapping, its municipality's outline, known shores.

    ``interests`` are the layers of national interests, and other values, that the settings give. ``codes`` are the
    municipalities of a plan that is of several; the features are then this one's alone.
    """

    features: gpd.GeoDataFrame
    mapping: PlanMapping
    outline: shapely.Geometry
    shores: tuple[shapely.Geometry, ...]
    settings: Settings
    plan: PlanFile
    interests: tuple[Layer, ...]
    codes: tuple[str, ...] = ()


def one_plan(
    file: Path,
    municipality: str,
    mapping: str | None,
    config: str | None,
    layer: str | None,
    column: str | None,
    time: str | None = None,
) -> OnePlan:
    """Return a plan's features as the file has them, and what they are checked against.

    Raises
    ------
    GateError, ConfigError, LayerError
        If the file is refused, the municipality is not known or the mapping has faults.
    """
    settings = read_settings(config)
    wanted = [spec for spec in settings.layers if spec.role in {_OUTLINES, *_SHORES, _VALUES}]
    layers = read_layers(settings.model_copy(update={"layers": wanted})).values()
    outlines = next(made.geo for made in layers if made.meta.role == _OUTLINES)
    if municipality not in outlines.index:
        raise ConfigError("plans.no_municipality", code=municipality)
    chosen = read_mapping(mapping or MAPPINGS[0], settings.pivot, Path.cwd())
    plan = read_plan(file, settings.pivot, layer=layer, code=column, time=time)
    shores = tuple(shape for made in layers if made.meta.role in _SHORES for shape in made.geo.geometry)
    interests = tuple(made for made in layers if made.meta.role == _VALUES)
    outline = outlines.geometry.loc[municipality]
    own, codes = own_part(plan, outlines, municipality)
    return OnePlan(own.features(municipality), chosen, outline, shores, settings, plan, interests, codes)
