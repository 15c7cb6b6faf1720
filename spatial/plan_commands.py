"""``strukturbild plan map | add | check``: from a plan's file to its mapping, its place in a region, and its faults."""

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spatial.plan_terms import AMBIGUOUS, UNKNOWN
from spatial.texts import number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from spatial.inputs.plan_files import PlanFile
    from spatial.inputs.plan_settings import Added
    from spatial.plan_terms import Pivot, Time

_LAYER = click.option("--layer", help=text("plans.help.layer"))
_COLUMN = click.option("--code", "column", help=text("plans.help.code"))
_TIME = click.option("--time", help=text("plans.help.time"))
_CONFIG = click.option("--config", help=text("plans.help.config"))
_MUNICIPALITY = click.option("--municipality", required=True, help=text("plans.help.municipality"))
_MAPPING = click.option("--mapping", help=text("plans.help.mapping"))
_FILE = click.argument("file", type=click.Path(path_type=Path))
_MOST = 60
_FEW = 10
_EXIT_FAULTS = 1


@click.group(name="plan", help=text("plans.help.plan"))
def plan() -> None:
    """Work with one municipality's plan."""


@plan.command(name="map", help=text("plans.help.map"))
@_FILE
@_LAYER
@_COLUMN
@click.option("--name", "name_column", help=text("plans.help.name"))
@_TIME
@click.option("--out", type=click.Path(path_type=Path), help=text("plans.help.out"))
def map_(
    file: Path, layer: str | None, column: str | None, name_column: str | None, time: str | None, out: Path | None
) -> None:
    """List a plan's codes with the closest pivot value, and write a draft of its mapping."""
    from spatial.analysis.plans import draft_mapping
    from spatial.inputs.mapping import read_mapping, read_pivot
    from spatial.inputs.plan_columns import recognised
    from spatial.inputs.plan_drafts import draft_text, drafted_times, write_draft
    from spatial.inputs.plan_files import MAPPINGS, read_plan

    pivot = read_pivot()
    read = read_plan(file, pivot, layer=layer, code=column, name_of_code=name_column, time=time)
    _say_layers(read)
    codes = read.coded()
    known = [read_mapping(name, pivot) for name in MAPPINGS]
    same = recognised(codes["code"].dropna().astype(str), known)
    trusted = [one for one in known if one is same or one.id == MAPPINGS[0]]
    table = draft_mapping(codes, pivot, trusted)
    _say_codes(table, pivot)
    _say_times(read.times(), drafted_times(read.times(), pivot, same))
    if same is not None:
        click.echo(text("plans.recognised", mapping=same.id, title=same.title.sv))
    if out is not None:
        columns = ", ".join(dict.fromkeys(one.columns.code or one.name for one in read.layers))
        write_draft(out, draft_text(table, pivot, file.stem, columns, read.times(), same))
        click.echo(text("plans.draft_written", file=out))
    mapping = same.id if same is not None and out is None else str(out or "mappning.yaml")
    if out is None and same is None:
        click.echo(text("plans.next_draft", file=file))
    click.echo(text("plans.next_add", file=file, mapping=mapping))


def _say_layers(read: "PlanFile") -> None:
    for layer in read.layers:
        said = {
            "layer": layer.name,
            "count": number(len(layer.frame)),
            "code": layer.columns.code or text("plans.layer_is_code"),
            "time": layer.columns.time or "–",
            "id": layer.columns.file_id or "–",
        }
        click.echo(text("plans.layer_row", **said))
        for note in layer.notes:
            click.echo(f"  {note.sentence()}")
    _say_left_out(read)


def _say_left_out(read: "PlanFile") -> None:
    for name, count in read.left_out:
        click.echo(text("plans.layer_left_out", layer=name, count=number(count)))
    if read.empty:
        click.echo(text("plans.layers_empty", layers=", ".join(read.empty)))


def _say_codes(table: "pd.DataFrame", pivot: "Pivot") -> None:
    titles = _titles(pivot)
    for row in table.head(_MOST).to_dict("records"):
        options = ", ".join(titles.get(one, one) for one in row["options"])
        click.echo(
            text(
                "plans.draft_row",
                code=f"{row['code']} ({row['name']})" if row["name"] else row["code"],
                count=number(row["count"]),
                area=_area(float(row["area_km2"]), 2),
                pivot=f"{titles[row['pivot']]}: {options}" if options else titles[row["pivot"]],
                score=number(float(row["score"]), 2),
            )
        )
    if len(table) > _MOST:
        click.echo(text("plans.draft_more", count=len(table) - _MOST))
    kinds = table["pivot"].value_counts()
    unknown, ambiguous = (int(kinds.get(kind, 0)) for kind in (UNKNOWN, AMBIGUOUS))
    click.echo(text("plans.draft_codes", codes=len(table), unknown=unknown, ambiguous=ambiguous))


def _say_times(counts: "Mapping[str, int]", said: "Mapping[str, Time]") -> None:
    for value, count in islice(counts.items(), _MOST):
        click.echo(text("plans.time_row", value=value, count=number(count), time=text(f"plans.time.{said[value]}")))
    _say_untold({value: count for value, count in counts.items() if said[value] == UNKNOWN})


def _say_untold(untold: "Mapping[str, int]") -> None:
    if untold:
        values = ", ".join([*islice(untold, _FEW), *(["…"] if len(untold) > _FEW else [])])
        click.echo(text("plans.times_untold", count=number(sum(untold.values())), values=values))


@plan.command(name="add", help=text("plans.help.add"))
@_FILE
@_MUNICIPALITY
@_MAPPING
@click.option("--out", type=click.Path(path_type=Path), required=True, help=text("plans.help.settings"))
@_CONFIG
@_LAYER
@_COLUMN
@_TIME
def add(
    file: Path,
    municipality: str,
    mapping: str | None,
    out: Path,
    config: str | None,
    layer: str | None,
    column: str | None,
    time: str | None,
) -> None:
    """Write settings that build on a region and add the plan, and read them back to see that it comes in."""
    from spatial.analysis.plans import apply_mapping
    from spatial.inputs.plan_settings import add_plan
    from spatial.inputs.plan_sound import timeless

    made = add_plan(file, municipality, mapping, out, config=config, layer=layer, code=column, time=time)
    pivot, rules = made.settings.pivot, made.settings.mappings
    lacking, untold = 0, dict[str, int]()
    for one in made.layers:
        click.echo(text("plans.added_layer", layer=one.meta.title.sv))
        for fault in one.faults:
            click.echo(f"  {fault.sentence()}")
        features = one.geo if "municipality" in one.geo.columns else one.geo.assign(municipality=municipality)
        for name, rows in features.groupby("mapping", sort=True):
            frame, _ = apply_mapping(rows, rules[str(name)])
            _say_values(frame, pivot)
            lacking += sum(fault.count for fault in timeless(frame, one.id))
            untold |= made.plan.untold_times(rules[str(name)])
    _say_left_out(made.plan)
    _say_places(made)
    _say_untold(untold)
    if lacking:
        click.echo(text("plans.added_timeless", count=number(lacking)))
    click.echo(text("plans.added", file=out))


def _say_places(made: "Added") -> None:
    """Say what was decided about the places: systems that were set, axes that were turned, whose the features are."""
    systems = sorted({one.crs for one in made.placings.values() if one.crs is not None})
    if systems:
        click.echo(text("plans.added_crs", crs=", ".join(systems)))
    also = sorted({crs for one in made.placings.values() for crs in one.also})
    if also:
        click.echo(text("plans.added_also", crs=", ".join(also)))
    turned = [name for name, one in made.placings.items() if one.swapped]
    if turned:
        click.echo(text("plans.added_turned", layers=", ".join(turned)))
    several = sorted({code for one in made.owners.values() for code in one.codes})
    if several:
        click.echo(text("plans.added_several", codes=", ".join(several)))
    astray = sum(one.astray for one in made.owners.values())
    if astray:
        click.echo(text("plans.added_astray", count=number(astray)))


def _say_values(frame: "gpd.GeoDataFrame", pivot: "Pivot") -> None:
    titles = _titles(pivot)
    areas = frame.area.groupby(frame["pivot"]).sum() / 1e6
    for value, count in frame["pivot"].value_counts().items():
        area = _area(float(areas[value]), 1)
        click.echo(text("plans.added_row", pivot=titles[str(value)], count=number(count), area=area))


def _titles(pivot: "Pivot") -> dict[str, str]:
    others = {AMBIGUOUS: text("plans.ambiguous"), UNKNOWN: text("plans.unknown")}
    return {value.id: value.title.sv for value in pivot.entries} | others


def _area(square_km: float, decimals: int) -> str:
    """Return an area as it is told after a count; lines and points have none."""
    return text("plans.area", area=number(square_km, decimals)) if square_km > 0 else ""


@plan.command(name="check", help=text("plans.help.check"))
@_FILE
@_MUNICIPALITY
@_MAPPING
@_CONFIG
@_LAYER
@_COLUMN
@_TIME
def check(
    file: Path,
    municipality: str,
    mapping: str | None,
    config: str | None,
    layer: str | None,
    column: str | None,
    time: str | None,
) -> None:
    """Check one plan against the rules; exit code 1 where there are faults."""
    from spatial.analysis.plans import for_check, given_interests
    from spatial.analysis.readiness import check_plan
    from spatial.inputs.plan_checked import one_plan

    one = one_plan(file, municipality, mapping, config, layer, column, time)
    features, rules, pivot = for_check(one.features, one.mapping), one.settings.readiness, one.settings.pivot
    given = given_interests({made.id: made.geo for made in one.interests}, pivot.of_aspect("varde"))
    found = check_plan(features, one.outline, rules, pivot=pivot, water=one.shores, interests=given)
    _say_layers(one.plan)
    _say_untold(one.plan.untold_times(one.mapping))
    for fault in (fault for made in one.interests for fault in made.faults):
        click.echo(fault.sentence())
    if one.codes:
        key = "plans.check_several" if municipality in one.codes else "plans.check_elsewhere"
        click.echo(text(key, codes=", ".join(one.codes), municipality=municipality))
    for row in found.itertuples():
        click.echo(text("plans.finding", severity=row.severity, rule=row.rule, sentence=row.sentence, fix=row.fix))
    click.echo(text("plans.findings", count=len(found), version=rules.version))
    click.echo(rules.caveat.sv)
    sys.exit(_EXIT_FAULTS if (found["severity"] == "fel").any() else 0)
