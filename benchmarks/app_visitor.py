"""A visitor of the app without a browser: speaks Streamlit's websocket protocol as its front end does.

It opens a page, keeps the state of the widgets it is told of, caches messages as a browser does, and times a change
from when it is sent until the run that answers it is finished.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.request import urlopen

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

WIDGETS = {
    "selectbox": "string_value",
    "slider": "double_array_value",
    "number_input": "double_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "checkbox": "bool_value",
    "button_group": "string_array_value",
    "button": "trigger_value",
    "component_instance": "json_value",
}
FINISHED, FRAGMENT_FINISHED = 0, 3
"""A run that ended to be run again (2) is followed by the one that answers."""
LIST_VALUES = {"double_array_value", "string_array_value"}


@dataclass
class Run:
    """One run of a page's script: what it took and what was sent."""

    seconds: float
    size: int
    messages: int
    status: int
    errors: list = field(default_factory=list)


class Visitor:
    """One session; ``watched`` is a pattern of bytes: all that it finds in what the app sends is noted in ``met``."""

    def __init__(self, port, host="127.0.0.1", cookie=""):
        self.address = f"ws://{host}:{port}/_stcore/stream"
        self.headers = {"Cookie": cookie} if cookie else {}
        self.kept = {}
        self.states = {}
        self.elements = {}
        self.page_hash = ""
        self.page_name = ""
        self.query = ""
        self.pages = {}
        self.beats = {}
        self.watched = None
        self.met = set()

    async def __aenter__(self):
        self.socket = await websockets.connect(
            self.address, subprotocols=["streamlit"], max_size=None, additional_headers=self.headers,
            compression=None, open_timeout=120, ping_interval=None,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def open(self, page="", query=""):
        """Open the app, or another of its pages."""
        self.elements, self.states, self.query = {}, {}, query
        self.page_hash, self.page_name = self.pages.get(page, ""), page
        return await self.run()

    async def set(self, widget, value):
        """Change a widget; return the run that answered."""
        kind = WIDGETS[widget[0]]
        state = WidgetState(id=widget[1].id)
        if kind in LIST_VALUES:
            getattr(state, kind).data.extend(value)
        else:
            setattr(state, kind, value)
        self.states[state.id] = state
        run = await self.run()
        if kind == "trigger_value":
            del self.states[state.id]
        return run

    async def look(self, seconds):
        """Look at the page for so long; what of it asks to be run again now and then is. Return those runs."""
        until, runs = time.perf_counter() + seconds, []
        while (left := until - time.perf_counter()) > 0:
            await asyncio.sleep(min([left, *self.beats.values()]))
            due = list(self.beats) if time.perf_counter() < until else []
            runs += [await self.run(fragment) for fragment in due if fragment in self.beats]
        return runs

    async def run(self, fragment=""):
        """Ask for a run of the page, or of a part of it, and wait for its end."""
        asked = BackMsg()
        rerun = asked.rerun_script
        rerun.query_string, rerun.page_script_hash, rerun.page_name = self.query, self.page_hash, self.page_name
        rerun.widget_states.widgets.extend(self.states.values())
        rerun.cached_message_hashes.extend(self.kept)
        rerun.fragment_id, rerun.is_auto_rerun = fragment, bool(fragment)
        ends = {FINISHED, FRAGMENT_FINISHED} if fragment else {FINISHED}
        errors, size, count = [], 0, 0
        started = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        while True:
            content = await self.socket.recv()
            size, count = size + len(content), count + 1
            if self.watched is not None:
                self.met.update(self.watched.findall(content))
            told = ForwardMsg()
            told.ParseFromString(content)
            kind = told.WhichOneof("type")
            if kind == "ref_hash":
                told = self.kept[told.ref_hash]
                kind = told.WhichOneof("type")
            elif told.metadata.cacheable:
                self.kept[told.hash] = told
            if kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in told.navigation.app_pages}
                self.page_hash = told.navigation.page_script_hash or self.page_hash
            elif kind == "new_session" and not fragment:
                self.elements, self.beats = {}, {}
            elif kind == "auto_rerun":
                self.beats[told.auto_rerun.fragment_id] = told.auto_rerun.interval
            elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
                self._note(told, errors)
            elif kind == "script_finished" and told.script_finished in ends:
                return Run(time.perf_counter() - started, size, count, told.script_finished, errors)

    def _note(self, told, errors):
        element = told.delta.new_element
        kind = element.WhichOneof("type")
        self.elements[tuple(told.metadata.delta_path)] = (kind, getattr(element, kind))
        if kind == "exception" or (kind == "alert" and element.alert.format == 1):
            errors.append(getattr(element, kind).message if kind == "exception" else element.alert.body)

    def find(self, kind, label=""):
        """Return the page's widgets of a kind, those with a label."""
        return [
            e for e in self.elements.values() if e[0] == kind and (not label or label in getattr(e[1], "label", ""))
        ]

    def texts(self):
        """Return every text that the page shows."""
        said = []
        for kind, element in self.elements.values():
            said.extend(str(getattr(element, name, "")) for name in ("body", "label", "help", "json_args"))
            if kind == "selectbox":
                said.extend(element.options)
        return said


async def ready(port, seconds=120):
    """Wait until the app answers."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):  # noqa: ASYNC210 - nothing else runs
                return
        except OSError:
            await asyncio.sleep(0.25)
    raise SystemExit("the app did not start")


def json_state(widget, value):
    """Return a component's value as it is sent."""
    return widget, json.dumps(value)
