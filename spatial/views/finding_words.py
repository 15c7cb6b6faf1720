"""What recommendations and checks of plans say, in the reader's language: the same findings, told anew."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from spatial.analysis.findings import Finding
from spatial.analysis.readiness import told
from spatial.analysis.sentences import Values, sentence_of, values_of_border, values_of_cell, values_of_conflict
from spatial.model import StructureImage

_PLANS: Final = ("planomraden", "planinriktning", "planvarden", "grannplaner")
"""What layers of plan features are called, whatever their geometry."""


def told_recommendations(image: StructureImage, lang: str) -> pd.DataFrame:
    """Return the recommendations of an image with ``title``, ``text`` and ``status`` in a language.

    A recommendation whose template or finding the image no longer has keeps the words it was built with.
    """
    table = image.indicators["rekommendationer"]
    known = image.settings.recommendations
    if known is None:
        return table
    templates = {template.id: template for template in known.templates}
    goals = {goal.id: goal for goal in image.settings.strategy.in_force()}
    names = {value.id: value.title.get(lang) for value in image.settings.pivot.entries} | _municipalities(image)
    values = _values_of(image)
    said = []
    for _, row in table.iterrows():
        template, found = templates.get(row["template"]), values.get(str(row["finding"]))
        if template is None or found is None:
            said.append((row["title"], row["text"]))
            continue
        sentence = sentence_of(template, found, names, goals.get(row["goal"]), lang)
        said.append((template.title.get(lang), sentence))
    words = pd.DataFrame(said, index=table.index, columns=["title", "text"])
    return table.assign(title=words["title"], text=words["text"], status=known.status.get(lang))


def told_checks(image: StructureImage, lang: str) -> pd.DataFrame:
    """Return the findings of the plans' checks with ``sentence`` and ``fix`` in a language.

    One of a rule that the image no longer has keeps the words it was built with.
    """
    table, pivot = image.indicators["plan_granskning"], image.settings.pivot
    rules = {rule.id: rule for rule in image.settings.readiness.rules}
    names = {str(key): name for key, name in _feature_names(image).items()}
    words = {}
    for key, row in table.iterrows():
        rule, ids = rules.get(row["rule"]), tuple(str(row["features"]).split(";") if row["features"] else ())
        if rule is not None:
            item = Finding(rule.check, ids, None, row["measure"], row["unit"], row["detail"], int(row["count"]))
            words[key] = told(item, rule, names, pivot, lang)
    said = pd.DataFrame.from_dict(words, orient="index", columns=["sentence", "fix"]).reindex(table.index)
    return table.assign(sentence=said["sentence"].fillna(table["sentence"]), fix=said["fix"].fillna(table["fix"]))


def _feature_names(image: StructureImage) -> "pd.Series[Any]":
    plans = [layer.frame["name"] for name, layer in image.layers.items() if name.startswith(_PLANS)]
    names: pd.Series[Any] = pd.concat([pd.Series(dtype=object), *plans])
    return names


def _municipalities(image: StructureImage) -> dict[str, str]:
    frames = [image.layers[name].frame for name in ("grannkommuner", "kommuner") if name in image.layers]
    return {str(code): str(name) for frame in frames for code, name in frame["name"].items()}


def _values_of(image: StructureImage) -> Mapping[str, Values]:
    """Return what each finding gives a sentence, by the name that recommendations know it by."""
    tables = image.indicators
    found: dict[str, Values] = {}
    names = _feature_names(image)
    for _, cell in _rows(tables.get("matris")):
        found[f"matris:{cell['plan_id']}:{cell['goal']}"] = values_of_cell(cell)
    for key, row in _rows(tables.get("granser")):
        found[str(key)] = values_of_border(row, names)
    for key, row in _rows(tables.get("konflikter")):
        found[str(key)] = values_of_conflict(row)
    return found


def _rows(table: pd.DataFrame | None) -> Any:
    return [] if table is None else table.iterrows()
