import geopandas as gpd
import pytest

from spatial.analysis.service_model import model_services
from spatial.settings import Parameter, ServiceRule


def rule(service, people, central=False):
    limit = Parameter(value=float(people), unit="inv", source="antagande")
    return ServiceRule(service=service, min_population_inv=limit, central=central)


@pytest.fixture
def places():
    return gpd.GeoDataFrame(
        {
            "name": ["Byske", "Sorsele", "Örträsk"],
            "population_inv": [1600, 300, 299],
            "municipality_code": ["2482", "2422", "2481"],
            "central": [0.0, 1.0, None],
        },
        index=["byske", "sorsele", "ortrask"],
        geometry=gpd.points_from_xy([8e5, 6e5, 7e5], [7.2e6, 7.3e6, 7.1e6]),
        crs="EPSG:3006",
    )


def test_threshold_counts_as_within_and_central_places_have_it(places):
    services = model_services(places, [rule("grocery", 300), rule("pharmacy", 1600, central=True)])
    assert list(services.index) == [
        "modell:grocery:byske",
        "modell:grocery:sorsele",
        "modell:pharmacy:byske",
        "modell:pharmacy:sorsele",
    ]
    byske = services.loc["modell:grocery:byske"]
    assert byske["name"] == "Livsmedel, Byske (modellerat)"
    assert (byske["status"], byske["place_id"], byske["service_type"]) == ("modellerat", "byske", "grocery")
    assert byske["source"] == "modellerat: ort med minst 300 invånare"
    assert byske.geometry.equals(places.geometry["byske"])


def test_order_decides_nothing_and_inputs_stay(places):
    rules = [rule("fuel", 300), rule("library", 100)]
    before = places.copy(deep=True)
    one = model_services(places, rules)
    other = model_services(places.iloc[::-1], rules[::-1])
    assert one.equals(other)
    assert places.equals(before)


def test_two_rules_for_one_service_give_one_facility(places):
    services = model_services(places, [rule("school", 1000), rule("school", 200)])
    assert services["place_id"].tolist() == ["byske", "ortrask", "sorsele"]


def test_languages_unknown_services_and_no_rules(places):
    assert model_services(places, [rule("grocery", 1000)], "en")["name"].tolist() == ["Groceries, Byske (modelled)"]
    assert model_services(places, [rule("bank", 1000)])["name"].tolist() == ["bank, Byske (modellerat)"]
    empty = model_services(places, [])
    assert len(empty) == 0
    assert empty.crs == places.crs
    assert list(model_services(places, [rule("bank", 10**6)]).columns) == list(empty.columns)


def test_place_ids_must_be_unique(places):
    with pytest.raises(ValueError, match="repeat"):
        model_services(places.iloc[[0, 0]], [rule("grocery", 1)])
