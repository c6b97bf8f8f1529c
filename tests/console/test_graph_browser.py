"""The canvas of the graph in a real browser: drawn under the page's policy, expanded, undone, taken away, usable without script."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page
from tests.console.helpers import ANNA
from tests.console.test_browser import SCREENS, Served, Watched, browser, overflow
from tests.console.web import LONG, OWNER_NAME, SMALL, SOUND, a_web

from windchime.core.text import LANGS, Lang
from windchime.graph.results import publish

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]
GRAPH = f"/graph/{quote(SOUND, safe='')}"
#: dark points of the canvas: something is drawn
DRAWN = """() => [...document.querySelectorAll('#graph-plot canvas')].reduce((sum, c) => {
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
  for (let i = 0; i < d.length; i += 4) { if (d[i + 3] > 200 && d[i] < 90) { n += 1; } } return sum + n; }, 0)"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console with a graph in which everything was looked for."""
    bank = a_web(tmp_path_factory.mktemp("web") / "home")
    publish(bank, ANNA)
    found = Served(bank)
    yield found
    found.stop()


@pytest.fixture
def tab(browser: Browser, served: Served) -> Iterator[Watched]:
    """A tab; the test fails if the browser complained about anything."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(240_000)
    watched = Watched(page, served.address)
    page.on("console", lambda m: watched.complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: watched.complaints.append(str(e)))
    yield watched
    context.close()
    assert not watched.complaints


def opened(tab: Watched, address: str, width: int = 1440) -> Page:
    """A page of the graph, drawn."""
    page = tab.open(address, width=width)
    settled(page)
    return page


def settled(page: Page) -> None:
    """Until the drawing is done."""
    page.wait_for_selector("#graph-list button", state="attached")
    page.wait_for_selector("#graph:not([aria-busy])")


def shown(page: Page) -> int:
    return int(page.locator("#graph-list button").count())


def menu(page: Page, node: str) -> None:
    """The menu of a node, reached by the list under the canvas."""
    page.evaluate("document.querySelector('#graph-list').parentElement.open = true")
    page.locator(f'#graph-list button[data-node="{node}"]').press("Enter")
    page.wait_for_selector("#graph-menu .kinds button")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1440, 375])
def test_the_graph_is_drawn_in_every_layout_and_width(tab: Watched, lang: Lang, width: int) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for layout in ("web", "rings", "tree"):
        page = opened(tab, f"{GRAPH}?layout={layout}&hops=2&lang={lang}", width)
        assert page.evaluate(DRAWN) > 200, layout
        assert overflow(page) == 0
        assert OWNER_NAME not in page.content()
        page.screenshot(path=SCREENS / f"graph-{layout}-{lang}-{width}.png", full_page=True)


def test_a_node_is_expanded_counts_first_and_undone(tab: Watched) -> None:
    page = opened(tab, f"{GRAPH}?lang=en")
    before = shown(page)
    menu(page, SOUND)
    kinds = page.locator("#graph-menu .kinds button").all_inner_texts()
    assert any(re.fullmatch(r"trade by invoice \d+", k) for k in kinds), kinds
    page.locator("#graph-menu .kinds button", has_text="trade").click()
    page.wait_for_selector(f"#graph-list li:nth-child({before + 1})", state="attached")
    assert "open=" in page.url
    after, address = shown(page), page.url
    page.click("#graph-undo")
    page.wait_for_selector(f"#graph-list li:nth-child({before + 1})", state="detached")
    assert "open=" not in page.url
    page.click("#graph-redo")
    page.wait_for_selector(f"#graph-list li:nth-child({after})", state="attached")
    page.goto(address)
    settled(page)
    assert shown(page) == after


def test_kinds_are_hidden_and_the_address_says_so(tab: Watched) -> None:
    page = opened(tab, f"{GRAPH}?lang=en")
    before = shown(page)
    page.uncheck("#graph-kinds input[value=holds]")
    page.wait_for_selector(f"#graph-list li:nth-child({before})", state="detached")
    assert "hide=" in page.url
    hidden, address = shown(page), page.url
    page.click("#graph-all")
    page.wait_for_selector(f"#graph-list li:nth-child({before})", state="attached")
    tab.open(address.removeprefix(tab.base))
    settled(page)
    assert shown(page) == hidden
    assert not page.is_checked("#graph-kinds input[value=holds]")


def test_the_day_moves_the_graph(tab: Watched) -> None:
    page = opened(tab, f"{GRAPH}?lang=en&hops=1")
    assert page.locator(f'#graph-list button[data-node="{SMALL}"]').count() == 1
    page.select_option("select[name=on]", "2018-07-01")
    page.wait_for_selector("#graph:not([aria-busy])")
    page.uncheck("#graph-kinds input[value=leads]")
    page.wait_for_selector(f'#graph-list button[data-node="{LONG}"]', state="attached")
    assert "on=2018-07-01" in page.url
    assert page.inner_text("#graph-day") == "2018-07-01"
    slider = page.locator("#graph-slider")
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_selector("#graph:not([aria-busy])")
    assert "on=" not in page.url


def test_a_path_is_found_from_the_menu_and_hidden_nodes_come_back(tab: Watched) -> None:
    page = opened(tab, f"{GRAPH}?lang=en")
    before = shown(page)
    menu(page, LONG)
    page.click("#graph-menu button:has-text('Hide')")
    page.wait_for_selector(f'#graph-list button[data-node="{LONG}"]', state="detached")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"#graph-list li:nth-child({before})", state="attached")
    menu(page, LONG)
    page.keyboard.press("Escape")
    assert page.is_hidden("#graph-menu")
    menu(page, LONG)
    page.click("#graph-menu a:has-text('How it is tied')")
    page.wait_for_selector("#summary .chain li")
    assert "to=" in page.url
    settled(page)


def test_pinned_nodes_are_kept_in_the_address(tab: Watched) -> None:
    page = opened(tab, f"{GRAPH}?lang=en")
    box = page.locator("#graph-plot").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    menu(page, LONG)
    page.click("#graph-menu button:has-text('Pin')")
    page.wait_for_selector("#graph-menu", state="hidden")
    assert "pin=" in page.url
    menu(page, LONG)
    assert page.is_visible("#graph-menu button:has-text('Unpin')")


def test_the_drawing_is_taken_away_as_svg_and_png(tab: Watched, tmp_path: Path) -> None:
    page = opened(tab, f"{GRAPH}?hops=2&lang=zh")
    for form in ("svg", "png"):
        with page.expect_download() as started:
            page.click(f"#graph-{form}")
        started.value.save_as(tmp_path / f"drawing.{form}")
        assert started.value.suggested_filename.endswith(f".{form}")
    drawing = ET.parse(tmp_path / "drawing.svg").getroot()
    texts = [t.text or "" for t in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert any("明达贸易有限公司" in t for t in texts)
    assert any("观察时点 2020-02-21" in t for t in texts)
    assert not any(OWNER_NAME in t for t in texts)
    assert (tmp_path / "drawing.png").read_bytes().startswith(b"\x89PNG")
    page.evaluate("document.querySelector('#graph .files').open = true")
    with page.expect_download() as started:
        page.click("#graph .files a >> nth=0")
    assert "hops=2" in started.value.url


def test_the_page_is_whole_without_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{served.address}{GRAPH}?lang=en")
    assert page.is_hidden("#graph-plot")
    text = page.inner_text("main")
    assert "The drawing needs script" in text
    assert "60.00%" in text
    assert "Guarantee circles" in text
    page.fill("input[name=to]", LONG)
    page.click("#graph-form button")
    assert "in 1 steps" in page.inner_text("#summary")
    context.close()
