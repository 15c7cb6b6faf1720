"""The report's first chapter, what it all says in a few lines; and who has taken part."""

from collections.abc import Iterable
from typing import Any, Final

from spatial.record.events import ORGANISATIONS, PROFESSIONS, Event
from spatial.record.standing import participation
from spatial.texts import text
from spatial.views.report_parts import Bullets, Heading, Part, Table, Words
from spatial.views.report_plans import about, examples, frame_of
from spatial.views.report_structure import ALL, people_ranged, population_status, shares_within, told_share
from spatial.views.report_telling import MODELLED, Teller

_SERVICES: Final = 3


def summary_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the summary; with ``code`` of that municipality. Every figure stands in a later chapter's table."""
    lines = [
        *_people(tell, code),
        *_structure(tell, code),
        *_service(tell, code),
        *_across(tell, code),
        *_plans(tell, code),
    ]
    return [
        Heading(tell.say("chapter.summary")),
        Bullets(lines),
        Words(tell.say("summary.reading")),
        Words(tell.say("not_a_score"), "note"),
        *examples(tell),
    ]


def _people(tell: Teller, code: str | None) -> list[str]:
    table = tell.image.indicators.get("kommuner")
    if table is None:
        return []
    status = population_status(tell)
    if code is None:
        people = tell.people(float(table["population_inv"].sum()), status)
        return [tell.say("summary.people", municipalities=len(table), people=people)]
    own = table.loc[[code]]
    people = tell.people(float(own["population_inv"].sum()), status)
    density = tell.number(float(own["density_inv_km2"].sum()), 1)
    return [tell.say("summary.one", municipality=tell.municipality(code), people=people, density=density)]


def _structure(tell: Teller, code: str | None) -> list[str]:
    lines = []
    nodes, corridors = tell.image.layers.get("noder"), tell.image.layers.get("strak")
    if nodes is not None:
        frame = nodes.frame[~nodes.frame["outside"].astype(bool)]
        frame = frame if code is None else frame[frame["municipality_code"] == code]
        for level, title in tell.levels.items():
            names = frame[frame["level"] == level].sort_values("population_inv", ascending=False)["name"].tolist()
            shown = ", ".join(map(str, names)) if len(names) <= _SERVICES + 2 else tell.number(len(names))
            lines += [tell.say("summary.level", level=title, places=shown)] if names else []
    if corridors is not None and code is None:
        first = next(iter(tell.corridor_levels))
        top = int((corridors.frame["level"] == first).sum())
        lines.append(tell.say("summary.corridors", count=len(corridors.frame), regional=top))
    return lines


def _service(tell: Teller, code: str | None) -> list[str]:
    table = tell.image.indicators.get("service_inom")
    if table is None or table.empty:
        return []
    lines, modelled = list[str](), tell.status("rutnat", "service") == MODELLED
    told = table[["service", "threshold_min"]].drop_duplicates("service").head(_SERVICES)
    for service, limit in told.itertuples(index=False):
        of = shares_within(table, service, limit)
        own = of.drop(ALL, errors="ignore")
        mark = tell.say("summary.mark") if modelled else ""
        said = {"mark": mark, "minutes": tell.number(limit), "service": tell.services.get(service, service).lower()}
        whole = told_share(tell, table, service, limit, ALL)
        if code is None:
            worst = f"{tell.municipality(own.idxmin())}, {told_share(tell, table, service, limit, str(own.idxmin()))}"
            lines.append(tell.say("summary.service", share=whole, worst=worst, **said))
        else:
            share = told_share(tell, table, service, limit, code)
            lines.append(tell.say("summary.service_own", share=share, whole=whole, **said))
    return lines


def _across(tell: Teller, code: str | None) -> list[str]:
    table = tell.image.indicators.get("omland_over_grans")
    if table is None or code is not None:
        return []
    status = tell.status("rutnat")
    rows = table[table["division"] == "fa_regioner"]
    return [tell.say("summary.across", people=people_ranged(tell, row, status)) for _, row in rows.iterrows()]


def _plans(tell: Teller, code: str | None) -> list[str]:
    matrix = frame_of(tell, "matris")
    if matrix is None or matrix.empty:
        return [tell.say("summary.no_matrix" if tell.plan_layers() else "summary.no_plans")]
    verdicts = about(matrix, code)["verdict"].value_counts()
    counts = {name: int(verdicts.get(told, 0)) for name, told in _VERDICTS.items()}
    lines = [tell.say("summary.plans", **counts)]
    for name, key in (("granser", "borders"), ("rekommendationer", "recommendations")):
        table = frame_of(tell, name)
        if table is not None:
            lines.append(tell.say(f"summary.{key}", count=tell.number(len(about(table, code)))))
    return lines


_VERDICTS: Final = {"supports": "stödjer", "against": "motverkar", "none": "inget underlag"}


def participation_part(tell: Teller, events: Iterable[Event]) -> list[Part]:
    """Return who has taken part and who is missing; nothing where no group has worked."""
    said = list(events)
    if not said:
        return []
    table = participation(said, tell.municipalities)
    rows = []
    for body, row in table.iterrows():
        name = text(f"record.organisation.{body}", tell.lang) if body in ORGANISATIONS else tell.municipality(body)
        missing = [text(f"record.profession.{one}", tell.lang) for one in PROFESSIONS if row[one] == 0]
        rows.append([name, *(tell.number(int(row[one])) for one in PROFESSIONS), ", ".join(missing) or "–"])
    heads: list[Any] = [(tell.say("column.body"), "text")]
    heads += [(tell.say(f"column.{name}"), "number") for name in PROFESSIONS]
    return [
        Heading(tell.say("chapter.participation")),
        Words(tell.say("intro.participation")),
        Table(tell.say("table.participation"), [*heads, (tell.say("column.missing"), "text")], rows),
    ]
