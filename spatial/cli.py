"""The commands: ``strukturbild build | check | new | app``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from spatial.entry_commands import code_command
from spatial.errors import StrukturbildError
from spatial.export_commands import changes_command, export_command, serve_command
from spatial.plan_commands import plan as plan_commands
from spatial.report_commands import report_command
from spatial.seminar_commands import seminar_command
from spatial.texts import text

_EXIT_FAULTS = 1
_EXIT_MISTAKE = 2
_EXIT_INTERRUPTED = 130
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
        sys.exit(_EXIT_INTERRUPTED)


class _Commands(click.Group):
    """The commands, whose misuse is said in the user's language."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; a mistake in how it is called gives one sentence and exit code 2."""
        try:
            with _clear_errors():
                code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.UsageError as error:
            click.echo(_usage(error), err=True)
            sys.exit(_EXIT_MISTAKE)
        except click.Abort:
            click.echo(text("cli.interrupted"), err=True)
            sys.exit(_EXIT_INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise StrukturbildError("cli.usage.no_command", name=cmd_name, command=ctx.command_path)
        return found


def _usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "strukturbild"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    if isinstance(error, click.NoSuchOption):
        return text("cli.usage.no_option", name=error.option_name, command=command)
    if isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None:
        key = "cli.usage.missing" if isinstance(error, click.MissingParameter) else "cli.usage.value"
        names = [name for name in error.param.opts if name.startswith("-")] or [error.param.make_metavar(error.ctx)]
        return text(key, name=names[0], command=command)
    return text("cli.usage.other", command=command)


def _data_folder(data: Path | None) -> None:
    if data is not None and not data.is_dir():
        raise StrukturbildError("cli.no_data_folder", folder=data)


@click.group(cls=_Commands, help=text("cli.help.main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strukturbild")
def cli() -> None:
    """Strukturbild."""


@cli.command(help=text("cli.help.build"))
@_CONFIG
@_DATA
@_OUT
@click.option("--with", "files", type=click.Path(path_type=Path), multiple=True, help=text("export.help.with"))
@click.option("--yes", is_flag=True, help=text("export.help.yes"))
@click.option("--partial", is_flag=True, help=text("export.help.partial"))
def build(
    config: str | None, data: Path | None, out: Path | None, files: tuple[Path, ...], yes: bool, partial: bool
) -> None:
    """Build a region's structure image; with files that came back from QGIS, if the user agrees."""
    from spatial import build as workshop
    from spatial import console, export_commands

    with _clear_errors():
        _data_folder(data)
        if files:
            export_commands.build_with(config, files, data=data, out=out, yes=yes, partial=partial)
            return
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
        _data_folder(data)
        files = [Path(name) for name in inputs if not examination.is_config(name)]
        configs = [name for name in inputs if examination.is_config(name)]
        if len(configs) > 1:
            raise StrukturbildError("cli.many_configs", names=", ".join(configs))
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
@click.option("--address", help=text("cli.help.address"))
def app(config: str | None, data: Path | None, out: Path | None, port: int | None, address: str | None) -> None:
    """Open the app in this process: on this computer only, or behind the group's code."""
    from spatial import server

    with _clear_errors():
        _data_folder(data)
        server.run_app(config, data=data, out=out, port=port, address=address)


for _command in (
    code_command,
    report_command,
    seminar_command,
    export_command,
    serve_command,
    changes_command,
    plan_commands,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; console output is UTF-8 also where the console says otherwise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="strukturbild")


if __name__ == "__main__":
    main()
