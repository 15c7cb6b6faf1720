"""Hostile texts in every field of an image and of a group's record: whatever a person or a file may have written."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import shapely

from spatial.record import events as said
from spatial.record.events import Author, Target
from spatial.story import Step, Story

SCRIPTS = tuple(json.loads(Path(__file__).with_name("injections.json").read_text(encoding="utf-8")))
MARKDOWN = (
    "![hostbild](http://evil.example/x.png)",
    "[hostlank](javascript:alert(2))",
    "**hostfet**",
    "`hostkod`",
    "$hostmatte$",
    ":red[hostfarg]",
    ":material/bug_report:",
    "# hostrubrik",
    "\n\n<img src=http://evil.example/y.png>",
    "[% hostuttryck %]",
    "@hostformel",
)
TEXTS = tuple(text.replace("\x00", "") for text in (*SCRIPTS, *MARKDOWN))
FREE = frozenset({
    "name", "number", "note", "source", "places", "from_place", "to_place", "services", "consideration", "text",
    "title", "sentence", "fix", "quote", "municipality_name", "zone_name", "region_name", "node_name", "nearest_name",
    "goal_title", "provider", "licence", "municipality", "strategy", "period", "parameter", "lacks", "code", "basis",
})  # fmt: skip
"""The columns that hold what somebody wrote; the others hold codes of our own."""
CODES = {("fa_regioner", "code"), ("kommuner", "code")}
EACH = 4
"""So many texts in a value: ten values of a column hold all of them."""


class Poison:
    """Gives a value its hostile texts; the same value always the same, for tables are joined by names."""

    def __init__(self, texts=TEXTS):
        self.given = {}
        self.texts = texts

    def __call__(self, value):
        if not isinstance(value, str) or not value:
            return value
        if value not in self.given:
            first = EACH * len(self.given)
            texts = [self.texts[(first + step) % len(self.texts)] for step in range(EACH)]
            self.given[value] = " ".join([texts[0], value, *texts[1:]])
        return self.given[value]

    def frame(self, name, frame):
        columns = [c for c in frame.columns if c in FREE and (name, c) not in CODES and frame[c].dtype == object]
        return frame.assign(**{column: frame[column].map(self) for column in columns}) if columns else frame

    def layer(self, name, layer):
        title = {lang: self(words) for lang, words in layer.meta.title.model_dump().items()}
        meta = replace(
            layer.meta,
            title=type(layer.meta.title)(**title),
            **{field: self(getattr(layer.meta, field)) for field in ("source", "provider", "licence", "lineage")},
            licence_note=self(layer.meta.licence_note or "not"),
        )
        return replace(layer, frame=self.frame(name, layer.frame), meta=meta)


def poisoned(image):
    """Return an image whose every written text is hostile."""
    poison = Poison()
    return replace(
        image,
        layers={name: poison.layer(name, layer) for name, layer in image.layers.items()},
        inputs={name: poison.layer(name, layer) for name, layer in image.inputs.items()},
        indicators={name: poison.frame(name, table) for name, table in image.indicators.items()},
    )


def poisoned_settings(settings):
    """Return settings whose every title is hostile; those with braces are templates' own, and refused."""
    poison = Poison(tuple(text for text in TEXTS if "{" not in text))

    def through(value):
        if isinstance(value, dict):
            if "sv" in value and set(value) <= {"sv", "en", "no"}:
                return {lang: poison(words) for lang, words in value.items()}
            return {key: through(one) for key, one in value.items()}
        return [through(one) for one in value] if isinstance(value, list) else value

    return type(settings).model_validate_json(json.dumps(through(settings.model_dump(mode="json"))))


def story():
    """Return a seminar whose every word is hostile."""
    everything = " ".join(TEXTS)
    steps = [
        Step(id=f"s{number}", title=text[:200] or "x", text=everything, notes=everything, decision=everything,
             visible=["noder", "strak", "planomraden"])
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip
    return Story(id="fientlig", title=everything[:200], steps=steps)


def fill(record, image):
    """Let a group add hostile texts of every kind, about places of the image."""
    nodes = list(image.layers["noder"].frame.index)
    rows = image.indicators.get("rekommendationer", pd.DataFrame())
    for number, text in enumerate(text[:1000] for text in TEXTS):
        author = Author(text[:70], "municipality", "planner", "2480")
        other = Author(f"{text[:60]} 2", "region", "strategist")
        place = Target("noder", str(nodes[number % 7]))
        point = image.layers["noder"].geo.geometry.iloc[number % len(nodes)].centroid
        comment = record.append(said.comment(author, place, text))
        record.append(said.comment(other, place, text, reply_to=comment.item))
        record.append(said.drawing(author, shapely.to_wkb(point), text))
        record.append(said.drawing(author, shapely.to_wkb(point.buffer(9000)), text))
        record.append(said.vote(author, place, "agree"))
        record.append(said.vote(other, place, "disagree"))
        record.append(said.proposal(author, place, "level", text[:70], text))
        record.append(said.scenario(author, text[:70], {}))
        record.append(said.note(author, text))
        record.append(said.decision(other, text, responsible=text[:70], deadline=text[:70]))
        if number < len(rows):
            row = rows.iloc[number]
            record.append(
                said.adoption(author, str(rows.index[number]), "2480", "partly", text, basis=str(row["basis"]))
            )
