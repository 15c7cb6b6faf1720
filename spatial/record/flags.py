"""The image with its recommendations compared with the image before and with what municipalities have answered."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import pandas as pd

from spatial.analysis.outdated import STALE, compared
from spatial.archive import read_saved_layer
from spatial.errors import OutputError
from spatial.fingerprints import fingerprint_of_values
from spatial.model import Layer, StructureImage
from spatial.record.events import Event
from spatial.record.reading import adoption
from spatial.storage import read_manifest

NAME: Final = "rekommendationer"


def layer_before(folder: Path) -> Layer | None:
    """Return the recommendations of the image that was built in a folder, or None where none can be read."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    try:
        return read_saved_layer(folder, str(manifest.get("fingerprint")), NAME)
    except OutputError:
        return None


def with_flags(image: StructureImage, before: Layer | None, events: Iterable[Event]) -> StructureImage:
    """Return the image with the recommendations that are out of date flagged.

    Parameters
    ----------
    image : StructureImage
        As composed.
    before : Layer, optional
        The recommendations of the image before; those of examples are not compared with those of given plans.
    events : iterable of Event
        The working group's: its answers.

    Returns
    -------
    StructureImage
        ``rekommendationer`` as ``spatial.analysis.outdated.compared`` gives it, as layer and table. Where nothing is
        flagged it is the same image with the same fingerprint.
    """
    layer = image.layers.get(NAME)
    same_kind = layer is not None and before is not None and before.meta.lineage == layer.meta.lineage
    old = before.geo if before is not None and (same_kind or layer is None) else None
    made = layer.geo if layer is not None else _nothing(old)
    if made is None or NAME not in image.indicators:
        return image
    marked = compared(made, old, adoption(events))
    flagged = marked[marked["state"] == STALE]
    if flagged.empty:
        return image
    source = layer if layer is not None else before
    if source is None:
        return image
    seal = fingerprint_of_values({"image": image.provenance.fingerprint, "stale": flagged["changed"].to_dict()})
    shown = replace(source, frame=marked, fingerprint=fingerprint_of_values([source.fingerprint, seal]))
    table = pd.DataFrame(marked.drop(columns="geometry"))
    return replace(
        image,
        layers=MappingProxyType({**image.layers, NAME: shown}),
        indicators=MappingProxyType({**image.indicators, NAME: table}),
        provenance=replace(image.provenance, fingerprint=seal),
    )


def _nothing(old: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    return None if old is None else old.iloc[:0]
