"""The report's last chapters: how it was made, what of, with which faults, and what it must not be taken for."""

from typing import Any

from spatial.model import Layer
from spatial.texts import has_text, text
from spatial.views.report_parts import Bullets, Heading, Part, Table, Words
from spatial.views.report_telling import Teller
from spatial.views.wording import omitted_sentence

_SEAL = 8
_METHODS = ("coordinates", "people", "minutes", "thresholds", "nodes", "corridors", "hinterlands", "plans")
_CAVEATS = ("schematic", "d15", "models", "silence", "outlines", "small", "example")


def method_part(tell: Teller) -> list[Part]:
    """Return the chapter on method: a paragraph a step, and the steps' fingerprints."""
    provenance = tell.image.provenance
    rows = [
        [
            _step(step.step, tell.lang),
            ", ".join(name.partition(":")[2] for name in step.inputs) or "–",
            step.fingerprint[:_SEAL],
        ]
        for step in provenance.steps
    ]
    heads: list[Any] = [(tell.say(f"column.{name}"), "text") for name in ("step", "made_from", "fingerprint")]
    left_out = [omitted_sentence(one, tell.lang, settings=tell.image.settings) for one in provenance.omissions]
    return [
        Heading(tell.say("chapter.method")),
        *(Words(tell.say(f"method.{name}")) for name in _METHODS),
        Table(tell.say("table.steps"), heads, rows, tell.say("note.fingerprint"), (3, 7, 2)),
        Heading(tell.say("chapter.left_out"), 2),
        Bullets(left_out) if left_out else Words(tell.say("nothing_left_out")),
    ]


def _step(name: str, lang: str) -> str:
    key = f"cli.step.{name}"
    return text(key, lang) if has_text(key) else name


def sources_part(tell: Teller) -> list[Part]:
    """Return the register of sources: licence, year, measured or modelled, rows, faults and fingerprint of each."""
    inputs = list(tell.image.inputs.values())
    rows = [_source(tell, layer) for layer in inputs]
    heads = [("source", "text"), ("provider", "text"), ("year", "number"), ("status", "text"), ("licence", "text"),
             ("rows", "number"), ("faults", "number"), ("fingerprint", "text")]  # fmt: skip
    faults = [
        [layer.meta.title.get(tell.lang), fault.sentence(tell.lang), fault.remedy(tell.lang) or "–"]
        for layer in inputs
        for fault in layer.faults
    ]
    fault_heads: list[Any] = [(tell.say(f"column.{name}"), "text") for name in ("source", "fault", "remedy")]
    listed = Table(tell.say("table.faults"), fault_heads, faults, "", (2, 6, 4))
    return [
        Heading(tell.say("chapter.sources")),
        Words(tell.say("intro.sources")),
        Table(
            tell.say("table.sources"), [(tell.say(f"column.{name}"), align) for name, align in heads],  # type: ignore[misc]
            rows, tell.say("note.fingerprint"), (3.6, 2.3, 1.3, 2.2, 2.2, 1.5, 1.1, 2.2),
        ),
        listed if faults else Words(tell.say("no_faults")),
    ]  # fmt: skip


def _source(tell: Teller, layer: Layer) -> list[str]:
    meta = layer.meta
    return [
        tell.say("source_of", title=meta.title.get(tell.lang), source=meta.source),
        meta.provider,
        str(meta.year),
        tell.status_name(meta.status),
        meta.licence,
        tell.number(layer.rows_read or len(layer.frame)),
        tell.number(sum(fault.count for fault in layer.faults)),
        layer.fingerprint[:_SEAL],
    ]


def caveats_part(tell: Teller) -> list[Part]:
    """Return what the report must not be taken for."""
    least = tell.number(tell.least)
    return [
        Heading(tell.say("chapter.caveats")),
        Bullets([tell.say(f"caveat.{name}", least=least) for name in _CAVEATS]),
    ]
