from spatial.story import Step, Story
from spatial.views.qgis_layers import project_layers
from spatial.views.qgis_themes import step_themes, themes


def test_plans_lie_on_the_ground_under_the_borders(embedded):
    order = [layer.key for layer in project_layers(embedded.image, "./strukturbild.gpkg", "./raster")]
    plans = [order.index(key) for key in order if key.startswith("plan") and key != "plan_granskning"]
    assert len(plans) >= 3
    assert max(map(order.index, ("granser", "kommuner", "regiongrans", "vagnat", "omland"))) < min(plans)
    assert max(plans) < min(map(order.index, ("vatten", "vattendrag", "markanvandning", "befolkning", "land")))


def test_each_step_of_a_seminar_is_a_theme(image):
    layers = project_layers(image, "./strukturbild.gpkg", "./raster")
    there = {layer.key for layer in layers}
    story = Story(
        id="prov",
        title="Prov",
        literal=True,
        steps=[
            Step(id="ett", title="Noderna", visible=["noder/regional_core", "noder"]),
            Step(id="tva", title="Finns inte", visible=["saknat_lager"]),
        ],
    )
    made = step_themes(image, layers, story)
    assert list(made) == ["Seminarium 1: Noderna", "Seminarium 2: Finns inte"]
    assert "noder" in made["Seminarium 1: Noderna"]
    assert all(keys <= there for keys in made.values())
    assert made["Seminarium 2: Finns inte"] == made["Seminarium 1: Noderna"] - {"noder"}
    assert not set(made) & set(themes(image, layers))
