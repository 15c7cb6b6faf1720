"""What a step is given, and what it gives back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from spatial.errors import Fault
from spatial.model import Grid, Layer, LayerMeta, Omission, Raster, together
from spatial.settings import Role, Settings, Title

Frame = TypeVar("Frame", bound=pd.DataFrame)


@dataclass(frozen=True)
class Products:
    """What a step makes: layers and tables for the image, and values for the steps after it.

    ``modelled``: it used a model of its own. ``as_given``: its layers are passed on, each with the status it came
    with, whatever else the step was given.
    """

    layers: Mapping[str, Layer] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    omissions: tuple[Omission, ...] = ()
    modelled: bool = False
    as_given: bool = False

    def sealed(self, seal: str, modelled: bool) -> "Products":
        """Return the products with the step's fingerprint on each layer, and *modellerat* where it rests on a model."""
        if self.as_given:
            modelled = any(layer.meta.status == "modellerat" for layer in self.layers.values())
        else:
            modelled = modelled or self.modelled
        marked = modelled and not self.as_given
        layers = {name: _sealed(layer, f"{seal}:{name}", marked) for name, layer in self.layers.items()}
        tables = {name: _with_none(table) for name, table in self.tables.items()}
        return replace(self, layers=layers, tables=tables, modelled=modelled)


def _with_none(frame: Frame) -> Frame:
    """Return the frame with None for whatever stands for a missing text, so that it reads back as it was."""
    mixed = [name for name in frame.columns if frame[name].dtype == object and frame[name].isna().any()]
    return frame.assign(**{str(name): frame[name].where(frame[name].notna(), None) for name in mixed})


def _sealed(layer: Layer, seal: str, modelled: bool) -> Layer:
    if not layer.fingerprint:
        layer = replace(layer, fingerprint=seal, frame=_with_none(layer.frame))
        if modelled:
            layer = replace(layer, meta=replace(layer.meta, status="modellerat"))
    return layer


@dataclass(frozen=True)
class Step:
    """A step of the recipe.

    ``roles``: what it cannot do without (unless ``role_or_model`` and the settings describe a model); ``optional``:
    what it reads where it is given; ``after``: steps it needs; ``built_on``: steps it uses where they ran;
    ``settings``: the sections that its result depends on.
    """

    name: str
    run: Callable[["Work"], Products]
    roles: tuple[Role, ...] = ()
    optional: tuple[Role, ...] = ()
    after: tuple[str, ...] = ()
    built_on: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    role_or_model: bool = False


@dataclass(frozen=True)
class Work:
    """What a step may see: the layers of its roles, the products of the steps and the settings that it declared."""

    step: Step
    settings: Settings
    given: Mapping[str, Layer]
    known: Mapping[str, Products]

    @property
    def modelled(self) -> bool:
        """Whether something it rests on is modelled."""
        roles = {layer.meta.role for layer in self.given.values() if layer.meta.status == "modellerat"}
        return bool(roles - {"land", "water", "rivers"}) or any(products.modelled for products in self.known.values())

    def of_role(self, role: Role) -> Iterator[Layer]:
        """Yield the given layers of a role."""
        return (layer for layer in self.given.values() if layer.meta.role == role)

    def first(self, role: Role) -> Layer | None:
        """Return the first given layer of a role."""
        return next(self.of_role(role), None)

    def frame(self, role: Role) -> gpd.GeoDataFrame | None:
        """Return the frames of a role as one, on unique ids, or None."""
        layers = list(self.of_role(role))
        if not layers:
            return None
        if len(layers) == 1:
            return layers[0].geo
        frames = [layer.geo.set_index(layer.id + ":" + layer.geo.index.astype(str)) for layer in layers]
        return gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)

    def layer(self, name: str) -> Layer | None:
        """Return a layer that an earlier step made (the last of that name)."""
        found = [products.layers[name] for products in self.known.values() if name in products.layers]
        return found[-1] if found else None

    def value(self, name: str) -> Any:
        """Return a value that an earlier step made, or None."""
        found = [products.values[name] for products in self.known.values() if name in products.values]  # noqa: PD011
        return found[-1] if found else None

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table that an earlier step made, or None."""
        found = [products.tables[name] for products in self.known.values() if name in products.tables]
        return found[-1] if found else None

    def meta(self, title: Title, role: str, *, lineage: str, sources: tuple[Layer | None, ...] = ()) -> LayerMeta:
        """Return the description of a layer made here, its sources being those of what it was made from."""
        layers = [*sources] if sources else list(self.given.values())
        used = [layer.meta for layer in layers if layer is not None]
        return LayerMeta(
            title=title,
            role=role,
            status="modellerat" if any(meta.status == "modellerat" for meta in used) else "mätt",
            year=self.settings.region.year,
            source=together(meta.source for meta in used) or "Strukturbild",
            provider=together(meta.provider for meta in used) or "Strukturbild",
            licence=together(meta.licence for meta in used) or "–",
            lineage=lineage,
            crs="EPSG:3006",
        )


def made_layer(
    name: str,
    frame: gpd.GeoDataFrame | pd.DataFrame,
    meta: LayerMeta,
    *,
    grid: Grid | None = None,
    raster: Raster | None = None,
    faults: tuple[Fault, ...] = (),
) -> Layer:
    """Return a layer of the image; the recipe seals it with the step's fingerprint."""
    return Layer(name, meta, frame, "", grid, raster, faults, len(frame))
