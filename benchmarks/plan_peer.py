"""The peer of ``bench_plans.py``: matrix, borders and readiness as one would write them with geopandas alone.

Every rule, border and check is an overlay, a buffer or a spatial join of whole frames. It gives the amounts that the
matrix, the lengths of the borders and the findings are made of; evidence, severity, certainty, sentences and places
are not counted against it.
"""

from itertools import combinations

import geopandas as gpd
import networkx as nx
import pandas as pd

UNITS = {"ha": ("area", 1e4), "km": ("length", 1e3)}
MET = {"inside", "within_distance", "within_minutes", "avoids"}


def amounts(features, goals, structure):
    """Return the amount that supports each goal in each plan, and the amount that goes against it."""
    rows = []
    for goal in goals:
        rule, looked_at = goal.rule, features
        for column, wanted in (("aspect", "aspects"), ("pivot", "pivots"), ("time", "times")):
            if values := getattr(rule.features, wanted):
                looked_at = looked_at[looked_at[column].isin(values)]
        things = structure[rule.layer or "kommuner"]
        for column, values in rule.where.items():
            things = things[things[column].isin(values)]
        count = zoned if rule.kind in MET else COUNTS[rule.kind]
        support, against = count(looked_at, rule, things)
        rows.append(pd.DataFrame({"support": support, "against": against}).fillna(0.0).assign(goal=goal.id))
    return pd.concat(rows).rename_axis("plan_id").set_index("goal", append=True)


def zoned(features, rule, things):
    """Areas (or lines) cut by the zone that the rule draws, and what is left of them."""
    measure, unit = UNITS[rule.full.unit]
    kept = features.geom_type.str.contains("Polygon" if measure == "area" else "LineString")
    features = features.loc[kept, ["plan_id", "geometry"]]

    def within(zone):
        cut = features.overlay(zone[["geometry"]], keep_geom_type=True)
        return getattr(cut, measure).groupby(cut["plan_id"]).sum() / unit

    if rule.kind == "within_minutes":
        near = things[rule.column] <= rule.parameter.value
        met, missed = within(things[near]), within(things[things[rule.column] > rule.parameter.value])
    else:
        around = things.buffer(rule.parameter.value).union_all()
        met = within(gpd.GeoDataFrame(geometry=[around], crs=things.crs).explode())
        missed = (getattr(features, measure).groupby(features["plan_id"]).sum() / unit).sub(met, fill_value=0.0)
    if rule.kind == "avoids":
        return missed, met
    return met, missed if rule.against else 0.0


def beside(features, rule, things):
    """Kilometres of corridors within the distance of a plan's features."""
    bands = features[["plan_id", "geometry"]].set_geometry(features.buffer(rule.parameter.value)).dissolve("plan_id")
    lines = gpd.GeoDataFrame(geometry=[things.union_all()], crs=things.crs)
    cut = lines.overlay(bands.reset_index(), keep_geom_type=True)
    return cut.length.groupby(cut["plan_id"]).sum() / 1e3, 0.0


def reached(features, rule, things):
    """People whose cell lies within the distance of a plan's features."""
    cells = things[["population_inv", "geometry"]].set_geometry(things.centroid)
    near = cells.sjoin(features[["plan_id", "geometry"]], predicate="dwithin", distance=rule.parameter.value)
    near = near.reset_index(names="cell").drop_duplicates(["cell", "plan_id"])
    return near.groupby("plan_id")["population_inv"].sum(), 0.0


def joined(features, rule, things):
    """Kilometres of lines that, with those they touch, come near two of the places."""
    kept = features.geom_type.str.contains("LineString")
    lines = features.loc[kept, ["plan_id", "geometry"]].reset_index(names="line")
    met = lines.sjoin(lines, predicate="dwithin", distance=1.0)
    met = met[met["plan_id_left"] == met["plan_id_right"]]
    parts = nx.Graph(list(zip(met["line_left"], met["line_right"], strict=True)))
    part = {line: number for number, group in enumerate(nx.connected_components(parts)) for line in group}
    lines = lines.assign(part=lines["line"].map(part))
    near = lines.sjoin(things[["geometry"]].reset_index(names="place"), predicate="dwithin",
                       distance=rule.parameter.value)  # fmt: skip
    places = near.groupby("part")["place"].nunique()
    kept = lines[lines["part"].isin(places.index[places >= 2])]
    return kept.length.groupby(kept["plan_id"]).sum() / 1e3, 0.0


def shares(features, _, things):
    """The share of the municipality."""
    return features.area.groupby(features["plan_id"]).sum() / things.area, 0.0


COUNTS = {"along": beside, "population_reached": reached, "connects": joined, "share_of_area": shares}


def faces(features, outlines, table):
    """Return the metres of each pair's border, and those where the uses on either side conflict."""
    kept = features.geom_type.str.contains("Polygon") & (features["aspect"] == "anvandning")
    uses = features.loc[kept, ["plan_id", "pivot", "geometry"]]
    rows = []
    for a, b in combinations(outlines.index, 2):
        line = outlines.geometry[a].boundary.intersection(outlines.geometry[b].boundary)
        if line.length < 10:
            continue
        pieces = gpd.GeoDataFrame(geometry=[line], crs=outlines.crs)
        for plan in (a, b):
            own = uses[(uses["plan_id"] == plan) & uses.dwithin(line, 1.0)]
            strip = own[["pivot"]].rename(columns={"pivot": plan}).set_geometry(own.buffer(0.5))
            pieces = pieces.overlay(strip, keep_geom_type=True)
        worst = [table.of(one, other) > 0 for one, other in zip(pieces[a], pieces[b], strict=True)]
        rows.append({"plan_a": a, "plan_b": b, "length_m": line.length, "konflikt": pieces.length[worst].sum()})
    return pd.DataFrame(rows).set_index(["plan_a", "plan_b"])


def remarks(features, municipality, rules):
    """Return how many findings a plan has by the rules that are of geometry."""
    limits = {rule.check: rule for rule in rules.rules}
    polygons = features.geom_type.str.contains("Polygon")
    uses = features[polygons & (features["aspect"] == "anvandning")].reset_index(names="id")
    place = gpd.GeoDataFrame(geometry=[municipality], crs=features.crs)

    def sizeable(shapes, check):
        parts = shapes.explode()
        parts = parts[parts.geom_type == "Polygon"]
        wide = 2 * parts.area / parts.length > limits[check].number("width_m")
        return int(((parts.area > limits[check].number("area_m2")) & wide).sum())

    union = gpd.GeoDataFrame(geometry=[uses.union_all()], crs=features.crs)
    twice = uses[["id", "geometry"]].overlay(uses[["id", "geometry"]], keep_geom_type=True)
    twice = twice[twice["id_1"] < twice["id_2"]]
    silent = uses.loc[uses["consideration"].isna(), ["id", "geometry"]]
    rule = limits["consideration_missing"]
    interests = features.loc[polygons & features["pivot"].isin(rule.values), ["pivot", "geometry"]].dissolve("pivot")
    touched = silent.overlay(interests.reset_index(), keep_geom_type=True)
    touched = touched.area.groupby([touched["id"], touched["pivot"]]).sum()
    rule, shores = limits["lis_off_shore"], features[features["pivot"] == "vatten"]
    places = features[features["pivot"].isin(rule.values)]
    far = places.sjoin_nearest(shores[["geometry"]], distance_col="metres")["metres"]
    return {
        "not_covered": sizeable(place.overlay(union, how="difference").geometry, "not_covered"),
        "overlap": sizeable(gpd.GeoSeries([twice.union_all()]), "overlap"),
        "outside": sizeable(union.overlay(place, how="difference").geometry, "outside"),
        "consideration_missing": int((touched > limits["consideration_missing"].number("area_m2")).sum()),
        "lis_off_shore": int((far.groupby(level=0).first() > rule.number("distance_m")).sum()),
    }
