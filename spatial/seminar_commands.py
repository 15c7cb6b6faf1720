"""The command ``strukturbild seminar``: a story as one file for the projector, and as hand-outs."""

from pathlib import Path

import click

from spatial.texts import text

_PATH = click.Path(path_type=Path)


@click.command("seminar", help=text("seminar.help.command"))
@click.argument("story", required=False)
@click.option("--config", help=text("seminar.help.config"))
@click.option("--data", type=_PATH, help=text("seminar.help.data"))
@click.option("--image", "folder", type=_PATH, help=text("seminar.help.folder"))
@click.option("--out", type=_PATH, default=Path("seminarium.html"), show_default=True, help=text("seminar.help.out"))
@click.option("--pdf", type=_PATH, help=text("seminar.help.pdf"))
@click.option("--png", type=_PATH, help=text("seminar.help.png"))
@click.option("--lang", type=click.Choice(["sv", "en", "no"]), default="sv", help=text("seminar.help.lang"))
def seminar_command(
    story: str | None,
    config: str | None,
    data: Path | None,
    folder: Path | None,
    out: Path,
    pdf: Path | None,
    png: Path | None,
    lang: str,
) -> None:
    """Write a seminar; an image that is missing is built first."""
    from spatial import build as workshop
    from spatial import console
    from spatial.inputs.stories import read_story
    from spatial.storage import check_writable
    from spatial.views.seminar import seminar

    told = read_story(story)
    for target in (out.parent, *([pdf.parent] if pdf else []), *([png] if png else [])):
        check_writable(target)
    with console.progress() as tell:
        image, _ = workshop.image_of(config, data=data, out=folder, progress=tell)
    written = [seminar(image, told, lang=lang).save(out)]
    if pdf is not None or png is not None:
        from spatial.views.handout import write_pdf, write_pngs

        written += [] if pdf is None else [write_pdf(image, told, pdf, lang=lang)]
        written += [] if png is None else write_pngs(image, told, png, lang=lang)
    for file in written:
        click.echo(text("seminar.written", lang, file=file))
