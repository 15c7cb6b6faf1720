"""Rekommendationer: filter them, see what they rest on, and keep what a municipality answers."""

from typing import Any

import pandas as pd
import streamlit as st

from spatial.analysis.outdated import STALE, standing
from spatial.errors import StrukturbildError
from spatial.pages.entry import group_record, may_write
from spatial.pages.plain import marked, plain
from spatial.pages.plans import choice, head, plan_map, plan_names, said, table_of
from spatial.pages.shared import Opened, opened
from spatial.pages.widgets import Column, show_table
from spatial.record.base import events_beside
from spatial.record.events import ADOPTIONS, PROFESSIONS, Author, Event, adoption
from spatial.record.reading import adoption as answers_of
from spatial.record.reading import adoption_log
from spatial.texts import text
from spatial.views.finding_words import told_recommendations
from spatial.views.plan_places import outlined, outlined_features
from spatial.views.rule_words import told_kind


def show() -> None:
    """Show the page."""
    at = opened()
    head(at, "rekommendationer")
    if table_of(at, "rekommendationer") is None:
        return
    table = told_recommendations(at.image, at.lang)
    st.caption(text("plan_pages.rekommendationer.not_binding", at.lang))
    events = events_beside(at.folder, at.image.settings.record)
    answers = answers_of(events)
    told = _told(at, table, answers)
    old = int((told["state"] != "").sum())
    if old:
        st.warning(text("plan_pages.rekommendationer.stale_how", at.lang, count=old), icon=":material/update:")
    kept = _filtered(at, told)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        chosen = _list(at, kept, len(told))
        if chosen is not None:
            row = pd.Series(kept.loc[chosen])
            _about(at, row, chosen)
            _answering(at, row, chosen, events)
    with right:
        _map(at, kept, chosen)


def _told(at: Opened, table: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the recommendations, with those that are no longer made but were answered, as users read them."""
    lang, names = at.lang, plan_names(at)
    strategies = at.image.settings.strategy.strategies
    goals = {goal.id: goal.title.get(lang) for strategy in strategies for goal in strategy.goals}
    gone = answers.loc[~answers["recommendation"].isin(table.index), "recommendation"].drop_duplicates()
    every = table.reindex([*table.index, *gone])
    by_id = {str(key): rows for key, rows in answers.groupby("recommendation")}
    every = every.assign(
        text=every["text"].where(every["text"].notna(), text("plan_pages.rekommendationer.gone", lang)),
        plans=[str(plans) if plans == plans else _codes(by_id[str(key)]) for key, plans in every["plans"].items()],  # noqa: PLR0124
        answer=[_answer(by_id.get(str(key)), names, lang) for key in every.index],
        state=[_state(state, lang) for state in standing(table, answers).reindex(every.index)],
        goal_title=every["goal"].map(lambda goal: goals.get(goal, said(goal))),
    )
    return every.sort_values("severity", ascending=False, kind="stable")


def _codes(rows: pd.DataFrame) -> str:
    return ";".join(dict.fromkeys(rows["municipality_code"]))


def _answer(rows: pd.DataFrame | None, names: dict[str, str], lang: str) -> str:
    if rows is None:
        return text("record.adoption.unanswered", lang)
    pairs = zip(rows["municipality_code"], rows["status"], strict=True)
    return "; ".join(f"{names.get(code, code)}: {text(f'record.adoption.{status}', lang)}" for code, status in pairs)


def _state(state: str, lang: str) -> str:
    return text("plan_pages.rekommendationer.stale", lang) if state == STALE else ""


def _filtered(at: Opened, told: pd.DataFrame) -> pd.DataFrame:
    lang, names = at.lang, plan_names(at)
    codes = {code for plans in told["plans"] for code in plans.split(";")}
    plan, actor, goal, old = st.columns([1.6, 1.3, 2.4, 1.3], gap="small", vertical_alignment="bottom")
    known = {code: name for code, name in names.items() if code in codes}
    wanted = choice(plan, at, text("plan_pages.municipality", lang), known, "rek-kommun")
    actors = {one: text(f"plan_pages.actor.{one}", lang) for one in told["actor"].dropna().unique()}
    who = choice(actor, at, text("plan_pages.rekommendationer.actor", lang), actors, "rek-aktor")
    titles = dict(zip(told["goal"].dropna(), told["goal_title"][told["goal"].notna()], strict=True))
    what = choice(goal, at, text("plan_pages.goal", lang), titles, "rek-mal")
    if old.toggle(text("plan_pages.rekommendationer.stale_only", lang), key="rek-inaktuella"):
        told = told[told["state"] != ""]
    if wanted:
        told = told[told["plans"].map(lambda plans: wanted in plans.split(";"))]
    told = told[told["actor"] == who] if who else told
    return told[told["goal"] == what] if what else told


def _list(at: Opened, kept: pd.DataFrame, count: int) -> str | None:
    lang, names = at.lang, plan_names(at)
    if kept.empty:
        st.write(text("plan_pages.nothing", lang))
        return None
    st.caption(text("plan_pages.rekommendationer.choose", lang))
    frame = kept.assign(
        plans=kept["plans"].map(lambda plans: ", ".join(names.get(one, one) for one in plans.split(";"))),
        actor=kept["actor"].map(said),
    )
    columns = [
        Column("state", text("plan_pages.rekommendationer.state", lang), more=not any(frame["state"])),
        Column("plans", text("plan_pages.municipality", lang), more=True),  # the sentence begins with them
        Column("text", text("plan_pages.rekommendationer.text", lang), width="large"),
        Column("actor", text("plan_pages.rekommendationer.actor", lang), more=True),
        Column("answer", text("plan_pages.rekommendationer.answer", lang)),
        Column("goal_title", text("plan_pages.goal", lang), more=True),
        Column("severity", text("plan_pages.severity", lang), "count", more=True),
        Column("evidence", text("plan_pages.feature", lang), more=True),
        Column("status", text("plan_pages.rekommendationer.status", lang), more=True),
    ]
    row = show_table(at, frame, columns, name="rekommendationer", rows=9, pick=True)
    st.caption(text("plan_pages.shown", lang, shown=len(kept), count=count))
    return None if row is None else str(kept.index[row])


def _about(at: Opened, row: pd.Series, chosen: str) -> None:
    lang = at.lang
    known = at.image.settings.recommendations
    titles = {template.id: template.title.get(lang) for template in known.templates} if known is not None else {}
    st.subheader(plain(said(titles.get(str(row["template"]), row["title"]))), anchor=False)
    st.write(plain(row["text"]))
    if row["state"]:
        st.markdown(text("plan_pages.rekommendationer.changed_is", lang, changed=_changed(row, lang)))
    if row["evidence"] == row["evidence"]:
        actor = text(f"plan_pages.actor.{row['actor']}", lang)
        st.markdown(
            marked(
                "plan_pages.rekommendationer.next_is", lang, actor=actor, goal=row["goal_title"], status=row["status"]
            )
        )
        st.markdown(
            marked(
                "plan_pages.rekommendationer.finding_is",
                lang,
                finding=row["finding"],
                rule=told_kind(said(row["rule"]), lang),
            )
        )
        st.markdown(
            marked("plan_pages.rekommendationer.evidence_is", lang, evidence=said(row["evidence"]).replace(";", ", "))
        )
    st.caption(plain(chosen))


def _changed(row: pd.Series, lang: str) -> str:
    told = said(row.get("changed"))
    return text("plan_pages.rekommendationer.since_answer", lang) if told == "–" else told.replace(";", ", ")


def _answering(at: Opened, row: pd.Series, chosen: str, events: list[Event]) -> None:
    """Ask for the municipality's answer; it is kept when the button is pressed."""
    lang, names = at.lang, plan_names(at)
    with st.form(f"svar-{chosen}", clear_on_submit=False):
        st.markdown(f"**{text('plan_pages.rekommendationer.answering', lang)}**")
        one, two, three = st.columns(3, gap="small")
        code = one.selectbox(
            text("plan_pages.rekommendationer.for_whom", lang),
            row["plans"].split(";"),
            format_func=lambda c: names.get(c, c),
        )
        who = two.text_input(text("plan_pages.rekommendationer.who", lang), key="rek-namn")
        role = three.selectbox(
            text("plan_pages.rekommendationer.profession", lang),
            PROFESSIONS,
            format_func=lambda p: text(f"plan_pages.rekommendationer.{p}", lang),
        )
        status = st.selectbox(
            text("plan_pages.rekommendationer.status", lang),
            ADOPTIONS,
            format_func=lambda s: text(f"record.adoption.{s}", lang),
        )
        comment = st.text_area(text("plan_pages.rekommendationer.comment", lang), height=68)
        keep = text("plan_pages.rekommendationer.keep", lang)
        sent = st.form_submit_button(keep, type="primary", disabled=not may_write())
    if sent and not who.strip():
        st.error(text("plan_pages.rekommendationer.need_name", lang))
    elif sent:
        author = Author(who.strip(), "municipality", role, code)
        _keep(at, adoption(author, chosen, code, status, comment, basis=said(row["basis"])))
    if st.session_state.pop("rek-sparat", None):
        st.success(text("plan_pages.rekommendationer.kept", lang))
    _history(at, chosen, events)


def _keep(at: Opened, draft: Any) -> None:
    try:
        group_record(at).append(draft)
    except StrukturbildError as error:
        st.error(plain(error.message(at.lang)))
        return
    st.session_state["rek-sparat"] = True
    st.rerun()


def _history(at: Opened, chosen: str, events: list[Event]) -> None:
    lang, names, log = at.lang, plan_names(at), adoption_log(events)
    own = log[log["recommendation"] == chosen]
    if own.empty:
        return
    frame = own.iloc[::-1].assign(
        when=own["time"].astype(str).str[:16].str.replace("T", " "),
        municipality=own["municipality_code"].map(lambda code: names.get(code, code)),
        status=own["status"].map(lambda status: text(f"record.adoption.{status}", lang)),
        holds=own["holds"].map(lambda holds: text(f"plan_pages.rekommendationer.{'yes' if holds else 'no'}", lang)),
    )
    heads = {"when": "when", "status": "status", "text": "comment", "session": "who", "holds": "holds"}
    columns = [Column("municipality", text("plan_pages.municipality", lang))]
    columns += [Column(name, text(f"plan_pages.rekommendationer.{head_}", lang)) for name, head_ in heads.items()]
    st.markdown(f"**{text('plan_pages.rekommendationer.history', lang)}**")
    show_table(at, frame, columns, name="svar", rows=6)


def _map(at: Opened, kept: pd.DataFrame, chosen: str | None) -> None:
    layer, shapes = at.image.layers.get("rekommendationer"), None
    if chosen is not None:
        shapes = outlined_features(at.image, said(kept.loc[chosen, "evidence"]).split(";"), chosen)
        if shapes is None and layer is not None and chosen in layer.frame.index:
            shapes = outlined(layer.geo.geometry.loc[[chosen]], chosen)
    plan_map(at, "rek-karta", shapes, "rekommendationer", "planomraden")


if __name__ == "__main__":
    show()
