"""What the web map tells of a thing when it is pointed at: rows of label and value, written in the user's language."""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.model import Layer, StructureImage
from spatial.texts import has_text, number, text
from spatial.views.finding_words import told_checks, told_recommendations
from spatial.views.settings_words import settings_words
from spatial.views.wording import role_name, shown_status, status_text

if TYPE_CHECKING:
    from spatial.settings import CorridorLevel, Level

Fact = tuple[str, str]
Row = Mapping[Hashable, object]
_PARTED: Final = re.compile(r" *; *|, ")


def people(value: float, status: str, lang: str, least: float = 5) -> str:
    r"""Return a number of people as it may be told: modelled figures rounded, small ones not at all.

    Examples
    --------
    >>> people(12345, "mätt", "sv"), people(12345, "modellerat", "sv"), people(3, "mätt", "sv")
    ('12\xa0345', 'ca 12\xa0300', 'färre än 5')
    """
    if 0 < value < least:
        return text("webmap.few", lang)
    if status == "mätt":
        return number(round(value), lang=lang)
    return text("webmap.approximately", lang, number=number(rounded(value), lang=lang))


def rounded(value: float) -> float:
    """Return a modelled number of people with three figures that count, never finer than tens."""
    step = max(10.0, 10.0 ** (np.floor(np.log10(max(value, 1.0))) - 2))
    return float(np.floor(value / step + 0.5) * step)


class Facts:
    """The facts of an image's layers; ``of(layer)`` gives a list of rows for each of its rows."""

    def __init__(self, image: StructureImage, lang: str) -> None:
        self._image = image
        self._lang = lang
        words = settings_words(image.settings, lang)
        levels: list[Level | CorridorLevel] = [*image.settings.hierarchy.levels, *image.settings.corridors.levels]
        self._levels = {level.id: level.title.get(lang) for level in levels}
        municipalities = image.layers.get("kommuner")
        names = municipalities.frame["name"] if municipalities is not None else pd.Series(dtype=str)
        around = image.layers.get("grannkommuner")
        others = around.frame["name"] if around is not None and "name" in around.frame else pd.Series(dtype=str)
        self._names = {str(code): str(name) for code, name in [*others.items(), *names.items()]}
        goals = [goal for strategy in image.settings.strategy.strategies for goal in strategy.goals]
        self._listed = {
            "municipality": self._names,
            "word": words,
            "services": words | {service.id: service.title.get(lang) for service in image.settings.services},
            "goals": {goal.id: goal.title.get(lang) for goal in goals},
            "pivot": words | {value.id: value.title.get(lang) for value in image.settings.pivot.entries},
        }

    def of(self, layer: Layer) -> list[list[Fact]]:
        """Return the facts of each row of a layer; source and status where they are the row's own."""
        tell = self._teller(layer)
        records = self._worded(layer).drop(columns="geometry", errors="ignore").to_dict("records")
        told = []
        for row in records:
            status = row.get("status")
            own = [self._row("source", str(row["source"]))] if _is_text(row.get("source")) else []
            if status != layer.meta.status and status in {"mätt", "modellerat"}:
                own.append(self._row("status", status_text(str(status), self._lang)))
            told.append([*tell(row), *own])
        return told

    def _worded(self, layer: Layer) -> pd.DataFrame:
        """Return a layer's rows with its sentences in the reader's language."""
        told = _SENTENCES.get(layer.id.removesuffix("_punkter"))
        if told is None or layer.id.removesuffix("_punkter") not in self._image.indicators:
            return layer.frame
        words = told(self._image, self._lang)
        there = [name for name in ("title", "text", "status", "sentence", "fix") if name in words]
        return layer.frame.assign(**{name: words[name].reindex(layer.frame.index) for name in there})

    def closing(self, layer: Layer) -> list[Fact]:
        """Return where a layer's facts come from, for rows that do not say it themselves."""
        return [
            self._row("status", status_text(shown_status(layer.meta), self._lang)),
            self._row("source", f"{layer.meta.source}, {layer.meta.year}"),
        ]

    def _teller(self, layer: Layer) -> Callable[[Row], list[Fact]]:
        columns = _COLUMNS.get(layer.id, _COLUMNS.get(layer.id.partition("_")[0], ()))

        def tell(row: Row) -> list[Fact]:
            told = []
            for column, label, kind in columns:
                value = row.get(column)
                if value is None or value is pd.NA or value != value or value == "":  # noqa: PLR0124 - NaN
                    continue
                unit = str(row["unit"]) if kind == "measured" else kind
                written = self._written(value, unit, layer.meta.status)
                told.append(self._row(label, self._ranged(written, kind, column, row)))
            return told

        return tell

    def _ranged(self, written: str, kind: str, column: str, row: Row) -> str:
        """Return people or minutes with their range, where the models were redrawn; too few are not told as an end."""
        low, high = (row.get(name) for name in range_names(column))
        if kind not in {"people", "minutes"} or not isinstance(low, float) or not isinstance(high, float):
            return written
        least = self._image.settings.access.least_shown_inv.value if kind == "people" else 0.0
        if not least <= high < np.inf or not 0 <= low <= high:
            return written
        ends = [rounded(end) if kind == "people" else round(end) for end in (low, high)]
        if ends[0] == ends[1]:
            return written
        told = {name: number(end, lang=self._lang) for name, end in zip(("low", "high"), ends, strict=True)}
        if 0 < low < least:
            return text("webmap.ranged_up_to", self._lang, value=written, high=told["high"])
        return text("webmap.ranged", self._lang, value=written, **told)

    def _row(self, label: str, value: str) -> Fact:
        return text(f"webmap.fact.{label}", self._lang), value

    def _written(self, value: object, kind: str, status: str) -> str:
        lang = self._lang
        if kind == "text":
            return str(value)
        if kind in self._listed:
            known = self._listed[kind]
            return known.get(str(value)) or ", ".join(known.get(part, part) for part in _PARTED.split(str(value)))
        if kind == "level":
            return self._levels.get(str(value), str(value))
        if kind == "yes":
            return str(text("common.yes" if value else "common.no", lang))
        return self._measure(float(str(value)), kind, status)

    def _measure(self, value: float, kind: str, status: str) -> str:
        lang = self._lang
        if kind in {"people", "inv"}:
            return people(value, status, lang, self._image.settings.access.least_shown_inv.value)
        scale, decimals, unit = _UNITS[kind]
        written = number(value * scale, decimals, lang)
        return text(f"webmap.{unit}", lang, number=written, minutes=written)


def cell_text(size_m: float, key: str, lang: str) -> str:
    """Return the sentence ``webmap.<key>`` with the size of a cell in it."""
    unit, value = ("cell_size_km", size_m / 1000) if size_m >= 1000 else ("cell_size_m", size_m)
    size = text(f"webmap.{unit}", lang, size=number(value, lang=lang))
    return text(f"webmap.{key}", lang, size=size)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def role_text(role: str, lang: str) -> str:
    """Return what a role, or a step that others wait for, is called; itself where the catalogue has no name."""
    key = f"webmap.role.{role}"
    return text(key, lang) if has_text(key) else role_name(role, lang)


_SENTENCES: Final = {"rekommendationer": told_recommendations, "plan_granskning": told_checks}
_UNITS: Final[dict[str, tuple[float, int, str]]] = {
    "minutes": (1.0, 0, "minutes"),
    "length": (1e-3, 0, "unit_km"),
    "stretch": (1e-3, 1, "unit_km"),
    "area": (1.0, 0, "unit_km2"),
    "share": (100.0, 1, "percent"),
    "stability": (100.0, 0, "percent"),
    "speed": (1.0, 0, "unit_kmh"),
    "count": (1.0, 0, "unit_count"),
    "ha": (1.0, 1, "unit_ha"),
    "km": (1.0, 1, "unit_km"),
}
_COLUMNS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "noder": (
        ("level", "level", "level"),
        ("population_inv", "population", "people"),
        ("people_near_inv", "people_near", "people"),
        ("municipality_code", "municipality", "municipality"),
        ("stability_share", "stability", "stability"),
        ("services", "services", "services"),
    ),
    "strak": (
        ("level", "level", "level"),
        ("number", "number", "text"),
        ("mode", "mode", "word"),
        ("length_m", "length", "length"),
        ("minutes_min", "minutes", "minutes"),
        ("people_inv", "people", "people"),
        ("employed_inv", "employed", "people"),
        ("jobs_inv", "jobs", "people"),
        ("flow_inv", "flow", "people"),
        ("places", "places", "text"),
    ),
    "kommuner": (
        ("population_inv", "population", "people"),
        ("official_land_km2", "area", "area"),
        ("area_error_share", "area_error", "share"),
    ),
    "vagnat": (
        ("number", "number", "text"),
        ("road_class", "road_class", "text"),
        ("speed_kmh", "speed", "speed"),
        ("length_m", "length", "length"),
    ),
    "jarnvag": (("state", "state", "word"),),
    "stationer": (("municipality_code", "municipality", "municipality"),),
    "rekommendationer": (
        ("title", "what", "word"),
        ("text", "recommendation", "text"),
        ("plans", "concerns", "municipality"),
        ("goal", "goal", "goals"),
        ("actor", "actor", "word"),
        ("status", "standing", "word"),
        ("changed", "stale", "text"),
    ),
    "konflikter": (
        ("kind", "what", "word"),
        ("name", "place", "text"),
        ("plan_id", "municipality", "municipality"),
        ("pivot", "use", "pivot"),
        ("other_pivot", "meets", "pivot"),
        ("measure", "size", "measured"),
    ),
    "granser": (
        ("kind", "what", "word"),
        ("municipality_a", "one_side", "text"),
        ("pivot_a", "use_here", "pivot"),
        ("municipality_b", "other_side", "text"),
        ("pivot_b", "use_there", "pivot"),
        ("length_m", "along", "stretch"),
    ),
    "granser_osakra": (
        ("kind", "what", "word"),
        ("suspected", "suspected", "word"),
        ("municipality_a", "one_side", "text"),
        ("pivot_a", "use_here", "pivot"),
        ("municipality_b", "other_side", "text"),
        ("pivot_b", "use_there", "pivot"),
        ("length_m", "along", "stretch"),
        ("apart_m", "apart", "stretch"),
    ),
    "plan_granskning": (
        ("sentence", "what", "text"),
        ("fix", "remedy", "word"),
        ("plan_id", "municipality", "municipality"),
    ),
    "service": (
        ("service_type", "service_type", "services"),
        ("provider", "provider", "text"),
        ("municipality_code", "municipality", "municipality"),
    ),
    "omland": (("population_inv", "population", "people"), ("people_inv", "population", "people")),
    "hallplatser": (("departures_per_day", "departures", "count"), ("frequency", "frequency", "word")),
    "vita_flackar": (
        ("service", "service_type", "services"),
        ("threshold_min", "threshold", "minutes"),
        ("population_inv", "population", "people"),
        ("people_inv", "population", "people"),
    ),
    "forlust_service": (
        ("rank", "loss_rank", "count"),
        ("service_type", "service_type", "services"),
        ("municipality_code", "municipality", "municipality"),
        ("without_inv", "without", "people"),
        ("losing_inv", "losing", "people"),
        ("loses_inv", "loses", "people"),
        ("across_inv", "across", "people"),
        ("abroad_inv", "abroad", "people"),
    ),
    "forlust_vagar": (
        ("rank", "loss_rank", "count"),
        ("municipality_code", "municipality", "municipality"),
        ("hardest", "hardest", "services"),
        ("without_inv", "without", "people"),
        ("losing_inv", "losing", "people"),
        ("loses_inv", "loses", "people"),
    ),
    **dict.fromkeys(
        ("planomraden", "planinriktning", "planvarden"),
        (
            ("pivot", "use", "pivot"),
            ("code", "plan_code", "text"),
            ("time", "when", "text"),
            ("plan_id", "municipality", "municipality"),
            ("consideration", "consideration", "text"),
        ),
    ),
    "intressen": (
        ("pivot", "what", "pivot"),
        ("name", "interest_name", "text"),
    ),
    "grannplaner": (
        ("municipality_name", "municipality", "text"),
        ("pivot", "use", "pivot"),
        ("code", "plan_code", "text"),
        ("time", "when", "text"),
    ),
    "inriktning": (
        ("kind", "what", "pivot"),
        ("plans", "wanted_by_plans", "municipality"),
        ("goals", "wanted_by_goals", "goals"),
        ("time", "when", "text"),
    ),
}
