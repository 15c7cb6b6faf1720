"""The commands: ``strukturbild build | check | new | app``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from spatial.errors import StrukturbildError
from spatial.texts import text

_EXIT_FAULTS = 1
_EXIT_MISTAKE = 2
_CONFIG = click.argument("config", required=False)
_DATA = click.option("--data", type=click.Path(path_type=Path), help=text("cli.help.data"))
_OUT = click.option("--out", type=click.Path(path_type=Path), help=text("cli.help.out"))


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn a user's mistake into its sentence and exit code 2; never a traceback."""
    try:
        yield
    except StrukturbildError as error:
        click.echo(error.message(), err=True)
        sys.exit(_EXIT_MISTAKE)
    except KeyboardInterrupt:
        click.echo(text("cli.interrupted"), err=True)
        sys.exit(130)


@click.group(help=text("cli.help.main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strukturbild")
def cli() -> None:
    """Strukturbild."""


@cli.command(help=text("cli.help.build"))
@_CONFIG
@_DATA
@_OUT
def build(config: str | None, data: Path | None, out: Path | None) -> None:
    """Build a region's structure image."""
    from spatial import build as workshop
    from spatial import console

    with _clear_errors():
        if data is not None and not data.is_dir():
            raise StrukturbildError("cli.no_data_folder", folder=data)
        with console.progress() as tell:
            image, folder = workshop.build(config, data=data, out=out, progress=tell)
        console.show_summary(image, folder)


@cli.command(help=text("cli.help.check"))
@click.argument("inputs", nargs=-1)
@click.option("--config", help=text("cli.help.config"))
@_DATA
def check(inputs: tuple[str, ...], config: str | None, data: Path | None) -> None:
    """List every fault of a region's layers, or of files; exit code 1 if there are any."""
    from spatial import console, examination

    with _clear_errors():
        files = [Path(name) for name in inputs if not examination.is_config(name)]
        configs = [name for name in inputs if examination.is_config(name)]
        if files:
            found = examination.examine_files(files, config or (configs[0] if configs else None))
        else:
            found = examination.examine_region(configs[0] if configs else config, data)
        console.show_examination(found)
    sys.exit(_EXIT_FAULTS if found.stopping else 0)


@cli.command(help=text("cli.help.new"))
@click.argument("name")
@click.argument("codes", nargs=-1)
@click.option("--lan", help=text("cli.help.lan"))
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help=text("cli.help.new_out"))
def new(name: str, codes: tuple[str, ...], lan: str | None, out: Path) -> None:
    """Write settings and layer stubs for another region."""
    from spatial import console
    from spatial.inputs import starter

    with _clear_errors():
        made = starter.new_region(name, out, lan=lan, codes=codes)
        console.show_new(made)


@cli.command(help=text("cli.help.app"))
@_CONFIG
@_DATA
@_OUT
@click.option("--port", type=int, help=text("cli.help.port"))
def app(config: str | None, data: Path | None, out: Path | None, port: int | None) -> None:
    """Open the app in this process, on this computer only."""
    from spatial import server

    with _clear_errors():
        server.run_app(config, data=data, out=out, port=port)


def main() -> None:
    """Run the command line; console output is UTF-8 also where the console says otherwise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="strukturbild")


if __name__ == "__main__":
    main()
