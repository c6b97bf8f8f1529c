"""The pages of work in the background: asked for once, cancelled with a reason, tried again by those who may, told in our words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.accounts import Moved
from tests.console.helpers import ANNA, NASTY, a_client
from tests.console.rights import as_somebody
from tests.console.test_once import hidden, send
from tests.console.test_proposals import post
from tests.present.helpers import Tags

from windchime.core.errors import BadInput
from windchime.core.text import LANGS, Lang
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service import audit
from windchime.service.access import accounts
from windchime.service.access.tables import LoginSession, SecondFactor
from windchime.service.bank import Bank
from windchime.service.jobs import holding, queue, scheduling
from windchime.service.jobs.errors import WORKER_DIED
from windchime.service.jobs.tables import Job
from windchime.service.jobs.worker import Kind, Work, work_one

WORKER = Actor("worker-1", "system")
PEOPLE = {"mo": "modeller", "ad": "administrator", "ma": "manager", "co": "credit_officer"}
LEASE = timedelta(seconds=60)


class AtAFirm(BadInput):
    """What a job may say that names a firm."""

    msgid = "{firm} cannot be read"

    def __init__(self) -> None:
        super().__init__(firm="shop:SECRET")


@dataclass
class Place:
    """A bank whose clock stands still until it is moved, and a browser at it."""

    bank: Bank
    time: Moved
    client: TestClient

    def later(self, seconds: float) -> None:
        self.time.at += timedelta(seconds=seconds)

    def ask(self, kind: str = "graph.run", who: Actor = ANNA, **params: str) -> str:
        self.later(1)
        with self.bank.unit(who) as unit:
            return queue.enqueue(unit, kind, params, max_attempts=1)

    def done(self, job_id: str, handler: object) -> None:
        """Let a worker do the job, which must be the next one."""
        with self.bank.session() as session:
            kind = queue.find(session, job_id).kind
        assert callable(handler)
        assert work_one(self.bank, WORKER.name, {kind: Kind(handler)})

    def begun(self, job_id: str, step: tuple[str, int, int] | None = None) -> holding.Claim:
        """A worker that has taken the job up, and maybe told how far it is."""
        with self.bank.session() as session:
            kind = queue.find(session, job_id).kind
        with self.bank.unit(WORKER) as unit:
            found = holding.claim(unit, WORKER.name, frozenset({kind}), LEASE)
            assert found is not None
            assert found.id == job_id
            holding.beat(unit, found, LEASE, step)
            return found

    def page(self, job_id: str = "", lang: Lang = "en") -> str:
        return unescape(self.client.get(f"/jobs/{job_id}".rstrip("/") + f"?lang={lang}").text)

    def job(self, job_id: str) -> Job:
        with self.bank.session() as session:
            return queue.find(session, job_id)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    time = Moved()
    bank = Bank.open(tmp_path / "home", clock=time)
    yield Place(bank, time, a_client(bank))
    bank.close()


@pytest.fixture
def staffed(place: Place) -> Place:
    """The same, where everybody signs in."""
    with place.bank.session() as session:
        policy = sign_in_policy(place.bank, session)
    with place.bank.unit(WORKER) as unit:
        for name, role in PEOPLE.items():
            accounts.make(unit, name, name, roles=(role,), policy=policy)
            unit.session.add(
                SecondFactor(account=name, secret=b"sealed", offered=None, confirmed_at=unit.now, last_step=0)
            )
    return place


def broken(_work: Work) -> None:
    raise OSError(f"/secret/path {NASTY}")


def test_a_click_and_its_second_ask_for_one_job(place: Place) -> None:
    form = {**hidden(place.client, "/jobs"), "do": "ask", "kind": "graph.run", "as_of": "2025-12-31"}
    status, where = send(place.client, "/jobs", form)
    assert (status, [send(place.client, "/jobs", form) for _again in range(2)]) == (303, [(303, where)] * 2)
    job = place.job(where.removeprefix("/jobs/"))
    assert (job.kind, job.params, job.author) == ("graph.run", '{"as_of":"2025-12-31"}', "clerk")
    with place.bank.session() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert "2025-12-31" in place.page(job.id)


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"do": "ask", "kind": "nothing"}, 404, "graph.run"),
        ({"do": "ask", "kind": "graph.run", "as_of": "31.12."}, 400, "31.12."),
        ({"do": "schedule", "kind": "graph.run", "name": "a b"}, 400, "letters"),
        ({"do": "schedule", "kind": "graph.run", "name": "n", "every": "0"}, 400, "1 to"),
        ({"do": "schedule", "kind": "graph.run", "name": "n", "every": "1"}, 400, "1 to"),
        (
            {"do": "schedule", "kind": "graph.run", "name": "n", "every": "60", "first": "soon"},
            400,
            "'soon' is no time",
        ),
        ({"do": "end_schedule", "name": "nobody"}, 404, "nobody"),
        ({"do": "everything"}, 400, ""),
    ],
)
def test_what_cannot_be_asked_for_is_told_on_the_page(
    place: Place, form: dict[str, str], status: int, told: str
) -> None:
    place.client.get("/jobs?lang=en")
    found, _where, text = post(place.client, "/jobs", "/jobs", **form)
    assert (found, told in unescape(text)) == (status, True)
    with place.bank.session() as session:
        assert queue.jobs(session) == []
        assert scheduling.schedules(session) == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_job_is_followed_from_the_queue_to_its_end(place: Place, lang: Lang) -> None:
    first, second = place.ask(), place.ask("quality.check")
    said = {"zh": "前面还有 1 项", "en": "1 before it"}[lang]
    assert said in place.page(second, lang)
    assert said in place.page(lang=lang)
    place.begun(first, ("comparing names", 1, 3))
    place.later(50)
    for page in (place.page(first, lang), place.page(lang=lang)):
        assert '<progress value="1" max="3">' in page
        assert {"zh": "比对名称", "en": "comparing names"}[lang] in page
    assert {"zh": "50 秒", "en": "50 s"}[lang] in place.page(first, lang)
    with place.bank.unit(WORKER) as unit:
        mine = holding.Claim(first, "graph.run", {}, 1, WORKER.name, ANNA)
        holding.finish(unit, mine, {"run_id": "run-7", "lake_version": 12})
    page = place.page(first, lang)
    assert {"zh": "完成", "en": "done"}[lang] in Tags(page).text
    assert "run-7" in page
    assert [a["href"] for a in Tags(page).named("a") if a.get("class") == "button"] == ["/graph"]
    # a page that follows it is opened anew once, and only by whoever follows
    followed = place.client.get(f"/jobs/{first}", headers={"windchime-follows": "job"})
    assert (followed.status_code, followed.headers["hx-refresh"]) == (204, "true")
    assert "hx-get" not in place.page(first)
    assert "hx-get" in place.page(second)


def test_the_last_one_of_its_kind_tells_how_long_it_may_take(place: Place) -> None:
    first = place.ask()

    def slow(_work: Work) -> None:
        place.later(3 * 3600 + 61)

    place.done(first, slow)
    assert "The last one took" not in place.page(first)
    assert "3 h 1 min" in place.page(place.ask())
    assert "The last one took" not in place.page(place.ask("quality.check"))


def test_a_cancelled_job_says_who_and_why_and_runs_once_more(place: Place) -> None:
    job = place.ask()
    assert post(place.client, f"/jobs/{job}", f"/jobs/{job}", do="cancel", reason=NASTY)[:2] == (303, f"/jobs/{job}")
    for page in (f"/jobs/{job}", "/jobs"):
        raw = place.client.get(page).text
        assert NASTY not in raw
        assert NASTY in unescape(raw)
    assert "clerk" in Tags(place.client.get(f"/jobs/{job}").text).text
    # what has ended is not cancelled; what was typed is not lost
    place.client.get("/jobs?lang=en")
    again = post(place.client, "/jobs", f"/jobs/{job}", do="cancel", reason="once more")
    assert (again[0], "has ended: cancelled" in again[2], 'value="once more"' in again[2]) == (409, True, True)
    assert post(place.client, f"/jobs/{job}", f"/jobs/{job}", do="again", reason="now")[0] == 303
    assert place.job(job).state == "waiting"
    assert post(place.client, f"/jobs/{job}", f"/jobs/{job}", do="again", reason="now")[0] == 409
    with place.bank.session() as session:
        assert audit.verify(session) == []


def test_a_running_job_is_asked_to_stop_and_says_so(place: Place) -> None:
    job = place.ask()
    mine = place.begun(job)
    assert post(place.client, f"/jobs/{job}", f"/jobs/{job}", do="cancel", reason="not now")[0] == 303
    page = place.page(job)
    assert "asked to stop; it stops at its next step" in page
    assert "not now" in page
    assert 'value="cancel"' not in page
    assert "asked to stop" in place.page()
    with place.bank.unit(WORKER) as unit:
        holding.stop(unit, mine)
    # who asked, and not the worker that obeyed
    told = Tags(place.page(job)).text
    assert told.index("clerk") < told.index("not now")


def test_a_failure_is_told_in_our_words_and_never_in_those_of_the_machine(place: Place) -> None:
    place.client.get("/jobs?lang=en")
    unforeseen, died, named = place.ask("lake.compact"), place.ask("graph.run"), place.ask("quality.check")
    place.done(unforeseen, broken)
    place.begun(died)
    place.later(61)

    def refused(_work: Work) -> None:
        raise AtAFirm

    with place.bank.unit(WORKER) as unit:
        assert holding.claim(unit, "other", frozenset({"graph.run"}), LEASE) is None
    assert place.job(died).error == WORKER_DIED
    place.done(named, refused)
    for job, words in (
        (unforeseen, "not foreseen (OSError)"),
        (died, "its workers died"),
        (named, "shop:SECRET cannot"),
    ):
        for page in (place.page(job), place.page()):
            assert words in page
            assert "/secret/path" not in page
            assert "Traceback" not in page


def test_a_firm_that_is_not_theirs_to_see_is_not_named(staffed: Place) -> None:
    job = staffed.ask("quality.check")

    def refused(_work: Work) -> None:
        raise AtAFirm

    staffed.bank.clock.now()
    with staffed.bank.unit(Actor("ma")) as unit:
        unit.session.get_one(Job, job).author = "ma"
    staffed.done(job, refused)
    for name, sees in (("ma", True), ("mo", True), ("ad", False)):
        client = as_somebody(staffed.bank, name)
        for address in (f"/jobs/{job}?lang=en", "/jobs?lang=en"):
            page = client.get(address).text
            assert ("shop:SECRET" in page, "not yours to see" in page) == (sees, not sees), (name, address)


def test_other_parameters_and_results_stay_untold(staffed: Place) -> None:
    job = staffed.ask("invoices.verify", Actor("mo"), firm="shop:SECRET", as_of="2025-12-31")
    staffed.done(job, lambda _work: {"run_id": "r", "firms": {"pass": 871}, "worst": "shop:SECRET"})
    pages = {n: unescape(as_somebody(staffed.bank, n).get(f"/jobs/{job}?lang=en").text) for n in ("mo", "ad")}
    assert not any("SECRET" in page for page in pages.values())
    # who sees the firms sees how many; who may not is led to no page that would refuse them
    assert ["871" in pages[n] for n in ("mo", "ad")] == [True, False]
    assert ['href="/invoices">' in pages[n] for n in ("mo", "ad")] == [True, False]


def test_nobody_has_work_done_in_the_name_of_one_who_may_more(staffed: Place) -> None:
    with staffed.bank.unit(Actor("ma")) as unit:
        book = queue.enqueue(unit, "decision.all", {})
        graph = queue.enqueue(unit, "graph.run", {})
        for job in (book, graph):
            queue.cancel(unit, job)
    mo = as_somebody(staffed.bank, "mo")
    page = mo.get(f"/jobs/{book}?lang=en").text
    assert 'value="again"' not in page
    assert post(mo, f"/jobs/{graph}", f"/jobs/{book}", do="again", reason="x")[0] == 403
    assert staffed.job(book).state == "cancelled"
    assert post(mo, f"/jobs/{graph}", f"/jobs/{graph}", do="again", reason="x")[0] == 303
    assert (staffed.job(graph).state, staffed.job(graph).author) == ("waiting", "mo")
    # and asks for no kind that is not theirs
    offered = {str(o["value"]) for o in Tags(mo.get("/jobs").text).named("option")}
    assert "decision.all" in offered  # to look for, not to ask for
    form = mo.get("/jobs").text.partition('value="ask"')[2].partition("</form>")[0]
    assert "decision.all" not in form
    assert "graph.run" in form
    assert post(mo, "/jobs", "/jobs", do="ask", kind="decision.all")[0] == 403
    assert post(mo, "/jobs", "/jobs", do="schedule", kind="decision.all", name="n", every="1440")[0] == 403
    assert as_somebody(staffed.bank, "co").get("/jobs").status_code == 403


def test_a_job_that_nobody_takes_up_says_that_no_worker_runs(place: Place) -> None:
    job = place.ask()
    said = "it looks as if no worker were running"
    assert said not in place.page(job)
    place.later(31)
    assert said in place.page(job)
    place.begun(job)
    assert said not in place.page(job)
    place.later(61)
    assert "no sign of life since" in place.page(job)
    assert "no sign of life since" in place.page()


def test_the_same_work_asked_for_twice_is_told(place: Place) -> None:
    first, other = place.ask(as_of="2025-12-31"), place.ask()
    second = place.ask(as_of="2025-12-31")
    assert f'href="/jobs/{first}">that job' in place.page(second)
    assert "that job" not in place.page(first) + place.page(other)
    place.done(first, lambda _work: {})
    assert "that job" not in place.page(second)


def test_a_page_that_follows_a_job_keeps_no_session_from_idling(staffed: Place) -> None:
    job, mo = staffed.ask(), as_somebody(staffed.bank, "mo")

    def seen() -> object:
        with staffed.bank.session() as session:
            return session.scalars(select(LoginSession.seen_at)).one()

    begun = seen()
    staffed.later(20 * 60)
    for address in ("/jobs", f"/jobs/{job}"):
        # the very header that the page sends
        (renewing,) = [
            t for _n, t in Tags(mo.get(address, headers={"windchime-follows": "x"}).text).found if "hx-headers" in t
        ]
        assert list(json.loads(str(renewing["hx-headers"]))) == ["windchime-follows"]
    assert seen() == begun
    mo.get("/jobs")
    assert seen() != begun
    staffed.later(31 * 60)
    gone = mo.get(f"/jobs/{job}", headers={"windchime-follows": "job", "hx-request": "true"})
    assert (gone.status_code, gone.headers["hx-redirect"].partition("?")[0]) == (204, "/sign-in")


def test_a_failed_attempt_that_is_tried_again_says_when_and_why(place: Place) -> None:
    with place.bank.unit(ANNA) as unit:
        job = queue.enqueue(unit, "graph.run", {})
    place.done(job, broken)
    page = place.page(job)
    assert "again at 2026-01-05 12:00" in page
    assert "The attempt before failed" in page
    assert "1 of 3" in page


def test_schedules_are_made_shown_and_ended(place: Place) -> None:
    form = {"do": "schedule", "kind": "graph.run", "name": "夜间-1", "every": "1440", "first": "2026-01-06T02:30"}
    assert post(place.client, "/jobs", "/jobs", **form)[:2] == (303, "/jobs#schedules")
    assert post(place.client, "/jobs", "/jobs", **form)[0] == 400
    page = place.page()
    for said in ("夜间-1", "every day", "2026-01-06 02:30", "clerk"):
        assert said in page
    with place.bank.unit(ANNA) as unit:
        scheduling.put(unit, "b", "lake.compact", {}, first=unit.now, every_minutes=90)
    assert "every 90 minutes" in place.page()
    assert post(place.client, "/jobs", "/jobs", do="end_schedule", name="夜间-1")[0] == 303
    with place.bank.session() as session:
        assert [s.name for s in scheduling.schedules(session)] == ["b"]


def test_the_list_is_narrowed_and_turned(place: Place) -> None:
    jobs = [place.ask("graph.run" if n % 2 else "quality.check", Actor(f"p{n}")) for n in range(60)]
    with place.bank.unit(ANNA) as unit:
        queue.cancel(unit, jobs[3], "no")
    assert "1–50 / 60" in place.page()
    assert "51–60 / 60" in unescape(place.client.get("/jobs?page=2").text)
    assert "1–29 / 29" in unescape(place.client.get("/jobs?kind=graph.run&state=waiting").text)
    for asked, shown in (("q=p3", 11), (f"q={jobs[0]}", 1), ("state=cancelled", 1), ("q=100%25", 0), ("kind=%00", 60)):
        page = place.client.get(f"/jobs?{asked}").text
        assert sum(f"/jobs/{j}" in page for j in jobs) == min(shown, 50), asked
    # while something waits the list renews itself, on the page and with the filter that are shown
    assert 'hx-get="/jobs?kind=graph.run&page=2"' not in place.page()
    assert 'hx-get="/jobs?kind=graph.run"' in unescape(place.client.get("/jobs?kind=graph.run").text)


def test_hints_lead_to_a_job_for_those_who_may_ask_for_one(shop: Bank, client: TestClient) -> None:
    for page, kind in (("/graph", "graph.run"), ("/identity", "identity.resolve"), ("/quality", "quality.check")):
        assert f'href="/jobs?ask={kind}#ask"' in client.get(page).text
    form = client.get("/jobs?ask=identity.resolve").text.partition('value="ask"')[2].partition("</form>")[0]
    assert '<option value="identity.resolve" selected>' in form


@pytest.mark.parametrize("asked", ["nothing", "%22%3E%3Cscript%3E", "%00"])
def test_a_kind_that_is_not_there_is_simply_not_chosen(place: Place, asked: str) -> None:
    page = place.client.get(f"/jobs?ask={asked}").text
    assert "selected" not in page.partition('value="ask"')[2].partition("</form>")[0]
    assert "<script>" not in page
