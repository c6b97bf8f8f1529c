"""The mix of the load: who reads and writes what, how often.

Relationship managers read their own customers by sessions and write by tokens under a new idempotency key each; every
request passes the rules of access, consent included, and every write is one transaction with its record in the audit chain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from urllib.parse import quote

from sqlalchemy import insert, select

from bench.loading.bank import firm_id
from bench.loading.client import Ask, wire
from windchime.core.clock import today
from windchime.core.unit import Actor
from windchime.decision.tables import Decision
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, sessions
from windchime.service.access.permissions import granted
from windchime.service.access.tables import Account, Consent, Customer
from windchime.service.bank import Bank

#: relationship managers of the bank
PEOPLE = 20
#: parts in a hundred of all reads, of all writes
READS = {"firm": 30, "decision": 25, "decisions of a firm": 20, "consents of a firm": 15, "who am I": 10}
WRITES = {"consent recorded": 90, "job asked for": 10}
KEEPER = Actor("keeper", "system")
API = "/api/v1"


@dataclass(frozen=True)
class Callers:
    """Everybody who asks, and the things they ask about."""

    #: customers are numbered; the nth is the customer of the manager n modulo their number
    firms: int
    cookies: tuple[str, ...]
    tokens: tuple[str, ...]
    keeper_token: str
    #: firm number and id of decisions
    decisions: tuple[tuple[int, str], ...]
    numbers: "count[int]" = field(default_factory=count)

    def mix(self, reads: float, writes: float) -> list[Ask]:
        """The mix at so many reads and writes a second."""
        read: Mapping[str, Callable[[Random], bytes]] = {
            "firm": lambda rng: self._read(*self._firm(rng)),
            "decision": self._decision,
            "decisions of a firm": self._decisions,
            "consents of a firm": lambda rng: self._read(*self._firm(rng), "/consents"),
            "who am I": lambda rng: self._read(rng.randrange(PEOPLE), "/me"),
        }
        written: Mapping[str, Callable[[Random], bytes]] = {
            "consent recorded": self._consent,
            "job asked for": self._job,
        }
        return [
            *(Ask(name, reads * READS[name] / 100, made) for name, made in read.items()),
            *(Ask(name, writes * WRITES[name] / 100, made) for name, made in written.items()),
        ]

    def _firm(self, rng: Random) -> tuple[int, str]:
        number = rng.randrange(self.firms)
        return number, "/firms/" + quote(firm_id(number), safe="")

    def _read(self, number: int, path: str, below: str = "") -> bytes:
        cookie = self.cookies[number % PEOPLE]
        return wire("GET", API + path + below, {"cookie": f"windchime_session={cookie}"})

    def _decision(self, rng: Random) -> bytes:
        number, decision = rng.choice(self.decisions)
        return self._read(number, f"/decisions/{decision}")

    def _decisions(self, rng: Random) -> bytes:
        number = rng.randrange(self.firms)
        return self._read(number, "/decisions?limit=10&firm_id=" + quote(firm_id(number), safe=""))

    def _write(self, token: str, path: str, body: str) -> bytes:
        told = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "idempotency-key": f'"load-{next(self.numbers)}"',
        }
        return wire("POST", API + path, told, body.encode())

    def _consent(self, rng: Random) -> bytes:
        number, path = self._firm(rng)
        said = '"purpose":"loan_review","categories":["firm"],"given_by":"legal_rep"'
        days = '"valid_from":"2026-01-01","valid_to":"2030-12-31"'
        document = f"{rng.getrandbits(200):064x}"
        return self._write(
            self.tokens[number % PEOPLE], f"{path}/consents", f'{{{said},"document":"{document}",{days}}}'
        )

    def _job(self, rng: Random) -> bytes:
        kind = rng.choice(["quality.check", "identity.resolve"])
        return self._write(self.keeper_token, "/jobs", f'{{"kind":"{kind}"}}')


def callers(bank: Bank, firms: int) -> Callers:
    """Make everybody: accounts, sessions and tokens; each firm somebody's customer that agreed."""
    names = [f"manager{n:02d}" for n in range(PEOPLE)]
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
        numbers = {firm_id(n): n for n in range(firms)}
        found = session.execute(select(Decision.firm_id, Decision.id)).all()
        decisions = tuple((numbers[f], d) for f, d in found if f in numbers)
    with bank.unit(KEEPER) as unit:
        for name in names:
            accounts.make(unit, name, name, branch="main", roles=["relationship_manager"], policy=policy)
        accounts.make(unit, "jobber", "jobber", roles=["modeller"], policy=policy)
        customers = ({"firm_id": firm_id(n), "branch": "main", "manager": names[n % PEOPLE], "applicant": ""} for n in range(firms))  # fmt: skip
        unit.session.execute(insert(Customer), list(customers))
        unit.session.execute(insert(Consent), [_agreed(bank, n) for n in range(firms)])
    return Callers(
        firms, tuple(_session(bank, n) for n in names), tuple(_token(bank, n) for n in names), _token(bank, "jobber"), decisions
    )  # fmt: skip


def _agreed(bank: Bank, number: int) -> dict[str, object]:
    day = today(bank.clock)
    return {
        "id": f"00000000-0000-7000-8000-{number:012d}",
        "firm_id": firm_id(number),
        "purpose": "loan_review",
        "categories": " firm ",
        "given_by": "legal_rep",
        "document": f"{number:064x}",
        "valid_from": day - timedelta(days=1),
        "valid_to": day + timedelta(days=300),
        "recorded_by": KEEPER.name,
        "recorded_at": bank.clock.now(),
        "revoked_by": None,
        "revoked_at": None,
    }


def _session(bank: Bank, name: str) -> str:
    with bank.unit(Actor(name)) as unit:
        return sessions.begin(unit, unit.session.get_one(Account, name))


def _token(bank: Bank, name: str) -> str:
    with bank.unit(Actor(name)) as unit:
        scopes = granted(unit.session.get_one(Account, name).roles.split())
        return sessions.make_token(unit, "load", scopes, unit.now + timedelta(days=2))[1]
