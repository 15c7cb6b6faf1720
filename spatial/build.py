"""Build a region's image into a folder, or find the one that is there."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from spatial.analysis.changes import seal_of, with_changes
from spatial.archive import load_image, save_image
from spatial.errors import OutputError
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.own import with_own
from spatial.manifest import manifest_of
from spatial.model import Layer, StructureImage
from spatial.record.base import events_beside
from spatial.record.changes import read_changes
from spatial.record.flags import layer_before, with_flags
from spatial.settings import Settings
from spatial.storage import MANIFEST, check_writable, new_version, read_manifest, user_folder, write_json
from spatial.views.geopackage import write_geopackage
from spatial.views.mapfile import write_map
from spatial.views.rasters import write_rasters
from spatial.views.tables import write_tables
from spatial.views.webmap import draw

Progress = Callable[[str, str], None]
_MANY_NEW: Final = 50_000


@contextmanager
def _calm() -> Iterator[None]:
    """Let the garbage collector look less often, and not at what was there before: it would find nothing, at length."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_MANY_NEW, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@_calm()
def build(
    config: Path | str | None = None,
    *,
    data: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[StructureImage, Path]:
    """Build a region's structure image with its map, tables and files.

    Parameters
    ----------
    config : Path or str, optional
        A settings file, or the name of an embedded region.
    data : Path, optional
        Where the settings' own files lie.
    out : Path, optional
        The folder to write; default a folder of the user's data directory.
    progress : callable, optional
        Called with the phase (``read``, ``compose``, ``write``) and what is being done.

    Returns
    -------
    StructureImage, Path
        The image, and the folder it was written to.

    Raises
    ------
    StrukturbildError
        With every fault; then nothing has been written.
    """
    tell = partial(_teller, progress)
    started = time.perf_counter()
    settings = read_settings(config)
    folder = out or user_folder(settings.region.id)
    check_writable(folder)
    changes = read_changes(folder)
    layers = with_changes(read_layers(settings, data, tell("read")), changes)
    read = time.perf_counter()
    image = compose(settings, layers, tell("compose"))
    image = with_flags(image, layer_before(folder), events_beside(folder, settings.record))
    composed = time.perf_counter()
    seconds = {"read_layers": read - started, "compose": composed - read}
    _publish(image, folder, tell("write"), seconds, {"changes": seal_of(changes)})
    return image, folder


@_calm()
def build_with(base: Path, own: Layer, out: Path, progress: Progress | None = None) -> StructureImage:
    """Build, into a folder of its own, what a built image becomes with a layer of a user's own.

    Parameters
    ----------
    base : Path
        The folder of the image that is built on; it is only read.
    own : Layer
    out : Path
    progress : callable, optional
        As for ``build``.

    Raises
    ------
    StrukturbildError
        Then nothing has been written.
    """
    tell = partial(_teller, progress)
    started = time.perf_counter()
    built = built_image(base)
    if built is None:
        raise OutputError("storage.no_image", folder=base)
    image = compose(built.settings, with_own(dict(built.inputs), own), tell("compose"))
    _publish(image, out, tell("write"), {"compose": time.perf_counter() - started}, {})
    return image


def _teller(progress: Progress | None, phase: str) -> Callable[[str], None]:
    return lambda what: progress(phase, what) if progress else None


def _publish(
    image: StructureImage,
    folder: Path,
    tell: Callable[[str], None],
    seconds: dict[str, float],
    more: dict[str, str],
) -> None:
    """Write an image's files and their manifest, all or nothing."""
    started = time.perf_counter()
    with new_version(folder) as fresh:
        _write(image, fresh, tell)
        files = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
        spent = {**seconds, "write": time.perf_counter() - started}
        write_json(fresh / MANIFEST, {**manifest_of(image, spent, files), **more})


def _write(image: StructureImage, folder: Path, tell: Callable[[str], None]) -> None:
    tell("strukturbild.gpkg")
    write_geopackage(image, folder / "strukturbild.gpkg")
    tell("raster")
    write_rasters(image, folder / "raster")
    tell("tabeller")
    write_tables(image, folder / "tabeller")
    tell("karta.html")
    drawn = draw(image)
    drawn.save(folder / "karta.html")
    save_image(image, folder)
    write_map(image, folder, drawn=drawn)


def built_image(folder: Path) -> StructureImage | None:
    """Return the image that was built in a folder, or None where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    return load_image(folder, str(manifest["fingerprint"]))


def image_of(
    config: Path | str | None = None,
    *,
    data: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[StructureImage, Path]:
    """Return a region's built image; one that is missing, or older than its settings or changes, is built first."""
    settings = read_settings(config)
    folder = out or user_folder(settings.region.id)
    image = image_with(settings, folder)
    if image is not None:
        return image, folder
    return build(config, data=data, out=out, progress=progress)


def image_with(settings: Settings, folder: Path) -> StructureImage | None:
    """Return the image built in a folder with these settings and the changes that hold, or None where none is.

    An image that another version wrote counts as none: it is built anew.
    """
    try:
        image = built_image(folder)
    except OutputError:
        return None
    if image is None or not _same(image.settings, settings):
        return None
    held = str((read_manifest(folder) or {}).get("changes", ""))
    return image if held == seal_of(read_changes(folder)) else None


def _same(one: Settings, other: Settings) -> bool:
    return one.model_dump(exclude={"folder"}) == other.model_dump(exclude={"folder"})
