"""From findings to recommendations, each with what it rests on, so that exactly the dependent ones go stale."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis.matrix import NO_EVIDENCE
from spatial.analysis.rules import AGAINST, elements
from spatial.analysis.sentences import evidence_at, sentence_of, values_of_border, values_of_cell, values_of_conflict
from spatial.fingerprints import fingerprint_of_frame, fingerprint_of_values, fingerprints_of_features
from spatial.geo import ANALYSIS_CRS
from spatial.strategy import Compatibility, Goal, Template, Templates

COLUMNS: Final = (
    "template", "title", "text", "plans", "goal", "actor", "status", "severity", "finding", "evidence", "rule", "basis",
    "geometry",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """What was found: the matrix with its evidence, borders and conflicts; any may be missing."""

    matrix: pd.DataFrame | None = None
    evidence: pd.DataFrame | None = None
    borders: gpd.GeoDataFrame | None = None
    conflicts: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Ground:
    """What findings rest on: plan features, goals, the table, the structure image's layers; and names to say."""

    features: gpd.GeoDataFrame
    goals: tuple[Goal, ...]
    table: Compatibility
    structure: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def seal(self, feature: str) -> str:
        """Return the fingerprint of a plan feature; empty where it has none."""
        return str(self.features["fingerprint"].get(feature, ""))


def recommendations(findings: Findings, templates: Templates, ground: Ground) -> gpd.GeoDataFrame:
    """Return recommendations made from findings by templates.

    Returns
    -------
    GeoDataFrame
        EPSG:3006 points; index id (the same as long as template, plans, goal and features are); ``template``,
        ``title``, ``text``, ``plans`` (municipalities, ";"-separated), ``goal`` (id; its own, or the first in force
        with one of the template's themes), ``actor`` (*kommun*, *region*, *länsstyrelse*), ``status`` (*rekommendation,
        inte bindande*), ``severity``, ``finding``, ``evidence`` (feature ids; of a goal that the plan works against,
        those that do), ``rule``, ``basis`` (every thing it rests on with its fingerprint, and its own words),
        ``geometry``.
    """
    goals = {goal.id: goal for goal in ground.goals}
    rows: list[Row] = []
    for template in templates.templates:
        source = {"matris": _of_matrix, "grans": _of_borders, "konflikt": _of_conflicts}[template.finding]
        for row in source(findings, ground, template):
            goal = str(row["goal"] or _by_theme(template, ground.goals))
            sentence = sentence_of(template, row.pop("values"), ground.names, goals.get(goal))
            said = {
                "title": template.title.sv,
                "text": sentence,
                "actor": template.actor,
                "status": templates.status.sv,
            }
            rows.append({**row, "template": template.id, "goal": goal, **said})
            rows[-1]["basis"] = f"{_with_goal(row, goals.get(goal))};ord:{template.id}={_worded(said)}"
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS)), geometry="geometry", crs=ANALYSIS_CRS)
    stem = frame["template"] + ":" + frame["plans"] + ":" + frame["goal"] + ":" + frame["evidence"].map(_short)
    again = frame.groupby(stem.to_numpy()).cumcount().to_numpy()
    frame.index = pd.Index([f"{key}:{n + 1}" if n else key for key, n in zip(stem, again, strict=True)], name="id")
    return frame


def stale(old: pd.DataFrame, new: pd.DataFrame) -> "pd.Series[bool]":
    """Return which recommendations are out of date (*inaktuell*).

    Parameters
    ----------
    old, new : DataFrame
        What :func:`recommendations` gave then and gives now.

    Returns
    -------
    Series of bool
        On the old index: True where what it rests on has changed, or it would not be made any more. Content
        counts, not files: a rewritten file with equal content flags nothing.
    """
    now = new["basis"].reindex(old.index)
    return pd.Series((now != old["basis"]).to_numpy(bool), index=old.index, name="stale")


def _worded(said: Mapping[str, str]) -> str:
    """Return the fingerprint of what a recommendation says: its template's words with the names and numbers in them."""
    return fingerprint_of_values(dict(said))


def _short(evidence: str) -> str:
    return fingerprint_of_values(evidence)[:8] if evidence else "-"


def _by_theme(template: Template, goals: Iterable[Goal]) -> str:
    wanted = set(template.themes)
    return next((goal.id for goal in goals if wanted & set(goal.themes)), "")


def _with_goal(row: Row, goal: Goal | None) -> str:
    basis = str(row["basis"])
    if goal is None:
        return basis
    seal = fingerprint_of_values(untranslated(goal.model_dump(mode="json", exclude={"rule"})))
    return f"{basis};mål:{goal.id}={seal}"


def _basis(ground: Ground, features: Iterable[str], rule: str, rule_content: object, **others: str) -> str:
    parts = [f"objekt:{name}={ground.seal(name)}" for name in sorted(set(features)) if name]
    parts.append(f"regel:{rule}={fingerprint_of_values(untranslated(rule_content))}")
    parts += [f"underlag:{name}={seal}" for name, seal in sorted(others.items())]
    return ";".join(parts)


def untranslated(content: Any) -> Any:
    """Return settings without their translations: nothing rests on what a title is called in another language.

    Examples
    --------
    >>> untranslated({"title": {"sv": "Mål", "en": "Goal", "no": None}, "page": 12})
    {'title': {'sv': 'Mål'}, 'page': 12}
    """
    if isinstance(content, Mapping):
        kept = {"sv": content["sv"]} if "sv" in content else content
        return {name: untranslated(value) for name, value in kept.items()}
    return [untranslated(value) for value in content] if isinstance(content, list) else content


def _of_matrix(findings: Findings, ground: Ground, template: Template) -> Iterator[Row]:
    if findings.matrix is None or findings.evidence is None:
        return
    goals = {goal.id: goal for goal in ground.goals}
    cells = findings.matrix[(findings.matrix["verdict"] == template.kind) & (findings.matrix["lacks"] == "")]
    seals = {name: _layer_seal(goals[name], ground) for name in cells["goal"].unique()}
    by_cell = findings.evidence.groupby(["plan_id", "goal"])
    keys = set(by_cell.groups)
    for _, cell in cells.iterrows():
        plan, goal = str(cell["plan_id"]), goals[cell["goal"]]
        rows = by_cell.get_group((plan, goal.id)) if (plan, goal.id) in keys else findings.evidence.iloc[:0]
        against = rows[rows["effect"] == AGAINST].sort_values(["measure", "feature"], ascending=[False, True])
        content = goal.rule.model_dump(mode="json") if goal.rule else None
        yield {
            "values": values_of_cell(cell),
            "plans": plan,
            "goal": goal.id,
            "severity": 0 if template.kind == NO_EVIDENCE else 2,
            "finding": f"matris:{plan}:{goal.id}",
            "evidence": ";".join(sorted(set((against if template.kind == AGAINST else rows)["feature"]))),
            "rule": str(cell["rule"]),
            "basis": _basis(ground, rows["feature"], goal.id, content, **seals[goal.id]),
            "geometry": _place(ground, plan, list(against["feature"][:1])),
        }


def _layer_seal(goal: Goal, ground: Ground) -> dict[str, str]:
    """Return the fingerprint of those elements, and that column, of the layer that a rule reads."""
    if goal.rule is None:
        return {}
    things = elements(goal.rule, ground.structure)
    if things is None:
        return {}
    read = [name for name in (goal.rule.column, "population_inv") if name in things.columns]
    used = read if goal.rule.kind in {"within_minutes", "population_reached"} else []
    return {goal.rule.layer or "kommuner": fingerprint_of_frame(things[[*used, things.geometry.name]])}


def _of_borders(findings: Findings, ground: Ground, template: Template) -> Iterator[Row]:
    if findings.borders is None:
        return
    found = findings.borders
    for key, row in found[(found["kind"] == template.kind) & (found["severity"] >= template.min_severity)].iterrows():
        ids = evidence_at(row)
        table = ground.table
        content = {"pair": [row["pivot_a"], row["pivot_b"]], "severity": row["severity"]} | {
            "borders": table.borders.model_dump(mode="json"),
            "families": [family.model_dump(mode="json") for family in table.families],
        }
        yield {
            "values": values_of_border(row, ground.features["name"]),
            "plans": f"{row['plan_a']};{row['plan_b']}",
            "goal": "",
            "severity": row["severity"],
            "finding": str(key),
            "evidence": ";".join(ids),
            "rule": f"gräns: {row['kind']}",
            "basis": _basis(ground, ids, f"gräns: {row['kind']}", content, **_outlines(ground, row)),
            "geometry": shapely.line_interpolate_point(row["geometry"], 0.5, normalized=True),
        }


def _outlines(ground: Ground, row: "pd.Series[Any]") -> dict[str, str]:
    """Return the fingerprints of the two municipalities' outlines, between which a border runs."""
    zones = ground.structure.get("kommuner")
    plans = [str(row[side]) for side in ("plan_a", "plan_b")]
    known = [] if zones is None else [plan for plan in plans if plan in zones.index]
    return {} if zones is None else {plan: fingerprint_of_frame(zones.loc[[plan], ["geometry"]]) for plan in known}


def _of_conflicts(findings: Findings, ground: Ground, template: Template) -> Iterator[Row]:
    if findings.conflicts is None:
        return
    found = findings.conflicts
    rules = {rule.id: rule.model_dump(mode="json") for rule in ground.table.inside}
    growth = ground.table.growth.model_dump(mode="json") if ground.table.growth else None
    elsewhere = {
        str(key): seal
        for name in ("noder", "strak", "intressen")
        if name in ground.structure
        for key, seal in fingerprints_of_features(_bare(ground.structure[name])).items()
    }
    for key, row in found[(found["kind"] == template.kind) & (found["severity"] >= template.min_severity)].iterrows():
        ids = [name for name in (row["feature"], row["other"]) if name in ground.features.index]
        other = {str(row["other"]): elsewhere[row["other"]]} if row["other"] in elsewhere else {}
        yield {
            "values": values_of_conflict(row),
            "plans": row["plan_id"],
            "goal": "",
            "severity": row["severity"],
            "finding": str(key),
            "evidence": ";".join([*ids, *other] or [str(row["other"])]),
            "rule": row["rule"],
            "basis": _basis(ground, ids, row["rule"], rules.get(row["rule"], growth), **other),
            "geometry": row["geometry"].representative_point(),
        }


def _bare(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    said = [name for name in ("name", "level", "pivot") if name in frame.columns]
    return frame[[*said, frame.geometry.name]]


def _place(ground: Ground, plan: str, features: list[str]) -> shapely.Point:
    """Return where a cell's recommendation is put: at its largest evidence, else in the municipality."""
    zones = ground.structure.get("kommuner")
    if features:
        found = ground.features.geometry.loc[features]
    elif zones is not None and plan in zones.index:
        found = zones.geometry.loc[[plan]]
    else:
        found = ground.features.geometry[ground.features["plan_id"] == plan].head(1)
    place: shapely.Point = found.representative_point().iloc[0]
    return place
