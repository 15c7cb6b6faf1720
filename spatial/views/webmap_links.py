"""What each thing of the map belongs to: its municipalities, and the strategy's goals that it serves or works against.

The map's filters, and the card of a place, go by these.
"""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from spatial.model import Layer, StructureImage
from spatial.texts import text
from spatial.views.finding_words import told_checks, told_recommendations
from spatial.views.settings_words import settings_words

_LISTED: Final = ";"
_CODE_COLUMNS: Final = ("municipality_code", "plan_id", "plans", "plan_a", "plan_b")


def municipalities_of(image: StructureImage, layer: Layer) -> list[str] | None:
    """Return the codes of the municipalities that each row of a layer belongs to, ";" between; None for a ground layer.

    Parameters
    ----------
    image : StructureImage
    layer : Layer
        Rows that name no municipality, and have a place, belong to those that they touch.
    """
    frame = layer.frame
    if layer.id == "kommuner":
        return [str(code) for code in frame.index]
    told = [name for name in _CODE_COLUMNS if name in frame]
    outlines = image.layers.get("kommuner")
    if told:
        rows = zip(*(frame[name].fillna("").astype(str) for name in told), strict=True)
        named = [_joined(part for value in row for part in value.split(_LISTED)) for row in rows]
    else:
        named = [""] * len(frame)
    nodes = image.layers.get("noder")
    if nodes is not None and layer.id == "inriktning_noder" and "municipality_code" in nodes.frame:
        at_node = nodes.frame["municipality_code"].reindex(frame.index).fillna("").astype(str)
        named = [own or code for own, code in zip(named, at_node, strict=True)]
    if outlines is None or layer.id in _GROUND or frame.empty:
        return named if told else None
    if all(named):
        return named
    pairs = layer.geo[["geometry"]].sjoin(outlines.geo[["geometry"]].rename_axis("code"), predicate="intersects")
    touched = pairs["code"].astype(str).groupby(level=0).agg(_joined)
    return [own or str(touched.get(key, "")) for own, key in zip(named, frame.index, strict=True)]


_GROUND: Final = frozenset({"vatten", "vattendrag", "land", "grannkommuner", "fa_regioner", "markanvandning"})


def goals_of(image: StructureImage, layer: Layer) -> tuple[list[str], list[str]] | None:
    """Return the goals that each row serves, and those that it works against; None where a layer has neither."""
    frame, tables = layer.frame, image.indicators
    keys = [str(key) for key in frame.index]
    nothing = [""] * len(keys)
    if "goals" in frame:
        return frame["goals"].fillna("").astype(str).tolist(), nothing
    if layer.id == "rekommendationer" and "goal" in frame:
        return frame["goal"].fillna("").astype(str).tolist(), nothing
    found: tuple[list[str], list[str]] | None = None
    if layer.id == "granser" and "rekommendationer" in tables:
        by_finding = tables["rekommendationer"].groupby("finding")["goal"].agg(_joined)
        found = [str(by_finding.get(key, "")) for key in keys], nothing
    elif layer.id == "noder" and "inriktning_noder" in image.layers:
        wanted = image.layers["inriktning_noder"].frame["goals"]
        found = [str(wanted.get(key, "")) for key in keys], nothing
    elif layer.id == "kommuner" and "matris" in tables:
        found = _of_matrix(tables["matris"], keys, "stödjer"), _of_matrix(tables["matris"], keys, "motverkar")
    elif layer.id.startswith("plan") and "matris_ansprak" in tables:
        claims = tables["matris_ansprak"].reindex(keys)
        found = claims["supports"].fillna("").tolist(), claims["against"].fillna("").tolist()
    return found


def _of_matrix(cells: pd.DataFrame, codes: list[str], verdict: str) -> list[str]:
    held = cells[cells["verdict"] == verdict].groupby("plan_id")["goal"].agg(_joined)
    return [str(held.get(code, "")) for code in codes]


def goals(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return the goals of the strategies in force: ``i``, title ``t``, and ``s`` where they say something of places."""
    in_force = image.settings.strategy.in_force() if "matris" in image.indicators else ()
    made: list[dict[str, object]] = []
    for goal in in_force:
        row: dict[str, object] = {"i": goal.id, "t": goal.title.get(lang)}
        made.append({**row, "s": True} if goal.rule is not None else row)
    return made


def findings(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return what was found where plans meet, the gravest first, as a place's card lists it.

    Each has a title ``t``, a sentence ``s``, municipalities ``m``, kind ``k``, and the layer ``l`` and id ``i`` of what
    stands for it on the map, where something does.
    """
    tables, words = image.indicators, settings_words(image.settings, lang)
    rows: list[tuple[float, dict[str, object]]] = []

    def said(value: object) -> str:
        return words.get(str(value), str(value))

    advised = told_recommendations(image, lang) if "rekommendationer" in tables else None
    for key, row in _rows(advised):
        told = {"k": "recommendation", "t": row["title"], "s": row["text"], "m": row["plans"]}
        rows.append((float(str(row["severity"])), {**told, "l": "rekommendationer", "i": key}))
    for key, row in _rows(tables.get("granser")):
        place = f"{row['plan_a']}{_LISTED}{row['plan_b']}"
        told = {"k": "border", "t": said(row["kind"]).capitalize(), "m": place, "l": "granser", "i": key}
        rows.append((float(str(row["severity"])), told))
    for key, row in _rows(tables.get("konflikter")):
        told = {"k": "conflict", "t": said(row["kind"]).capitalize(), "s": str(row["name"]), "m": row["plan_id"]}
        rows.append((float(str(row["severity"])), {**told, **_place(image, str(key))}))
    checked = told_checks(image, lang) if "plan_granskning" in tables else None
    for key, row in _rows(checked):
        told = {"k": "check", "t": row["sentence"], "s": row["fix"], "m": row["plan_id"]}
        rows.append((_SEVERITY.get(str(row["severity"]), 0.0), {**told, "l": "plan_granskning", "i": key}))
    kinds = {kind: text(f"webmap.finding.{kind}", lang) for kind in ("recommendation", "border", "conflict", "check")}
    rows.sort(key=lambda pair: -pair[0])
    return [{**finding, "k": kinds[str(finding["k"])]} for _, finding in rows]


def _place(image: StructureImage, conflict: str) -> dict[str, str]:
    """Return the layer and id that stand for a conflict on the map; nothing where none does."""
    layers = (name for name in _CONFLICTS if name in image.layers)
    return next(({"l": name, "i": conflict} for name in layers if conflict in image.layers[name].frame.index), {})


_CONFLICTS: Final = ("konflikter", "konflikter_linjer", "konflikter_punkter")
_SEVERITY: Final = {"fel": 3.0, "varning": 2.0, "upplysning": 1.0}


def _rows(table: pd.DataFrame | None) -> list[tuple[str, dict[str, object]]]:
    if table is None:
        return []
    records = table.astype(object).where(table.notna(), "").to_dict("records")
    return [(str(key), dict(row)) for key, row in zip(table.index, records, strict=True)]  # type: ignore[arg-type]


def _joined(parts: Iterable[object]) -> str:
    return _LISTED.join(dict.fromkeys(str(part) for part in parts if str(part)))
