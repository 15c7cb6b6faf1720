"""What a plan is described with: the pivot classification, mappings to it, the readiness rules and the example."""

import unicodedata
from typing import Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from spatial.terms import Basis, Identifier, Parameter, Strict, Title

Aspect = Literal["anvandning", "inriktning", "varde"]
Time = Literal["nuvarande", "framtida", "utveckling", "okand"]
Check = Literal[
    "crs_missing",
    "crs_wrong",
    "axes_swapped",
    "crs_other",
    "id_missing",
    "id_repeated",
    "geometry_missing",
    "geometry_invalid",
    "use_not_area",
    "code_missing",
    "code_unknown",
    "code_ambiguous",
    "direction_present",
    "not_covered",
    "overlap",
    "outside",
    "other_border",
    "consideration_missing",
    "lis_off_shore",
]
"""What the readiness check can look at."""
_PLACE: Final = ("within_m", "least_share")
_BORDER: Final = ("border_m", "border_share")
NEEDED: Final[dict[Check, tuple[str, ...]]] = {
    "crs_missing": _PLACE,
    "crs_wrong": _PLACE,
    "axes_swapped": _PLACE,
    "not_covered": ("area_m2", "width_m", *_BORDER, "border_depth_m"),
    "outside": ("area_m2", "width_m", *_BORDER, "border_depth_m"),
    "overlap": ("area_m2", "width_m"),
    "other_border": _BORDER,
    "consideration_missing": ("area_m2", "length_m"),
    "lis_off_shore": ("distance_m",),
}
"""The parameters that a check cannot do without."""
UNKNOWN: Final = "okand"
AMBIGUOUS: Final = "tvetydig"


_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def folded(code: str) -> str:
    """Return a code as it is compared: single spaces, letters regardless of case and of how they are put together.

    Examples
    --------
    >>> folded("  Natur\u00a0 och Friluftsliv"), folded("A\u030aker\u200b") == folded("Åker")
    ('natur och friluftsliv', True)
    """
    written = code if code.isascii() else unicodedata.normalize("NFC", code).translate(_UNSEEN)
    return " ".join(written.split()).casefold()


class PivotValue(Strict):
    """One value of the pivot classification; ``words`` are what plans are known to call it.

    ``interest`` marks a national interest and says by which chapter of the environmental code.
    """

    id: Identifier
    aspect: Aspect
    title: Title
    source: str
    basis: Basis
    theme: str | None = None
    sub: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    interest: Literal["3 kap", "4 kap", "3 och 4 kap"] | None = None
    authority: str | None = None


class Pivot(Strict):
    """The one classification that every plan is read into.

    ``times`` are words by which plans say when; ``ignored`` say nothing of what a name means.
    """

    version: str = ""
    title: Title = Title(sv="")
    source: str = ""
    times: dict[Time, list[str]] = Field(default_factory=dict)
    ignored: list[str] = Field(default_factory=list)
    entries: list[PivotValue] = Field(default_factory=list)

    def value(self, value_id: str) -> PivotValue | None:
        """Return a value by its id, or None."""
        return next((value for value in self.entries if value.id == value_id), None)

    def of_aspect(self, aspect: Aspect) -> list[str]:
        """Return the ids of an aspect's values, in the order of the list."""
        return [value.id for value in self.entries if value.aspect == aspect]

    @model_validator(mode="after")
    def _unique(self) -> "Pivot":
        ids = [value.id for value in self.entries]
        twice = sorted({name for name in ids if ids.count(name) > 1} | ({UNKNOWN, AMBIGUOUS} & set(ids)))
        if twice:
            raise ValueError(", ".join(twice))
        return self


class CodeRule(Strict):
    """What one code of a plan means: a pivot value, or *tvetydig* with the values it may be.

    ``aspect`` follows from the pivot value when the mapping is read.
    """

    pivot: str
    options: list[str] = Field(default_factory=list)
    name: str = ""
    time: Time | None = None
    basis: Basis | None = None
    note: str = ""
    aspect: Aspect | None = None


class PlanMapping(Strict):
    """A classification and what its codes mean in the pivot: editable, versioned, *ambiguous* among the answers.

    ``prefix`` is cut from the codes of a file (a code list's address); ``numbered`` codes begin with a number, and the
    number or the name alone will do; ``times`` says what the values of the time column mean, others are *okand*;
    ``default_time`` holds where a plan does not say.
    """

    id: Identifier
    title: Title
    version: str
    source: str
    basis: Basis
    aspect: Aspect = "anvandning"
    prefix: str = ""
    numbered: bool = False
    times: dict[str, Time] = Field(default_factory=dict)
    default_time: Time = UNKNOWN
    codes: dict[str, CodeRule]

    @field_validator("codes", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {code: {"pivot": rule} if isinstance(rule, str) else rule for code, rule in value.items()}


class PlanRule(Strict):
    """One rule of the readiness check: what is looked at, how it is said, where it comes from and what mends it.

    ``check`` is one of a closed vocabulary; the sentences may hold ``{names}`` (features), ``{count}``,
    ``{measure}`` and ``{detail}``; ``values`` are the pivot values or coordinate systems that the check concerns.
    """

    id: Identifier
    check: Check
    severity: Literal["fel", "varning", "upplysning"]
    sentence: Title
    fix: Title
    source: str
    basis: Basis
    values: list[str] = Field(default_factory=list)
    parameters: dict[str, Parameter] = Field(default_factory=dict)

    def number(self, name: str) -> float:
        """Return a parameter's value."""
        return self.parameters[name].value

    @model_validator(mode="after")
    def _has_numbers(self) -> "PlanRule":
        lacking = [name for name in NEEDED.get(self.check, ()) if name not in self.parameters]
        if lacking:
            message = f"parameters: {', '.join(lacking)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _sentences_hold(self) -> "PlanRule":
        blanks = dict.fromkeys(("names", "count", "measure", "detail"), "")
        for said in (self.sentence, self.fix):
            for sentence in (said.sv, said.en or "", said.no or ""):
                try:
                    sentence.format_map(blanks)
                except (KeyError, ValueError, IndexError) as error:
                    raise ValueError(sentence) from error
        return self


class PlanRules(Strict):
    """A versioned rule set; it claims no conformance with any specification."""

    version: str = ""
    title: Title = Title(sv="")
    source: str = ""
    caveat: Title = Title(sv="")
    rules: list[PlanRule] = Field(default_factory=list)


class Planted(Strict):
    """A strength or fault put into the example on purpose.

    ``along`` is the place on the shared border (share of its length from the south), ``place`` a locality that the
    thing lies at, ``bearing`` and ``distance_m`` where from it. ``size`` is what a check should measure.
    """

    id: Identifier
    kind: Literal[
        "conflict",
        "silent",
        "corridor_stops",
        "corridor_meets",
        "green_broken",
        "green_meets",
        "sliver",
        "overlap",
        "no_consideration",
        "unknown_code",
        "ambiguous_code",
        "lis_off_shore",
    ]
    fault: bool
    municipality: str
    other: str | None = None
    along: float | None = None
    place: str | None = None
    bearing: float = 0.0
    distance_m: float = 0.0
    length_m: float = 0.0
    width_m: float = 0.0
    size: float = 0.0
    unit: Literal["m", "m2", "antal"] = "m2"
    note: str = ""


class ExamplePlans(Strict):
    """How illustrative plans are made where no plan is given, and what is planted in them."""

    version: str
    title: Title
    note: Title
    parameters: dict[str, Parameter]
    planted: list[Planted] = Field(default_factory=list)
