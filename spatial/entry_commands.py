"""``strukturbild code``: set, or take away, what a group on a network gives to come in."""

import sys
from pathlib import Path

import click

from spatial.entry_code import FILE, remove_codes, set_code
from spatial.entry_terms import ROLES, Role
from spatial.errors import EntryError
from spatial.inputs.config import read_settings
from spatial.storage import user_folder
from spatial.texts import text


@click.command("code", help=text("entry.help.code"))
@click.argument("config", required=False)
@click.option("--out", type=click.Path(path_type=Path), help=text("cli.help.out"))
@click.option("--for", "role", type=click.Choice(ROLES), default="write", help=text("entry.help.for"))
@click.option("--remove", is_flag=True, help=text("entry.help.remove"))
def code_command(config: str | None, out: Path | None, role: Role, remove: bool) -> None:
    """Ask for a code and keep its hash; the code itself is neither an argument nor written anywhere."""
    settings = read_settings(config)
    folder = out or user_folder(settings.region.id)
    if remove:
        remove_codes(folder)
        click.echo(text("entry.removed", folder=folder))
        return
    set_code(folder, role, _asked(role), settings.entry)
    click.echo(text("entry.kept", file=folder / FILE, role=text(f"entry.role.{role}")))


def _asked(role: Role) -> str:
    """Return the code as it is typed (twice, unseen) or as it comes from another program's output."""
    if sys.stdin.isatty():
        ask = text("entry.prompt", role=text(f"entry.role.{role}"))
        code: str = click.prompt(ask, hide_input=True, confirmation_prompt=text("entry.again"))
    else:
        code = sys.stdin.readline().rstrip("\r\n")
    if not code.strip():
        raise EntryError("entry.no_code_given")
    return code
