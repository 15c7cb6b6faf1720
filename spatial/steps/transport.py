"""Public transport: people within walking reach of a stop with enough departures a day, by straight line."""

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import reach
from spatial.steps import ranges
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer


def public_transport(work: Work) -> Products:
    """Return ``hallplatser`` and the table ``kollektivtrafik``: who walks to a stop, per municipality and in all."""
    cells_layer, stops, options = work.layer("rutnat"), work.frame("stops"), work.settings.public_transport
    if cells_layer is None or stops is None or options is None:
        return Products()
    cells = cells_layer.geo[cells_layer.geo["population_inv"].fillna(0) > 0]
    walk_m, least = options.walk_m.value, options.min_departures.value
    known = stops[stops["departures_per_day"].notna()].rename(columns={"departures_per_day": "departures"})
    found = reach.reach_of_stops(cells, known, walk_m=walk_m, min_departures=least)
    table = reach.people_where(cells["population_inv"], cells["municipality_code"], found["within"])
    draws = work.value("draws")
    if draws is not None and draws.modelled:
        within = reach.reach_of_stops(draws.cells, known, walk_m=walk_m, min_departures=least)["within"]
        table = ranges.of_people_where(table, within, draws)
    names = work.layer("kommuner").geo["name"]  # type: ignore[union-attr]
    table.insert(1, "zone_name", table["zone"].map(names))
    table = table.assign(straight_line_m=walk_m, departures_per_day=least)
    departures = stops["departures_per_day"].to_numpy(float, na_value=np.nan)
    frequency = np.select([np.isnan(departures), departures >= least], ["uppgift saknas", "räcker"], "för få")
    drawn = gpd.GeoDataFrame(stops.assign(frequency=frequency.astype(object)), geometry="geometry", crs=stops.crs)
    meta = work.meta(title("hallplatser"), "stops", lineage="", sources=tuple(work.of_role("stops")))
    return Products({"hallplatser": made_layer("hallplatser", drawn, meta)}, {"kollektivtrafik": pd.DataFrame(table)})
