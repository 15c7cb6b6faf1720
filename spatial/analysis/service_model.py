"""Services that no layer gives, assumed by rule: where a place of that size, or the central place, has one."""

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.settings import ServiceRule
from spatial.texts import DEFAULT_LANGUAGE, has_text, number, text

STATUS: Final = "modellerat"
_COLUMNS: Final = ("name", "service_type", "place_id", "municipality_code", "status", "basis", "source")


def model_services(
    localities: gpd.GeoDataFrame, rules: Iterable[ServiceRule], lang: str = DEFAULT_LANGUAGE
) -> gpd.GeoDataFrame:
    """Return a modelled facility in the middle of each place that a rule gives one.

    Parameters
    ----------
    localities : GeoDataFrame
        Points, any CRS; unique index = place id; ``name``, ``population_inv``, and where there are
        ``municipality_code`` and ``central`` (truth, 0/1 or missing).
    rules : iterable of ServiceRule
        A place of at least ``min_population_inv`` people (≥) has the service; where ``central``, a municipality's
        central place has it whatever its size. Two rules for one service add up.
    lang : str
        Language of the names.

    Returns
    -------
    GeoDataFrame
        Index ``modell:<service>:<place>``, sorted; ``name``, ``service_type``, ``place_id``, ``municipality_code``,
        ``status`` ("modellerat"), ``basis`` ("antagande"), ``source`` (the rule in words); geometry = the place's
        point. Never more than one of a service in a place: how many there are is not modelled.

    Raises
    ------
    ValueError
        If a place id repeats.

    Notes
    -----
    Source: threshold populations as in W. Christaller (1933), Die zentralen Orte in Süddeutschland; the numbers are
    the settings' own, *antagande*.

    Examples
    --------
    >>> from spatial.settings import Parameter
    >>> limit = Parameter(value=400, unit="inv", source="antagande")
    >>> places = gpd.GeoDataFrame({"name": ["Byske", "Örträsk"], "population_inv": [1600, 100]},
    ...     index=["byske", "ortrask"], geometry=gpd.points_from_xy([8e5, 7e5], [7.2e6, 7.1e6]), crs="EPSG:3006")
    >>> model_services(places, [ServiceRule(service="grocery", min_population_inv=limit)])["name"].tolist()
    ['Livsmedel, Byske (modellerat)']
    """
    if not localities.index.is_unique:
        message = "place ids repeat"
        raise ValueError(message)
    parts = [_of_rule(localities, rule, lang) for rule in rules]
    every = pd.concat(parts) if parts else _of_none(localities)
    every = every[~every.index.duplicated()].sort_index()
    return gpd.GeoDataFrame(every, geometry="geometry", crs=localities.crs)


def _of_rule(localities: gpd.GeoDataFrame, rule: ServiceRule, lang: str) -> gpd.GeoDataFrame:
    has = localities["population_inv"].to_numpy(float) >= rule.min_population_inv.value
    if rule.central and "central" in localities:
        has |= pd.to_numeric(localities["central"]).fillna(0).to_numpy(float) > 0
    places = localities[has]
    key = f"modelled.service.{rule.service}"
    service = text(key, lang) if has_text(key) else rule.service
    people = number(rule.min_population_inv.value, lang=lang)
    names = [text("modelled.service_name", lang, service=service, place=place) for place in places["name"]]
    codes = places["municipality_code"].to_numpy(object) if "municipality_code" in places else None
    columns = {
        "name": names,
        "service_type": rule.service,
        "place_id": places.index.to_numpy(object),
        "municipality_code": codes,
        "status": STATUS,
        "basis": "antagande",
        "source": text("modelled.rule_central" if rule.central else "modelled.rule_size", lang, people=people),
    }
    index = pd.Index([f"modell:{rule.service}:{place}" for place in places.index], name="id", dtype=object)
    return gpd.GeoDataFrame(columns, index=index, geometry=np.asarray(places.geometry, object), crs=localities.crs)


def _of_none(localities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    index = pd.Index([], name="id", dtype=object)
    return gpd.GeoDataFrame({name: [] for name in _COLUMNS}, index=index, geometry=[], crs=localities.crs)
