"""How figures are told in a report: modelled ones rounded, few people never as a number, names instead of ids."""

from typing import Final

import pandas as pd

from spatial.model import Layer, StructureImage
from spatial.texts import number, text
from spatial.views.webmap_facts import rounded

MODELLED: Final = "modellerat"
_ALMOST: Final = 0.005


class Teller:
    """Tells one image's figures and names in a language.

    Parameters
    ----------
    image : StructureImage
    lang : {"sv", "en", "no"}
    """

    def __init__(self, image: StructureImage, lang: str = "sv") -> None:
        self.image = image
        self.lang = lang
        self.least = image.settings.access.least_shown_inv.value
        municipalities = image.layers.get("kommuner")
        frame = municipalities.frame if municipalities is not None else pd.DataFrame({"name": []})
        self.municipalities = {str(code): str(name) for code, name in frame["name"].items()}
        self.services = {service.id: service.title.get(lang) for service in image.settings.services}
        self.levels = {level.id: level.title.get(lang) for level in image.settings.hierarchy.levels}
        self.corridor_levels = {level.id: level.title.get(lang) for level in image.settings.corridors.levels}
        self.pivots = {value.id: value.title.get(lang) for value in image.settings.pivot.entries}

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the report's catalogue."""
        return text(f"report.{key}", self.lang, **values)

    def status(self, *names: str) -> str:
        """Return *modellerat* if one of the layers is, else *mätt*."""
        metas = [self.image.layers[name].meta for name in names if name in self.image.layers]
        return MODELLED if any(meta.status == MODELLED for meta in metas) else "mätt"

    def status_name(self, status: str) -> str:
        """Return *mätt* or *modellerat* in the language."""
        return text("common.modelled" if status == MODELLED else "common.measured", self.lang)

    def people(self, value: float, status: str) -> str:
        """Return a number of people: as counted where measured, with three figures that count where modelled."""
        if value != value:  # noqa: PLR0124 - NaN
            return "–"
        if 0 < value < self.least:
            return self.say("fewer", number=number(self.least, lang=self.lang))
        return number(value if status != MODELLED else rounded(value) if value else 0, lang=self.lang)

    def between(self, low: float, high: float, status: str) -> str:
        """Return the range of a modelled number of people, or a dash."""
        if low != low or high != high:  # noqa: PLR0124 - NaN
            return "–"
        ends = [self.people(low, status), self.people(high, status)]
        return ends[0] if ends[0] == ends[1] else self.say("between", low=ends[0], high=ends[1])

    def ranged(self, told: str, between: str) -> str:
        """Return a told number with its range in brackets; as it is where there is none, or it says no more."""
        return told if between in {"–", told} else self.say("ranged", value=told, range=between)

    def percent(self, share: float) -> str:
        """Return a share as a whole percentage; what is nearly all or nearly none is not told as all or none."""
        if share != share:  # noqa: PLR0124 - NaN
            return "–"
        if 1 - _ALMOST <= share < 1:
            return self.say("over_99")
        if 0 < share < _ALMOST:
            return self.say("under_1")
        return text("webmap.percent", self.lang, number=number(share * 100, lang=self.lang))

    def percents(self, low: float, high: float) -> str:
        """Return a range of shares; one percentage where both ends are told alike, a dash where there is none."""
        ends = [self.percent(low), self.percent(high)]
        if ends[0] == ends[1]:
            return ends[0]
        whole = all(0.01 <= share < 1 - _ALMOST or share == 1 for share in (low, high))
        return self.say("between", low=self.number(low * 100) if whole else ends[0], high=ends[1])

    def example_plans(self) -> bool:
        """Return whether the plans are our own illustrations, not the municipalities'."""
        return any(layer.meta.provider == "Strukturbild" for layer in self.plan_layers())

    def plan_layers(self) -> list[Layer]:
        """Return the layers that hold plans."""
        return [layer for layer in self.image.layers.values() if layer.meta.role == "plans"]

    def km(self, metres: float) -> str:
        """Return a length in kilometres."""
        return number(metres / 1000, lang=self.lang)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number that counts no people."""
        return number(value, decimals, self.lang)

    def municipality(self, code: object) -> str:
        """Return a municipality's name; its code where it has none, a dash where there is no code."""
        told = "" if code is None or code != code else str(code)  # noqa: PLR0124 - NaN
        return self.municipalities.get(told, told or "–")
