"""The steps on a planted region: one straight road at a kilometre a minute, every answer worked out by hand.

Two municipalities west to east, a third beyond the border. Cells with 10, 20, 4 and 40 people at 0, 10, 20 and 39 km
along the road; a grocery at 0 km and one at 45 km, beyond the border and in another country.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from spatial.errors import LayerError
from spatial.fingerprints import fingerprint_of_frame
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.model import Grid, Layer, LayerMeta
from spatial.settings import Models, Parameter, Title

CRS = "EPSG:3006"
X, Y = 700_000.0, 7_100_000.0
ROAD_Y = Y + 5500.0


def at(*km):
    return gpd.points_from_xy([X + 500 + 1000 * one for one in km], [ROAD_Y] * len(km))


def frame(columns, geometry, ids):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), index=pd.Index(ids, name="id"), crs=CRS)


def layer(name, role, content, *, grid=None, status="mätt"):
    meta = LayerMeta(Title(sv=name), role, status, 2021, "Källa", "Prov", "CC0-1.0", crs=CRS)
    return Layer(name, meta, content, fingerprint_of_frame(content), grid, rows_read=len(content))


def box(west, east):
    return shapely.box(X + 1000 * west, Y, X + 1000 * east, Y + 10_000)


def planted():
    grid = Grid(CRS, Affine(1000, 0, X, 0, -1000, Y + 10_000), (10, 60))
    cells = frame(
        {"row": 4, "col": [0, 10, 20, 39], "population_inv": [10.0, 20.0, 4.0, 40.0], "jobs_inv": [1.0, 2.0, 3.0, 5.0]},
        at(0, 10, 20, 39),
        ["c1", "c2", "c3", "c4"],
    )
    road = frame(
        {"road_class": ["lansvag"], "speed_kmh": [60.0], "number": ["E4"]},
        [shapely.LineString(np.column_stack([p.x for p in at(0, 60)] + [p.y for p in at(0, 60)]).reshape(2, 2).T)],
        ["v1"],
    )
    places = {"name": ["Aby", "Beby"], "population_inv": [900.0, 400.0], "central": [1.0, 1.0]}
    layers = [
        layer(
            "kommuner",
            "municipalities",
            frame({"name": ["A", "B", "C"]}, [box(0, 20), box(20, 40), box(40, 61)], ["0001", "0002", "0003"]),
        ),
        layer("fa_regioner", "regions", frame({"name": ["Hela"]}, [box(0, 40)], ["1"])),
        layer("lam", "regions", frame({"name": ["Väst", "Öst"]}, [box(0, 10), box(10, 40)], ["w", "e"])),
        layer("orter", "localities", frame(places, at(0, 39), ["a", "b"])),
        layer("rutor", "population_grid", cells, grid=grid),
        layer(
            "affarer", "services", frame({"name": ["Ett", "Två"], "service_type": "grocery"}, at(0, 45), ["g1", "g2"])
        ),
        layer("vagar", "roads", road),
        layer("mark", "land_use", frame({"category": ["skog", "bebyggelse"]}, [box(0, 20), box(20, 40)], ["m1", "m2"])),
        layer(
            "land", "land", frame({"name": ["S", "N"], "country": ["SE", "NO"]}, [box(0, 40), box(40, 61)], ["s", "n"])
        ),
    ]
    return {one.id: one for one in layers}


@pytest.fixture(scope="module")
def settings():
    whole = read_settings("vasterbotten")
    region = whole.region.model_copy(update={"municipalities": ["0001", "0002"]})
    access = whole.access.model_copy(update={"worst_off_cells": Parameter(value=2, unit="rutor", source="prov")})
    return whole.model_copy(update={"region": region, "access": access, "models": Models(), "layers": []})


@pytest.fixture(scope="module")
def image(settings):
    return compose(settings, planted())


def row_of(table, **where):
    rows = table
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_services_beyond_the_border_count_and_are_named(image):
    inside = row_of(image.indicators["service_inom"], zone="alla", service="grocery", threshold_min=15.0)
    assert (inside["people_inv"], inside["people_home_inv"], inside["total_inv"]) == (70.0, 30.0, 74.0)
    assert inside["share_home"] == pytest.approx(30 / 74)
    assert image.layers["service"].geo["outside"].to_dict() == {"affarer:g1": False, "affarer:g2": True}
    assert image.layers["service"].geo.loc["affarer:g1", "municipality_code"] == "0001"


def test_people_from_whom_no_way_leads_belong_to_no_hinterland_and_are_counted(settings):
    """Four people live 4 km from the road, which may be at most 3 km away."""
    layers = planted()
    cells = layers["rutor"].geo.copy()
    cells.loc["c3", ["row", "geometry"]] = [0, shapely.Point(at(20)[0].x, Y + 9500)]
    layers["rutor"] = replace(layers["rutor"], frame=cells, fingerprint="")
    near = settings.access.max_snap_m.model_copy(update={"value": 3000.0})
    access = settings.access.model_copy(update={"max_snap_m": near})
    made = compose(settings.model_copy(update={"access": access}), layers)
    assert made.indicators["omland_utan_nod"]["people_inv"].tolist() == [4.0]
    assert made.indicators["omland"]["people_inv"].sum() == 70.0


def test_services_beyond_the_border_can_be_left_out(settings):
    access = settings.access.model_copy(update={"outside_services": False})
    made = compose(settings.model_copy(update={"access": access}), planted())
    inside = row_of(made.indicators["service_inom"], zone="alla", service="grocery", threshold_min=15.0)
    assert inside["people_inv"] == 30.0
    assert "people_home_inv" not in made.indicators["service_inom"]
    assert list(made.layers["service"].geo.index) == ["affarer:g1"]


def test_measured_people_and_services_have_no_range(image):
    for name in ("service_inom", "kommuner", "strak", "omland", "nod_inom", "markanvandning_boende"):
        assert not [c for c in image.indicators[name].columns if "_low" in c or "_high" in c], name


def test_facility_by_facility(image):
    table = image.indicators["service_anlaggningar"]
    first, second = table.loc["affarer:g1"], table.loc["affarer:g2"]
    assert (first["people_inv"], first["second_inv"], first["loses_inv"]) == (34.0, 40.0, 34.0)
    assert first["lost_person_min"] == pytest.approx(10 * 45 + 20 * 25 + 4 * 5)
    assert (first["across_inv"], first["abroad_inv"], first["without_inv"]) == (34.0, 34.0, 0.0)
    assert (second["people_inv"], second["lost_person_min"]) == (40.0, pytest.approx(40 * 33))
    assert (second["municipality_code"], second["across_inv"], second["abroad_inv"]) == ("0003", 40.0, 0.0)


def test_losses_are_ranked_by_who_falls_beyond_the_limit(image):
    # the limit is 15 min: without g1 the 30 within it come beyond; without g2 the 40 do; the road's cut parts nobody
    found = image.layers["forlust_service"].frame
    assert found["rank"].to_dict() == {"affarer:g2": 1, "affarer:g1": 2}
    assert found[["losing_inv", "loses_inv", "abroad_inv"]].to_numpy().tolist() == [[40, 40, 0], [30, 34, 34]]
    assert image.indicators["forlust_vagar"].empty


def test_who_has_farthest_and_few_are_not_shown(image):
    table = image.indicators["samst_belagna"]
    assert table["cell"].tolist() == ["c3", "c2"]
    assert table["minutes_min"].tolist() == pytest.approx([20.0, 10.0])
    assert table["few"].tolist() == [True, False]
    assert np.isnan(table["population_inv"].iloc[0])
    assert table["population_inv"].iloc[1] == 20.0
    assert table["nearest_name"].tolist() == ["Ett", "Ett"]
    assert table["municipality_name"].tolist() == ["B", "A"]


def test_what_nodes_reach(image):
    table = image.indicators["nod_inom"].set_index(["node", "threshold_min"])
    assert table.loc["a", "people_inv"].tolist() == [30.0, 34.0, 74.0]
    assert table.loc["a", "jobs_inv"].tolist() == [3.0, 6.0, 11.0]
    assert table.loc["a", "grocery_count"].tolist() == [1, 1, 2]
    assert table.loc["b", "people_inv"].tolist() == [40.0, 64.0, 74.0]


def test_what_lies_along_the_corridor(image):
    tables = image.indicators
    assert tables["strak"]["people_inv"].tolist() == [74.0]
    assert tables["strak"]["jobs_inv"].tolist() == [11.0]
    assert tables["strak"]["employed_inv"].isna().all()
    assert tables["strak_kommun"][["municipality_code", "people_inv"]].to_numpy().tolist() == [
        ["0001", 30.0],
        ["0002", 44.0],
    ]
    assert tables["strak_service"]["grocery_count"].tolist()[0] >= 1
    land = tables["strak_markanvandning"].iloc[0]
    assert 150 < land["skog"] < 200  # 20 km of road, 5 km to either side, less the rounded end and the south
    assert tables["kommun_service"]["grocery_count"].to_dict() == {"0001": 1, "0002": 0}


def test_who_lives_in_which_land_use(image):
    table = image.indicators["markanvandning_boende"]
    assert row_of(table, zone="alla", category="skog")["people_inv"] == pytest.approx(30.0)
    assert row_of(table, zone="alla", category="bebyggelse")["people_inv"] == pytest.approx(44.0)
    assert row_of(table, zone="0002", category="bebyggelse")["share"] == pytest.approx(1.0)


def test_every_division_is_compared(image):
    assert {"fa_regioner", "lam"} <= set(image.layers)
    table = image.indicators["omland_jamforelse"]
    assert set(table["division"]) == {"fa_regioner", "lam"}
    across = table[(table["division"] == "lam") & table["across"]]
    assert across[["node", "region_name", "people_inv"]].to_numpy().tolist() == [["a", "Öst", 20.0]]
    assert image.indicators["omland_fa"]["people_inv"].sum() == 74.0
    city = image.indicators["stad_omland"]
    parts = city[city["division"] == "omland"].set_index(["region", "part"])
    assert parts["people_inv"].to_dict() == {
        ("a", "city"): 30.0, ("a", "hinterland"): 0.0, ("b", "city"): 44.0, ("b", "hinterland"): 0.0
    }  # fmt: skip
    assert parts["jobs_inv"].sum() == 11.0


def test_without_stops_public_transport_is_left_out_and_named(image):
    assert ("public_transport", "stops") in {(o.step, o.role) for o in image.provenance.omissions}
    assert "kollektivtrafik" not in image.indicators


def test_people_who_walk_to_a_stop_with_enough_departures(settings):
    points = gpd.points_from_xy([X + 500, X + 39_500], [ROAD_Y + 1000, ROAD_Y])
    stops = frame({"departures_per_day": [10.0, 9.0]}, points, ["h1", "h2"])
    made = compose(settings, planted() | {"hallplatser": layer("hallplatser", "stops", stops)})
    table = made.indicators["kollektivtrafik"].set_index("zone")
    assert table["people_inv"].to_dict() == {"0001": 10.0, "0002": 0.0, "alla": 10.0}
    assert table["straight_line_m"].tolist() == [1000.0] * 3
    assert made.layers["hallplatser"].geo["frequency"].to_dict() == {"h1": "räcker", "h2": "för få"}
    assert made.indicators["kommuner"]["stops_share"].to_dict() == {"0001": pytest.approx(1 / 3), "0002": 0.0}


def commuting(*rows):
    table = pd.DataFrame(rows, columns=["origin", "destination", "commuters_inv"])
    return layer("pendling", "commuting", table.set_index(pd.Index([str(n + 1) for n in range(len(rows))], name="id")))


def test_observed_commuting_takes_the_place_of_the_model(settings):
    table = commuting(("0001", "0002", 60.0), ("b", "a", 40.0), ("a", "a", 500.0))
    made = compose(settings, planted() | {"pendling": table})
    assert made.layers["vagnat"].geo["flow_inv"].to_dict() == {"v1": pytest.approx(100 * 39 / 60)}
    assert made.indicators["strak"]["flow_status"].tolist() == ["mätt"]
    assert made.layers["strak"].meta.status == "mätt"


def test_gravity_is_marked_as_a_model(image):
    assert image.indicators["strak"]["flow_status"].tolist() == ["modellerat"]
    assert image.layers["strak"].meta.status == "modellerat"
    assert (image.layers["vagnat"].geo["flow_inv"] > 0).all()


def test_unknown_places_and_bad_counts_are_told_with_their_rows(settings):
    table = commuting(("0001", "9999", 60.0), ("b", "nowhere", 40.0), ("a", "b", np.nan))
    with pytest.raises(LayerError) as caught:
        compose(settings, planted() | {"pendling": table})
    message = caught.value.message("sv")
    assert all(word in message for word in ("9999", "nowhere", "rad 1", "rad 2", "rad 3", "pendling"))


def modelled(settings, **redraw):
    whole = read_settings("vasterbotten")
    models = whole.models.model_copy(
        update={"plans": None, "land_use": None, "redraw": whole.models.redraw.model_copy(update={"runs": 5, **redraw})}
    )
    layers = planted()
    del layers["rutor"], layers["affarer"]
    totals = pd.DataFrame({"population_inv": [1500.0, 700.0]}, index=pd.Index(["0001", "0002"], name="id"))
    layers["folk"] = layer("folk", "municipal_totals", totals)
    reach = settings.corridors.reach_m.model_copy(update={"value": 2000.0})
    corridors = settings.corridors.model_copy(update={"reach_m": reach})
    return compose(settings.model_copy(update={"models": models, "corridors": corridors}), layers)


@pytest.fixture(scope="module")
def drawn(settings):
    return modelled(settings)


def test_modelled_people_carry_a_range_wherever_they_are_shown(drawn):
    for name in ("service_inom", "strak", "omland", "nod_inom", "markanvandning_boende"):
        table = drawn.indicators[name]
        assert (table["people_low_inv"] <= table["people_inv"]).all(), name
        assert (table["people_inv"] <= table["people_high_inv"]).all(), name
        if name not in {"omland", "markanvandning_boende"}:  # node and land use change just at the municipal border
            assert (table["people_low_inv"] < table["people_high_inv"]).any(), name
    wide = drawn.indicators["kommuner"]
    assert (wide["grocery_15min_share_low"] <= wide["grocery_15min_share"]).all()
    assert (wide["grocery_15min_share"] <= wide["grocery_15min_share_high"]).all()
    assert {"people_low_inv", "people_high_inv"} <= set(drawn.layers["strak"].geo.columns)


def test_same_seed_same_range(settings, drawn):
    again, other = modelled(settings), modelled(settings, seed=7)
    pd.testing.assert_frame_equal(again.indicators["service_inom"], drawn.indicators["service_inom"])
    assert not again.indicators["service_inom"].equals(other.indicators["service_inom"])
    assert (again.indicators["befolkning"]["population_inv"] == other.indicators["befolkning"]["population_inv"]).all()


def test_redraw_off_gives_the_numbers_without_range(settings, drawn):
    whole = read_settings("vasterbotten")
    layers = planted()
    del layers["rutor"]
    layers["folk"] = layer(
        "folk", "municipal_totals", pd.DataFrame({"population_inv": [1500.0, 700.0]}, index=["0001", "0002"])
    )
    models = whole.models.model_copy(update={"plans": None, "land_use": None, "redraw": None})
    made = compose(settings.model_copy(update={"models": models}), layers)
    assert "people_low_inv" not in made.indicators["strak"]
    assert made.indicators["befolkning"]["population_inv"].equals(drawn.indicators["befolkning"]["population_inv"])


def test_jobs_are_left_out_where_no_layer_has_them(settings):
    layers = planted()
    cells = layers["rutor"]
    bare = cells.geo.drop(columns="jobs_inv").assign(employed_inv=[4.0, 5.0, 6.0, 7.0])
    layers["rutor"] = replace(cells, frame=bare, fingerprint="annan")
    made = compose(settings, layers)
    assert made.indicators["strak"]["employed_inv"].tolist() == [22.0]
    assert "jobs_inv" not in made.indicators["strak"]
