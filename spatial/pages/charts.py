"""Charts as the pages show them: few colours, Swedish numbers, nothing fetched from outside."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from spatial.texts import number, text

_TONES: Final = ("#6D1A3D", "#B9B3A3", "#C9803A")
_RANGE_TONE: Final = "#1F1B16"
_BAR_PX: Final = 7
_AROUND_PX: Final = 90
"""For the legend and the axis."""
_LOCALE: Final = {
    "sv": {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0kr"], "percent": "\u00a0%"},
}


def ends_of(ends: tuple[float, float] | None, lang: str) -> dict[str, object]:
    """Return what a row of :func:`bars` holds of its range: the ends, and how they are told."""
    if ends is None:
        return {}
    low, high = (number(100 * end, lang=lang) for end in ends)
    told = text("app.percent", lang, number=text("app.between", lang, low=low, high=high))
    return {"low": ends[0], "high": ends[1], "range": told}


def bars(rows: pd.DataFrame, order: Sequence[str], lang: str) -> Any:
    """Return horizontal bars of shares: ``what`` down, a bar for each of ``who``, ``value`` 0..1 along.

    Where rows have ``low`` and ``high`` (:func:`ends_of`) a thin line shows the range.
    """
    every = list(dict.fromkeys(rows["what"]))
    chart = alt.Chart(rows, height=_BAR_PX * len(every) * (len(order) + 1) + _AROUND_PX)
    names = alt.Axis(labelLimit=220, labelOverlap=False, ticks=False, domain=False)
    encoded = chart.mark_bar(cornerRadiusEnd=1).encode(
        y=alt.Y("what:N", sort=every, title=None, axis=names),
        yOffset=alt.YOffset("who:N", sort=list(order)),
        x=alt.X(
            "value:Q",
            title=None,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", tickCount=5, gridColor="#E5DFD0"),
        ),
        color=alt.Color(
            "who:N", sort=list(order), scale=alt.Scale(domain=list(order), range=list(_TONES[: len(order)])),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[
            alt.Tooltip("what:N", title=text("app.chart.what", lang)),
            alt.Tooltip("who:N", title=text("app.chart.who", lang)),
            alt.Tooltip("value:Q", title=text("app.chart.share", lang), format=".0%"),
            *([alt.Tooltip("range:N", title=text("app.span", lang))] if "range" in rows else []),
        ],
    )  # fmt: skip
    if "low" not in rows:
        return in_language(encoded, lang)
    line = alt.Chart(rows.dropna(subset=["low"])).mark_rule(color=_RANGE_TONE, strokeWidth=1.2)
    ranged = line.encode(
        y=alt.Y("what:N", sort=every, title=None, axis=names),
        yOffset=alt.YOffset("who:N", sort=list(order)),
        x="low:Q",
        x2="high:Q",
    )
    return in_language(alt.layer(encoded, ranged), lang)


def in_language(chart: Any, lang: str) -> Any:
    """Return the chart with numbers written as the language writes them."""
    locale: Any = _LOCALE.get(lang)
    return chart.configure(locale=alt.Locale(number=locale)) if locale else chart
