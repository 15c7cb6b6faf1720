"""The report: a region's or a municipality's structure, findings and recommendations, as Word and as one HTML file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from spatial.errors import OutputError
from spatial.model import StructureImage
from spatial.record.events import Event
from spatial.storage import new_file
from spatial.texts import text
from spatial.views.report_html import html_page
from spatial.views.report_maps import Maps, Tell
from spatial.views.report_matrix import matrix_part
from spatial.views.report_parts import Contents, Document, Heading, Part
from spatial.views.report_plans import borders_part, conflicts_part, readiness_part
from spatial.views.report_recommendations import recommendations_part
from spatial.views.report_sources import caveats_part, method_part, sources_part
from spatial.views.report_structure import (
    corridors_part,
    hinterlands_part,
    municipalities_part,
    nodes_part,
    service_part,
)
from spatial.views.report_summary import participation_part, summary_part
from spatial.views.report_telling import Teller
from spatial.views.report_word import write_word
from spatial.views.themes import WHOLE


def report(
    image: StructureImage,
    *,
    municipality: str | None = None,
    events: Iterable[Event] = (),
    lang: str = "sv",
    progress: Tell | None = None,
) -> Document:
    """Return the report as a document that Word and HTML are written from.

    Parameters
    ----------
    image : StructureImage
        Plans and their findings may be missing: the report says so and goes on.
    municipality : str, optional
        A municipality's code; then its own edition.
    events : iterable of Event
        The working group's record: answers to recommendations, and who has taken part.
    lang : {"sv", "en", "no"}
    progress : callable, optional
        Called with each map's name before it is drawn.

    Returns
    -------
    Document

    Raises
    ------
    OutputError
        If the region has no such municipality.
    """
    tell, said = Teller(image, lang), list(events)
    if municipality is not None and municipality not in tell.municipalities:
        known = ", ".join(f"{code} {name}" for code, name in tell.municipalities.items())
        title = image.settings.region.title.get(lang)
        raise OutputError("report.unknown_municipality", code=municipality, region=title, known=known)
    maps = Maps(tell, municipality, progress)
    chapters = [
        summary_part(tell, municipality),
        [*municipalities_part(tell, municipality), *maps.of(WHOLE, "whole")],
        nodes_part(tell, municipality),
        [*corridors_part(tell, municipality), *maps.of("strak", "strak")],
        [*service_part(tell, municipality), *maps.of("service", "service")],
        [*hinterlands_part(tell, municipality), *maps.of("omland", "omland")],
        [*matrix_part(tell, municipality), *maps.of("plan", "plan"), *maps.of("inriktning", "inriktning")],
        [*borders_part(tell, municipality), *maps.of("fynd", "fynd")],
        conflicts_part(tell, municipality),
        readiness_part(tell, municipality),
        recommendations_part(tell, municipality, said),
        participation_part(tell, said),
        method_part(tell),
        sources_part(tell),
        caveats_part(tell),
    ]
    return _document(tell, municipality, [part for chapter in chapters for part in chapter])


def _document(tell: Teller, municipality: str | None, parts: Sequence[Part]) -> Document:
    region = tell.image.settings.region
    title = tell.say("title", region=region.title.get(tell.lang))
    state = text(f"webmap.state.{region.status}", tell.lang)
    metas = [layer.meta for layer in tell.image.inputs.values()]
    modelled = sum(meta.status == "modellerat" for meta in metas)
    facts = {
        "region": region.title.get(tell.lang),
        **({} if municipality is None else {"municipality": tell.municipality(municipality)}),
        "status": state,
        "year": str(region.year),
        "legal": tell.say("fact.legal_value"),
        "data": tell.say("fact.data_value", measured=len(metas) - modelled, modelled=modelled),
        "fingerprint": tell.image.provenance.fingerprint,
    }
    edition = "edition_county" if municipality is None else "edition_municipality"
    named = {} if municipality is None else {"municipality": tell.municipality(municipality)}
    return Document(
        title=title,
        subtitle=tell.say(edition, state=state, year=region.year, **named),
        facts=[(tell.say(f"fact.{name}"), value) for name, value in facts.items()],
        parts=[Contents(tell.say("contents")), *parts],
        foot=tell.say("foot", title=title),
        lang=tell.lang,
    )


def write_report(document: Document, folder: Path, name: str) -> list[Path]:
    """Write a report as ``<name>.docx`` and ``<name>.html``.

    Parameters
    ----------
    document : Document
    folder : Path
        Made where it is missing.
    name : str

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    word, page = folder / f"{name}.docx", folder / f"{name}.html"
    write_word(document, word)
    with new_file(page) as fresh:
        fresh.write_text(html_page(document), encoding="utf-8", newline="\n")
    return [word, page]


def headings(document: Document) -> list[str]:
    """Return the chapters of a report."""
    return [part.text for part in document.parts if isinstance(part, Heading) and part.level == 1]
