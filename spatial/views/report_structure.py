"""The report's chapters on the structure: municipalities, nodes, corridors, service and hinterlands."""

from typing import Any, Final

import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.views.criteria import criterion_facts
from spatial.views.report_parts import Heading, Part, Table, Words
from spatial.views.report_telling import Teller
from spatial.views.wording import told_criterion

ALL: Final = "alla"
_WORST: Final = 3
_LONGEST_NAMES: Final = 6


def municipalities_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on the municipalities; with ``code`` that one beside the whole."""
    table = tell.image.indicators.get("kommuner")
    if table is None:
        return []
    nodes = tell.image.layers.get("noder")
    population = population_status(tell)
    rows = []
    for key, row in table.iterrows():
        if code in {None, str(key)}:
            count = row.get("nodes_count")
            rows.append(
                [
                    str(row["name"]),
                    tell.people(float(row["population_inv"]), population),
                    tell.number(float(row["official_land_km2"])),
                    tell.number(float(row["density_inv_km2"]), 1),
                    "–" if nodes is None or count is None or pd.isna(count) else tell.number(float(count)),
                ]
            )
    heads = [("municipality", "text"), *((name, "number") for name in ("population", "land", "density", "nodes"))]
    note = tell.say("note.municipalities") if population == "mätt" else tell.say("note.modelled")
    return [
        Heading(tell.say("chapter.municipalities")),
        Words(tell.say("intro.municipalities")),
        Table(tell.say("table.municipalities"), _heads(tell, heads), rows, note),
    ]


def population_status(tell: Teller) -> str:
    """Return *mätt* where people per municipality are official: counted cells, or a model that keeps the totals."""
    given = {layer.meta.role for layer in tell.image.inputs.values()}
    return "mätt" if "municipal_totals" in given else tell.status("rutnat")


def _heads(tell: Teller, names: list[Any]) -> list[Any]:
    return [(tell.say(f"column.{name}"), align) for name, align in names]


def nodes_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on the nodes: levels with criteria, and each place with why it stands there."""
    layer = tell.image.layers.get("noder")
    if layer is None:
        return []
    frame = layer.frame[~layer.frame["outside"].astype(bool) & layer.frame["level"].isin(tell.levels)]
    order = {level: place for place, level in enumerate(tell.levels)}
    frame = frame.assign(order=frame["level"].map(order)).sort_values(
        ["order", "population_inv"], ascending=[True, False], kind="stable"
    )
    own = frame if code is None else frame[frame["municipality_code"] == code]
    counts = frame["level"].value_counts()
    levels = [
        [
            level.title.get(tell.lang),
            told_criterion(tell.image, level, tell.lang),
            tell.number(int(counts.get(level.id, 0))),
        ]
        for level in tell.image.settings.hierarchy.levels
    ]
    heads = _heads(tell, [("level", "text"), ("criterion", "text"), ("places", "number")])
    return [
        Heading(tell.say("chapter.nodes")),
        Words(tell.say("intro.nodes")),
        Table(tell.say("table.levels"), heads, levels, widths=(3, 7, 1.4)),
        *_places(tell, own, code),
    ]


def _places(tell: Teller, frame: pd.DataFrame, code: str | None) -> list[Part]:
    facts = criterion_facts(tell.image, tell.lang)
    stable = "stability_share" in frame
    rows = []
    for key, row in frame.iterrows():
        place = [str(row["name"])]
        if code is None:
            place.append(tell.municipality(row.get("municipality_code")))
        place += [tell.levels[str(row["level"])], tell.people(float(row["population_inv"]), "mätt")]
        if stable:
            place.append(tell.percent(float(row["stability_share"])))
        own = facts.get(str(key), [])
        place.append(own[-1][1] if len(own) > 1 or (own and row["level"] != next(iter(tell.levels))) else "–")
        rows.append(place)
    heads: list[Any] = [("place", "text")]
    heads += [("municipality", "text")] if code is None else []
    heads += [("level", "text"), ("population", "number")]
    heads += [("stability", "number")] if stable else []
    widths = (2.4, *((2.2,) if code is None else ()), 2.9, 1.9, *((1.9,) if stable else ()), 4.4)
    caption = tell.say("table.nodes")
    options = tell.image.settings.hierarchy
    note = tell.say("note.stability", runs=tell.number(options.runs), share=tell.percent(options.variation_share.value))
    return [Table(caption, _heads(tell, [*heads, ("next_level", "text")]), rows, note if stable else "", widths)]


def corridors_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on the corridors; with ``code`` those that pass the municipality."""
    layer = tell.image.layers.get("strak")
    if layer is None:
        return []
    frame, status = layer.frame, layer.meta.status
    if code is not None:
        outline = tell.image.layers["kommuner"].geo.geometry[code]
        frame = frame[layer.geo.geometry.intersects(outline)]
    rows = []
    for _, row in frame.iterrows():
        ends = (float(row.get("people_low_inv", float("nan"))), float(row.get("people_high_inv", float("nan"))))
        rows.append(
            [
                str(row["name"]),
                tell.corridor_levels.get(str(row["level"]), "–"),
                str(row.get("mode", "–")),
                tell.km(float(row["length_m"])),
                tell.people(float(row["people_inv"]), status),
                tell.between(*ends, status),
            ]
        )
    heads = [("corridor", "text"), ("level", "text"), ("mode", "text"), ("length", "number"), ("people", "number")]
    reach = tell.km(tell.image.settings.corridors.reach_m.value)
    criteria = "; ".join(
        f"{level.title.get(tell.lang)}: {told_criterion(tell.image, level, tell.lang)}"
        for level in tell.image.settings.corridors.levels
    )
    widths = (4.2, 2.4, 1.3, 1.2, 1.5, 2.4)
    return [
        Heading(tell.say("chapter.corridors")),
        Words(tell.say("intro.corridors", reach=reach)),
        Words(tell.say("levels_are", criteria=criteria), "small"),
        Table(
            tell.say("table.corridors"),
            _heads(tell, [*heads, ("range", "number")]),
            rows,
            _modelled(tell, status),
            widths,
        ),
    ]


def _modelled(tell: Teller, status: str) -> str:
    return tell.say("note.modelled") if status == "modellerat" else ""


def service_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on service: shares within every threshold, the least served, and the ranges of the models."""
    table = tell.image.indicators.get("service_inom")
    if table is None or table.empty:
        return []
    limits = table[["service", "threshold_min"]].drop_duplicates().itertuples(index=False)
    rows = [_limit_row(tell, table, service, limit, code) for service, limit in limits]
    heads = [("service", "text"), ("minutes", "number"), *([] if code is None else [("own", "number")])]
    heads += [("whole", "number"), ("range", "number"), ("worst", "text") if code is None else ("beyond", "number")]
    widths = (2.8, 1.3, 1.8, 1.8, 4.6) if code is None else (2.8, 1.3, 2.1, 1.8, 1.8, 2.6)
    modelled = _modelled(tell, tell.status("rutnat", "service"))
    note = f"{tell.say('note.within')} {tell.say('note.range')} {modelled}".strip()
    return [
        Heading(tell.say("chapter.service")),
        Words(tell.say("intro.service")),
        Table(tell.say("table.service"), _heads(tell, heads), rows, note, widths),
        *(_spots(tell) if code is None else []),
    ]


def _limit_row(tell: Teller, table: pd.DataFrame, service: str, limit: float, code: str | None) -> list[str]:
    of = shares_within(table, service, limit)
    drawn = _share_range(tell, table, service, limit, code or ALL)
    row = [tell.services.get(service, service), tell.number(limit)]
    if code is not None:
        own, whole = tell.percent(float(of.get(code, float("nan")))), told_share(tell, table, service, limit, ALL)
        return [*row, own, whole, drawn, _beyond(tell, table, service, limit, code)]
    worst = of.drop(ALL, errors="ignore").sort_values(kind="stable").head(_WORST)
    told = [f"{tell.municipality(zone)} {told_share(tell, table, service, limit, str(zone))}" for zone in worst.index]
    return [*row, tell.percent(float(of.get(ALL, float("nan")))), drawn, ", ".join(told)]


def told_share(tell: Teller, table: pd.DataFrame, service: str, limit: float, zone: str) -> str:
    """Return the share of a zone's people within a threshold, with its range."""
    share = float(shares_within(table, service, limit).get(zone, float("nan")))
    return tell.ranged(tell.percent(share), _share_range(tell, table, service, limit, zone))


def shares_within(table: pd.DataFrame, service: str, limit: float) -> pd.Series:
    """Return the shares of a service's threshold by zone."""
    same = (table["service"] == service) & (table["threshold_min"] == limit)
    return table[same].set_index("zone")["share"]


def _share_range(tell: Teller, table: pd.DataFrame, service: str, limit: float, zone: str) -> str:
    found = table[(table["service"] == service) & (table["threshold_min"] == limit) & (table["zone"] == zone)]
    if "share_low" not in found or found.empty:
        return "–"
    return tell.percents(float(found["share_low"].iloc[0]), float(found["share_high"].iloc[0]))


def _beyond(tell: Teller, table: pd.DataFrame, service: str, limit: float, code: str) -> str:
    rows = table[(table["service"] == service) & (table["threshold_min"] == limit) & (table["zone"] == code)]
    status = tell.status("rutnat", "service")

    def beyond(column: str) -> float:
        return float((rows["total_inv"] - rows[column]).sum()) if column in rows else float("nan")

    low, high = (beyond(column) for column in reversed(range_names("people_inv")))
    return tell.ranged(tell.people(beyond("people_inv"), status), tell.between(low, high, status))


def _spots(tell: Teller) -> list[Part]:
    layer = tell.image.layers.get("vita_flackar")
    if layer is None or layer.frame.empty:
        return []
    table, rows = tell.image.indicators["service_inom"], []
    for (service, limit), own in layer.frame.groupby(["service", "threshold_min"], sort=False):
        largest = own.sort_values("people_inv", ascending=False, kind="stable").iloc[0]
        row = [tell.services.get(str(service), str(service)), tell.number(float(str(limit))), tell.number(len(own))]
        row.append(_beyond(tell, table, str(service), float(str(limit)), ALL))
        rows.append([*row, people_ranged(tell, largest, layer.meta.status)])
    heads = [("service", "text"), *((name, "number") for name in ("minutes", "spots", "spot_people", "spot_largest"))]
    return [Table(tell.say("table.spots"), _heads(tell, heads), rows, tell.say("note.spots"))]


def people_ranged(tell: Teller, row: pd.Series, status: str) -> str:
    """Return the people of a row with their range."""
    low, high = (float(row.get(name, float("nan"))) for name in range_names("people_inv"))
    return tell.ranged(tell.people(float(row["people_inv"]), status), tell.between(low, high, status))


def hinterlands_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on hinterlands: who reaches which node first, and across which labour market's border."""
    layer = tell.image.layers.get("omland")
    if layer is None:
        return []
    frame, status = layer.frame, layer.meta.status
    if code is not None:
        frame = frame[layer.geo.geometry.intersects(tell.image.layers["kommuner"].geo.geometry[code].buffer(-1))]
    rows = []
    for key, row in frame.sort_values("people_inv", ascending=False, kind="stable").iterrows():
        ends = (float(row.get("people_low_inv", float("nan"))), float(row.get("people_high_inv", float("nan"))))
        people, across = tell.people(float(row["people_inv"]), status), _across(tell, str(key))
        rows.append([str(row["name"]), people, tell.between(*ends, status), across])
    heads = [("node", "text"), ("people", "number"), ("range", "number"), ("across", "text")]
    return [
        Heading(tell.say("chapter.hinterlands")),
        Words(tell.say("intro.hinterlands")),
        Table(tell.say("table.hinterlands"), _heads(tell, heads), rows, _modelled(tell, status), (2.4, 1.6, 2.6, 6)),
    ]


def _across(tell: Teller, node: str) -> str:
    table = tell.image.indicators.get("omland_fa")
    if table is None:
        return "–"
    rows = table[(table["node"] == node) & table["across"].astype(bool)]
    told = [f"{row['region_name']} {people_ranged(tell, row, tell.status('rutnat'))}" for _, row in rows.iterrows()]
    return ", ".join(told[:_LONGEST_NAMES]) or "–"
