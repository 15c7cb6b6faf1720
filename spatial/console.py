"""What the commands show: progress, the summary of a build, faults and the inventory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from spatial.build import Progress as Tell
from spatial.errors import Fault
from spatial.manifest import totals_of
from spatial.model import StructureImage
from spatial.texts import has_text, number, text
from spatial.views.wording import omitted_sentence, role_name

if TYPE_CHECKING:
    from spatial.examination import Examination
    from spatial.inputs.starter import NewRegion

_WIDTH = 110


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


@contextmanager
def progress() -> Iterator[Tell]:
    """Show a bar for each phase of a build."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, int] = {}

        def tell(phase: str, what: str) -> None:
            if phase not in tasks:
                for done in tasks.values():
                    bars.update(done, total=1, completed=1)  # type: ignore[arg-type]
                tasks[phase] = bars.add_task(text(f"cli.phase.{phase}"), total=None)
            bars.update(tasks[phase], description=f"{text(f'cli.phase.{phase}')}: {_step(what)}")  # type: ignore[arg-type]

        yield tell


def _step(name: str) -> str:
    key = f"cli.step.{name}"
    return text(key) if has_text(key) else name


def show_summary(image: StructureImage, folder: Path) -> None:
    """Show what was built, its totals, what was left out, and where it lies."""
    console = _console()
    region = image.settings.region
    totals = totals_of(image)
    table = Table(title=f"{text('cli.summary.title')} {region.title.sv} – {region.status} {region.year}")
    for name in ("municipality", "people", "cells", "outside", "status"):
        table.add_column(text(f"cli.summary.{name}"), justify="left" if name == "municipality" else "right")
    cells = image.layers.get("rutnat")
    status = cells.meta.status if cells else "–"
    for row in totals.get("municipalities", {}).values():
        table.add_row(
            row["name"], number(row["population_inv"]), number(row["cells"]), number(row["outside_inv"]), status
        )
    for name, row in totals.get("parts", {}).items():
        table.add_row(
            f"[bold]{name}[/]", number(row["population_inv"]), number(row["cells"]), number(row["outside_inv"]), status
        )
    whole = totals["region"]
    if "population_inv" in whole:
        table.add_row(
            f"[bold]{region.title.sv}[/]",
            number(whole["population_inv"]),
            number(whole["cells"]),
            number(whole["outside_inv"]),
            status,
        )
    console.print(table)
    _show_warnings(console, image)
    _show_omissions(console, image)
    console.print(text("cli.summary.folder", folder=folder), soft_wrap=True)


def _show_warnings(console: Console, image: StructureImage) -> None:
    layers = {**image.inputs, **{f"bild:{name}": layer for name, layer in image.layers.items()}}
    faults = {fault.sentence(): fault for layer in layers.values() for fault in layer.faults}
    for sentence in faults:
        console.print(f"• {sentence}", markup=False)


def _show_omissions(console: Console, image: StructureImage) -> None:
    if image.provenance.omissions:
        console.print(text("cli.summary.omitted"))
    for omission in image.provenance.omissions:
        console.print(f"• {omitted_sentence(omission, settings=image.settings)}", markup=False)


def show_examination(found: "Examination") -> None:
    """Show every fault with row and remedy, and the inventory of structures."""
    console = _console()
    if found.inventory is not None:
        console.print(_inventory_table(found))
    for omitted in found.missing_roles:
        console.print("• " + text("cli.check.missing", role=role_name(omitted)), markup=False)
    for fault in found.faults:
        console.print(_fault_line(fault), markup=False, soft_wrap=True)
    key = "cli.check.faults" if found.stopping else "cli.check.sound"
    console.print(text(key, count=len(found.stopping), layers=found.layers))


def _fault_line(fault: Fault) -> str:
    return f"• [{text(f'cli.severity.{fault.severity}')}] {fault.sentence()} {fault.remedy()}".rstrip()


def _inventory_table(found: "Examination") -> Table:
    table = Table(title=text("cli.check.inventory"))
    for name in ("layer", "year", "status", "features", "missing_in"):
        table.add_column(text(f"cli.check.{name}"), overflow="fold")
    inventory = found.inventory
    if inventory is None:
        return table
    for _, rows in inventory.groupby("layer", sort=False):
        first = rows.iloc[0]
        absent = rows.loc[rows["missing"], "municipality"].tolist()
        features = text("cli.check.raster") if first["features_count"] < 0 else number(rows["features_count"].sum())
        table.add_row(first["title"], str(first["year"]), first["status"], features, ", ".join(absent) or "–")
    return table


def show_new(made: "NewRegion") -> None:
    """Show what was written for a new region, and what its empty roles would unlock."""
    console = _console()
    console.print(text("cli.new.made", folder=made.folder, municipalities=len(made.municipalities)), soft_wrap=True)
    for role in made.empty_roles:
        console.print("• " + text(f"roles.{role}.short"), markup=False)
    console.print(text("cli.new.next", config=made.config), soft_wrap=True)
