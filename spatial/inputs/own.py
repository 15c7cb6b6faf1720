"""A user's own file as a layer, from three answers instead of YAML: what it is, which column names it, whence it comes.

The file goes through the gate; what becomes of it is the user's: it is shown, or composed into an image of their own.
"""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import geopandas as gpd
import pandas as pd

from spatial import fingerprints
from spatial.errors import Fault, LayerError
from spatial.inputs import gate, truth
from spatial.inputs.layers import layer_of, region_of
from spatial.inputs.received import Received
from spatial.model import Layer, LayerMeta, StructureImage
from spatial.settings import FileReader, LayerSpec, Role, Title

ROLES: Final[tuple[Role, ...]] = ("services", "population_grid", "stations", "airports")
"""What an own layer can be in an image; anything else is shown as it is."""
OTHER: Final = "other"
_NAME: Final = "name"
_UNFIT: Final = re.compile(r"[^a-z0-9åäö]+")
_ID_LENGTH: Final = 24


@dataclass(frozen=True)
class Answers:
    """What a user says of a file: ``what`` (a role, or *other*), the column of names, title, year, source, licence.

    ``service`` is the kind of service that services are, ``people`` the column of inhabitants in a population grid.
    """

    what: str
    title: str
    year: int
    source: str
    licence: str
    name: str = ""
    service: str = ""
    people: str = ""


def sent_layers(content: bytes, name: str) -> list[str]:
    """Return the layers to choose among of a GeoPackage that somebody sent; none where there is nothing to choose.

    Raises
    ------
    GateError
        If the file is refused.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        layers = list(gate.upload_layers(_written(content, Path(folder)), name=name))
    return layers if len(layers) > 1 else []


def sent_file(content: bytes, name: str, layer: str | None = None) -> Received:
    """Return a file that somebody sent, as it came through the gate.

    Raises
    ------
    GateError
        If the file is refused.
    LayerError
        If it holds no geometry.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        received = gate.read_upload(_written(content, Path(folder)), name=name, layer=layer)
    if not isinstance(received.frame, gpd.GeoDataFrame):
        raise LayerError([Fault("faults.no_geometry", name)])
    return received


def _written(content: bytes, folder: Path) -> Path:
    path = folder / "sant"
    path.write_bytes(content)
    return path


def own_id(title: str) -> str:
    """Return the id of an own layer by its title.

    Examples
    --------
    >>> own_id("Våra bibliotek (2024)")
    'eget_våra_bibliotek_2024'
    """
    stem = _UNFIT.sub("_", title.lower()).strip("_")[:_ID_LENGTH].strip("_")
    return f"eget_{stem or 'lager'}"


def own_layer(received: Received, answers: Answers, image: StructureImage) -> Layer:
    """Return a file as a true layer, in the role that the answers give it.

    Parameters
    ----------
    received : Received
        What ``sent_file`` gave.
    answers : Answers
    image : StructureImage
        Whose region the layer must lie in.

    Returns
    -------
    Layer
        EPSG:3006; the names are in ``name``; what was repaired is in its faults. A layer of no role keeps the file's
        columns.

    Raises
    ------
    LayerError
        With every fault that stops it, each with its row and remedy.
    """
    title = answers.title.strip()
    layer_id = own_id(title)
    settings = image.settings
    municipalities = next(layer for layer in image.inputs.values() if layer.meta.role == "municipalities")
    region = region_of(municipalities, settings)
    if answers.what != OTHER:
        return layer_of(received, _spec(layer_id, title, answers), settings, region)
    margin = settings.region.margin_m.value
    frame, faults = truth.true_frame(
        _named(received.frame, answers.name),
        layer=layer_id, crs=None, family=None, id_column=None, region=region, margin_m=margin,
    )  # fmt: skip
    seal = fingerprints.fingerprint_of_frame(frame, title=title, name=answers.name)
    faults = (*received.notes, *faults)
    return Layer(layer_id, _meta(title, answers), frame, seal, faults=faults, rows_read=received.rows_read)


def _named(frame: pd.DataFrame, column: str) -> gpd.GeoDataFrame:
    """Return the frame with the names in ``name``; another column of that name keeps its values beside it."""
    if not column or column == _NAME:
        return gpd.GeoDataFrame(frame)
    kept = frame.rename(columns={_NAME: f"{_NAME}_1"}) if _NAME in frame.columns else frame
    return gpd.GeoDataFrame(kept.assign(**{_NAME: frame[column].astype(object)}))


def _meta(title: str, answers: Answers) -> LayerMeta:
    source = answers.source.strip()
    return LayerMeta(Title(sv=title), OTHER, "mätt", answers.year, source, source, answers.licence)


def _spec(layer_id: str, title: str, answers: Answers) -> LayerSpec:
    columns = {_NAME: answers.name} if answers.name else {}
    constants: dict[str, str] = {}
    if answers.what == "services":
        constants = {"service_type": answers.service, "status": "mätt"}
    if answers.what == "population_grid":
        columns["population_inv"] = answers.people
    role: Role = next(role for role in ROLES if role == answers.what)
    return LayerSpec(
        id=layer_id,
        title=Title(sv=title),
        role=role,
        status="mätt",
        year=answers.year,
        source=answers.source.strip(),
        provider=answers.source.strip(),
        licence=answers.licence,
        reader=FileReader(kind="file", path=PurePosixPath("lager.gpkg")),
        columns=columns,
        constants=constants,
    )


def with_own(inputs: dict[str, Layer], own: Layer) -> dict[str, Layer]:
    """Return an image's inputs with an own layer among them: it takes the place of those of its role.

    Services stand beside those that are known, and so in the place of modelled ones of their kind.
    """
    replaced = own.meta.role != "services"
    kept = {
        name: layer
        for name, layer in inputs.items()
        if name != own.id and not (replaced and layer.meta.role == own.meta.role)
    }
    return {**kept, own.id: own}
