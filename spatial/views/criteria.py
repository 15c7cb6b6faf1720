"""Why a place stands on its level: which criterion it meets, and what it lacks of the next one up."""

from typing import Final

import pandas as pd

from spatial.analysis.changes import OVERRIDE
from spatial.model import StructureImage
from spatial.settings import Level
from spatial.texts import number, text
from spatial.views.wording import told_criterion

Fact = tuple[str, str]
REASONS: Final = "noder_skal"


def criterion_facts(image: StructureImage, lang: str) -> dict[str, list[Fact]]:
    """Return, for each place, rows that tell its own level's criterion and the next one's; empty without reasons."""
    reasons = image.indicators.get(REASONS)
    if reasons is None:
        return {}
    levels = {level.id: level for level in image.settings.hierarchy.levels}
    titles = {service.id: service.title.get(lang).lower() for service in image.settings.services}
    told = {str(place): _facts(rows, image, titles, lang) for place, rows in reasons.groupby("place", sort=False)}
    return told | _set_levels(image, told, levels, lang)


def _set_levels(
    image: StructureImage, told: dict[str, list[Fact]], levels: dict[str, Level], lang: str
) -> dict[str, list[Fact]]:
    """Return the facts of the places whose level a strategist set: that it was, and what the criteria say."""
    nodes = image.layers["noder"].frame if "noder" in image.layers else pd.DataFrame()
    if OVERRIDE not in nodes.columns:
        return {}
    chosen = nodes.loc[nodes[OVERRIDE].notna(), OVERRIDE]
    shown = {key: levels[level].title.get(lang) if level in levels else "–" for key, level in chosen.items()}
    head, by = text("columns.alias.level", lang), text("export.set_by_strategist", lang)
    return {str(key): [(head, f"{level}, {by}"), *told.get(str(key), [])] for key, level in shown.items()}


def _facts(rows: pd.DataFrame, image: StructureImage, titles: dict[str, str], lang: str) -> list[Fact]:
    levels = {level.id: level for level in image.settings.hierarchy.levels}
    told: list[Fact] = []
    unmet: pd.Series | None = None
    for _, row in rows.iterrows():
        level = levels.get(str(row["level"]))
        if level is None:
            continue
        if row["met"]:
            told.append((text("app.criterion.met", lang), told_criterion(image, level, lang)))
            break
        unmet = row
    if unmet is not None:
        name = levels[str(unmet["level"])].title.get(lang)
        what = "; ".join(lacking(unmet, titles, lang))
        told.append((text("app.criterion.next", lang), text("app.criterion.needs", lang, level=name, what=what)))
    return told


def lacking(row: pd.Series, titles: dict[str, str], lang: str) -> list[str]:
    """Return what a place lacks of a level's criterion, a phrase each."""
    said = []
    if not row["population_ok"]:
        have, need = (number(float(row[name]), lang=lang) for name in ("population_inv", "min_population_inv"))
        said.append(text("app.criterion.people", lang, have=have, need=need))
    if not row["services_ok"]:
        said.append(
            text("app.criterion.services", lang, have=int(row["services_present"]), need=int(row["services_needed"]))
        )
    if not row["required_ok"]:
        missing = [titles.get(name, name) for name in str(row["missing_required"]).split("; ")]
        said.append(text("app.criterion.required", lang, services=", ".join(missing)))
    if not row["central_ok"]:
        said.append(text("app.criterion.central", lang))
    return said
