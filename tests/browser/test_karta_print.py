"""The map on paper, and how well its words can be read: one landscape A4, and contrast by WCAG 2.1 AA."""

import re

import pytest

from spatial.views.webmap import draw

pytestmark = pytest.mark.browser
A4_LANDSCAPE_PT = (842, 595)
LARGE_PX, LARGE_BOLD_PX = 24, 18.66
CONTRAST = """() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const part = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
  const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length && (c.length < 4 || c[3] === 1)) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  document.querySelectorAll('#karta *').forEach(node => {
    const own = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !node.getClientRects().length || node.closest('svg')) return;
    const style = getComputedStyle(node);
    const under = node.matches('.sb-sea') ? rgb(style.getPropertyValue('--probe') || SEA)
      : node.matches('.sb-quiet') ? NEIGHBOUR : behind(node);
    const [a, b] = [light(rgb(style.color)), light(under)];
    found.push([node.textContent.trim().slice(0, 30), node.className, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
      parseFloat(style.fontSize), Number(style.fontWeight)]);
  });
  return found;
}"""


def as_rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


@pytest.fixture(scope="module")
def opened(chromium, embedded, tmp_path_factory):
    path = draw(embedded.image).save(tmp_path_factory.mktemp("karta") / "karta.html")
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".sb-label")
    yield page
    context.close()


def test_words_can_be_read(opened, embedded):
    opened.evaluate(
        "() => { const k = Strukturbild.karta; k.choose({mode: 'jamfor', goal: 'levande_plats'});"
        " k.select('noder', '2481-lycksele', true); k.toolbar.tell('x');"
        " document.querySelectorAll('details').forEach(d => { d.open = true; }); k.home(); }"
    )
    opened.get_by_role("combobox", name="Sök").fill("ume")
    style = embedded.image.settings.style
    script = CONTRAST.replace("NEIGHBOUR", str(as_rgb(style.neighbour))).replace(
        "rgb(style.getPropertyValue('--probe') || SEA)", str(as_rgb(style.sea))
    )
    found = opened.evaluate(script)
    assert len(found) > 80
    poor = [
        row for row in found
        if row[2] < (3 if row[3] >= LARGE_PX or (row[3] >= LARGE_BOLD_PX and row[4] >= 700) else 4.5)
    ]  # fmt: skip
    assert poor == []
    opened.keyboard.press("Escape")


@pytest.mark.parametrize("mode", ["nulage", "jamfor"])
def test_print_is_one_landscape_page(opened, tmp_path, mode):
    opened.evaluate("mode => Strukturbild.karta.choose({mode, goal: ''})", mode)
    before = opened.evaluate("JSON.stringify(Strukturbild.karta.state())")
    content = opened.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) == 1
    box = [float(v) for v in re.search(rb"/MediaBox\s*\[([\d. ]+)\]", content)[1].split()]
    assert (round(box[2]), round(box[3])) == A4_LANDSCAPE_PT
    opened.wait_for_function("!Strukturbild.karta.onPaper")
    assert opened.evaluate("JSON.stringify(Strukturbild.karta.state())") == before


def test_paper_has_what_a_map_must_have(opened):
    opened.evaluate("Strukturbild.karta.toPaper()")
    try:
        said = opened.inner_text("#karta")
        for expected in (
            "Strukturbild Västerbotten",
            "Schematisk – ej juridiskt bindande",
            "Källor:",
            "Regional kärna",
        ):
            assert expected in said
        assert re.search(r"Skala ungefär 1:[\d\u00a0]+ på A4\. Utskriven \d{4}-\d\d-\d\d\.", said)
        assert not opened.locator(".sb-toolbar").is_visible()
        legend = opened.evaluate("(n => n.scrollHeight - n.clientHeight)(document.querySelector('.sb-legend'))")
        assert legend <= 1
        rows = "[...document.querySelectorAll('.sb-row')].filter(row => row.offsetHeight)"
        assert opened.evaluate(f"{rows}.length") > 5
        assert opened.evaluate(f"{rows}.every(row => row.querySelector('input').checked)")
    finally:
        opened.evaluate("Strukturbild.karta.toScreen()")


def test_scale_on_paper_is_true(opened):
    told = opened.evaluate(
        """() => { const k = Strukturbild.karta; k.toPaper(); const size = k.map.getSize();
        const a = k.map.containerPointToLatLng([size.x / 2 - 100, size.y / 2]);
        const b = k.map.containerPointToLatLng([size.x / 2 + 100, size.y / 2]);
        const metres = k.map.distance(a, b); const line = k.dateLine(); k.toScreen(); return [metres, line]; }"""
    )
    paper_m = 200 * 25.4 / 96 / 1000
    scale = int(re.sub(r"\D", "", re.search(r"1:([\d\u00a0]+)", told[1])[1]))
    assert scale == pytest.approx(told[0] / paper_m, rel=0.06)
