"""What the YAML says, typed, with units: pure types, frozen; ``spatial.inputs.config`` reads the files."""

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, model_validator

from spatial.entry_terms import EntryLimits
from spatial.plan_terms import Aspect, ExamplePlans, Pivot, PlanMapping, PlanRules
from spatial.record_terms import RecordLimits
from spatial.strategy import Compatibility, Strategies, Templates
from spatial.terms import Identifier, Parameter, Strict, Title

__all__ = ["Identifier", "LayerSpec", "Parameter", "Role", "Settings", "Status", "Strict", "Title"]

Role = Literal[
    "municipalities",
    "official_areas",
    "regions",
    "municipal_totals",
    "localities",
    "outside_places",
    "population_grid",
    "services",
    "roads",
    "railways",
    "stations",
    "airports",
    "land_use",
    "water",
    "rivers",
    "land",
    "stops",
    "commuting",
    "plans",
    "plan_outlines",
    "interests",
]
Status = Literal["mätt", "modellerat"]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
CrsCode = Annotated[str, Field(pattern=r"^EPSG:\d{4,6}$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class PackageReader(Strict):
    """A layer that an installed Python package ships: a file in it, or a data set of it by name."""

    kind: Literal["package"]
    package: str
    path: PurePosixPath | None = Field(default=None, strict=False)
    dataset: str | None = None
    corrections: PurePosixPath | None = Field(default=None, strict=False)
    excluded: PurePosixPath | None = Field(default=None, strict=False)


class TableReader(Strict):
    """A text table (CSV), or JSON records; points where ``x`` and ``y`` name its coordinate columns."""

    kind: Literal["table"]
    path: PurePosixPath = Field(strict=False)
    x: str | None = None
    y: str | None = None
    separator: str = ","
    encoding: str = "utf-8"


class LinksReader(Strict):
    """A table of links between named places, with stated lengths; drawn through their waypoints."""

    kind: Literal["links"]
    path: PurePosixPath = Field(strict=False)
    nodes: list[str]


class FileReader(Strict):
    """A geodata file: vector (GeoPackage, GeoJSON, shapefile, File Geodatabase, OSM, ...) or raster."""

    kind: Literal["file"]
    path: PurePosixPath = Field(strict=False)
    layer: str | None = None


Reader = Annotated[PackageReader | TableReader | LinksReader | FileReader, Field(discriminator="kind")]


class LayerSpec(Strict):
    """One layer as its ``layer.yaml``, or the region's settings, describe it.

    ``columns`` maps our column names to the file's; ``where`` keeps rows whose (file's) column has one of the
    values; ``constants`` adds a column with one value; ``classes`` translates the values of the role's class column
    (``service_type`` of services, ``road_class`` of roads, ``code`` of interests, else ``category``), and others stay
    as they are; ``crs`` is what the coordinates are in, and must agree with the file's own label where it has one;
    ``north_first`` says that they stand north before east, and turns them. A plan's ``mapping`` names the file that
    takes its codes to the pivot, ``aspect`` which of Boverket's three it holds. ``home`` says where its files lie
    (set when it is read): with the data, among the embedded layers, or beside the settings.
    """

    id: Identifier
    title: Title
    role: Role
    status: Status
    year: int
    source: str
    provider: str
    licence: str
    licence_note: str = ""
    lineage: str = ""
    crs: CrsCode | None = None
    reader: Reader
    columns: dict[str, str] = Field(default_factory=dict)
    where: dict[str, list[str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    classes: dict[str, str] = Field(default_factory=dict)
    clip_to_region: bool = False
    mapping: str | None = None
    aspect: Aspect | None = None
    north_first: bool = False
    home: Literal["data", "bundled", "beside"] = "data"


class GridSettings(Strict):
    """The population grid that results are given on."""

    size_m: Parameter
    max_outside_m: Parameter


class Region(Strict):
    """The municipalities that are worked on together, and how far beyond them the world goes on."""

    id: Identifier
    title: Title
    year: int
    status: Literal["nuläge", "förslag", "arbetsmaterial"] = "nuläge"
    municipalities: list[Code] = Field(min_length=1)
    margin_m: Parameter
    max_area_error_share: Parameter
    grid: GridSettings


class ServiceType(Strict):
    """A kind of service, and whether it belongs to the basic ones."""

    id: Identifier
    title: Title
    basic: bool = False


class Threshold(Strict):
    """A limit of minutes by car; a value equal to it counts as within."""

    id: Identifier
    service: str
    minutes: Parameter


class Factor(Parameter):
    """A parameter that multiplies: at least 1."""

    value: float = Field(ge=1)


class AccessSettings(Strict):
    """How minutes are counted off the network and at its end; ``least_shown_inv``: fewer people are never shown.

    A cell is uncertain if more than ``uncertain_share`` of its minutes lie off the network. Whose answer at a
    threshold may change is told by taking those minutes ``off_network_factor`` times as many, and so many times fewer.
    """

    off_network_kmh: Parameter
    max_snap_m: Parameter
    join_m: Parameter
    uncertain_share: Parameter
    off_network_factor: Factor | None = None
    colour_steps_min: list[float] = Field(min_length=2, max_length=7)
    outside_services: bool = True
    least_shown_inv: Parameter
    white_spot_gap_m: Parameter
    worst_off_cells: Parameter | None = None


class PublicTransport(Strict):
    """How far people walk to a stop, by straight line, and how many departures a day it must have."""

    walk_m: Parameter
    min_departures: Parameter


class OverlaySettings(Strict):
    """What the tables of *what lies in what* count: minutes around a node, and land where nobody lives."""

    node_minutes: list[Parameter] = Field(min_length=1)
    uninhabited: list[str] = Field(default_factory=list)


class Level(Strict):
    """A level of the settlement hierarchy, and the criterion that the legend shows.

    A place is on the level if it has the people, at least ``min_services`` of ``services``, and all of
    ``required``; ``central`` asks that it be its municipality's centre.
    """

    id: Identifier
    title: Title
    criterion: Title
    min_population_inv: Parameter
    services: list[str] = Field(default_factory=list)
    min_services: int = 0
    required: list[str] = Field(default_factory=list)
    central: bool = False


class Hierarchy(Strict):
    """The levels from the top down; a place takes the first that it meets."""

    levels: list[Level] = Field(min_length=1)
    service_reach_m: Parameter
    variation_share: Parameter
    runs: int = Field(ge=1)
    seed: int


class CorridorLevel(Strict):
    """A level of stråk by the people who live within the stated distance."""

    id: Identifier
    title: Title
    criterion: Title
    min_people_inv: Parameter


class Corridors(Strict):
    """Which links are considered, how wide a corridor reaches, and its levels from the top down.

    ``detour_share``: two nodes are not joined past a third that costs at most this share of extra minutes;
    ``least_minutes``: places nearer each other count as this far apart in the gravity model; ``station_reach_m``: a
    place at most so far from a railway is on it.
    """

    reach_m: Parameter
    node_levels: list[str]
    levels: list[CorridorLevel] = Field(min_length=1)
    gravity_exponent: Parameter
    flow_share: Parameter
    max_minutes: Parameter
    detour_share: Parameter
    least_minutes: Parameter
    station_reach_m: Parameter


class HinterlandSettings(Strict):
    """How hinterlands are drawn: empty land closed on either side of a cell, and the least share that is drawn."""

    close_m: Parameter
    least_share: Parameter


class ComparisonSettings(Strict):
    """The least difference between a municipality and all that is worth telling: shares of people, and minutes."""

    least_share: Parameter
    least_minutes: Parameter


class PopulationModel(Strict):
    """The dasymetric model that stands in where no population grid is given; every number an assumption."""

    parameters: dict[str, Parameter]
    seed: int


class ServiceRule(Strict):
    """Where a service that no layer gives is assumed to be: in places of at least so many people."""

    service: str
    min_population_inv: Parameter
    central: bool = False


class LandUseModel(Strict):
    """The rules by which land use is modelled where no layer gives it."""

    size_m: Parameter
    parameters: dict[str, Parameter]


Varied = Literal[
    "locality_kernel_share", "road_decay_m", "off_road_share", "village_weight", "village_decay_m", "river_weight",
    "river_decay_m", "coast_weight", "coast_decay_m", "access_exponent", "people_per_settlement",
    "settlement_size_spread",
]  # fmt: skip
"""Parameters of the population model that can be drawn anew on the same ground."""


VariedLand = Literal[
    "locality_area_km2", "farm_locality_m", "farm_road_m", "farm_share", "bog_road_m", "bog_share", "mountain_valley_m"
]  # fmt: skip
"""Parameters of the land-use model that can be drawn anew on the same ground."""


VariedFlow = Literal["gravity_exponent", "max_minutes", "least_minutes"]
"""Parameters of the gravity model of the corridors."""


class Redraw(Strict):
    """How often, and how, the models are drawn again, so that what rests on them carries a range.

    ``varied`` names the parameters of the population model that are drawn anew, each between 1 - ``spread_share``
    and 1 + ``spread_share`` of its value (0 to 1), as is every service rule's ``min_population_inv``;
    ``varied_land_use`` those of the land-use model, ``varied_flows`` those of the gravity model.
    """

    runs: int = Field(ge=2)
    seed: int
    spread_share: Parameter
    low_percentile: Parameter
    high_percentile: Parameter
    varied: list[Varied] = Field(default_factory=list)
    varied_land_use: list[VariedLand] = Field(default_factory=list)
    varied_flows: list[VariedFlow] = Field(default_factory=list)


class Models(Strict):
    """What is modelled where it is not measured."""

    population: PopulationModel | None = None
    services: list[ServiceRule] = Field(default_factory=list)
    land_use: LandUseModel | None = None
    redraw: Redraw | None = None
    plans: ExamplePlans | None = None


class StyleClass(Strict):
    """How one class of a layer is drawn: the same in map, QGIS and print. Sizes in px at 96 dpi.

    ``ticks`` is the distance between a railway's cross ticks, ``hatch`` a pattern in the stroke's colour over the fill.
    """

    value: str
    title: Title
    fill: Colour | None = None
    stroke: Colour | None = None
    fill_opacity: float = Field(default=1.0, ge=0, le=1)
    stroke_opacity: float = Field(default=1.0, ge=0, le=1)
    stroke_width: float = Field(default=1.0, ge=0)
    size: float = Field(default=0.0, ge=0)
    ring: bool = False
    symbol: Literal["circle", "square", "diamond", "triangle", "cross"] = "circle"
    hatch: Literal["none", "diagonal", "cross"] = "none"
    dash: list[float] = Field(default_factory=list)
    ticks: float = Field(default=0.0, ge=0)
    band_width: float = Field(default=0.0, ge=0)
    label_size: float = Field(default=0.0, ge=0)
    label_bold: bool = False


class LayerStyle(Strict):
    """The style of one layer of the image: ``by`` names the column that chooses the class."""

    id: str
    title: Title
    group: Literal["noder", "strak", "underlag", "tillganglighet", "plan", "fynd", "inriktning"]
    geometry: Literal["point", "line", "polygon", "raster"]
    by: str | None = None
    classes: list[StyleClass] = Field(min_length=1, max_length=12)
    visible: bool = True


class SeaLabel(Strict):
    """A sea's name, and where it may stand (degrees, EPSG:4326)."""

    title: Title
    lon: float
    lat: float


class Style(Strict):
    """The one style catalogue: ground colours and the layers from the top of the legend down."""

    paper: Colour
    neighbour: Colour
    sea: Colour
    water: Colour
    ink: Colour
    muted: Colour
    finding: Colour
    modelled: Colour
    font: str
    layers: list[LayerStyle]
    seas: list[SeaLabel] = Field(default_factory=list)

    def layer(self, layer_id: str) -> LayerStyle | None:
        """Return the style of a layer, or None where the catalogue has none."""
        return next((style for style in self.layers if style.id == layer_id), None)


class Settings(Strict):
    """Everything the YAML says of one region."""

    version: Literal[1]
    region: Region
    layers: list[LayerSpec]
    services: list[ServiceType]
    thresholds: list[Threshold]
    access: AccessSettings
    hierarchy: Hierarchy
    corridors: Corridors
    hinterlands: HinterlandSettings
    comparison: ComparisonSettings
    public_transport: PublicTransport | None = None
    overlay: OverlaySettings | None = None
    models: Models = Models()
    road_speeds_kmh: dict[str, Parameter] = Field(default_factory=dict)
    pivot: Pivot = Pivot()
    mappings: dict[str, PlanMapping] = Field(default_factory=dict)
    readiness: PlanRules = PlanRules()
    strategy: Strategies = Strategies()
    compatibility: Compatibility | None = None
    recommendations: Templates | None = None
    record: RecordLimits = RecordLimits()
    entry: EntryLimits = EntryLimits()
    style: Style
    folder: str = ""

    @model_validator(mode="after")
    def _names_exist(self) -> "Settings":
        problems = [*_repeated("layers", [layer.id for layer in self.layers])]
        known = {service.id for service in self.services}
        problems += _repeated("services", [service.id for service in self.services])
        used = {t.service: f"thresholds.{t.id}" for t in self.thresholds}
        for level in self.hierarchy.levels:
            used |= dict.fromkeys([*level.services, *level.required], f"hierarchy.levels.{level.id}")
        used |= {rule.service: "models.services" for rule in self.models.services}
        problems += [f"{place}: {service}" for service, place in used.items() if service not in known]
        levels = {level.id for level in self.hierarchy.levels}
        problems += [f"corridors.node_levels: {name}" for name in self.corridors.node_levels if name not in levels]
        if problems:
            message = "; ".join(problems)
            raise ValueError(message)
        return self

    def layers_of(self, role: Role) -> list[LayerSpec]:
        """Return the layers with a role, in the order of the settings."""
        return [layer for layer in self.layers if layer.role == role]


def _repeated(place: str, names: list[str]) -> list[str]:
    return [f"{place}: {name}" for name in sorted({name for name in names if names.count(name) > 1})]
