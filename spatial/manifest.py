"""The manifest of a built image: sources, faults, fingerprints, totals, parameters, versions, seconds."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import pandas as pd

from spatial.model import Layer, StructureImage

_VERSIONS: Final = ("strukturbild", "geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "numpy", "pandas", "scipy")


def manifest_of(image: StructureImage, seconds: Mapping[str, float], files: list[str]) -> dict[str, Any]:
    """Return the manifest as plain values.

    ``totals`` are plain numbers: of the region, of each part and of each municipality, as the tables have them.
    """
    provenance = image.provenance
    return {
        "region": image.settings.region.id,
        "title": image.settings.region.title.sv,
        "year": image.settings.region.year,
        "status": image.settings.region.status,
        "fingerprint": provenance.fingerprint,
        "crs": "EPSG:3006",
        "layers": {name: _source(layer) for name, layer in image.inputs.items()},
        "image_layers": {name: _made(layer) for name, layer in image.layers.items()},
        "omissions": [{"step": omission.step, "role": omission.role} for omission in provenance.omissions],
        "totals": totals_of(image),
        "steps": {
            step.step: {"inputs": dict(step.inputs), "fingerprint": step.fingerprint} for step in provenance.steps
        },
        "parameters": {step.step: step.parameters for step in provenance.steps},
        "versions": {name: version(name) for name in _VERSIONS},
        "seconds": {
            **{name: round(value, 3) for name, value in seconds.items()},
            **{step.step: round(step.seconds, 3) for step in provenance.steps},
        },
        "files": files,
    }


def _source(layer: Layer) -> dict[str, Any]:
    meta = layer.meta
    return {
        "title": meta.title.sv,
        "role": meta.role,
        "status": meta.status,
        "year": meta.year,
        "source": meta.source,
        "provider": meta.provider,
        "licence": meta.licence,
        "licence_note": meta.licence_note,
        "lineage": meta.lineage,
        "rows_read": layer.rows_read,
        "rows": len(layer.frame),
        "faults": [
            {"severity": fault.severity, "count": fault.count, "row": fault.row, "text": fault.sentence()}
            for fault in layer.faults
        ],
        "fingerprint": layer.fingerprint,
    }


def _made(layer: Layer) -> dict[str, Any]:
    return {
        "title": layer.meta.title.sv,
        "status": layer.meta.status,
        "rows": len(layer.frame),
        "fingerprint": layer.fingerprint,
        "faults": [
            {"severity": fault.severity, "count": fault.count, "text": fault.sentence()} for fault in layer.faults
        ],
    }


def totals_of(image: StructureImage) -> dict[str, Any]:
    """Return the region's totals, and those of its parts and municipalities, as plain numbers."""
    people = image.indicators.get("befolkning")
    out: dict[str, Any] = {"region": {"municipalities": len(image.settings.region.municipalities)}}
    if people is not None:
        out["region"] |= _people(people)
        out["municipalities"] = {
            str(code): {"name": row["name"], **_people(people.loc[[code]])} for code, row in people.iterrows()
        }
        parts = people["part"].dropna().unique()
        out["parts"] = {str(part): _people(people[people["part"] == part]) for part in sorted(parts)}
    nodes = image.layers.get("noder")
    if nodes is not None:
        inside = nodes.geo[~nodes.geo["outside"].astype(bool)]
        out["region"] |= {"localities": len(inside), "localities_inv": _number(inside["population_inv"].sum())}
    return out


def _people(rows: pd.DataFrame) -> dict[str, float]:
    names = ("population_inv", "cells", "outside_cells", "outside_inv")
    totals = {name: _number(rows[name].sum()) for name in names}
    return {**totals, "outside_max_m": round(float(rows["outside_max_m"].max()), 1)}


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else float(value)
