"""``strukturbild plan map | check``: a draft of a plan's mapping, and the readiness check of one plan."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from spatial.errors import StrukturbildError
from spatial.texts import number, text

_LAYER = click.option("--layer", help=text("plans.help.layer"))
_COLUMN = click.option("--code", "column", help=text("plans.help.code"))
_MOST = 60
_EXIT_FAULTS = 1
_EXIT_MISTAKE = 2


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except StrukturbildError as error:
        click.echo(error.message(), err=True)
        sys.exit(_EXIT_MISTAKE)


@click.group(name="plan", help=text("plans.help.plan"))
def plan() -> None:
    """Work with one municipality's plan."""


@plan.command(name="map", help=text("plans.help.map"))
@click.argument("file", type=click.Path(path_type=Path))
@_LAYER
@_COLUMN
@click.option("--name", "name_column", help=text("plans.help.name"))
@click.option("--out", type=click.Path(path_type=Path), help=text("plans.help.out"))
def map_(file: Path, layer: str | None, column: str | None, name_column: str | None, out: Path | None) -> None:
    """List a plan's codes with the closest pivot value, and write a draft of its mapping."""
    from spatial.analysis.plans import draft_mapping
    from spatial.inputs.mapping import read_pivot
    from spatial.inputs.plan_files import coded, draft_text, write_draft

    with _clear_errors():
        pivot = read_pivot()
        received, chosen, spelled = coded(file, layer, column, name_column)
        table = draft_mapping(received, pivot)
        for row in table.head(_MOST).itertuples():
            value = pivot.value(str(row.pivot))
            click.echo(
                text(
                    "plans.draft_row",
                    code=row.code,
                    count=row.count,
                    area=number(float(str(row.area_km2)), 2),
                    pivot=value.title.sv if value else row.pivot,
                    score=number(float(str(row.score)), 2),
                )
            )
        click.echo(text("plans.draft_columns", column=chosen, name=spelled or "–", codes=len(table)))
        if out is not None:
            write_draft(out, draft_text(table, pivot, file.stem, chosen))
            click.echo(text("plans.draft_written", file=out))


@plan.command(name="check", help=text("plans.help.check"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", required=True, help=text("plans.help.municipality"))
@click.option("--mapping", help=text("plans.help.mapping"))
@click.option("--config", help=text("plans.help.config"))
@_LAYER
@_COLUMN
def check(
    file: Path, municipality: str, mapping: str | None, config: str | None, layer: str | None, column: str | None
) -> None:
    """Check one plan against the rules; exit code 1 where there are faults."""
    from spatial.analysis.plans import mapped
    from spatial.analysis.readiness import check_plan
    from spatial.inputs.plan_files import one_plan

    with _clear_errors():
        one = one_plan(file, municipality, mapping, config, layer, column)
        features = mapped(one.features, one.mapping)
        if "file_id" in one.features.columns:
            features = features.assign(file_id=one.features["file_id"].to_numpy())
        settings = one.settings
        found = check_plan(features, one.outline, settings.readiness, pivot=settings.pivot, water=one.shores)
        for row in found.itertuples():
            click.echo(text("plans.finding", severity=row.severity, rule=row.rule, sentence=row.sentence, fix=row.fix))
        click.echo(text("plans.findings", count=len(found), version=settings.readiness.version))
        click.echo(settings.readiness.caveat.sv)
    sys.exit(_EXIT_FAULTS if (found["severity"] == "fel").any() else 0)
