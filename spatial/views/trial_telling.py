"""A trial's answer in a few sentences."""

import pandas as pd

from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_answer import effects, most_changed, within
from spatial.model import StructureImage
from spatial.texts import number, text
from spatial.views.trial_tables import modelled_twice
from spatial.views.trial_words import Names
from spatial.views.wording import told_people


def headline(
    outcome: Outcome, image: StructureImage, names: Names, service: str, lang: str, *, wider: Outcome | None = None
) -> list[str]:
    """Return what a trial means for one kind of service, the weightiest first.

    Parameters
    ----------
    outcome : Outcome
    image : StructureImage
    names : Names
    service : str
    lang : {"sv", "en", "no"}
    wider : Outcome, optional
        The same trial with services on both sides of every border counted.

    Returns
    -------
    list of str
        At least one sentence. Fewer people than the settings' limit are never told as a number.
    """
    told = _sentences(outcome, image, names, service, lang)
    if wider is not None and told:
        other = _sentences(wider, image, names, service, lang) or [text("whatif.no_change", lang)]
        if other[0] != told[0]:
            told.append(text("whatif.if_across", lang, sentence=other[0]))
    told += _by_road(outcome, image, service, lang)
    told = told or [text("whatif.no_change", lang)]
    return told + _newcomers(outcome, image, names, service, lang)


def told_service(outcome: Outcome) -> str | None:
    """Return the kind of service that a trial matters most for; None where it changes nothing."""
    return most_changed(effects(outcome))


def _row(outcome: Outcome, service: str, *, by_road: bool = False) -> pd.Series:
    table = effects(outcome, by_road=by_road)
    return table[(table["zone"] == ALL_ZONES) & (table["service"] == service)].iloc[0]


def _sentences(outcome: Outcome, image: StructureImage, names: Names, service: str, lang: str) -> list[str]:
    row, title = _row(outcome, service), names.kinds[service].lower()
    limit = _limit(image)
    found, few = [], False
    for side in ("lost", "longer", "shorter", "won"):
        people = float(row[f"{side}_inv"])
        few |= 0 < people < limit
        if people < limit:
            continue
        minutes = _minutes(float(row[f"{side}_mean_min"]), lang) if side in {"longer", "shorter"} else ""
        values = {"people": _people(people, image, lang), "minutes": minutes, "service": title}
        found.append(text(f"whatif.headline_{side}", lang, **values))
    if not found and few:
        found.append(text("whatif.headline_few", lang, least=f"{limit:g}", service=title))
    return found


def _by_road(outcome: Outcome, image: StructureImage, service: str, lang: str) -> list[str]:
    """Return what it would be by road alone, where the model goes straight past a road that is cut or slowed."""
    if not outcome.trial.roads:
        return []
    row, strict = _row(outcome, service), _row(outcome, service, by_road=True)
    if strict["lost_inv"] >= row["lost_inv"] + _limit(image):
        return [text("whatif.by_road_lost", lang, people=_people(float(strict["lost_inv"]), image, lang))]
    model, road = (_minutes(float(one["longer_mean_min"]), lang) for one in (row, strict))
    if strict["longer_inv"] < _limit(image) or model == road:
        return []
    return [text("whatif.by_road", lang, minutes=road)]


def _newcomers(outcome: Outcome, image: StructureImage, names: Names, service: str, lang: str) -> list[str]:
    new = float((outcome.cells["people_after_inv"] - outcome.cells["people_before_inv"]).sum())
    if new <= 0:
        return []
    told = [text("whatif.headline_new", lang, people=number(new, lang=lang))]
    limit = next((t.minutes.value for t in image.settings.thresholds if t.service == service), None)
    if limit is not None:
        inside = within(outcome, [(service, limit)])
        row = inside[inside["zone"] == ALL_ZONES].iloc[0]
        share = text("app.percent", lang, number=number(100 * float(row["new_within_inv"]) / new, lang=lang))
        values = {"share": share, "service": names.kinds[service].lower(), "minutes": number(limit, lang=lang)}
        told.append(text("whatif.headline_new_within", lang, **values))
    return told


def _limit(image: StructureImage) -> float:
    least = image.settings.access.least_shown_inv.value
    return max(least, 100.0) if modelled_twice(image) else least


def _people(people: float, image: StructureImage, lang: str) -> str:
    least = image.settings.access.least_shown_inv.value
    return told_people(people, lang, least=least, rounded=modelled_twice(image))


def _minutes(minutes: float, lang: str) -> str:
    return number(minutes, 0 if minutes >= 10 else 1, lang)
