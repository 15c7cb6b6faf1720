"""What the commands show of changes from QGIS: each before it is taken, and what followed from it."""

import math
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spatial.analysis.changes import NO_LEVEL, OVERRIDE, Change
from spatial.model import StructureImage
from spatial.roundtrip import Proposal
from spatial.texts import has_text, number, text
from spatial.views.columns import alias

_WIDTH = 110
_MOST = 60


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def show_proposals(image: StructureImage, found: Sequence[Proposal]) -> None:
    """Show, layer by layer, what would be added, changed (old and new), moved (metres) and removed."""
    console = _console()
    for proposal in found:
        console.print(_table(image, proposal))
        left = len(proposal.table) - _MOST
        if left > 0:
            console.print(text("export.more_rows", count=left))
        console.print(counted_sentence(proposal), markup=False)
        if proposal.counted("removed") > proposal.rows:
            console.print(text("export.many_removed"), markup=False)
        for fault in proposal.faults:
            console.print(f"• {fault.sentence()} {fault.remedy()}".rstrip(), markup=False)


def counted_sentence(proposal: Proposal, lang: str = "sv") -> str:
    """Return how many rows of a layer would be added, changed, moved and removed."""
    added, changed, moved, removed = (proposal.counted(kind) for kind in ("added", "changed", "moved", "removed"))
    return text(
        "export.counted", lang, layer=proposal.title, added=added, changed=changed, moved=moved, removed=removed
    )


def _table(image: StructureImage, proposal: Proposal) -> Table:
    table = Table(title=proposal.title)
    for name in ("what", "id", "name", "column", "old", "new"):
        table.add_column(text(f"export.head.{name}"), overflow="fold")
    for line in difference_rows(image, proposal)[:_MOST]:
        table.add_row(*map(escape, line))
    return table


def difference_rows(image: StructureImage, proposal: Proposal, lang: str = "sv") -> list[tuple[str, ...]]:
    """Return a proposal's lines as users read them: what, id, name, column, old, new."""
    lines: list[tuple[str, ...]] = []
    for _, row in proposal.table.iterrows():
        kind = str(row["change"])
        if kind == "moved":
            column, old, new = "", "", text("export.moved_m", lang, metres=_metres(float(row["moved_m"]), lang))
        else:
            name = str(row["column"])
            column = alias(name, image.settings, lang) if name else ""
            old, new = (_shown(image, name, row[one], lang) if name else "" for one in ("old", "new"))
        lines.append((text(f"export.kind.{kind}", lang), str(row["id"]), str(row["name"]), column, old, new))
    return lines


def _metres(moved: float, lang: str) -> str:
    return number(moved, 0 if moved >= 10 else 2, lang=lang) if moved < float("inf") else "–"


def _shown(image: StructureImage, column: str, given: object, lang: str) -> str:
    value = None if isinstance(given, float) and math.isnan(given) else given
    if column == OVERRIDE:
        levels = {level.id: level.title.get(lang) for level in image.settings.hierarchy.levels}
        return text("export.by_criterion", lang) if value is None else (
            text("export.no_level", lang) if value == NO_LEVEL else levels.get(str(value), str(value))
        )  # fmt: skip
    if value is None:
        return "–"
    if isinstance(value, float):
        return number(value, 0 if value.is_integer() else 3, lang=lang)
    return str(value)


def show_taken(kept: Sequence[Change], effects: Mapping[str, int], image: StructureImage) -> None:
    """Show which changes were kept, and what in the image is other than before."""
    console = _console()
    for change in kept:
        console.print(text("export.taken", number=change.number, layer=change.title), markup=False)
    told = [f"{_named(image, name)}: {number(count)}" for name, count in effects.items()]
    console.print(text("export.followed", what="; ".join(told) or "–"), markup=False, soft_wrap=True)


def _named(image: StructureImage, name: str) -> str:
    if name in image.layers:
        return image.layers[name].meta.title.sv
    key = f"package.table.{name}"
    return text(key) if has_text(key) else name


def show_changes(changes: Sequence[Change]) -> None:
    """Show every change that was taken, and whether it holds."""
    console = _console()
    if not changes:
        console.print(text("export.none"))
        return
    table = Table(title=text("export.changes"))
    for name in ("number", "time", "layer", "file", "rows", "holds"):
        table.add_column(text(f"export.head.{name}"), overflow="fold")
    for change in changes:
        holds = text("export.holds") if change.withdrawn is None else text("export.withdrawn", time=change.withdrawn)
        told = (str(change.number), change.time, change.title, change.file, str(change.touched), holds)
        table.add_row(*map(escape, told))
    console.print(table)
