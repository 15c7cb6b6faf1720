"""Sentences that several views and the console share: what was left out, and people as they may be told."""

from typing import Final

import numpy as np

from spatial.model import LayerMeta, Omission, StructureImage
from spatial.settings import CorridorLevel, Level, ServiceType, Settings
from spatial.texts import DEFAULT_LANGUAGE, has_text, number, text

COARSE_INV: Final = 100
"""What rests on a model of people and a model of services is told in whole hundreds."""


EXAMPLE: Final = "exempel"
"""The status, in views, of what rests on plans of our own making: *exempel, inte kommunens plan*."""
_OF_PLANS: Final = frozenset({"plans", "findings", "readiness"})


def is_example(meta: LayerMeta) -> bool:
    """Return whether a layer shows, or rests on, example plans instead of the municipalities' own.

    What rests on given plans and a model of something else is *modellerat*, no example: its lineage tells of no plan.
    """
    return meta.role in _OF_PLANS and meta.status == "modellerat" and bool(meta.lineage)


def shown_status(meta: LayerMeta) -> str:
    """Return what a view says that a layer is: *mätt*, *modellerat*, or *exempel* where it rests on example plans."""
    return EXAMPLE if is_example(meta) else meta.status


def status_text(status: str, lang: str = "sv") -> str:
    """Return a status in the language.

    Examples
    --------
    >>> [status_text(status) for status in ("mätt", "modellerat", "exempel")]
    ['mätt', 'modellerat', 'exempel, inte kommunens plan']
    """
    if status == EXAMPLE:
        return text("plans.example", lang if has_text("plans.example", lang) else DEFAULT_LANGUAGE)
    return text("webmap.measured" if status == "mätt" else "webmap.modelled", lang)


def omitted_sentence(omission: Omission, lang: str = "sv", *, settings: Settings | None = None) -> str:
    """Return what was left out of the image, and for want of what; services and levels by name where settings say."""
    step, *detail = omission.step.split(":")
    if not detail:
        return text("omissions.step", lang, step=text(f"cli.step.{step}", lang), role=role_name(omission.role, lang))
    named: list[ServiceType | Level] = [] if settings is None else [*settings.services, *settings.hierarchy.levels]
    titles = {one.id: one.title.get(lang).lower() for one in named}
    said = [titles.get(one, one) for one in detail]
    if step == "criterion":
        return text("omissions.criterion", lang, level=said[0], service=said[1])
    return text("omissions.service", lang, service=said[0])


def told_criterion(image: StructureImage, rule: Level | CorridorLevel, lang: str = "sv") -> str:
    """Return a level's criterion, and which part of it could not be tried because no data knows it."""
    names = {service.id: service.title.get(lang).lower() for service in image.settings.services}
    steps = [omission.step.split(":") for omission in image.provenance.omissions]
    untried = [names.get(step[2], step[2]) for step in steps if step[:2] == ["criterion", rule.id]]
    criterion = rule.criterion.get(lang)
    if not untried:
        return criterion
    return text("omissions.untried", lang, criterion=criterion, services=", ".join(untried))


def role_name(name: str, lang: str = "sv") -> str:
    """Return what a role, or a step, is called; its own name where the catalogue has none."""
    for key in (f"omissions.role.{name}", f"cli.step.{name}"):
        if has_text(key):
            return text(key, lang)
    return name


def coarse(value: float) -> float:
    """Return people rounded to whole hundreds, halves up.

    Examples
    --------
    >>> coarse(249.0), coarse(250.0)
    (200.0, 300.0)
    """
    return float(np.floor(value / COARSE_INV + 0.5) * COARSE_INV)


def told_people(value: float, lang: str = "sv", *, least: float = 5, rounded: bool = False) -> str:
    r"""Return people as they may be told: too few never as a number, twice modelled in whole hundreds.

    Parameters
    ----------
    value : float
    lang : {"sv", "en", "no"}
    least : float
        Fewer people than this, but somebody, are never told as a number.
    rounded : bool
        Whether the figure rests on modelled people and modelled services.

    Examples
    --------
    >>> told_people(3), told_people(12345), told_people(12345, rounded=True), told_people(40, rounded=True)
    ('färre än 5', '12\xa0345', '12\xa0300', 'färre än 100')
    """
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    limit = max(least, COARSE_INV) if rounded else least
    if 0 < value < limit:
        return text("app.fewer", lang, number=number(limit, lang=lang))
    return number(coarse(value) if rounded else value, lang=lang)


def within_sentence(title: str) -> str:
    """Return a title as it stands within a sentence: abbreviations, and a letter before a hyphen, keep their capitals.

    Examples
    --------
    >>> [within_sentence(title) for title in ("Hälsocentral", "FA-regioner", "E-handel")]
    ['hälsocentral', 'FA-regioner', 'E-handel']
    """
    return title if title[1:2].isupper() or title[1:2] == "-" else title[:1].lower() + title[1:]
