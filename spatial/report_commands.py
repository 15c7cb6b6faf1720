"""The command ``strukturbild report``: a region's or a municipality's report as Word and HTML."""

from pathlib import Path

import click

from spatial.texts import text

_PATH = click.Path(path_type=Path)


@click.command("report", help=text("report.help.command"))
@click.argument("config", required=False)
@click.option("--municipality", metavar="KOD", help=text("report.help.municipality"))
@click.option("--out", type=_PATH, default=Path("rapport"), show_default=True, help=text("report.help.out"))
@click.option("--data", type=_PATH, help=text("report.help.data"))
@click.option("--image", "folder", type=_PATH, help=text("report.help.folder"))
@click.option("--lang", type=click.Choice(["sv", "en", "no"]), default="sv", help=text("report.help.lang"))
def report_command(
    config: str | None, municipality: str | None, out: Path, data: Path | None, folder: Path | None, lang: str
) -> None:
    """Write a report; an image that is missing is built first."""
    from spatial import build as workshop
    from spatial import console
    from spatial.record.base import events_beside
    from spatial.storage import check_writable
    from spatial.views.report import report, write_report

    check_writable(out)
    with console.progress() as tell:
        image, home = workshop.image_of(config, data=data, out=folder, progress=tell)
        events = events_beside(home, image.settings.record)
        told = report(
            image, municipality=municipality, events=events, lang=lang, progress=lambda what: tell("write", what)
        )
        files = write_report(told, out, f"rapport-{municipality or image.settings.region.id}")
    for file in files:
        click.echo(text("report.written", lang, file=file))
