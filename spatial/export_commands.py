"""The commands to QGIS and back: ``strukturbild export | serve | changes``, and ``build --with``."""

import sys
from pathlib import Path

import click

from spatial.errors import StrukturbildError
from spatial.texts import text

_PATH = click.Path(path_type=Path)
_CONFIG = click.argument("config", required=False)
_DATA = click.option("--data", type=_PATH, help=text("cli.help.data"))
_IMAGE = click.option("--image", "folder", type=_PATH, help=text("export.help.image"))
_LANG = click.option(
    "--lang", type=click.Choice(["sv", "en", "no"]), default="sv", show_default=True, help=text("export.help.lang")
)
_NOT_TAKEN = 1


@click.command("export", help=text("export.help.export"))
@_CONFIG
@click.option("--qgis", "target", type=_PATH, required=True, help=text("export.help.qgis"))
@_DATA
@_IMAGE
@_LANG
def export_command(config: str | None, target: Path, data: Path | None, folder: Path | None, lang: str) -> None:
    """Write the folder that opens in QGIS, and the same as one zip; an image that is missing is built first."""
    from spatial import build as workshop
    from spatial import console
    from spatial.inputs.stories import read_story
    from spatial.storage import check_writable
    from spatial.views.qgis import export_qgis

    check_writable(target)
    with console.progress() as tell:
        image, _ = workshop.image_of(config, data=data, out=folder, progress=tell)
        tell("write", text("export.package", lang))
        written = export_qgis(image, target, lang=lang, story=read_story())
    click.echo(text("export.written", lang, project=target / "strukturbild.qgz", archive=written[-1]))


@click.command("serve", help=text("export.help.serve"))
@_CONFIG
@click.option("--port", type=click.IntRange(1, 65535), default=None, help=text("export.help.port"))
@click.option("--address", default=None, help=text("export.help.address"))
@_DATA
@_IMAGE
def serve_command(
    config: str | None, port: int | None, address: str | None, data: Path | None, folder: Path | None
) -> None:
    """Serve the project as WMS and OGC API Features until stopped."""
    from spatial import build as workshop
    from spatial import console, mapserver
    from spatial.inputs.stories import read_story
    from spatial.views.qgis import PROJECT, export_qgis

    listen, number = address or mapserver.LOOPBACK, port or mapserver.PORT
    mapserver.program()
    mapserver.check_port(listen, number)
    with console.progress() as tell:
        image, home = workshop.image_of(config, data=data, out=folder, progress=tell)
        tell("write", text("export.package"))
        export_qgis(image, home / "qgis", story=read_story())

    def ready(root: str) -> None:
        click.echo(text("export.serving", root=root))

    code = mapserver.serve(home / "qgis" / PROJECT, address=listen, port=number, ready=ready)
    if code:
        raise StrukturbildError("export.server_ended", code=code)
    click.echo(text("export.stopped"))


@click.command("changes", help=text("export.help.changes"))
@_CONFIG
@click.option("--withdraw", type=int, help=text("export.help.withdraw"))
@click.option("--restore", type=int, help=text("export.help.restore"))
@_IMAGE
def changes_command(config: str | None, withdraw: int | None, restore: int | None, folder: Path | None) -> None:
    """List the changes that were taken from QGIS; withdraw one, or let it hold again."""
    from spatial import changes_console
    from spatial.inputs.config import read_settings
    from spatial.record.changes import read_changes, set_withdrawn
    from spatial.storage import user_folder

    home = folder or user_folder(read_settings(config).region.id)
    for number, gone in ((withdraw, True), (restore, False)):
        if number is not None:
            changed = set_withdrawn(home, number, withdrawn=gone)
            click.echo(text("export.now_withdrawn" if gone else "export.now_holds", number=changed.number))
    changes_console.show_changes(read_changes(home))


def build_with(
    config: str | None, files: tuple[Path, ...], *, data: Path | None, out: Path | None, yes: bool, partial: bool
) -> None:
    """Show what files that came back would change, ask, and build the image with what was taken.

    Exits with code 1 where the user said no or there is nobody to ask.

    Raises
    ------
    StrukturbildError
        If a file is refused; then nothing has been taken.
    """
    from spatial import build as workshop
    from spatial import changes_console, console, roundtrip

    absent = [file for file in files if not file.is_file()]
    if absent:
        raise StrukturbildError("cli.no_file", path=", ".join(map(str, absent)))
    with console.progress() as tell:
        image, folder = workshop.image_of(config, data=data, out=out, progress=tell)
        tell("read", text("export.comparing"))
        found = [proposal for file in files for proposal in roundtrip.proposals(image, file, partial=partial)]
    changes_console.show_proposals(image, found)
    if not found:
        click.echo(text("export.no_difference"))
        return
    roundtrip.check_apart(found)
    if not yes and not _agreed():
        click.echo(text("export.not_taken"), err=True)
        sys.exit(_NOT_TAKEN)
    kept = roundtrip.take(folder, found)
    try:
        with console.progress() as tell:
            after, _ = workshop.build(config, data=data, out=out, progress=tell)
    except StrukturbildError:
        for change in kept:
            roundtrip.drop(folder, change)
        raise
    changes_console.show_taken(kept, roundtrip.effects(image, after), after)


def _agreed() -> bool:
    try:
        return click.confirm(text("export.ask"), default=False)
    except click.Abort:
        return False
