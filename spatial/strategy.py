"""What a strategy says, what plan uses agree, and how findings are worded: the types of three editable files."""

from typing import Final, Literal

from pydantic import Field, model_validator

from spatial.plan_terms import Aspect, Time
from spatial.terms import Identifier, Parameter, Strict, Title

RuleKind = Literal[
    "inside",
    "within_distance",
    "within_minutes",
    "along",
    "share_of_area",
    "population_reached",
    "avoids",
    "connects",
]
"""The closed vocabulary of spatial rules."""
Theme = Literal[
    "bostadsförsörjning",
    "territoriell sammanhållning",
    "kollektivtrafikplanering",
    "länstransportplan",
    "markanvändning",
    "tillgång till service och vård",
    "miljö–energi",
    "Östersjöstrategin",
    "hållbar stadsutveckling",
    "landsbygdsutveckling",
]
Actor = Literal["kommun", "region", "länsstyrelse"]
Finding = Literal["matris", "grans", "konflikt"]
UNITS: Final[dict[str, str]] = {"within_minutes": "min", "share_of_area": "andel"}
"""The unit of a rule's parameter where it is not metres."""
MEASURES: Final[dict[str, frozenset[str]]] = {
    "population_reached": frozenset({"inv"}),
    "along": frozenset({"km"}),
    "connects": frozenset({"km"}),
    "share_of_area": frozenset({"andel"}),
}
"""The units in which full strength is stated; hectares or kilometres for the rest."""
_ANY: Final = frozenset({"ha", "km"})
_NO_LAYER: Final = frozenset({"share_of_area"})


class Choice(Strict):
    """Which plan features a rule looks at; an empty list lets all through."""

    aspects: list[Aspect] = Field(default_factory=list)
    pivots: list[str] = Field(default_factory=list)
    times: list[Time] = Field(default_factory=list)


class Rule(Strict):
    """How a goal is seen in a plan: features, a layer of the structure image and a limit with unit and reason.

    ``full`` is the amount that gives strength 1. ``against``: what the rule looks at and does not find meeting it
    counts against the goal. ``column`` names the minutes of *within_minutes*. ``where`` keeps elements of the layer.
    """

    kind: RuleKind
    features: Choice
    layer: Identifier | None = None
    where: dict[str, list[str]] = Field(default_factory=dict)
    column: str | None = None
    parameter: Parameter
    full: Parameter
    against: bool = False
    example: bool = True

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        wanted = UNITS.get(self.kind, "m")
        if self.parameter.unit != wanted:
            raise ValueError(f"parameter.unit: {self.parameter.unit} ({self.kind}: {wanted})")
        if not self.parameter.why or not self.full.why:
            raise ValueError("parameter.why, full.why")
        if self.full.value <= 0 or self.full.unit not in MEASURES.get(self.kind, _ANY):
            raise ValueError(f"full: {self.full.value} {self.full.unit} ({self.kind})")
        if self.layer is None and self.kind not in _NO_LAYER:
            raise ValueError(f"layer ({self.kind})")
        if (self.column is None) == (self.kind == "within_minutes"):
            raise ValueError(f"column ({self.kind})")
        return self


class Goal(Strict):
    """A goal, direction or priority; without ``rule`` it is *inte rumsligt*: shown, never scored.

    ``quote`` and ``page`` only where somebody has read the document; ``basis`` says whether the title is published
    or our example.
    """

    id: Identifier
    kind: Literal["mål", "inriktning", "prioritering", "delmål"]
    parent: Identifier | None = None
    title: Title
    quote: str = ""
    page: int | None = None
    themes: list[Theme] = Field(default_factory=list)
    basis: Literal["publicerad", "exempel"]
    rule: Rule | None = None


class Strategy(Strict):
    """One strategy document; an expired one is history: listed, not calculated."""

    id: Identifier
    title: Title
    period: str
    status: Literal["gällande", "utgången"]
    source: str
    goals: list[Goal] = Field(min_length=1)

    @model_validator(mode="after")
    def _parents_exist(self) -> "Strategy":
        ids = [goal.id for goal in self.goals]
        wrong = [f"goals: {name}" for name in sorted({name for name in ids if ids.count(name) > 1})]
        wrong += [f"parent: {goal.parent}" for goal in self.goals if goal.parent and goal.parent not in ids]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class Strategies(Strict):
    """The strategies that plans are read against."""

    version: str = ""
    strategies: list[Strategy] = Field(default_factory=list)

    def in_force(self) -> tuple[Goal, ...]:
        """Return the goals of the strategies in force, in the order of the file."""
        return tuple(g for strategy in self.strategies if strategy.status == "gällande" for g in strategy.goals)

    @model_validator(mode="after")
    def _unique(self) -> "Strategies":
        ids = [goal.id for strategy in self.strategies for goal in strategy.goals]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"goals: {', '.join(twice)}")
        return self


class LinkFamily(Strict):
    """Features that should go on in the neighbour: planned ways, or green links.

    ``areas``: its areas on the border count as links too. ``continues``: uses across the border that carry it on as
    well. ``broken_by``: uses that cut it off, with severity ``cut``; else ``severity``.
    """

    id: Literal["lank", "gront"]
    pivots: list[str] = Field(min_length=1)
    times: list[Time] = Field(default_factory=list)
    areas: bool = False
    continues: list[str] = Field(default_factory=list)
    broken_by: list[str] = Field(default_factory=list)
    severity: int = Field(ge=1, le=3)
    cut: int = Field(ge=1, le=3)


class InsideRule(Strict):
    """Plan uses that do not go with a value or interest in the same place."""

    id: Identifier
    title: Title
    uses: list[str] = Field(min_length=1)
    values: list[str] = Field(min_length=1)
    times: list[Time] = Field(default_factory=list)
    severity: int = Field(ge=1, le=3)
    synergy: bool = False
    why: str


class Growth(Strict):
    """What counts as growth, and which nodes and corridors should have some."""

    pivots: list[str] = Field(min_length=1)
    times: list[Time] = Field(min_length=1)
    node_levels: list[str] = Field(min_length=1)
    corridor_levels: list[str] = Field(default_factory=list)
    served_within_m: Parameter
    node_within_m: Parameter
    corridor_within_m: Parameter
    corridor_least_m: Parameter
    severity: int = Field(ge=1, le=3)


class BorderParameters(Strict):
    """How finely borders are compared."""

    tolerance_m: Parameter
    depth_m: Parameter
    step_m: Parameter
    same_outline_m: Parameter
    max_shift_m: Parameter
    bend_share: Parameter
    silent_severity: int = Field(ge=1, le=3)


class Compatibility(Strict):
    """Which uses go together side by side (0 well, 3 not at all), what links should go on, and what clashes inside.

    A pair is given once, or both ways with the same number; a pair not given goes well together.
    """

    version: str
    uses: list[str] = Field(min_length=1)
    severity: dict[str, dict[str, int]]
    borders: BorderParameters
    families: list[LinkFamily] = Field(default_factory=list)
    inside: list[InsideRule] = Field(default_factory=list)
    min_overlap_ha: Parameter
    min_overlap_m: Parameter
    growth: Growth | None = None

    def of(self, one: str, other: str) -> int:
        """Return how badly two uses go together; the same either way round."""
        return self.severity.get(one, {}).get(other, self.severity.get(other, {}).get(one, 0))

    @model_validator(mode="after")
    def _symmetric(self) -> "Compatibility":
        wrong: list[str] = []
        for one, row in self.severity.items():
            wrong += [f"{name}" for name in (one, *row) if name not in self.uses]
            wrong += [f"{one}–{other}: {value}" for other, value in row.items() if not 0 <= value <= 3]
            for other, value in row.items():
                back = self.severity.get(other, {}).get(one, value)
                wrong += [f"{one}–{other}: {value} ≠ {back}"] if back != value else []
        if wrong:
            raise ValueError("; ".join(sorted(set(wrong))))
        return self


class Template(Strict):
    """How findings of one kind become a recommendation.

    ``sentence`` may name ``{kommun}``, ``{andra}``, ``{mal}``, ``{namn}``, ``{matt}``, ``{enhet}``, ``{pivot}``,
    ``{pivot_andra}``. ``goals`` (themes) say which goals it serves; the finding's own goal goes first.
    """

    id: Identifier
    finding: Finding
    kind: str
    min_severity: int = Field(default=1, ge=0, le=3)
    title: Title
    sentence: Title
    actor: Actor
    themes: list[Theme] = Field(default_factory=list)


class Templates(Strict):
    """The templates of recommendations, and the status that every one of them has."""

    version: str
    status: Title
    templates: list[Template] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_places(self) -> "Templates":
        known = dict.fromkeys(("kommun", "andra", "mal", "namn", "matt", "enhet", "pivot", "pivot_andra"), "")
        for template in self.templates:
            for sentence in (template.sentence.sv, template.sentence.en or "", template.sentence.no or ""):
                try:
                    sentence.format_map(known)
                except (KeyError, ValueError, IndexError) as error:
                    raise ValueError(f"{template.id}: {error}") from error
        return self
