"""Many people trying something of their own in Tänk om at once: does each see its own, and nobody else's?

Each closes another service, every other one with the municipal border shut or open, and saves it under a name of its
own that only its browser may see. When all have, each asks again: the answer, the table of those concerned and the list
of saved scenarios. The same is then done by one session after the other, alone in an app of its own: word for word and
byte for byte the same is expected, and no name of another's in anything that was sent.
"""

import asyncio
import json
import re

from app_visitor import Visitor

NAME = "provning-{number:03d}"
NAMES = re.compile(rb"provning-\d{3}")
SHOWN = ("heading", "markdown", "text", "dataframe", "component_instance")
TRY, PEOPLE, SAVED = "try", "people", "saved"


class Trial:
    """One person's trial in a session of its own; ``number`` decides what is tried.

    Parameters
    ----------
    visitor : Visitor
    number : int
    texts : callable
        The app's catalogue: its labels are what widgets are found by.
    """

    def __init__(self, visitor, number, texts):
        self.visitor = visitor
        self.number = number
        self.name = NAME.format(number=number)
        self.texts = texts
        visitor.watched = NAMES

    async def try_own(self):
        """Close a service of one's own choice, and save that."""
        visitor, label = self.visitor, self.label
        await visitor.open("tank_om")
        await visitor.set(self.one("component_instance"), json.dumps({"owner": f"hemlig-{self.number}"}))
        box = self.one("selectbox", label("facility"))
        self.service = chosen(list(box[1].options), self.number)
        await visitor.set(box, self.service)
        if self.number % 2:
            switch = self.one("checkbox", label("across_municipal"))
            await visitor.set(switch, not switch[1].default)
        await self.press(label("try"))
        await visitor.set(self.one("text_input", label("save_name")), self.name)
        await visitor.set(self.one("text_input", label("session_name")), self.name)
        await self.press(label("save_as"))

    async def told(self):
        """Ask again for all that the session is shown of trials; return it by part."""
        await self.visitor.run()
        answer = self.shown()
        parts = {TRY: answer}
        for part in (PEOPLE, SAVED):
            await self.visitor.set(self.one("button_group"), [self.label(f"part_{part}")])
            parts[part] = self.shown()
        return parts

    def shown(self):
        """Return what the page shows in words, in tables and as the map's difference, in its order."""
        elements = sorted(self.visitor.elements.items())
        return [(kind, content_of(kind, element)) for _, (kind, element) in elements if kind in SHOWN]

    def label(self, key):
        return self.texts(f"whatif.{key}")

    def one(self, kind, label=""):
        found = [widget for widget in self.visitor.find(kind) if not label or widget[1].label == label]
        if not found:
            raise SystemExit(f"{self.name}: no {kind} {label}")
        return found[0]

    async def press(self, label):
        run = await self.visitor.set(self.one("button", label), value=True)
        if run.errors:
            raise SystemExit(f"{self.name}: {run.errors}")


def content_of(kind, element):
    """Return what an element shows: its words, its table's bytes, or what the map is told of the trial."""
    if kind == "dataframe":
        return element.arrow_data.data
    if kind != "component_instance":
        return element.body
    state = json.loads(element.json_args)["state"]
    return json.dumps([state["difference"], state["shapes"]])


def chosen(options, number):
    """Return the service that a person closes: each its own, from all over the list; labels that two share are none."""
    alone = [option for option in options if options.count(option) == 1]
    return alone[(number * 13) % len(alone)]


async def at_once(port, sessions, texts):
    """Let all try at once; return each one's parts and the names that it met."""
    ready = asyncio.Barrier(sessions)

    async def person(number):
        async with Visitor(port) as visitor:
            trial = Trial(visitor, number, texts)
            await trial.try_own()
            await ready.wait()
            return trial.service, await trial.told(), visitor.met

    return await asyncio.gather(*(person(number) for number in range(sessions)))


async def alone(port, sessions, texts):
    """Do the same one after the other; return each one's parts."""
    found = []
    for number in range(sessions):
        async with Visitor(port) as visitor:
            trial = Trial(visitor, number, texts)
            await trial.try_own()
            found.append(await trial.told())
    return found


def mixed_up(crowd, lone):
    """Return a sentence for every mix-up: another's name, another's service, another answer than alone."""
    found = []
    services = [service for service, _, _ in crowd]
    for number, ((service, parts, met), expected) in enumerate(zip(crowd, lone, strict=True)):
        name = NAME.format(number=number)
        if met != {name.encode()}:
            found.append(f"{name} met {sorted(met)}")
        said = "\n".join(str(body) for _, body in parts[TRY])
        if service not in said:
            found.append(f"{name} is not told of {service}")
        others = {other for other in services if other not in service and service != other and other in said}
        if others:
            found.append(f"{name} is told of {others}")
        if name.encode() not in b"".join(body for _, body in parts[SAVED] if isinstance(body, bytes)):
            found.append(f"{name} does not see what it saved")
        found.extend(f"{name}: {part} differs" for part in (TRY, PEOPLE) if parts[part] != expected[part])
    return found
