"""Jobs in a real browser, done by the real worker: one is watched from waiting to done, one is cancelled while it runs."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.console.helpers import ANNA, FIRMS, write_pack
from tests.console.test_browser import SCREENS, Served, Watched, browser, overflow

from windchime.data.intake import load
from windchime.portfolio.jobs import KINDS
from windchime.service.bank import Bank
from windchime.service.jobs import queue
from windchime.service.jobs.worker import Work, work_on

__all__ = ["browser"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]
PATIENCE_MS = 120_000
#: what the browser says of an answer that a test kept from it
BROKEN = ("status of 500", "ERR_CONNECTION_REFUSED", "Failed to fetch")


def long(work: Work) -> None:
    """Work that would take minutes."""
    for n in range(3000):
        work.progress("comparing names", n, 3000)
        time.sleep(0.1)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    home = tmp_path_factory.mktemp("jobs") / "home"
    found = Bank.open(home)
    load(found, ANNA, write_pack(home / "pack", FIRMS[:2]), pack="windchime")
    yield found
    found.close()


@pytest.fixture(scope="module")
def served(bank: Bank) -> Iterator[Served]:
    found = Served(bank)
    yield found
    found.stop()


@pytest.fixture
def tab(browser: Browser, served: Served) -> Iterator[Page]:
    """A tab at the bank, in English; the test fails if the browser complained about anything."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    watched = Watched(page, served.address)
    page.on("console", lambda m: watched.complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: watched.complaints.append(str(e)))
    watched.open("/jobs?lang=en")
    yield page
    page.close()
    # what a test breaks itself the browser complains of
    assert not [c for c in watched.complaints if not any(b in c for b in BROKEN)]


@pytest.fixture
def worker(bank: Bank) -> Iterator[Thread]:
    """The worker of `windchime job work`, not begun; the graph takes minutes."""
    stop = Event()
    kinds = KINDS | {"graph.run": replace(KINDS["graph.run"], handler=long)}
    found = Thread(target=work_on, args=(bank, "worker", kinds, stop), kwargs={"pause": 0.1})
    yield found
    stop.set()
    if found.ident is not None:
        found.join(60)
        assert not found.is_alive()


def ask_for(page: Page, kind: str) -> str:
    page.locator("#ask > summary").click()
    page.locator("#ask select[name=kind]").select_option(kind)
    page.locator("#ask button").click()
    page.wait_for_url(re.compile("/jobs/[0-9a-f-]{36}"))
    return str(page.url).rpartition("/")[2]


def test_a_job_is_watched_from_waiting_to_done(tab: Page, bank: Bank, worker: Thread) -> None:
    job = ask_for(tab, "quality.check")
    state = tab.locator("#job .work")
    expect(state).to_have_text(re.compile("waiting"))
    # what is typed meanwhile is not lost when the state is renewed
    tab.locator("#cancel input[name=reason]").fill("not yet sent")
    with tab.expect_response(lambda answer: answer.url.endswith(job)):
        pass
    assert tab.locator("#cancel input[name=reason]").input_value() == "not yet sent"
    worker.start()
    expect(state).to_have_text(re.compile("done"), timeout=PATIENCE_MS)
    expect(tab.locator("#cancel")).to_have_count(0)
    tab.screenshot(path=SCREENS / "job-done-en-1440.png", full_page=True)
    tab.get_by_role("link", name="See it: Data quality").click()
    tab.wait_for_url(re.compile("/quality"))
    with bank.session() as session:
        assert queue.find(session, job).state == "done"


def test_a_running_job_shows_how_far_it_is_and_is_cancelled(tab: Page, bank: Bank, worker: Thread) -> None:
    worker.start()
    job = ask_for(tab, "graph.run")
    bar = tab.locator("#job progress")
    expect(bar).to_have_attribute("max", "3000", timeout=PATIENCE_MS)
    first = int(bar.get_attribute("value") or 0)
    tab.wait_for_function(
        "least => Number(document.querySelector('#job progress')?.getAttribute('value')) > least", arg=first
    )
    tab.set_viewport_size({"width": 375, "height": 900})
    assert overflow(tab) == 0
    tab.locator("#cancel input[name=reason]").fill("the data are not complete")
    tab.locator("#cancel button").dblclick()
    expect(tab.locator("#job .work")).to_have_text(re.compile("cancelled"), timeout=PATIENCE_MS)
    expect(tab.locator("#job .said-by")).to_contain_text("the data are not complete")
    expect(tab.locator("#again")).to_have_count(1)
    assert overflow(tab) == 0
    with bank.session() as session:
        assert queue.find(session, job).state == "cancelled"


def test_the_list_renews_itself_and_keeps_the_place(tab: Page, bank: Bank, worker: Thread) -> None:
    with bank.unit(ANNA) as unit:
        job = queue.enqueue(unit, "graph.run", {})
    tab.reload()
    row = tab.locator(f"#jobs tr:has(a[href='/jobs/{job}'])")
    expect(row.locator(".work")).to_have_text(re.compile("waiting"))
    tab.keyboard.press("j")
    focused = "document.activeElement.getAttribute('href')"
    assert tab.evaluate(focused) == f"/jobs/{job}"
    worker.start()
    expect(row.locator("progress")).to_have_attribute("max", "3000", timeout=PATIENCE_MS)
    assert tab.evaluate(focused) == f"/jobs/{job}"
    with bank.unit(ANNA) as unit:
        queue.cancel(unit, job, "enough")
    expect(row.locator(".work")).to_have_text(re.compile("cancelled"), timeout=PATIENCE_MS)
    # nothing waits or runs any more: it asks no further
    expect(tab.locator("#jobs [hx-get^='/jobs'][hx-trigger]")).to_have_count(0)


def test_what_follows_survives_a_server_that_is_away_for_a_while(tab: Page, bank: Bank) -> None:
    with bank.unit(ANNA) as unit:
        job = queue.enqueue(unit, "graph.run", {})
    answers = iter(["500", "away"])
    met = []

    def trouble(route: Route) -> None:
        met.append(next(answers, "right"))
        if met[-1] == "500":
            route.fulfill(status=500, content_type="text/html", body="<p>an error</p>")
        elif met[-1] == "away":
            route.abort("connectionrefused")
        else:
            route.continue_()

    tab.goto(tab.url.replace("/jobs", f"/jobs/{job}"))
    tab.route(re.compile(f"/jobs/{job}"), trouble)
    with bank.unit(ANNA) as unit:
        queue.cancel(unit, job, "enough")
    expect(tab.locator("#job .work")).to_have_text(re.compile("waiting"))
    expect(tab.locator("#job .work")).to_have_text(re.compile("cancelled"), timeout=PATIENCE_MS)
    assert met[:3] == ["500", "away", "right"]


def test_a_filter_holds_while_the_list_renews_itself(tab: Page, bank: Bank) -> None:
    with bank.unit(ANNA) as unit:
        jobs = [queue.enqueue(unit, kind, {}) for kind in ("graph.run", "lake.compact")]
    tab.reload()
    tab.locator("#jobs-filter select[name=kind]").select_option("lake.compact")
    tab.locator("#jobs-filter button").click()
    other = tab.locator(f"#jobs a[href='/jobs/{jobs[0]}']")
    expect(other).to_have_count(0)
    for _each in range(2):
        with tab.expect_response(lambda answer: "kind=lake.compact" in answer.url):
            pass
        expect(other).to_have_count(0)
        expect(tab.locator(f"#jobs a[href='/jobs/{jobs[1]}']")).to_have_count(1)
    with bank.unit(ANNA) as unit:
        for job in jobs:
            queue.cancel(unit, job, "enough")
