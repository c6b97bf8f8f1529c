"""The page frame in a real browser under its own content security policy: nothing is blocked, charts draw, parts swap."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.present.test_pages import ROWS, rendered

from windchime.present.web import ASSETS, CONTENT_SECURITY_POLICY, Query

pytestmark = pytest.mark.browser

MANY = [
    {"id": str(i), "name": f"公司{i}", "sales": None, "risk": "high" if i % 2 else "normal", "on": None}
    for i in range(120)
]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Pages(BaseHTTPRequestHandler):
    """The test page of `test_pages`, its static files, and one source."""

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if path.startswith("/static/"):
            file = ASSETS[path.removeprefix("/static/")]
            self._answer(file.read_bytes(), TYPES[file.suffix])
        elif path == "/firms":
            asked = Query(
                words=query.get("q", ""), sort=query.get("sort", ""), descending=query.get("order") == "desc", size=20
            )
            self._answer(rendered("zh", ROWS[1:] + MANY, asked).encode(), "text/html")
        else:
            self._answer('<article id="source"><h2>来源</h2></article>'.encode(), "text/html")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.mark.parametrize("width", [1440, 375])
def test_the_page_works_under_its_policy(address: str, width: int) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto(f"{address}/firms")
        page.wait_for_selector("#flow svg path", state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") == width, "nothing sticks out sideways"

        page.fill("#firms-filter input[name=q]", "公司11")
        page.wait_for_selector('#firms .table-foot:has-text("/ 11")')
        assert page.locator("#firms tbody tr").count() == 11
        assert "q=" in page.url
        page.click("#firms thead th:first-child a")
        page.wait_for_selector('#firms th[aria-sort="ascending"]')
        assert page.input_value("#firms-filter input[name=q]") == "公司11"

        page.click("a.figure")
        page.wait_for_selector("#source-panel[open] h2")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        assert page.locator("tr.here").count() == 1
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        # text is never compiled into code: neither by the policy nor by htmx
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b id=x hx-on:click=\"window.hit = 1\">x</b>')")
        page.evaluate("htmx.process(document.getElementById('x')); document.getElementById('x').click()")
        assert page.evaluate("window.hit === undefined")
        browser.close()
    assert [c for c in complaints if "never compiled" not in c] == []
