"""Processes of a loaded service killed at random: nothing acknowledged is lost, nothing happens twice, the chain stays whole."""

import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from bench.loading.server import Service, serving
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tests import postgres
from tests.accounts import a_token, paper
from tests.ground.crashing import crash
from tests.ground.world import EAST, OWN, World, account_of
from tests.ground.writing import Client, Sent, Write, lost_or_doubled

from windchime.content import seed
from windchime.content.store import ContentStore
from windchime.core.unit import Actor
from windchime.decision.replay import replay
from windchime.decision.tables import Decision
from windchime.portfolio.access import purposes
from windchime.service import audit
from windchime.service.access import consents
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.access.tables import Consent
from windchime.service.bank import Bank
from windchime.service.copying import copy_rows
from windchime.service.idempotency.tables import KeyedCall
from windchime.service.jobs.tables import Job
from windchime.service.outbox import webhooks
from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook
from windchime.service.tables import AuditRecord

pytestmark = pytest.mark.xdist_group("ground")
#: a claim whose process died is taken over after so long; the seed's two minutes would make the test wait
LEASE_SECONDS = 3
FIRM = f"/api/v1/firms/{OWN}"
#: of the long form, over both databases; WINDCHIME_KILLS says another number
KILLS = int(os.environ.get("WINDCHIME_KILLS", "500"))
#: no day of a bank's; each client has so many of its own, more than it comes to in the longest form
FIRST_DAY, DAYS = date(1000, 1, 1), 20_000


def _consents(session: Session) -> Counter[str]:
    return Counter(d.lstrip("f") for d in session.scalars(select(Consent.document)) if d.startswith("f"))


def _decisions(session: Session) -> Counter[str]:
    query = select(AuditRecord.reason).where(AuditRecord.action == "decision.decide", AuditRecord.reason != "")
    return Counter(session.scalars(query))


def _jobs(session: Session) -> Counter[str]:
    query = select(Job.params).where(Job.kind == "invoices.verify")
    return Counter(_mark(date.fromisoformat(p.split('"')[3])) for p in session.scalars(query) if "as_of" in p)


def _day(mark: str) -> date:
    """A day of its own for each mark."""
    client, number = int(mark[:2]), int(mark[2:])
    assert number < DAYS, "the days of a client are used up: its marks would no longer be its own"
    return FIRST_DAY + timedelta(days=client * DAYS + number)


def _mark(day: date) -> str:
    client, number = divmod((day - FIRST_DAY).days, DAYS)
    return f"{client:02d}{number:06d}"


def _consent(mark: str) -> Mapping[str, object]:
    day = {"valid_from": "2026-01-01", "valid_to": "2030-12-31"}
    return {
        "purpose": "loan_review",
        "categories": ["firm"],
        "given_by": "legal_rep",
        "document": mark.rjust(64, "f"),
        **day,
    }


#: the first is what most clients do: it works before it writes
WRITES = (
    Write("decide", f"{FIRM}/decisions", lambda mark: {"reason": mark}, _decisions),
    Write("consent", f"{FIRM}/consents", _consent, _consents, pause=0.1),
    # as of a day on which no invoice was known: the job ends at once, done or failed
    Write("job", "/api/v1/jobs", lambda m: {"kind": "invoices.verify", "as_of": _day(m).isoformat()}, _jobs, pause=0.1),
)
#: who may do which
ASKERS = {"consent": "relationship_manager", "decide": "relationship_manager", "job": "administrator"}


@dataclass
class Attack:
    """A bank under attack."""

    bank: Bank
    service: Service
    tokens: Mapping[str, str]
    rng: random.Random
    sent: Sent = field(default_factory=Sent)
    kills: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def clients(self, count: int, seed_: int) -> Iterator[None]:
        """So many clients that write, each one kind of thing, so that a decision is nearly always under way.

        At the end each brings to its end what it has begun.
        """
        kinds = [WRITES[n % len(WRITES)] for n in range(count)]
        running = [
            Client(n, self.service.port, self.tokens[ASKERS[w.name]], w, self.sent, seed_) for n, w in enumerate(kinds)
        ]
        for client in running:
            client.start()
        try:
            yield
        except BaseException:
            self.sent.over.set()
            raise
        finally:
            for client in running:
                client.stopping.set()
            for client in running:
                client.join()

    def kill(self, what: str) -> None:
        """Kill something; what dies is started again by whoever starts it in life."""
        self.kills[what] += 1
        if what == "worker":
            self.service.kill_child(self.rng.randrange(8))
        elif self.service.forked:
            self.service.kill_children()
        else:
            self.service.kill()
            self.service.start()

    def settle(self, kind: str = "", patience: float = 120.0) -> None:
        """Wait until another write is acknowledged, of one kind or of any: the service is back.

        Raises:
            TimeoutError: it is not.
        """
        before, until = self.sent.count(kind), time.monotonic() + patience
        while self.sent.count(kind) == before:
            if time.monotonic() > until:
                raise TimeoutError(self.service.said())
            time.sleep(0.01)

    def faults(self) -> list[str]:
        """What is wrong with what was acknowledged so far, and with the chain."""
        owed = self.sent.snapshot()
        with self.bank.session() as session:
            return [*lost_or_doubled(session, WRITES, owed), *(str(p) for p in audit.verify(session))]


def outbox_gaps(session: Session) -> list[str]:
    """Decisions and jobs that ended without exactly one event, and events without one delivery to each who listens."""
    pairs = {"decision.made": ("decision.decide",), "job.ended": ("job.done", "job.failed", "job.cancelled")}
    found = []
    for kind, actions in pairs.items():
        since = select(func.min(AuditRecord.seq)).where(AuditRecord.action == "webhook.add").scalar_subquery()
        listened = (AuditRecord.action.in_(actions), AuditRecord.seq > since)
        acted = session.scalar(select(func.count()).select_from(AuditRecord).where(*listened))
        told = session.scalar(select(func.count()).select_from(OutboxEvent).where(OutboxEvent.kind == kind))
        if acted != told:
            found.append(f"{kind}: {acted} in the chain, {told} events")
    events = session.execute(select(OutboxEvent.seq, OutboxEvent.kind, OutboxEvent.at)).all()
    listeners = session.scalars(select(Webhook)).all()
    owed = {(e.seq, w.id) for e in events for w in listeners if e.kind in w.kinds.split() and w.made_at <= e.at}
    known = {(d.event_seq, d.webhook_id) for d in session.scalars(select(Delivery))}
    return [*found, *(f"delivery of event {e} to {w}: owed or made without the other" for e, w in sorted(owed ^ known))]


def a_victim(world: World, home: Path, database: str | None) -> tuple[Bank, dict[str, str]]:
    """A copy of the eastern bank in a home of its own, by the clock of the wall; tokens by role."""
    world.restore()
    shutil.copytree(world.east.folder, home / "banks" / EAST)
    bank = Bank.open(home)
    if database is not None:
        light, bank = bank, Bank.open(home, database=database)
        copy_rows(light.engine, bank.engine)
        light.close()
    short = seed.sources("schemes")["access"].replace(b"lease_seconds: 120", b"lease_seconds: %d" % LEASE_SECONDS)
    store = ContentStore(bank.content_dir)
    with bank.unit(Actor("anna")) as unit:
        version = store.propose(unit, "schemes", "access", short, valid_from=date(2001, 1, 1))
    with bank.unit(Actor("bo")) as unit:
        store.publish(unit, "schemes", "access", version)
        # those of the world hold at its own time
        terms = consents.Terms(OWN, "loan_review", ("firm", "person"), date(2026, 1, 1), date(2030, 12, 31))
        consents.record(
            unit, terms, given_by="legal_rep", document=paper(OWN), known=purposes(bank, unit.session).known
        )
        webhooks.add_in(bank, unit, "https://events.example.com/", ["decision.made", "job.ended"])
    tokens = {}
    for role in ("relationship_manager", "administrator"):
        tokens[role] = a_token(bank, account_of(role), PERMISSIONS)
    return bank, tokens


@contextmanager
def attacked(world: World, home: Path, database: str | None, seed_: int, *, forked: bool) -> Iterator[Attack]:
    """A loaded service to be killed."""
    home.mkdir()
    bank, tokens = a_victim(world, home, database)
    with serving(home, database, forked=forked) as service:
        yield Attack(bank, service, tokens, random.Random(seed_))
    bank.close()


def killed_at_work(session: Session, twins: Collection[str]) -> int:
    """How many decisions a killed process had begun: a claim that failed is given back, one that is taken over was held by the dead.

    Of a key that was sent twice at once, the other may have taken it from a process that lives and was slower than the lease.
    """
    taken = select(KeyedCall.key).where(KeyedCall.attempt > 1, KeyedCall.route.contains("decisions"))
    return sum(key not in twins for key in session.scalars(taken))


def batter(attack: Attack, kills: int, *, clients: int, seed_: int, whole_every: int, look_every: int) -> None:
    """Kill so often while clients write; look at the bank in between and at the end."""
    with attack.clients(clients, seed_):
        attack.settle("decide")
        began = time.monotonic()
        for n in range(1, kills + 1):
            time.sleep(attack.rng.random() * 0.3)
            attack.kill("everything" if n % whole_every == 0 else "worker")
            # at every other one a decision gets through before the next: it takes longest, and would else hardly ever
            attack.settle("decide" if n % 2 == 0 else "")
            if n % look_every == 0:
                assert not attack.faults()
    seconds = time.monotonic() - began
    assert not attack.sent.wrong
    assert not attack.faults()
    asked = attack.sent.asked
    assert attack.sent.snapshot() == {name: marks for name, marks in asked.items() if marks}
    with attack.bank.session() as session:
        assert not outbox_gaps(session)
        made = session.scalars(select(Decision.id).order_by(Decision.seq.desc()).limit(3)).all()
        assert made
        struck = killed_at_work(session, attack.sent.twins)
    assert not [step for d in made for step in replay(attack.bank, d) if step.state != "equal"]
    acknowledged = {name: len(marks) for name, marks in attack.sent.snapshot().items()}
    assert struck > 0 or kills < 10
    assert acknowledged["decide"] >= kills // 2
    print(f"{kills} kills {dict(attack.kills)}, {seconds / kills:.1f} s each; acknowledged {acknowledged}; {struck} decisions"
          f" killed at work and taken up again, {attack.sent.retries} requests sent again after no answer,"
          f" {attack.sent.replays} after their answer", file=sys.stderr)  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_kills_lose_and_double_nothing(
    world: World, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    with _database(kind) as database, attacked(world, tmp_path / "home", database, 7, forked=True) as attack:
        batter(attack, 10, clients=4, seed_=7, whole_every=4, look_every=3)


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """A database whose commits are durable, as in production."""
    if kind == "sqlite":
        yield None
        return
    if (programs := postgres.programs()) is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(programs, durable=True) as address:
        yield address


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("forked", [True, False], ids=["forked", "served"])
def test_hundreds_of_kills_lose_and_double_nothing(world: World, tmp_path: Path, kind: str, *, forked: bool) -> None:
    """Over all: KILLS of both databases, a part of them of the very processes that `windchime serve` starts."""
    seed_ = int(os.environ.get("WINDCHIME_KILL_SEED", "1"))
    kills = round(KILLS / 2 * (0.9 if forked else 0.1))
    with _database(kind) as database, attacked(world, tmp_path / "home", database, seed_, forked=forked) as attack:
        batter(attack, kills, clients=6, seed_=seed_, whole_every=5, look_every=10)


@pytest.mark.soak
def test_a_killed_database_loses_nothing_either(world: World, tmp_path: Path) -> None:
    """PostgreSQL itself is killed, every process of it, and comes back by its log."""
    if (programs := postgres.programs()) is None:
        pytest.skip("PostgreSQL is not installed")
    with (
        postgres.server(programs, durable=True) as address,
        attacked(world, tmp_path / "home", address, 3, forked=True) as attack,
        attack.clients(4, 3),
    ):
        folder = Path(address.partition("host=")[2])
        for _n in range(20):
            attack.settle()
            crash(programs, folder)
            attack.kills["database"] += 1
            attack.settle()
            assert not attack.faults()
