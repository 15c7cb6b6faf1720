"""What strategists take away: the GeoPackage alone, or the whole folder that opens in QGIS."""

import tempfile
import zipfile
from pathlib import Path
from typing import Final

from spatial.model import StructureImage
from spatial.storage import check_writable, new_file
from spatial.story import Story
from spatial.texts import text
from spatial.views.geopackage import image_title, write_geopackage
from spatial.views.qgis_layers import ProjectLayer, project_layers
from spatial.views.qgis_metadata import status_word
from spatial.views.qgis_project import write_project
from spatial.views.rasters import write_rasters

GEOPACKAGE: Final = "strukturbild.gpkg"
PROJECT: Final = "strukturbild.qgz"
README: Final = "LÄS MIG.txt"
ARCHIVE: Final = "strukturbild-qgis.zip"
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
_UTF8_NAME: Final = 0x800


def export(image: StructureImage, target: str | Path) -> Path:
    """Write the image as a GeoPackage.

    Parameters
    ----------
    image : StructureImage
    target : path
        The ``.gpkg`` to write; what was there is replaced at once.

    Returns
    -------
    Path
        The written file.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    return write_geopackage(image, Path(target))


def export_qgis(
    image: StructureImage, folder: str | Path, *, lang: str = "sv", story: Story | None = None
) -> list[Path]:
    """Write the folder that a strategist opens in QGIS, and the same folder as one zip file.

    Parameters
    ----------
    image : StructureImage
    folder : path
        Made where it is missing; other files in it are left alone.
    lang : {"sv", "en", "no"}
    story : Story, optional
        A seminar: each of its steps becomes a map theme of the project.

    Returns
    -------
    list of Path
        ``strukturbild.gpkg``, ``strukturbild.qgz``, ``LÄS MIG.txt``, the rasters with their styles, and the zip last.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    home = Path(folder)
    check_writable(home)
    gpkg = write_geopackage(image, home / GEOPACKAGE, lang=lang)
    rasters = write_rasters(image, home / "raster", lang=lang)
    project = write_project(image, gpkg, home / "raster", home / PROJECT, lang=lang, story=story)
    with new_file(home / README) as fresh:
        fresh.write_text(readme(image, lang), encoding="utf-8-sig", newline="\r\n")
    styles = [path.with_suffix(".qml") for path in rasters]
    written = [gpkg, project, home / README, *rasters, *styles]
    with new_file(home / ARCHIVE) as fresh:
        _zip(written, home, fresh)
    return [*written, home / ARCHIVE]


def qgis_zip(image: StructureImage, *, lang: str = "sv", story: Story | None = None) -> bytes:
    """Return the folder that opens in QGIS as the content of a zip file, for a download."""
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        return export_qgis(image, folder, lang=lang, story=story)[-1].read_bytes()


def readme(image: StructureImage, lang: str = "sv") -> str:
    """Return what lies in the folder: how it is opened, each layer with its source and status, and how it was made."""
    title = image_title(image, lang)
    lines = [title, "=" * len(title), "", text("webmap.schematic", lang), text("package.readme.open", lang), ""]
    lines += [text("package.readme.layers", lang), "-" * len(text("package.readme.layers", lang))]
    lines += [_layer_line(layer, lang) for layer in project_layers(image, GEOPACKAGE, "raster", lang)]
    lines += ["", text("package.readme.values", lang), ""]
    lines += [text("package.readme.sources", lang), "-" * len(text("package.readme.sources", lang))]
    for layer in image.inputs.values():
        meta = layer.meta
        lines.append(
            text("package.readme.source", lang, title=meta.title.get(lang), source=meta.source, year=meta.year,
                 licence=meta.licence, status=status_word(meta, lang), fingerprint=layer.fingerprint)
        )  # fmt: skip
    lines += ["", text("package.readme.steps", lang), "-" * len(text("package.readme.steps", lang))]
    lines += [text("package.history_step", lang, step=step.step, inputs=", ".join(step.inputs),
                   fingerprint=step.fingerprint) for step in image.provenance.steps]  # fmt: skip
    if image.provenance.omissions:
        left_out = sorted({f"{item.step} ({item.role})" for item in image.provenance.omissions})
        lines += ["", text("package.readme.omitted", lang, omitted=", ".join(left_out))]
    lines += ["", text("package.readme.fingerprint", lang, fingerprint=image.provenance.fingerprint)]
    return "\n".join(lines) + "\n"


def _layer_line(layer: ProjectLayer, lang: str) -> str:
    where = layer.source.partition("|subset=")[0].replace("|layername=", ": ")
    status = status_word(layer.meta, lang)
    if layer.group == "tabeller" or layer.provider == "gdal":
        return text("package.readme.short", lang, title=layer.title, where=where, status=status)
    meta = layer.meta
    values = {"source": meta.source, "year": meta.year, "licence": meta.licence}
    return text("package.readme.layer", lang, title=meta.title.get(lang), where=where, status=status, **values)


def _zip(paths: list[Path], home: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            member = zipfile.ZipInfo(f"strukturbild/{path.relative_to(home).as_posix()}", _ZIP_DAY)
            member.flag_bits |= _UTF8_NAME
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
