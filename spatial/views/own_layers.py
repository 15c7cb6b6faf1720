"""A user's own layer as the web map's script takes it: drawn in a look of its own, its columns told as they are."""

from typing import Any, Final

import pandas as pd

from spatial.geo import geometry_family
from spatial.model import Layer, StructureImage
from spatial.texts import number, text
from spatial.views.webmap_features import encoded, simplified
from spatial.views.webmap_links import municipalities_of

MOST: Final = 3000
"""So many things of an own layer are drawn; a map with more answers slowly."""
_SIMPLIFY_M: Final = 50.0
_TOLD: Final = 12
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "point": {"fill": "#F2C200", "stroke": "#1F2A36", "width": 1.4, "size": 9, "symbol": "square"},
    "line": {"stroke": "#1F2A36", "width": 2.4, "dash": [1, 4]},
    "polygon": {"fill": "#F2C200", "fillOpacity": 0.25, "stroke": "#1F2A36", "width": 1.4},
}
_HIDDEN: Final = frozenset({"geometry", "name", "service_type", "status"})


def own_on_map(layer: Layer, image: StructureImage, lang: str) -> dict[str, Any]:
    """Return an own layer and its lines of the legend.

    Parameters
    ----------
    layer : Layer
        EPSG:3006, vector. Of more than ``MOST`` things the first are drawn.
    image : StructureImage
        Whose municipalities the filters know.
    lang : {"sv", "en", "no"}

    Returns
    -------
    dict
        ``layer`` and ``entries``, as ``karta/egna.js`` takes them.
    """
    title = layer.meta.title.get(lang)
    frame = layer.geo.iloc[:MOST]
    family = geometry_family(frame.geometry.to_numpy()) if len(frame) else "point"
    shown = [str(column) for column in frame.columns if column not in _HIDDEN][:_TOLD]
    names = frame["name"].map(_word) if "name" in frame else pd.Series("", index=frame.index)
    places = municipalities_of(image, layer) or [""] * len(layer.frame)
    thin = frame if family == "point" else simplified(frame, _SIMPLIFY_M)
    features = [
        {"i": str(key), "c": "all", "n": name, "m": place, "g": shape, "f": facts}
        for key, name, place, shape, facts in zip(
            frame.index, names, places, encoded(thin.geometry), _facts(frame[shown]), strict=False
        )
        if shape
    ]
    source = f"{layer.meta.source}, {layer.meta.year}"
    left_out = len(layer.frame) - len(frame)
    whole = number(len(layer.frame), lang=lang)
    partly = text("eget.drawn", lang, count=number(len(frame), lang=lang), whole=whole) if left_out else ""
    entry = {
        "layer": layer.id, "value": "all", "title": title,
        "criterion": ". ".join(filter(None, (partly, source, layer.meta.licence))),
        "status": layer.meta.status, "geometry": family, "visible": True, "key": f"{layer.id}/all",
        "style": _LOOKS[family],
    }  # fmt: skip
    drawn = {
        "id": layer.id, "geometry": family, "title": title, "status": layer.meta.status,
        "closing": [[text("webmap.fact.source", lang), source]], "classes": {"all": _LOOKS[family]},
        "features": features,
    }  # fmt: skip
    return {"layer": drawn, "entries": [entry], "left_out": left_out}


def _facts(frame: pd.DataFrame) -> list[list[list[str]]]:
    columns = [str(name) for name in frame.columns]
    return [
        [[column, word] for column, word in zip(columns, map(_word, row), strict=True) if word]
        for row in frame.itertuples(index=False, name=None)
    ]


def _word(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
