"""The figures that a story's texts name, computed from the image: never typed, modelled ones rounded and marked."""

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.model import Layer, StructureImage
from spatial.settings import Threshold
from spatial.story import FIGURE
from spatial.texts import number, text
from spatial.views.style import class_values
from spatial.views.webmap_facts import people, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION: Final = "region"
_ALL: Final = "alla"
_FA: Final = "fa_regioner"
_MODELLED: Final = "modellerat"
_SENTENCE: Final = re.compile(r"(?:^(?:- )?|[.!?] )[a-zåäö](?=[a-zåäö.]* [0-9])")
"""A small letter before a number that begins a sentence: *ca 275 000*."""


class Figures:
    """The figures of one image; ``fill`` writes them into a text.

    Figures (``{kind:what}``): ``people:region`` or of a municipality's code; ``within``, ``beyond`` (people) and
    ``share`` of a threshold's id, of one municipality with ``@code``; ``least`` and ``leastshare``: the municipality
    with the smallest share, by threshold; ``count``, ``names``, ``most``, ``mostpeople`` and ``length`` of a layer
    (``noder``) or a class of it (``strak/regional``), white spots by ``@threshold``; ``across:region``: people who
    live in a node's hinterland across the border of its labour market; ``losing`` and ``longer`` of
    ``threshold@facility``: the people who come beyond the threshold, and the minutes it gets longer for the middle
    one, if that place were gone; ``year:region``.
    """

    def __init__(self, image: StructureImage, lang: str = "sv") -> None:
        self._image = image
        self._lang = lang
        self._thresholds = {threshold.id: threshold for threshold in image.settings.thresholds}
        self._kinds: Mapping[str, Callable[[str], str | None]] = {
            "people": self._people,
            "within": lambda what: self._reach(what, "within"),
            "beyond": lambda what: self._reach(what, "beyond"),
            "share": lambda what: self._reach(what, "share"),
            "least": lambda what: self._least(what, "name"),
            "leastshare": lambda what: self._least(what, "share"),
            "count": self._count,
            "names": self._names,
            "most": lambda what: self._most(what, "name"),
            "mostpeople": lambda what: self._most(what, "people"),
            "length": self._length,
            "across": self._across,
            "losing": lambda what: self._lost(what, "losing"),
            "longer": lambda what: self._lost(what, "longer"),
            "year": lambda _: str(image.settings.region.year),
        }

    def fill(self, words: str) -> tuple[str, list[str]]:
        """Return the text with its figures, and the figures that the image cannot give.

        A paragraph (a line) that names such a figure is left out, and the rest goes on.
        """
        kept, lacking = [], []
        for line in words.splitlines():
            values = {found[0]: self.value(found[1], found[2]) for found in FIGURE.finditer(line)}
            gone = [name for name, value in values.items() if value is None]
            if gone:
                lacking += gone
            else:
                filled = line
                for name, value in values.items():
                    filled = filled.replace(name, str(value))
                kept.append(_SENTENCE.sub(lambda found: found[0].upper(), filled) if values else filled)
        return "\n".join(kept).strip("\n"), lacking

    def value(self, kind: str, what: str) -> str | None:
        """Return a figure as it is told; None where the image cannot give it."""
        tell = self._kinds.get(kind)
        return tell(what) if tell is not None else None

    def _told(self, value: float, status: str) -> str:
        return people(value, status, self._lang, self._image.settings.access.least_shown_inv.value)

    def _people_ranged(self, value: float, low: float, high: float, status: str) -> str:
        """Return people with their range, where there is one and it is not of too few to tell."""
        told, least = self._told(value, status), self._image.settings.access.least_shown_inv.value
        if not (low >= least and value >= least and high >= low) or rounded(low) == rounded(high):
            return told
        ends = {name: number(rounded(end), lang=self._lang) for name, end in (("low", low), ("high", high))}
        return text("webmap.ranged", self._lang, value=told, **ends)

    def _row_ranged(self, row: Any, column: str, status: str) -> str:
        low, high = (float(row.get(name, np.nan)) for name in range_names(column))
        return self._people_ranged(float(row[column]), low, high, status)

    def _share_ranged(self, row: Any, status: str) -> str:
        """Return a share with its range, where there is one."""
        told = self._percent(float(row["share"]), status)
        ends = [float(row.get(name, np.nan)) for name in range_names("share")]
        if not ends[0] < ends[1]:
            return told
        fine = 1 if any(0 < end < 0.005 or 0.995 <= end < 1 for end in ends) else 0
        low, high = (number(end * 100, fine, self._lang) for end in ends)
        return told if low == high else text("webmap.ranged", self._lang, value=told, low=low, high=high)

    def _status(self, *names: str) -> str:
        metas = [self._image.layers[name].meta for name in names if name in self._image.layers]
        return _MODELLED if any(meta.status == _MODELLED for meta in metas) else "mätt"

    def _percent(self, share: float, status: str) -> str:
        finer = 1 if 0.995 <= share < 1 or 0 < share < 0.005 else 0
        told = text("webmap.percent", self._lang, number=number(share * 100, finer, self._lang))
        return text("webmap.approximately", self._lang, number=told) if status == _MODELLED else told

    def _people(self, what: str) -> str | None:
        table = self._image.indicators.get("befolkning")
        if table is None or (what != REGION and what not in table.index):
            return None
        inhabitants = table["population_inv"].astype(float)
        value = inhabitants.sum() if what == REGION else inhabitants[what]
        return self._told(float(value), self._status("rutnat"))

    def _reach(self, what: str, measure: str) -> str | None:
        name, _, zone = what.partition("@")
        rows = self._within(name)
        if rows is None or (zone or _ALL) not in rows.index:
            return None
        row: Any = rows.loc[zone or _ALL]
        status = self._status("rutnat", "service")
        if measure == "share":
            return self._share_ranged(row, status)
        if measure == "within":
            return self._row_ranged(row, "people_inv", status)
        low, high = (float(row["total_inv"] - row.get(name, np.nan)) for name in reversed(range_names("people_inv")))
        return self._people_ranged(float(row["total_inv"] - row["people_inv"]), low, high, status)

    def _within(self, name: str) -> pd.DataFrame | None:
        threshold = self._thresholds.get(name)
        table = self._image.indicators.get("service_inom")
        if threshold is None or table is None:
            return None
        same = (table["service"] == threshold.service) & (table["threshold_min"] == threshold.minutes.value)
        return table[same].set_index("zone") if same.any() else None

    def _least(self, what: str, measure: str) -> str | None:
        rows = self._within(what)
        municipalities = self._image.layers.get("kommuner")
        if rows is None or municipalities is None:
            return None
        shares = rows["share"].drop(index=_ALL, errors="ignore").dropna()
        if shares.empty:
            return None
        code = str(shares.idxmin())
        if measure == "name":
            return str(municipalities.frame["name"].get(code, code))
        return self._share_ranged(rows.loc[code], self._status("rutnat", "service"))

    def _rows(self, what: str) -> tuple[Layer, pd.DataFrame] | None:
        name, _, threshold = what.partition("@")
        layer_id, _, wanted = name.partition("/")
        layer, style = self._image.layers.get(layer_id), self._image.settings.style.layer(layer_id)
        if layer is None or layer.frame.empty:
            return None
        frame = layer.frame
        if wanted:
            if style is None:
                return None
            frame = frame[np.array(class_values(style, frame)) == wanted]
        elif "outside" in frame:
            frame = frame[~frame["outside"].fillna(value=False).astype(bool)]
        limit = self._thresholds.get(threshold)
        if limit is not None and {"service", "threshold_min"} <= set(frame):
            frame = frame[(frame["service"] == limit.service) & (frame["threshold_min"] == limit.minutes.value)]
        return layer, frame

    def _count(self, what: str) -> str | None:
        found = self._rows(what)
        return None if found is None else number(len(found[1]), lang=self._lang)

    def _names(self, what: str) -> str | None:
        found = self._rows(what)
        if found is None or found[1].empty or "name" not in found[1]:
            return None
        frame = found[1]
        if "population_inv" in frame:
            frame = frame.sort_values("population_inv", ascending=False, kind="stable")
        *first, last = [str(name) for name in frame["name"]]
        return f"{', '.join(first)} {text('seminar.and', self._lang)} {last}" if first else last

    def _most(self, what: str, measure: str) -> str | None:
        found = self._rows(what)
        if found is None or found[1].empty:
            return None
        layer, frame = found
        column = next((name for name in ("people_inv", "population_inv") if name in frame), None)
        if column is None:
            return None
        row = frame.sort_values(column, ascending=False, kind="stable").iloc[0]
        return str(row["name"]) if measure == "name" else self._row_ranged(row, column, layer.meta.status)

    def _length(self, what: str) -> str | None:
        found = self._rows(what)
        if found is None or "length_m" not in found[1]:
            return None
        kilometres = number(round(float(found[1]["length_m"].sum()) / 1000, -1), lang=self._lang)
        told = text("webmap.unit_km", self._lang, number=kilometres)
        return text("webmap.approximately", self._lang, number=told)

    def _across(self, _: str) -> str | None:
        table = self._image.indicators.get("omland_over_grans")
        rows = table[table["division"] == _FA] if table is not None else None
        return (
            None if rows is None or rows.empty else self._row_ranged(rows.iloc[0], "people_inv", self._status("rutnat"))
        )

    def _lost(self, what: str, measure: str) -> str | None:
        name, _, facility = what.partition("@")
        grid, threshold = self._image.layers.get("rutnat"), self._thresholds.get(name)
        if threshold is None or grid is None:
            return None
        if measure == "losing":
            beyond = marked_cells(self._image, f"losing:{what}")
            if beyond is None:
                return None
            people_there = float(grid.frame.loc[beyond.to_numpy(), "population_inv"].sum())
            low, high = self._lost_ends(facility, threshold, "losing_inv")
            return self._people_ranged(people_there, low, high, self._status("rutnat", "service"))
        extra = _longer(grid.frame, threshold, facility)
        if extra is None:
            return None
        return self._longer_told(extra, *self._lost_ends(facility, threshold, "lost_median_min"))

    def _longer_told(self, extra: float, low: float, high: float) -> str:
        if not np.isfinite(extra):
            return text("webmap.unreachable", self._lang)
        minutes_told = text("webmap.minutes", self._lang, minutes=number(rounded(extra), lang=self._lang))
        told = text("webmap.approximately", self._lang, number=minutes_told)
        if not np.isfinite([low, high]).all() or rounded(low) == rounded(high):
            return told
        ends = {name: number(rounded(end), lang=self._lang) for name, end in (("low", low), ("high", high))}
        return text("webmap.ranged", self._lang, value=told, **ends)

    def _lost_ends(self, facility: str, threshold: Threshold, column: str) -> tuple[float, float]:
        table = self._image.indicators.get("anlaggning_granser")
        low, high = range_names(column)
        if table is None or low not in table:
            return np.nan, np.nan
        same = (table["facility"] == facility) & (table["threshold_min"] == threshold.minutes.value)
        rows = table[same & (table["service"] == threshold.service)]
        return (float(rows[low].iloc[0]), float(rows[high].iloc[0])) if len(rows) else (np.nan, np.nan)


def marked_cells(image: StructureImage, highlight: str) -> pd.Series | None:
    """Return which cells of the grid a highlight marks; None where the image cannot tell.

    ``beyond:<threshold>``: the minutes to the service are more than the threshold, or no way leads there.
    ``losing:<threshold>@<facility>``: they are within it now, and would not be if that place were gone.
    """
    kind, _, what = highlight.partition(":")
    name, _, facility = what.partition("@")
    threshold = next((one for one in image.settings.thresholds if one.id == name), None)
    grid = image.layers.get("rutnat")
    if threshold is None or grid is None:
        return None
    cells, limit = grid.frame, threshold.minutes.value
    nearest, minutes, second = (f"{threshold.service}_{end}" for end in ("id", "min", "second_min"))
    if minutes not in cells or (kind == "losing" and not {nearest, second} <= set(cells)):
        return None
    if kind == "beyond":
        return cells[minutes] > limit
    if not (cells[nearest] == facility).any():
        return None
    return (cells[nearest] == facility) & (cells[minutes] <= limit) & (cells[second] > limit)


def _longer(cells: pd.DataFrame, threshold: Threshold, facility: str) -> float | None:
    """Return how many minutes longer it gets for the middle one of those who have the place nearest."""
    nearest, minutes, second = (f"{threshold.service}_{end}" for end in ("id", "min", "second_min"))
    if not {nearest, minutes, second} <= set(cells):
        return None
    own = cells[(cells[nearest] == facility) & (cells["population_inv"] > 0)]
    if own.empty:
        return None
    weights = own["population_inv"].to_numpy(float)
    extra = own[second].to_numpy(float) - own[minutes].to_numpy(float)
    order = np.argsort(extra)
    middle = int(np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2))
    return float(extra[order][min(middle, len(order) - 1)])
