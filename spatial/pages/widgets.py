"""What the pages share: tables that can be sorted and taken along, numbers with their status, charts in Swedish."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from spatial.analysis.ranges import range_names
from spatial.pages.plain import plain
from spatial.pages.shared import Opened
from spatial.texts import number, text
from spatial.views.tables import table_csv, table_xlsx
from spatial.views.wording import COARSE_INV, coarse, told_people

_ROW_PX: Final = 35
_LINE_PX: Final = 3
_SPAN: Final = "_spann"
_ENDLESS: Final = 1e300
"""Stands for what no way leads to, where numbers must differ: it sorts last."""
_Ends = list[tuple[float, float]]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column of a shown table: which, its head, and what kind of value it holds.

    ``kind``: text, people, rounded (people in whole hundreds), count, share (0..1, told in per cent), minutes, km
    (from metres), km1 (with a decimal), number (one decimal). ``file_head``: its head in a file, where another.
    ``more``: shown when more columns are asked for; a file has it always.
    """

    name: str
    head: str
    kind: str = "text"
    width: str | None = None
    file_head: str = ""
    more: bool = False


def show_table(
    opened: Opened,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    name: str,
    rows: int = 12,
    downloads: bool = True,
    pick: bool = False,
) -> int | None:
    """Show a table, sortable, with the numbers written as the language writes them; CSV and XLSX below it.

    Few people are shown, and sent, as a word; what is modelled twice over in whole hundreds. A number whose range
    the frame has is told with it, and sorted by itself; in files the range is a column. With ``pick`` a row can be
    chosen; its place is returned.
    """
    place = st.container()
    ends = {column.name: _ends(frame, column) for column in columns}
    every = _with_spans(frame, columns, ends, opened.lang, opened.least)
    sent = pd.DataFrame({c.name: _values(told[c.name], c.kind, opened.least) for told, c in every})
    whole = _below(opened, sent, [column for _, column in every], name, downloads)
    first = [column for column in columns if whole or not column.more]
    shown, words = _told(sent, first, ends, opened.lang, opened.least)
    config = {
        column.name: st.column_config.Column(column.head, width=column.width)  # type: ignore[arg-type]
        for column in first
    }
    high = _ROW_PX * (min(len(shown), rows) + 1) + _LINE_PX
    given: dict[str, Any] = {"hide_index": True, "column_config": config, "height": high, "key": f"{name}-tabell"}
    styled = shown.style.format(words)
    if not pick:
        place.dataframe(styled, **given)
        return None
    chosen = place.dataframe(styled, on_select="rerun", selection_mode="single-row", **given)["selection"]["rows"]
    return int(chosen[0]) if chosen and chosen[0] < len(frame) else None


def _ends(frame: pd.DataFrame, column: Column) -> _Ends:
    """Return the range of each of a column's numbers; nothing where none is known."""
    low, high = range_names(column.name)
    if not {low, high} <= set(frame.columns) or not frame[[low, high]].notna().any(axis=None):
        return []
    return list(zip(frame[low].astype(float), frame[high].astype(float), strict=True))


def _with_spans(
    frame: pd.DataFrame, columns: Sequence[Column], ends: Mapping[str, _Ends], lang: str, least: float
) -> list[tuple[pd.DataFrame, Column]]:
    """Return the columns, each with the frame that has it: a column of text follows a number whose range is known."""
    every: list[tuple[pd.DataFrame, Column]] = []
    for column in columns:
        every.append((frame, column))
        if ends[column.name]:
            name, head = f"{column.name}{_SPAN}", text("app.span_of", lang, head=column.file_head or column.head)
            told = [span(pair, column.kind, lang, least) or "–" for pair in ends[column.name]]
            every.append((pd.DataFrame({name: told}), Column(name, head)))
    return every


def _told(
    sent: pd.DataFrame, columns: Sequence[Column], ends: Mapping[str, _Ends], lang: str, least: float
) -> tuple[pd.DataFrame, dict[Any, str | Callable[[object], str] | None]]:
    """Return the values to sort by, and how each is written: a number with its range where that is known."""
    values: dict[str, pd.Series] = {}
    words: dict[Any, str | Callable[[object], str] | None] = {}
    for column in columns:
        values[column.name], write = sent[column.name], writer(column.kind, lang, least)
        if ends[column.name]:
            values[column.name] = _apart(sent[column.name])
            told = [
                with_span(write(value), pair, column.kind, lang, least)
                for value, pair in zip(sent[column.name], ends[column.name], strict=True)
            ]
            write = _lookup(dict(zip(values[column.name], told, strict=True)), write)
        words[column.name] = write
    return pd.DataFrame(values), words


def _lookup(told: dict[float, str], write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: told[value] if value in told else write(value)


def _apart(values: pd.Series) -> pd.Series:
    """Return numbers where equal ones lie a hair apart, so that each can be told with a range of its own.

    Examples
    --------
    >>> _apart(pd.Series([2.0, 1.0, 2.0])).rank().tolist()
    [2.0, 1.0, 3.0]
    """
    rising = values.astype(float).clip(upper=_ENDLESS).sort_values(kind="stable")
    apart, last = [], -math.inf
    for value in rising:
        last = math.nextafter(last, math.inf) if value <= last else float(value)
        apart.append(last)
    return pd.Series(apart, index=rising.index, dtype=float).reindex(values.index)


def span(ends: tuple[float, float], kind: str, lang: str, least: float) -> str:
    """Return between which values a number lies when the models behind it are redrawn; empty where not known."""
    low, high = ends
    if low != low or high != high:  # noqa: PLR0124 - NaN
        return ""
    if kind == "share":
        return between(ends, lang)
    write, limit = writer(kind, lang, least), {"people": least, "rounded": max(least, COARSE_INV)}.get(kind, 0.0)
    told = [write(low), write(high)]
    if told[0] == told[1] or 0 < high < limit:
        return told[1]
    if 0 < low < limit:
        return text("app.at_most", lang, high=told[1])
    if high == float("inf"):
        return text("app.at_least", lang, low=told[0])
    return text("app.between", lang, low=told[0], high=told[1])


def with_span(told: str, ends: tuple[float, float] | None, kind: str, lang: str, least: float) -> str:
    """Return a told number with its range in brackets; as it is where no range is known."""
    between_which = span(ends, kind, lang, least) if ends is not None else ""
    says_more = bool(between_which) and not f"{told} ".startswith(f"{between_which} ")
    return text("app.ranged", lang, value=told, range=between_which) if says_more else told


def span_note(ends: tuple[float, float] | None, kind: str, lang: str, least: float) -> str:
    """Return a range as a note says it below its figure; empty where none is known."""
    between_which = span(ends, kind, lang, least) if ends is not None else ""
    return text("app.span_is", lang, range=between_which) if between_which else ""


def _values(values: pd.Series, kind: str, least: float) -> pd.Series:
    """Return what may be sent: few people stand as half the limit, which is told as a word."""
    if kind not in {"people", "rounded"}:
        return values.reset_index(drop=True)
    limit = max(least, 100.0) if kind == "rounded" else least
    few = (values > 0) & (values < limit)
    told = values.astype(float).map(coarse) if kind == "rounded" else values.astype(float)
    return told.mask(few, limit / 2).reset_index(drop=True)


def writer(kind: str, lang: str, least: float) -> Callable[[Any], str]:
    """Return what writes a value of a kind."""
    plain: dict[str, Callable[[Any], str]] = {
        "people": lambda value: told_people(value, lang, least=least),
        "rounded": lambda value: told_people(value, lang, least=least, rounded=True),
        "count": lambda value: number(value, lang=lang),
        "share": lambda value: percent(value, lang),
        "minutes": lambda value: minutes(value, lang),
        "km": lambda value: number(value / 1000, lang=lang),
        "km1": lambda value: number(value / 1000, 1, lang),
        "number": lambda value: number(value, 1, lang),
    }
    return plain.get(kind, lambda value: "–" if pd.isna(value) else str(value))


def percent(share: float, lang: str, decimals: int = 0) -> str:
    """Return a share in per cent; never 0 or 100 for what is not quite."""
    if share != share:  # noqa: PLR0124 - NaN
        return "–"
    finer = 1 if decimals == 0 and (0 < share < 0.005 or 0.995 <= share < 1) else decimals
    return text("app.percent", lang, number=number(share * 100, finer, lang))


def between(ends: tuple[float, float], lang: str, decimals: int = 0) -> str:
    """Return the range of a share when the model behind it is redrawn."""
    told = [percent(end, lang, decimals) for end in ends]
    if told[0] == told[1]:
        return told[0]
    fine = decimals == 0 and any(0 < end < 0.005 or 0.995 <= end < 1 for end in ends)
    low, high = (number(end * 100, 1 if fine else decimals, lang) for end in ends)
    return text("app.percent", lang, number=text("app.between", lang, low=low, high=high))


def minutes(value: float, lang: str) -> str:
    """Return minutes in whole numbers; infinite ones as what no way leads to."""
    return text("app.unreachable", lang) if value == float("inf") else number(value, lang=lang)


def _below(opened: Opened, sent: pd.DataFrame, columns: Sequence[Column], name: str, downloads: bool) -> bool:
    """Show what stands below a table; return whether all of its columns are asked for."""
    more = any(column.more for column in columns)
    if not downloads and not more:
        return False
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if downloads:
            _downloads(opened, sent, columns, name)
        return more and st.toggle(text("app.more_columns", opened.lang), key=f"{name}-fler")


def _downloads(opened: Opened, sent: pd.DataFrame, columns: Sequence[Column], name: str) -> None:
    lang = opened.lang
    heads = {column.name: column.file_head or column.head for column in columns}

    def told() -> pd.DataFrame:
        words = {c.name: writer(c.kind, lang, opened.least) for c in columns if c.kind in {"people", "rounded"}}
        table = sent.copy()
        for column, write in words.items():
            few = table[column].map(lambda value, write=write: not write(value)[:1].isdigit())
            table[column] = table[column].astype(object).mask(few, table[column].map(write))
        return table.rename(columns=heads)

    def button(label: str, extension: str, content: Callable[[], bytes], mime: str) -> None:
        st.download_button(
            label,
            data=content,
            file_name=f"{name}.{extension}",
            mime=mime,
            key=f"{name}-{extension}",
            on_click="ignore",
        )

    button(text("app.csv", lang), "csv", lambda: table_csv(told()), "text/csv")
    button(text("app.xlsx", lang), "xlsx", lambda: table_xlsx(told(), title=name), XLSX)


def status_note(opened: Opened, *layers: str, rounded: bool = False) -> None:
    """Say below a figure whether it is measured or modelled, and from where; and that it is rounded."""
    lang = opened.lang
    metas = [opened.image.layers[name].meta for name in layers if name in opened.image.layers]
    if not metas:
        return
    modelled = any(meta.status == "modellerat" for meta in metas)
    said = [text("app.modelled" if modelled else "app.measured", lang)]
    if rounded:
        said.append(text("app.rounded", lang))
    providers = dict.fromkeys(part for meta in metas for part in meta.provider.split("; "))
    said.append(text("app.source", lang, source=", ".join(providers), year=metas[0].year))
    st.caption(plain(" · ".join(said)))


def twice_modelled(opened: Opened) -> bool:
    """Return whether both the people and the services are modelled."""
    layers = opened.image.layers
    return all(name in layers and layers[name].meta.status == "modellerat" for name in ("rutnat", "service"))


def picture_button(opened: Opened, content: Callable[[], bytes], name: str) -> None:
    """Offer a map as a picture; it is drawn when it is asked for."""
    label = text("app.picture.button", opened.lang)
    st.download_button(
        label, data=content, file_name=f"{name}.png", mime="image/png", on_click="ignore", key=f"{name}-png"
    )


def figures(pairs: Sequence[tuple[str, str, str]]) -> None:
    """Show a row of figures: what it is, the figure, and what it is compared with."""
    row = st.container(key="siffror")
    for place, (label, value, note) in zip(row.columns(len(pairs), gap="small"), pairs, strict=True):
        with place.container(border=True):
            st.caption(plain(label))
            st.markdown(f"#### {plain(value)}")
            st.caption(plain(note) or "\u00a0")
