"""The map in a browser without network: one request, no error, no label on another, no text run as script."""

import pytest

from spatial.views.webmap import draw

pytestmark = pytest.mark.browser
SIZES = ((1280, 720), (1920, 1080))
INJECTIONS = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "<img src=x onerror=window.hit=3>",
    "<svg onload=window.hit=4>",
    "<svg><script>window.hit=5</script></svg>",
    "<iframe src=javascript:parent.hit=6>",
    "<body onload=window.hit=7>",
    "<details open ontoggle=window.hit=8>",
    "<input autofocus onfocus=window.hit=9>",
    "<a href=javascript:window.hit=10>x</a>",
    "javascript:window.hit=11",
    "${window.hit=12}",
    "`;window.hit=13;`",
    "';window.hit=14;//",
    '";window.hit=15;//',
    "\\';window.hit=16;//",
    "{{constructor.constructor('window.hit=17')()}}",
    "<!--<script>window.hit=18</script>-->",
    "<style>@import'javascript:window.hit=19'</style>",
    "<math><mtext></script><img src=x onerror=window.hit=20>",
    "&lt;script&gt;window.hit=21&lt;/script&gt;",
    "&#60;img src=x onerror=window.hit=22&#62;",
    "\u2028window.hit=23\u2029",
    "<object data=javascript:window.hit=24>",
    "]]><script>window.hit=25</script>",
)
ZOOM = """step => {
  const map = Strukturbild.karta.map;
  map.setZoom(map.getMinZoom() + 1 + step, {animate: false});
}"""
OVERLAPS = """() => {
  const labels = [...document.querySelectorAll('.sb-label, .sb-badge')];
  const boxes = labels.map(n => [n.textContent, n.getBoundingClientRect()]);
  const found = [];
  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
    if (p.left < q.right && p.right > q.left && p.top < q.bottom && p.bottom > q.top) found.push(a + ' / ' + b);
  }));
  return [boxes.length, found];
}"""


@pytest.fixture
def opened(chromium, tmp_path):
    """Give a function that opens an image's page offline and records what it asks for and complains of."""
    contexts = []

    def open_page(image, size=SIZES[0]):
        path = draw(image).save(tmp_path / "karta.html")
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.seen = {"requests": [], "failed": [], "errors": []}
        page.on("request", lambda request: page.seen["requests"].append(request.url))
        page.on("requestfailed", lambda request: page.seen["failed"].append(request.url))
        page.on("console", lambda m: page.seen["errors"].append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.seen["errors"].append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector(".sb-label")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", SIZES)
def test_one_request_no_error_no_label_on_another(opened, build_image, size):
    page = opened(build_image(), size)
    real = [url for url in page.seen["requests"] if not url.startswith("data:")]
    assert len(real) == 1
    for zoom, least in ((0, 5), (0.7, 3), (1.5, 1)):
        page.evaluate(ZOOM, zoom)
        count, found = page.evaluate(OVERLAPS)
        assert count >= least
        assert found == []
    assert page.seen["failed"] == []
    assert page.seen["errors"] == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_injected_texts_run_nowhere(opened, build_image):
    page = opened(build_image(INJECTIONS))
    features = page.evaluate(
        "Strukturbild.karta.data.layers.flatMap(l => l.features.map(f => [l.id, f.i]))",
    )
    for layer, key in features:
        page.evaluate("([layer, id]) => Strukturbild.karta.select(layer, id)", [layer, key])
    shown = page.text_content(".sb-card")
    assert shown
    page.mouse.move(400, 400)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None
    assert page.query_selector("#karta img[src=x], #karta iframe, #karta object, #karta script") is None
    assert page.seen["errors"] == []


def test_legend_switches_and_facts(opened, build_image):
    page = opened(build_image())
    names = "[...document.querySelectorAll('.sb-label')].map(n => n.textContent)"
    assert "Umeå" in page.evaluate(names)
    page.get_by_label("≥ 30 000 inv").uncheck()
    assert "Umeå" not in page.evaluate(names)
    assert page.evaluate("document.querySelectorAll('.sb-picture').length") == 1
    page.get_by_label("Restid till").select_option("grocery")
    assert page.evaluate("document.querySelectorAll('.sb-picture').length") == 2
    assert page.get_by_text("≤ 15 min").first.is_visible()
    page.get_by_role("combobox", name="Sök ort").fill("Lycksele")
    page.keyboard.press("Enter")
    assert page.inner_text(".sb-card h2") == "Lycksele"
    assert "8\u00a0600" in page.inner_text(".sb-card")


def test_small_cell_is_told_as_few(opened, build_image):
    page = opened(build_image())
    page.evaluate("""() => { const k = Strukturbild.karta; k.cells.load();
      const at = L.latLng(k.cells.lat[0] / 1e5, k.cells.lon[0] / 1e5);
      k.pickGround(k.layers.byId['kommuner/2482'], at); }""")
    told = page.inner_text(".sb-card")
    assert "färre än 5" in told
    assert page.evaluate("Strukturbild.karta.state().clicked") == {"layer": "kommuner", "id": "2482"}


def test_works_by_keyboard(opened, build_image):
    page = opened(build_image())
    page.focus(".sb-map")
    before = page.evaluate("Strukturbild.karta.map.getZoom()")
    page.keyboard.press("+")
    page.wait_for_function("before => Strukturbild.karta.map.getZoom() > before", arg=before)
    page.focus(".sb-row input")
    page.keyboard.press("Space")
    assert page.evaluate("Strukturbild.karta.layers.visible['noder/regional_core']") is False
