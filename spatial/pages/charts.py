"""Charts as the pages show them: few colours, Swedish numbers, nothing fetched from outside."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from spatial.texts import text

_TONES: Final = ("#6D1A3D", "#B9B3A3", "#C9803A")
_BAR_PX: Final = 7
_AROUND_PX: Final = 90
"""For the legend and the axis."""
_LOCALE: Final = {
    "sv": {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0kr"], "percent": "\u00a0%"},
}


def bars(rows: pd.DataFrame, order: Sequence[str], lang: str) -> alt.Chart:
    """Return horizontal bars of shares: ``what`` down, a bar for each of ``who``, ``value`` 0..1 along."""
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
        ],
    )  # fmt: skip
    return in_language(encoded, lang)


def in_language(chart: alt.Chart, lang: str) -> alt.Chart:
    """Return the chart with numbers written as the language writes them."""
    locale: Any = _LOCALE.get(lang)
    return chart.configure(locale=alt.Locale(number=locale)) if locale else chart
