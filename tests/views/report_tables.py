"""Tables as an image holds them, of two municipalities: what the report's tests tell of."""

import pandas as pd


def tables(image):
    codes = pd.Index(["2480", "2482"], name="municipality_code")
    shares = {"grocery": [0.9, 0.401, 0.75], "hospital": [0.997, 0.002, 0.5]}
    within = [
        {
            "zone": zone,
            "service": service,
            "threshold_min": limit,
            "share": share,
            "people_inv": share * 1000,
            "total_inv": 1000.0,
        }
        for service, limit in (("grocery", 15.0), ("hospital", 45.0))
        for zone, share in zip(["2480", "2482", "alla"], shares[service], strict=True)
    ]
    rows = {
        "name": image.layers["kommuner"].frame["name"].tolist(),
        "population_inv": [130_224.0, 3.0],
        "official_land_km2": [2316.5, 6799.4],
        "density_inv_km2": [56.21, 0.04],
        "nodes_count": [19, 1],
    }
    return {"kommuner": pd.DataFrame(rows, index=codes), "service_inom": pd.DataFrame(within)}


def planned(words="Bostäder vid ån"):
    matrix = pd.DataFrame(
        {
            "plan_id": ["2480", "2480", "2482", "2482"],
            "goal": ["levande", "resor"] * 2,
            "goal_title": [words, "Resor"] * 2,
            "verdict": ["stödjer", "inget underlag", "motverkar", "inte rumsligt"],
            "strength": [0.37, float("nan"), 0.8, float("nan")],
            "mixed": [False, False, True, False],
            "support_measure": [18.5, 0, 1, float("nan")],
            "against_measure": [0.0, 0, 40, float("nan")],
            "full": [50.0, 50, 50, float("nan")],
            "unit": ["ha"] * 4,
            "rule": ["inside", "along", "inside", None],
            "parameter": ["0 m, noder"] * 4,
            "quote": ["sida saknas"] * 4,
        }
    )
    evidence = pd.DataFrame(
        {
            "goal": ["levande"],
            "plan_id": ["2480"],
            "feature": ["2480:a"],
            "effect": ["stödjer"],
            "measure": [18.5],
            "counted": [12.5],
            "unit": ["ha"],
            "rule": ["inside"],
            "parameter": ["0 m, noder"],
        }
    )
    border = pd.DataFrame(
        {
            "kind": ["tyst plan"],
            "plan_a": ["2480"],
            "plan_b": ["2482"],
            "feature_a": ["2480:a"],
            "feature_b": [""],
            "pivot_a": ["vatten"],
            "pivot_b": [""],
            "severity": [2],
            "length_m": [1234.0],
        }
    )
    recommended = pd.DataFrame(
        {
            "title": ["Se över"],
            "text": [words],
            "plans": ["2480;2482"],
            "goal": ["levande"],
            "actor": ["region"],
            "severity": [3],
            "finding": ["matris:2480:levande"],
            "evidence": ["2480:a;2480:b"],
            "basis": ["objekt:2480:a=1"],
            "state": ["inaktuell"],
            "changed": ["objekt:2480:a"],
        },
        index=pd.Index(["rek-1"], name="id"),
    )
    return {"matris": matrix, "matris_belagg": evidence, "granser": border, "rekommendationer": recommended}
