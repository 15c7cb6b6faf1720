"""The interactive map, as a file and as what the app's component is sent; it writes data, never markup."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from spatial.model import StructureImage
from spatial.storage import new_file
from spatial.texts import text
from spatial.views.style import GROUPS, LegendEntry, legend_entries, web_class
from spatial.views.themes import theme_presets
from spatial.views.webmap_facts import cell_text, role_text
from spatial.views.webmap_features import (
    LOSSES,
    MOST_LOSSES,
    MOST_SPOTS,
    neighbours,
    region_outline,
    vector_layers,
    veil,
    view_bounds,
)
from spatial.views.webmap_links import findings, goals
from spatial.views.webmap_page import page, safe_json
from spatial.views.webmap_places import served
from spatial.views.webmap_rasters import cells, rasters
from spatial.views.wording import EXAMPLE, status_text

COMPONENT_FOLDER: Final = Path(str(files("spatial.views").joinpath("karta")))
"""What the app serves as the map's component; ``index.html`` speaks with Streamlit."""
LEAFLET_FOLDER: Final = Path(str(files("spatial.views").joinpath("vendor", "leaflet")))
"""Leaflet, served as a component beside it, named ``leaflet`` in the same module."""
FORMAT: Final = 3
"""How the drawn map is written; a file of another format is drawn anew, never read."""
_RANGED_TEXTS: Final = ("ranged", "ranged_up_to")
_SCRIPT_TEXTS: Final = (
    "map", "panel", "zoom_in", "zoom_out", "home", "search", "access", "none", "close", "facts", "north", "scale",
    "unreachable", "few", "approximately", "minutes", "tools", "modes", "state_nulage", "state_inriktning",
    "state_jamfor", "divider", "divided", "theme", "municipality", "whole", "goal", "every_goal", "minutes_to",
    "hits", "no_hits", "goal_not_spatial", "against", "search_hits", "search_count", "search_none", "service", "first",
    "second", "by_car", "unsure", "found", "comments", "go_municipality", "go_service", "go_goals", "tool_link",
    "tool_link_how", "tool_print", "tool_print_how", "tool_files", "tool_files_how", "tool_add", "tool_add_how",
    "link_copied", "link_by_hand", "printed", "own", "own_note",
)  # fmt: skip


@dataclass(frozen=True)
class WebMap:
    """A drawn map: ``data`` is what the script is given, ``html`` the page that stands alone."""

    data: dict[str, object]
    lang: str

    @cached_property
    def html(self) -> str:
        """The whole page, with script and style in it."""
        title = str(self.data["title"])
        return page(self.data, title=title, lang=self.lang, noscript=text("webmap.js.noscript", self.lang))

    def save(self, path: str | Path) -> Path:
        """Write the page; what was there is replaced at once, or kept if writing fails.

        Raises
        ------
        OutputError
            If the folder or the file cannot be written.
        """
        target = Path(path)
        with new_file(target) as fresh:
            fresh.write_text(self.html, encoding="utf-8", newline="\n")
        return target


def draw(image: StructureImage, *, lang: str = "sv") -> WebMap:
    """Return the image as a web map.

    Parameters
    ----------
    image : StructureImage
        Whatever layers it has are drawn; what is missing is named in the panel.
    lang : {"sv", "en", "no"}
        The language of every text.

    Returns
    -------
    WebMap
        The same image gives the same page, byte for byte.
    """
    data: dict[str, object] = {
        "version": FORMAT,
        "lang": lang,
        **_headings(image, lang),
        **_ground(image, lang),
        "groups": _groups(image, lang),
        "layers": vector_layers(image, lang),
        "rasters": rasters(image, lang),
        "cells": cells(image),
        "services": {service.id: service.title.get(lang) for service in image.settings.services},
        "served": served(image),
        **_choices(image, lang),
        "texts": _script_texts(image, lang),
    }
    data["fingerprint"] = hashlib.sha256(safe_json(data).encode()).hexdigest()
    return WebMap(data, lang)


def _choices(image: StructureImage, lang: str) -> dict[str, object]:
    """Return what the tools of the map choose among; the map of a seminar has none of them."""
    wanted = [layer for name, layer in image.layers.items() if name.startswith("inriktning_")]
    examples = any(layer.meta.status == "modellerat" for layer in wanted)
    return {
        "directed": bool(wanted),
        "states": {
            "nulage": str(image.settings.region.year),
            "inriktning": text("webmap.from_examples" if examples else "webmap.from_plans", lang),
        },
        "themes": theme_presets(image, lang),
        "goals": goals(image, lang),
        "findings": findings(image, lang),
    }


def _script_texts(image: StructureImage, lang: str) -> dict[str, str]:
    grid = image.layers["rutnat"].grid if "rutnat" in image.layers else None
    return {
        **{name: text(f"webmap.js.{name}", lang) for name in _SCRIPT_TEXTS},
        **{name: text(f"webmap.{name}", lang, value="{value}", low="{low}", high="{high}") for name in _RANGED_TEXTS},
        "cell": cell_text(grid.size_m if grid else 0, "cell", lang),
        "nearest": text("webmap.fact.nearest", lang),  # the script fills in {service}
    }


def _headings(image: StructureImage, lang: str) -> dict[str, object]:
    region = image.settings.region
    key = "subtitle_draft" if region.status == "arbetsmaterial" else "subtitle"
    state = text(f"webmap.state.{region.status}", lang)
    return {
        "title": text("webmap.title", lang, region=region.title.get(lang)),
        "subtitle": text(f"webmap.{key}", lang, state=state, year=region.year),
        "schematic": text("webmap.schematic", lang),
        "crs": text("webmap.crs", lang),
        "sources": {"title": text("webmap.sources", lang), "list": _sources(image)},
        "missing": {"title": text("webmap.missing", lang), "list": _missing(image, lang)},
        "status": {status: status_text(status, lang) for status in ("mätt", "modellerat", EXAMPLE)},
    }


def _missing(image: StructureImage, lang: str) -> list[str]:
    """Return what lacks, each role once; of the services the types that no layer gives (step ``services:<type>``)."""
    titles = {service.id: service.title.get(lang).lower() for service in image.settings.services}
    lacking: dict[str, set[str]] = {}
    for omission in image.provenance.omissions:
        part = titles.get(omission.step.partition(":")[2])
        lacking.setdefault(role_text(omission.role, lang), set()).update([part] if part else [])
    return [f"{role} ({', '.join(sorted(parts))})" if parts else role for role, parts in sorted(lacking.items())]


def _sources(image: StructureImage) -> list[str]:
    layers = image.inputs or image.layers
    return sorted({f"{layer.meta.provider or layer.meta.source} {layer.meta.year}" for layer in layers.values()})


def _ground(image: StructureImage, lang: str) -> dict[str, object]:
    style = image.settings.style
    names = ("paper", "neighbour", "sea", "water", "ink", "muted", "finding", "modelled", "font")
    return {
        "bounds": view_bounds(image),
        "ground": {name: getattr(style, name) for name in names},
        "outline": region_outline(image),
        "neighbours": neighbours(image),
        "veil": veil(image),
        "seas": [{"n": sea.title.get(lang), "g": [sea.lat, sea.lon]} for sea in style.seas],
    }


def _groups(image: StructureImage, lang: str) -> list[dict[str, object]]:
    entries = legend_entries(image, lang)
    titles = {group: text(f"webmap.group.{group}", lang) for group in GROUPS}
    return [
        {"id": group, "title": title, "entries": [_entry(item, lang) for item in entries if item.group == group]}
        for group, title in titles.items()
    ]


def _entry(item: LegendEntry, lang: str) -> dict[str, object]:
    kept = {name: value for name, value in asdict(item).items() if name not in {"style", "group"}}
    if item.layer == "vita_flackar":
        kept["criterion"] = text("webmap.spots_shown", lang, count=MOST_SPOTS)
    if item.layer in LOSSES:
        kept["criterion"] = text("webmap.losses_shown", lang, count=MOST_LOSSES)
    return {**kept, "key": item.key, "style": web_class(item.style)}
