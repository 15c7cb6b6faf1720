"""The gravity model drawn again: every run is the model with other parameters, and the same where none vary."""

import numpy as np
import pandas as pd
import pytest

from spatial.analysis.flows import assign_flows, gravity_flows
from spatial.analysis.flows_drawn import flows_by_run, mean_by_run
from spatial.analysis.paths import shortest_minutes
from spatial.settings import Parameter, Redraw
from tests.analysis.test_flows import grid_network

OWN = {"gravity_exponent": 2.0, "max_minutes": 30.0, "least_minutes": 1.0}


def options(spread, varied=("gravity_exponent", "max_minutes")):
    def number(value):
        return Parameter(value=value, unit="–", source="antagande")

    ends = {"low_percentile": number(5), "high_percentile": number(95)}
    return Redraw(runs=6, seed=3, spread_share=number(spread), varied_flows=list(varied), **ends)


@pytest.fixture
def model():
    network = grid_network(4, [3, 7, 5])
    node = {"a": "n00", "b": "n33", "c": "n12", "d": "n12"}
    at = list(node.values())
    minutes = shortest_minutes(network, at)[:, network.nodes.index.get_indexer(at)]
    places = pd.DataFrame({"population_inv": [900, 400, 50, 20]}, index=list(node))
    return network, places, pd.DataFrame(minutes, index=list(node), columns=list(node)), node


def test_every_run_is_the_model_with_its_own_parameters(model, monkeypatch):
    network, places, minutes, node = model
    exponents = [1.0, 1.5, 2.0, 2.5, 3.0, 1.1]
    limits = [9.0, 12.0, 15.0, 20.0, 30.0, 40.0]
    told = iter([{**OWN, "gravity_exponent": e, "max_minutes": m} for e, m in zip(exponents, limits, strict=True)])
    monkeypatch.setattr("spatial.analysis.flows_drawn.varied", lambda *_: next(told))
    drawn = flows_by_run(network, places, minutes, node, OWN, options(0.5))
    for run, exponent, limit in zip(drawn, exponents, limits, strict=True):
        flow = gravity_flows(places, minutes, exponent=exponent, max_minutes=limit)
        np.testing.assert_allclose(run, assign_flows(network, flow, node), rtol=1e-12)
    assert len(np.unique(drawn.round(6), axis=0)) == len(drawn)


def test_without_spread_every_run_is_the_model_itself_and_the_seed_repeats(model):
    network, places, minutes, node = model
    own = assign_flows(network, gravity_flows(places, minutes, exponent=2, max_minutes=30), node)
    still = flows_by_run(network, places, minutes, node, OWN, options(0.0))
    np.testing.assert_allclose(still, np.tile(own, (6, 1)), rtol=1e-12)
    drawn = [flows_by_run(network, places, minutes, node, OWN, options(0.5)) for _ in range(2)]
    np.testing.assert_array_equal(*drawn)
    assert np.ptp(drawn[0], axis=0).max() > 0


def test_the_mean_along_a_corridor_is_weighed_by_length():
    edges = pd.DataFrame({"length_m": [1.0, 3.0, 0.0]}, index=["a", "b", "c"])
    found = mean_by_run(np.array([[8.0, 4.0, 1.0], [2.0, 2.0, 1.0]]), edges, [("a", "b"), (), ("c",)])
    np.testing.assert_array_equal(found, [[5, np.nan, np.nan], [2, np.nan, np.nan]])
