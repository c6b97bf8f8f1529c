"""The console in a real browser: no error, nothing the policy blocks, charts drawn, keys, swaps, both languages, phone."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from sqlalchemy import func, select
from tests.console.addresses import examples
from tests.console.helpers import ANNA, CLERK, FIRMS, LONG, NASTY_ID, a_bank, an_empty_bank

from windchime.console import addresses, create_app
from windchime.core.text import LANGS, Lang
from windchime.decision import log
from windchime.service.access.tables import Consent
from windchime.service.bank import Bank
from windchime.service.outbox import webhooks
from windchime.service.proposals.tables import Proposal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCREENS = Path(__file__).parents[2] / ".artefacts" / "screens"
#: what the browser says of a request that it gave up itself, as when the next page is opened
CUT_SHORT = "net::ERR_ABORTED"
#: what is no page of the console: files, other documents, addresses that only lead on
NO_PAGES = (
    "export",
    "report",
    "document.json",
    "/replay",
    "/verify",
    "/static",
    "/graph-",
    "/{form}",
    "/sign-in/",
    "/sign-out",
)


@dataclass
class Served:
    """A console on a free port of this machine."""

    bank: Bank
    server: uvicorn.Server = field(init=False)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        app = create_app(self.bank, actor=CLERK)
        self.server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="module")
def served(shop: Bank) -> Iterator[Served]:
    """The shop, served."""
    found = Served(shop)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's browser, never a downloaded one."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@dataclass
class Watched:
    """A tab whose complaints are kept."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str, **size: int) -> Page:
        if size:
            self.page.set_viewport_size({"width": size["width"], "height": size.get("height", 900)})
        self.page.goto(self.base + address)
        return self.page


@pytest.fixture
def tab(browser: Browser, served: Served) -> Iterator[Watched]:
    """A tab at the shop; the test fails if the browser complained about anything."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    watched = Watched(page, served.address)
    page.on("console", lambda m: watched.complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: watched.complaints.append(str(e)))
    page.on(
        "requestfailed", lambda r: watched.complaints.append(f"failed: {r.url}") if r.failure != CUT_SHORT else None
    )
    yield watched
    context.close()
    assert not watched.complaints


def firm(firm_id: str) -> str:
    return f"/firms/{quote(firm_id, safe='')}"


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1440, 375])
def test_every_page_is_sound_in_both_languages_and_widths(tab: Watched, shop: Bank, lang: Lang, width: int) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    named = {path: address for path, address in examples(shop).items() if not any(n in path for n in NO_PAGES)}
    # until the graph is read its pages ask again by themselves, which would cut into the next page
    page = tab.open(addresses.graph("shop:LONG"))
    page.wait_for_selector('#graph:not([role="status"])', state="attached", timeout=240_000)
    named |= {"/firm-long": firm("shop:LONG"), "/firm-silent": firm("shop:SILENT")}
    for path, address in named.items():
        page = tab.open(f"{address}{'&' if '?' in address else '?'}lang={lang}", width=width)
        assert overflow(page) == 0, address
        assert page.get_attribute("html", "lang") == ("zh-CN" if lang == "zh" else "en")
        name = "-".join(re.findall(r"[a-z]+", path.replace(":path", "")))
        page.screenshot(path=SCREENS / f"{name or 'portfolio'}-{lang}-{width}.png", full_page=True)


def test_charts_are_drawn(tab: Watched) -> None:
    for address, charts in (("/", 2), (firm("shop:SOUND"), 2)):
        page = tab.open(address, width=1440)
        page.wait_for_selector(".plot svg")
        assert page.locator(".plot").count() >= charts
        # bars with an area, in the tones of the charts
        drawn = page.evaluate(
            """() => [...document.querySelectorAll('.plot')].map(plot => [...plot.querySelectorAll('path')].filter(p => {
                 const box = p.getBoundingClientRect(), fill = p.getAttribute('fill');
                 return box.width * box.height > 20 && fill && fill !== 'none' && fill !== 'transparent';
               }).length)"""
        )
        assert min(drawn) > 0, address


def test_a_figure_opens_its_source_in_the_panel(tab: Watched) -> None:
    page = tab.open(firm("shop:SOUND") + "?lang=en", width=1440)
    page.locator("#indicators a.figure").nth(2).click()
    page.wait_for_selector("#source-panel[open] table")
    assert page.url.split("?")[0].endswith("/firms/shop%3ASOUND")
    panel = page.inner_text("#source-panel")
    assert "Formula" in panel
    assert "invoices.parquet:" in panel
    assert page.evaluate("document.getElementById('source-panel').scrollTop") == 0
    page.click("#source-panel .close button")
    page.wait_for_selector("#source-panel:not([open])", state="attached")
    page.locator("#indicators a.figure").nth(3).click()
    page.wait_for_selector("#source-panel[open] table")
    page.keyboard.press("Escape")
    page.wait_for_selector("#source-panel:not([open])", state="attached")


def test_sorting_and_filtering_swap_the_table_and_move_the_address(tab: Watched) -> None:
    page = tab.open("/?lang=en", width=1440)
    page.click("#decisions th.percent a >> nth=0")
    page.wait_for_selector("#decisions th[aria-sort=descending]")
    assert "sort=probability" in page.url
    page.select_option("#decisions-filter select[name=verdict]", "decline")
    page.wait_for_selector("#decisions td.verdict .approve", state="detached")
    assert "verdict=decline" in page.url
    assert "sort=probability" in page.url
    page.fill("#decisions-filter input[name=q]", "SMALL")
    page.wait_for_selector("#decisions tbody tr:nth-child(2)", state="detached")
    page.go_back()
    page.wait_for_url(re.compile(r"q=&verdict=decline"))
    page.wait_for_selector("#decisions tbody tr:nth-child(2)")
    with page.expect_download() as started:
        page.click(".exports a >> nth=0")
    assert started.value.suggested_filename.endswith(".csv")


def test_the_language_switch_keeps_the_place(tab: Watched) -> None:
    page = tab.open("/?verdict=approve&sort=limit&lang=zh", width=1440)
    rows = page.locator("#decisions tbody tr").count()
    page.click("a.language")
    page.wait_for_selector("html[lang=en]")
    assert "verdict=approve" in page.url
    assert page.locator("#decisions tbody tr").count() == rows
    tab.open("/models")
    assert page.get_attribute("html", "lang") == "en"


def test_keys_search_and_walk(tab: Watched) -> None:
    page = tab.open("/", width=1440)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert (
        page.evaluate(
            "[...document.querySelectorAll('#decisions tbody tr')].findIndex(r => r.classList.contains('here'))"
        )
        == 0
    )
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("明达")
    page.keyboard.press("Enter")
    page.wait_for_url("**/firms/shop%3ASOUND")
    page.keyboard.press("/")
    page.keyboard.type("j")
    assert page.input_value("#search") == "j"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "search"


def test_replay_and_proof_answer_in_place(tab: Watched, shop: Bank) -> None:
    page = tab.open(examples(shop)["/decisions/{decision_id}"] + "?lang=en", width=1440)
    page.click("#replay button")
    page.wait_for_selector("#replay .said >> nth=1", timeout=240_000)
    assert page.locator("#replay .said").count() == 2
    tab.open("/audit")
    page.click("#proof button")
    page.wait_for_selector("#proof .said")
    assert page.url.endswith("/audit")


def test_a_double_click_acts_once(tab: Watched, shop: Bank) -> None:
    def count(table: type[Consent | Proposal]) -> int:
        with shop.session() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    before = count(Consent), count(Proposal)
    page = tab.open(addresses.consents("shop:YOUNG") + "?lang=en")
    page.fill("input[name=document]", sha256(b"a signed paper").hexdigest())
    page.dblclick("text='Record'")
    page.wait_for_selector("table.data tbody tr")
    with shop.session() as session:
        one = log.latest(session, "shop:YOUNG")
    assert one is not None
    page = tab.open(addresses.decision(one.id))
    page.click("#override summary")
    page.select_option("#override [name=verdict]", "approve")
    page.check("#override [name=reason_codes] >> nth=0")
    for name, value in (("limit", "150000"), ("rate", "9"), ("term_months", "12"), ("reason", "clicked twice")):
        page.fill(f"#override [name={name}]", value)
    page.dblclick("#override form button")
    page.wait_for_url("**/proposals/*")
    page.wait_for_load_state()
    assert (count(Consent), count(Proposal)) == (before[0] + 1, before[1] + 1)


def test_a_double_click_shows_what_is_told_once(tab: Watched, shop: Bank) -> None:
    with shop.unit(ANNA) as unit:
        made = webhooks.add_in(shop, unit, "https://hooks.bank.example/in", ("decision.made",))
    page = tab.open("/outbox?lang=en")
    click = "form.dispatchEvent(new Event('submit', {bubbles: true, cancelable: true}))"
    form = "document.querySelector('form:has(input[name=once])')"
    assert page.evaluate(f"(() => {{ const form = {form}; return [{click}, {click}]; }})()") == [True, False]
    page.reload()
    page.dblclick("button:text('New secret')")
    page.wait_for_selector(".said code")
    assert page.inner_text(".said code").startswith("whsec_")
    # a page that is left and come back to can send again
    page.go_back()
    assert page.locator("form.sent").count() == 0
    with shop.unit(ANNA) as unit:
        webhooks.end(unit, made.id)


def test_quality_shows_itself_when_it_is_ready(tab: Watched) -> None:
    page = tab.open("/quality?lang=en", width=1440)
    page.wait_for_selector("#report table", timeout=240_000)


def test_the_hostile_firm_runs_nothing(tab: Watched) -> None:
    dialogs: list[str] = []

    def kept(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    tab.page.on("dialog", kept)
    for address in (firm(NASTY_ID), "/", "/firms?q=script", "/quarantine", "/decisions"):
        tab.open(address, width=1440)
    assert not dialogs


def test_a_long_name_is_whole_on_a_phone(tab: Watched) -> None:
    page = tab.open(firm("shop:LONG"), width=375)
    box = page.locator("h1").bounding_box()
    assert page.inner_text("h1") == LONG
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375


def test_repair_by_hand(browser: Browser, tmp_path: Path) -> None:
    running = Served(a_bank(tmp_path / "home", FIRMS[:2], decided=False))
    try:
        page = browser.new_page(viewport={"width": 375, "height": 800})
        page.goto(running.address + "/quarantine?lang=en")
        page.click("#rows tbody a")
        page.fill("input[name='column:kind']", "neither")
        page.fill("textarea", "as the paper says")
        page.click(".form button")
        page.wait_for_selector(".problems")
        assert "neither" in page.inner_text(".problems")
        assert page.input_value("textarea") == "as the paper says"
        page.screenshot(path=SCREENS / "repair-refused-en-375.png", full_page=True)
        page.fill("input[name='column:kind']", "special")
        page.click(".form button")
        page.wait_for_selector(".said")
        assert "repaired" in page.inner_text(".said")
        page.screenshot(path=SCREENS / "repaired-en-375.png", full_page=True)
        page.close()
    finally:
        running.stop()


@pytest.mark.parametrize("width", [1440, 375])
def test_an_empty_bank_is_a_sound_page_everywhere(browser: Browser, tmp_path: Path, width: int) -> None:
    running = Served(an_empty_bank(tmp_path / "home"))
    complaints: list[str] = []
    try:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        for address in ("/", "/firms", "/decisions", "/quarantine", "/quality", "/models", "/content", "/audit"):
            page.goto(running.address + address)
            assert overflow(page) == 0, address
            assert page.locator(".empty").count() == 1, address
            page.screenshot(path=SCREENS / f"empty-{address.strip('/') or 'portfolio'}-{width}.png", full_page=True)
        page.close()
    finally:
        running.stop()
    assert not complaints
