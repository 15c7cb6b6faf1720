import pytest

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


@pytest.fixture(scope="module")
def figures(region, census, population_parameters, population_benchmark):
    return population_benchmark.compare(region, census, population_parameters, seeds=(1, 2, 3))


def test_model_misplaces_clearly_fewer_than_naive_decay(figures):
    assert figures["model_all"] < 0.8 * figures["naive_all"], figures
    assert figures["model_without_cities"] < 0.8 * figures["naive_without_cities"], figures


def test_share_near_towns_within_three_points(figures):
    assert figures["model_near_share"] == pytest.approx(figures["census_near_share"], abs=0.03), figures


def test_as_many_inhabited_cells_as_the_census(figures):
    assert figures["model_cells"] == pytest.approx(figures["census_cells"], rel=0.1), figures
