"""What a plan's column of time says, asked: which column it is, and what each of its values means."""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from spatial.inputs.plan_columns import may_say_times
from spatial.inputs.plan_drafts import drafted_times
from spatial.inputs.plan_files import PlanFile
from spatial.pages.plan_upload import kept
from spatial.plan_terms import UNKNOWN, Pivot, PlanMapping, Time
from spatial.texts import number, text

_ROOM: Final = "plan_pages.granska_plan"
_TIMES: Final[tuple[Time, ...]] = ("okand", "nuvarande", "framtida", "utveckling")
_SHOWN: Final = 10


@dataclass(frozen=True)
class Times:
    """What the user says of time: the plan read so, the column where it is not the usual one, the values, the rest."""

    plan: PlanFile
    column: str | None
    said: dict[str, Time]
    default: Time


def asked_times(plan: PlanFile, pivot: Pivot, same: PlanMapping | None, key: object, lang: str) -> Times:
    """Ask which column says when, what its values mean, and what holds for features without a time."""
    st.markdown(f"**{text(f'{_ROOM}.times', lang)}**")
    st.caption(text(f"{_ROOM}.times_how", lang))
    left, right = st.columns([2, 1], gap="medium")
    with right:
        plan, column = _column(plan, key, lang)
        default = st.selectbox(
            text(f"{_ROOM}.default_time", lang),
            _TIMES,
            format_func=lambda time: text(f"plans.time.{time}", lang),
            key=f"granska-tid-{key}",
        )
    counts = plan.times()
    if not counts:
        left.caption(text(f"{_ROOM}.no_times", lang))
        return Times(plan, column, {}, default)
    table = (key, tuple(counts))
    draft = kept("granska-tider", table, lambda: _table(counts, drafted_times(counts, pivot, same)))
    with left:
        edited = st.data_editor(
            draft,
            hide_index=True,
            disabled=["value", "count"],
            column_config=_columns(lang),
            key=f"granska-tider-{table}",
        )
    return Times(plan, column, dict(zip(edited["value"], edited["time"], strict=True)), default)


def _column(plan: PlanFile, key: object, lang: str) -> tuple[PlanFile, str | None]:
    usual = [one.columns.time for one in plan.layers if one.columns.time is not None]
    options = dict.fromkeys([*usual, *(name for one in plan.layers for name in may_say_times(one.frame))])
    if not options:
        return plan, None
    chosen = st.selectbox(
        text(f"{_ROOM}.time_column", lang),
        list(options) if usual else ["", *options],
        format_func=lambda name: name or text(f"{_ROOM}.no_time_column", lang),
        key=f"granska-tidskolumn-{key}",
    )
    return (plan, None) if not chosen or chosen in usual[:1] else (plan.with_time(chosen), chosen)


def _columns(lang: str) -> dict[str, Any]:
    shape = st.column_config
    return {
        "value": shape.TextColumn(text(f"{_ROOM}.time_value", lang), width="medium"),
        "count": shape.NumberColumn(text(f"{_ROOM}.count", lang), width="small"),
        "time": shape.SelectboxColumn(
            text(f"{_ROOM}.value", lang),
            options=list(_TIMES),
            format_func=lambda time: text(f"plans.time.{time}", lang),
            required=True,
            width="medium",
        ),
    }


def say_untold(plan: PlanFile, mapping: PlanMapping, lang: str) -> None:
    """Say which values of time a mapping gives no meaning, and how many features have them."""
    untold = plan.untold_times(mapping)
    if untold:
        values = ", ".join([*list(untold)[:_SHOWN], *(["…"] if len(untold) > _SHOWN else [])])
        count = number(sum(untold.values()), lang=lang)
        st.text(text(f"{_ROOM}.times_untold", lang, count=count, values=values))


def _table(counts: dict[str, int], said: dict[str, Time]) -> pd.DataFrame:
    rows = [(value, said.get(value, UNKNOWN), count) for value, count in counts.items()]
    return pd.DataFrame(rows, columns=["value", "time", "count"])
