"""ÖP ↔ RUS: municipality × goal as marks and tones; a cell opens to its evidence, on the map too; both directions."""

from typing import Final

import pandas as pd
import streamlit as st

from spatial.analysis.ranges import range_names
from spatial.pages.plain import marked, plain
from spatial.pages.plans import amount, head, measured, measured_range, plan_map, plan_names, ranged, said, table_of
from spatial.pages.shared import Opened, opened
from spatial.pages.widgets import Column, show_table
from spatial.settings import Settings
from spatial.texts import number, text
from spatial.views.plan_places import outlined_features, plan_features
from spatial.views.rule_words import told_kind, told_limit, told_thing

_MARKS: Final = {
    "stödjer": "supports",
    "motverkar": "against",
    "inget underlag": "none",
    "inte rumsligt": "not_spatial",
}
_TONES: Final = {
    "stödjer": ("#E4DCE8", "#CDBFD6", "#B29FC1"),
    "motverkar": ("#F6E1D2", "#EFC7A6", "#E5A877"),
    "inget underlag": ("#FFFFFF",) * 3,
    "inte rumsligt": ("#EEEAE0",) * 3,
}
_STEPS: Final = (1 / 3, 2 / 3)
_ROW_PX: Final = 35
_CELL_PX: Final = 60
_LETTER_PX: Final = 7.2
_NARROW, _NARROW_PX = frozenset("fijlrst"), 5.2
_WIDE, _WIDE_PX = frozenset("mw"), 12.0
_PAD_PX: Final = 18
_GOAL_PX: Final = 180
"""So wide that 15 municipalities stand side by side at 1280 pixels, each with its whole name."""
_ROOM: Final = 5  # characters: with a space between them they still fit in a cell
_LEAST_TOLD: Final = 0.005


def show() -> None:
    """Show the page."""
    at = opened()
    head(at, "op_rus")
    cells = table_of(at, "matris")
    if cells is None:
        return
    st.caption(f"**{text('links.caveat', at.lang)}**")
    goals = dict(zip(cells["goal"], cells["goal_title"], strict=True))
    known, plans = plan_names(at), cells["plan_id"].unique()
    names = {code: name for code, name in known.items() if code in plans} | {c: c for c in plans if c not in known}
    _matrix(at, cells, names, goals)
    st.caption(text("plan_pages.op_rus.legend", at.lang))
    st.caption(text("links.strength", at.lang))
    left, right = st.columns([5, 4], gap="medium")
    with left:
        ids = _cell(at, cells, names, goals)
    with right:
        plan_map(at, "oprus-karta", outlined_features(at.image, ids, ids), "planomraden")
    by_plan, by_goal = st.tabs([text(f"plan_pages.op_rus.{name}", at.lang) for name in ("by_plan", "by_goal")])
    with by_plan:
        _uptake(at, cells, names)
    with by_goal:
        _claims(at, goals, names)


def mark(row: pd.Series, lang: str) -> str:
    """Return what a cell of the matrix says: a mark, and the strength where there is one."""
    sign = text(f"plan_pages.op_rus.mark_{_MARKS[row['verdict']]}", lang)
    if row["mixed"]:
        sign = text("plan_pages.op_rus.mark_both", lang)
    if row["verdict"] not in {"stödjer", "motverkar"}:
        return sign
    told = _strength(float(row["strength"]), lang)
    return f"{sign} {told}" if len(sign + told) <= _ROOM else sign + told


def _strength(strength: float, lang: str) -> str:
    """Return a strength with two decimals; never 0 for what is more."""
    return f"<{number(2 * _LEAST_TOLD, 2, lang)}" if 0 < abs(strength) < _LEAST_TOLD else number(strength, 2, lang)


def _tone(row: pd.Series) -> str:
    strength = 0.0 if row["strength"] != row["strength"] else abs(float(row["strength"]))
    return f"background-color: {_TONES[row['verdict']][sum(strength > step for step in _STEPS)]}; color: #1F2A36"


def _matrix(at: Opened, cells: pd.DataFrame, names: dict[str, str], goals: dict[str, str]) -> None:
    """Show goals down and municipalities across; a click on a cell opens it."""
    by_cell = cells.assign(mark=cells.apply(mark, axis=1, lang=at.lang), tone=cells.apply(_tone, axis=1))
    by_cell = by_cell.set_index(["plan_id", "goal"])
    marks, tones = (
        pd.DataFrame({plan: by_cell[what].xs(plan, level="plan_id").reindex(list(goals)) for plan in names}).fillna("")
        for what in ("mark", "tone")
    )
    marks.insert(0, "goal", [goals[goal] for goal in marks.index])
    tones.insert(0, "goal", "")
    config = {plan: st.column_config.Column(name, width=_wide(name), help=name) for plan, name in names.items()}
    config["goal"] = st.column_config.Column(text("plan_pages.goal", at.lang), pinned=True, width=_GOAL_PX)
    found = st.dataframe(
        marks.style.apply(lambda _: tones, axis=None),
        hide_index=True,
        column_config=config,
        height=_ROW_PX * (len(marks) + 1) + 3,
        on_select="rerun",
        selection_mode="single-cell",
        key="oprus-matris",
    )
    _follow(found["selection"].get("cells", []), list(names), list(goals))


def _wide(name: str) -> int:
    """Return how wide a municipality's column is: its name, and at least what a cell says."""
    letters = (_NARROW_PX if one in _NARROW else _WIDE_PX if one in _WIDE else _LETTER_PX for one in name)
    return max(_CELL_PX, round(_PAD_PX + sum(letters)))


def _follow(picked: list[tuple[int, str]], plans: list[str], goals: list[str]) -> None:
    """Let a newly clicked cell be what the two questions below it say."""
    if not picked or st.session_state.get("oprus-klick") == picked[0]:
        return
    st.session_state["oprus-klick"] = picked[0]
    row, column = picked[0]
    st.session_state["oprus-mal"] = goals[row]
    if column in plans:
        st.session_state["oprus-kommun"] = column


def _cell(at: Opened, cells: pd.DataFrame, names: dict[str, str], goals: dict[str, str]) -> list[str]:
    """Ask which cell, tell what it rests on; return the features to show."""
    lang = at.lang
    st.caption(text("plan_pages.op_rus.how", lang))
    one, other = st.columns([1, 2], gap="small")
    plan = one.selectbox(
        text("plan_pages.municipality", lang), list(names), format_func=names.__getitem__, filter_mode=None,
        key="oprus-kommun",
    )  # fmt: skip
    goal = other.selectbox(
        text("plan_pages.goal", lang), list(goals), format_func=goals.__getitem__, filter_mode=None, key="oprus-mal"
    )
    row = cells[(cells["plan_id"] == plan) & (cells["goal"] == goal)].iloc[0]
    cell = text("plan_pages.op_rus.cell", lang, municipality=names[plan], goal=goals[goal])
    st.subheader(plain(cell), anchor=False)
    st.markdown(f"**{mark(row, lang)}** {plain(row['verdict'])}")
    if row["verdict"] == "inte rumsligt":
        st.write(text("plan_pages.op_rus.not_spatial", lang))
        st.text(said(row["quote"]))
        return []
    _rule(row, at.image.settings, lang)
    rows = at.image.indicators["matris_belagg"]
    return _evidence(at, rows[(rows["plan_id"] == plan) & (rows["goal"] == goal)])


def _rule(row: pd.Series, settings: Settings, lang: str) -> None:
    limit = told_limit(row["rule"], row["parameter"], settings, lang)
    rule = {"rule": told_kind(row["rule"], lang), "parameter": limit, "quote": said(row["quote"])}
    st.markdown(marked("plan_pages.op_rus.rule_row", lang, **rule))
    told = {
        "strength": _strength_with_range(row, lang),
        **{side: _side(row, side, lang) for side in ("support", "against")},
        "full": number(row["full"], 0 if row["full"] >= 1 else 2, lang),
        "unit": row["unit"],
    }
    st.markdown(marked("plan_pages.op_rus.strength_row", lang, **told))
    if measured_range(_ends(row, "strength"), "andel", lang):
        st.caption(text("app.range_how", lang))
    if row["lacks"]:
        st.caption(marked("plan_pages.op_rus.lacks", lang, lacks=told_thing(row["lacks"], settings, lang)))
    if row["example"]:
        st.caption(text("links.example_rule", lang))


def _side(row: pd.Series, side: str, lang: str) -> str:
    """Return how much is for or against, with its range where the models behind it are redrawn."""
    name, unit = f"{side}_measure", row["unit"]
    return ranged(measured(row[name], unit, lang), measured_range(_ends(row, name), unit, lang), lang)


def _strength_with_range(row: pd.Series, lang: str) -> str:
    told = _strength(float(row["strength"]), lang)
    low, high = _ends(row, "strength")
    if low is None or low != low:  # noqa: PLR0124 - NaN
        return told
    ends = [_strength(float(str(end)), lang) for end in (low, high)]
    return told if ends[0] == ends[1] else ranged(told, text("app.between", lang, low=ends[0], high=ends[1]), lang)


def _ends(row: pd.Series, name: str) -> tuple[object, object]:
    low, high = (row.get(end) for end in range_names(name))
    return low, high


def _evidence(at: Opened, rows: pd.DataFrame) -> list[str]:
    lang = at.lang
    if rows.empty:
        st.write(text("plan_pages.op_rus.none", lang))
        return []
    st.markdown(f"**{text('plan_pages.op_rus.evidence', lang, count=len(rows))}**")
    st.caption(text("plan_pages.op_rus.evidence_how", lang))
    names = plan_features(at.image)["name"]
    frame = rows.sort_values("measure", ascending=False, kind="stable")
    twice = (frame["counted"] < frame["measure"]).any()
    told = frame.assign(
        name=[said(name) for name in names.reindex(frame["feature"])],
        amount=_amounts(frame, "measure", lang),
        amount_counted=_amounts(frame, "counted", lang),
        rule=[told_kind(kind, lang) for kind in frame["rule"]],
        parameter=[
            told_limit(kind, stated, at.image.settings, lang)
            for kind, stated in zip(frame["rule"], frame["parameter"], strict=True)
        ],
    )
    columns = [
        Column("feature", text("plan_pages.feature", lang)),
        Column("name", text("plan_pages.name", lang), width="medium"),
        Column("effect", text("plan_pages.op_rus.effect", lang)),
        Column("amount", text("plan_pages.measure", lang)),
        *([Column("amount_counted", text("plan_pages.op_rus.counted", lang))] if twice else []),
        Column("rule", text("plan_pages.op_rus.rule", lang)),
        Column("parameter", text("plan_pages.op_rus.parameter", lang)),
        Column("quote", text("plan_pages.op_rus.quote", lang)),
    ]
    chosen = show_table(at, told, columns, name="belagg", rows=7, pick=True)
    ids = [str(one) for one in told["feature"]]
    return ids if chosen is None else [ids[chosen]]


def _amounts(rows: pd.DataFrame, name: str, lang: str) -> list[str]:
    return [amount(row[name], row["unit"], lang, _ends(row, name)) for _, row in rows.iterrows()]


def _uptake(at: Opened, cells: pd.DataFrame, names: dict[str, str]) -> None:
    lang = at.lang
    counts = pd.crosstab(cells["plan_id"], cells["verdict"]).reindex(index=list(names), columns=list(_MARKS))
    frame = counts.fillna(0).rename(columns=_MARKS).assign(plan=list(names.values()))
    heads = (("supports", "supports"), ("against", "against"), ("none", "none_count"))
    columns = [Column("plan", text("plan_pages.municipality", lang), width="medium")]
    columns += [Column(key, text(f"plan_pages.op_rus.{name}", lang), "count") for key, name in heads]
    columns.append(Column("not_spatial", text("plan_pages.op_rus.not_spatial_count", lang), "count"))
    show_table(at, frame, columns, name="upptag", rows=16)


def _claims(at: Opened, goals: dict[str, str], names: dict[str, str]) -> None:
    lang, claims = at.lang, at.image.indicators["matris_ansprak"]
    goal = st.selectbox(
        text("plan_pages.goal", lang), list(goals), format_func=goals.__getitem__, filter_mode=None, key="ansprak-mal"
    )
    sides = {
        side: claims[side].fillna("").str.split(";").map(lambda ids: goal in ids) for side in ("supports", "against")
    }
    own = claims[sides["supports"] | sides["against"]]
    if own.empty:
        st.write(text("plan_pages.nothing", lang))
        return
    pivots = {value.id: value.title.get(lang) for value in at.image.settings.pivot.entries}
    frame = own.assign(
        feature=own.index.astype(str),
        plan=own["plan_id"].map(lambda one: names.get(str(one), str(one))),
        pivot=own["pivot"].map(lambda one: pivots.get(one, one)),
        effect=[
            _effect(*both, lang) for both in zip(sides["supports"][own.index], sides["against"][own.index], strict=True)
        ],
    )
    columns = [
        Column("plan", text("plan_pages.municipality", lang)),
        Column("feature", text("plan_pages.feature", lang)),
    ]
    columns += [Column("name", text("plan_pages.name", lang), width="large")]
    columns += [Column(name, text(f"plan_pages.op_rus.{name}", lang)) for name in ("pivot", "time", "effect")]
    show_table(at, frame, columns, name="ansprak", rows=14)


def _effect(supports: bool, against: bool, lang: str) -> str:
    words = [text("plan_pages.op_rus.supports", lang)] * supports + [text("plan_pages.op_rus.against", lang)] * against
    return ", ".join(words)


if __name__ == "__main__":
    show()
