"""The models drawn again, seeded: from the spread follows the range beside every number that rests on them."""

import numpy as np

from spatial.analysis import access, redraw
from spatial.model import FloatArray
from spatial.steps.work import Products, Work

_MODELLED = "modell:"


def redraws(work: Work) -> Products:
    """Return the values ``draws`` (people, run by run) and ``draw_minutes`` (minutes to each kind of service)."""
    options, cells = work.settings.models.redraw, work.layer("rutnat")
    ground, rules = work.value("ground"), work.value("service_rules")
    model = work.settings.models.population
    if options is None or cells is None or (ground is None and not rules):
        return Products()
    if ground is not None and model is not None:
        parameters = {name: parameter.value for name, parameter in model.parameters.items()}
        draws = redraw.redraw_population(ground, parameters, options)
    else:
        draws = redraw.measured_people(cells.geo, options)
    return Products(values={"draws": draws, "draw_minutes": _minutes(work, draws)})


def _minutes(work: Work, draws: redraw.Draws) -> dict[str, FloatArray]:
    """Return minutes by kind of service: a row a run where a rule places it, one row where it is measured."""
    network, service, options = work.value("network"), work.layer("service"), work.settings.models.redraw
    if network is None or service is None or options is None:
        return {}
    reach = {
        "off_network_kmh": work.settings.access.off_network_kmh.value,
        "max_snap_m": work.settings.access.max_snap_m.value,
    }
    given = service.geo[~service.geo.index.str.startswith(_MODELLED)]
    cells = draws.cells[["geometry"]]
    found = access.minutes_to_nearest(network, cells, given, **reach)
    kinds = sorted(set(given["service_type"]))
    minutes = {kind: found[f"{kind}_min"].to_numpy(float)[None, :] for kind in kinds}
    rules = work.value("service_rules") or ()
    if rules:
        least = min(rule.min_population_inv.value for rule in rules) * (1 - options.spread_share.value)
        places = work.value("local_places")
        places = places[(places["population_inv"] >= least) | places["central"]]
        to_places = access.minutes_to_each(network, cells, places[["geometry"]], **reach)
        for rule in rules:
            own = redraw.minutes_by_rule(to_places, places, rule, options)
            minutes[rule.service] = np.minimum(own, minutes[rule.service]) if rule.service in minutes else own
    return minutes
