"""Two banks in one home, with everybody who may come to their door: each role, strangers, and those whose time is over."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyotp
from sqlalchemy import select, text
from tests.accounts import a_token, paper
from tests.console.helpers import ANNA, Firm, a_bank, propose_other_policy
from tests.console.rules import kept_rules

from windchime.content.store import ContentStore
from windchime.core.clock import today
from windchime.core.unit import Actor
from windchime.data.identity import resolve
from windchime.data.intake.quarantine import quarantined
from windchime.data.quality import check_and_record
from windchime.decision import log
from windchime.portfolio import customers, four_eyes
from windchime.portfolio.access import purposes, sign_in_policy
from windchime.risk.invoices.publishing import publish as publish_verdicts
from windchime.risk.scorecards.store import versions
from windchime.service.access import accounts, consents, second_factor, sessions
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.access.tables import Account, ApiToken, Consent, Customer, LoginSession, RecoveryCode
from windchime.service.bank import Bank
from windchime.service.jobs import queue
from windchime.service.outbox import webhooks
from windchime.service.proposals import stored

EAST, WEST = "default", "west"
NORTH, SOUTH = "north", "south"
#: firms by whose they are, as seen from people of branch north: one's own customer, a colleague's, another branch's, nobody's
OWN, COLLEAGUES, OTHER, NOBODYS = "shop:OWN", "shop:COLLEAGUE", "shop:OTHER", "shop:NOBODY"
FIRMS = (
    Firm(OWN, "明达贸易有限公司"),
    Firm(COLLEAGUES, "小本经营部", sales=900_000),
    Firm(OTHER, "新开张商行", sales=2_000_000),
    Firm(NOBODYS, "单一客户加工厂", buyers=1),
)
#: no such firm: what is hidden must look like it
UNKNOWN = "shop:UNKNOWN"
ROLES = [
    "applicant",
    "relationship_manager",
    "credit_officer",
    "modeller",
    "validator",
    "post_loan",
    "compliance",
    "auditor",
    "manager",
    "administrator",
    "supervisor_reader",
]
KEEPER = Actor("keeper", "system")
#: a recovery code of every account with a second factor
CODE = "grou-ndgr-ound-code"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the door of one bank, with what they show."""

    name: str
    #: cookies and headers they bring
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    #: the role they have here; empty for whoever must not get in, `none` for an account without one,
    #: `unfinished` for one whose owner must settle something first
    role: str = ""


def account_of(role: str) -> str:
    """The account that has a role and no other."""
    return role.replace("_", ".")


@dataclass(frozen=True)
class World:
    """The banks and what stands in them."""

    east: Bank
    west: Bank
    #: what was kept of a database, to be put back
    kept: Path
    #: ids of things in the eastern bank: `decision:<firm>`, `model`, `draft`, `row`, `rules`
    ids: Mapping[str, str]
    callers: tuple[Caller, ...]

    def restore(self) -> None:
        """Put the eastern bank's database back as it was."""
        self.east.close()
        with (
            closing(sqlite3.connect(self.kept)) as saved,
            closing(sqlite3.connect(self.east.folder / "db.sqlite")) as live,
        ):
            saved.backup(live)


def digest(bank: Bank, without: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """A hash of every table's rows, by table."""
    with bank.session() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).all()
        return {
            n: sha256(repr(sorted(map(repr, session.execute(text(f'SELECT * FROM "{n}"')).all()))).encode()).hexdigest()
            for n in names
            if n not in without
        }


def a_world(home: Path) -> World:
    """Two banks alike in everything but their secrets: what belongs to one must be of no use at the other."""
    east = a_bank(home, FIRMS)
    resolve(east, ANNA)
    publish_verdicts(east, ANNA)
    check_and_record(east, ANNA)
    draft = propose_other_policy(east)
    rules = kept_rules(east).version
    _customers(east)
    _consents(east)
    ids = _ids(east) | {"draft": draft, "rules": rules}
    east.close()
    shutil.copytree(east.folder, home / "banks" / WEST)
    west = Bank.open(home, WEST, clock=east.clock)
    callers = tuple(_callers(east, west))
    ids |= _matters(east)
    east.close()
    shutil.copyfile(east.folder / "db.sqlite", home / "kept.sqlite")
    return World(east, west, home / "kept.sqlite", ids, callers)


def _customers(bank: Bank) -> None:
    manager, applicant = account_of("relationship_manager"), account_of("applicant")
    with bank.unit(KEEPER) as unit:
        unit.session.add_all(
            [
                Customer(firm_id=OWN, branch=NORTH, manager=manager, applicant=applicant),
                Customer(firm_id=COLLEAGUES, branch=NORTH, manager="colleague", applicant=""),
                Customer(firm_id=OTHER, branch=SOUTH, manager="somebody", applicant="another"),
            ]
        )


def _consents(bank: Bank) -> None:
    """Three firms agreed to be looked at; nobody's firm did not."""
    with bank.session() as session:
        known = purposes(bank, session).known
    day = today(bank.clock)
    with bank.unit(KEEPER) as unit:
        for firm in (OWN, COLLEAGUES, OTHER, NOBODYS):
            # of the last one people's data for the time after a loan alone: no consent to anything that is tried
            for purpose in ("loan_review", "post_loan")[firm == NOBODYS :]:
                terms = consents.Terms(
                    firm, purpose, ("firm", "person"), day - timedelta(days=1), day + timedelta(days=100)
                )
                consents.record(unit, terms, given_by="legal_rep", document=paper(firm), known=known)


def _matters(bank: Bank) -> dict[str, str]:
    """A proposal of management that waits for compliance, a token of the auditor, a job."""
    found = {}
    after = {"branch": SOUTH, "manager": "", "applicant": ""}
    subject = customers.subject(NOBODYS)
    found["proposal"] = four_eyes.propose(
        bank, Actor(account_of("manager")), customers.ASSIGN.name, subject, after, reason="near"
    )
    with bank.session() as session:
        found["seen"] = stored.newest(session, stored.find(session, found["proposal"])).digest
        found["token"] = session.scalars(select(ApiToken.id).where(ApiToken.account == account_of("auditor"))).one()
    with bank.unit(Actor(account_of("modeller"))) as unit:
        found["job"] = queue.enqueue(unit, "quality.check", {})
        found["webhook"] = webhooks.add_in(bank, unit, "https://events.example.com/", ["job.ended"]).id
    return found


def _ids(bank: Bank) -> dict[str, str]:
    with bank.session() as session:
        found = {f"decision:{f.firm_id}": d.id for f in FIRMS if (d := log.latest(session, f.firm_id))}
        found["model"] = next(v for v in versions(session) if v.model == "scorecard").version
        found["row"] = quarantined(bank, session, state=None)[0].quarantine_id
        stored = ContentStore(bank.content_dir).versions(session)
        found |= {f"consent:{c.firm_id}": c.id for c in session.scalars(select(Consent))}
        found["policy"] = next(v.sha256 for v in stored if v.kind == "policies" and v.state == "published")
    return found


def _callers(east: Bank, west: Bank) -> Iterator[Caller]:
    """Everybody, with the roles they have at the eastern bank."""
    for role in ROLES:
        yield Caller(role, _cookie(_session(east, _account(east, account_of(role), role))), role=role)
    for role in ("auditor", "administrator", "compliance"):
        yield Caller(f"token of {role}", headers=_bearer(a_token(east, account_of(role), PERMISSIONS)), role=role)
    yield Caller("no role", _cookie(_session(east, _account(east, "no.role", ""))), role="none")
    # a token for nothing but what its owner may not do either
    yield Caller("narrow token", headers=_bearer(a_token(east, account_of("manager"), ["data.load"])), role="none")
    yield Caller("stranger")
    yield Caller("garbage cookie", _cookie("x" * 43))
    yield Caller("garbage token", headers=_bearer("wct_" + "x" * 43))
    yield Caller("no scheme of ours", headers={"authorization": "Basic YTpi"})
    # the hash that the database keeps is no secret that opens the door
    with east.session() as session:
        kept = session.scalars(select(LoginSession.token_hash)).first()
        assert kept is not None
        yield Caller("hash of a session", _cookie(kept.hex()))
    yield from _over(east)
    other = _account(west, "auditor.west", "auditor")
    yield Caller("session of the other bank", _cookie(_session(west, other)))
    yield Caller("token of the other bank", headers=_bearer(a_token(west, other, PERMISSIONS)))


def _over(bank: Bank) -> Iterator[Caller]:
    """Those who could come in once."""
    name = _account(bank, "was.here", "auditor")
    for what, ago in (("idle session", "seen_at"), ("old session", "made_at"), ("ended session", "ended_at")):
        secret = _session(bank, name)
        with bank.unit(KEEPER) as unit:
            row = unit.session.get(LoginSession, sha256(secret.encode()).digest())
            assert row is not None
            setattr(row, ago, unit.now if ago == "ended_at" else unit.now - timedelta(days=2))
        yield Caller(what, _cookie(secret))
    revoked = a_token(bank, name, PERMISSIONS)
    with bank.unit(KEEPER) as unit:
        sessions.revoke(unit, _token_id(bank, revoked))
    yield Caller("revoked token", headers=_bearer(revoked))
    expired = a_token(bank, name, PERMISSIONS)
    with bank.unit(KEEPER) as unit:
        row_ = unit.session.get(ApiToken, _token_id(bank, expired))
        assert row_ is not None
        row_.expires_at = unit.now - timedelta(seconds=1)
    yield Caller("expired token", headers=_bearer(expired))
    for kind in ("session", "token"):
        closed = _account(bank, f"closed.{kind}", "auditor")
        shown = (
            Caller("session of a closed account", _cookie(_session(bank, closed)))
            if kind == "session"
            else Caller("token of a closed account", headers=_bearer(a_token(bank, closed, PERMISSIONS)))
        )
        with bank.unit(KEEPER) as unit:
            accounts.close(unit, closed)
        yield shown
    given = _account(bank, "must.change", "auditor")
    with bank.unit(KEEPER) as unit:
        unit.session.get_one(Account, given).must_change = True
    yield Caller("password given by another", _cookie(_session(bank, given)), role="unfinished")
    owing = _account(bank, "owes.factor", "auditor", factor=False)
    yield Caller("session without second factor", _cookie(_session(bank, owing)), role="unfinished")
    yield Caller("token without second factor", headers=_bearer(a_token(bank, owing, PERMISSIONS)), role="unfinished")


def _account(bank: Bank, name: str, role: str, *, factor: bool = True) -> str:
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    with bank.unit(KEEPER) as unit:
        accounts.make(unit, name, name, branch=NORTH, roles=[role] if role else [], policy=policy)
    if role and factor:
        with bank.unit(Actor(name)) as unit:
            second_factor.offer(bank, unit)
        with bank.session() as session:
            offer = second_factor.offered(bank, session, name)
            assert offer is not None
        with bank.unit(Actor(name)) as unit:
            second_factor.confirm(bank, unit, pyotp.TOTP(offer.secret.replace(" ", "")).at(unit.now))
            # one that everybody has: each route's example is one body for all
            code_hash = second_factor._hash(name, CODE)
            unit.session.add(RecoveryCode(code_hash=code_hash, account=name, made_at=unit.now, used_at=None))
    return name


def _session(bank: Bank, name: str) -> str:
    with bank.unit(Actor(name)) as unit:
        return sessions.begin(unit, unit.session.get_one(Account, name))


def _token_id(bank: Bank, secret: str) -> str:
    with bank.session() as session:
        hashed = sha256(secret.encode()).digest()
        return session.scalars(select(ApiToken.id).where(ApiToken.token_hash == hashed)).one()


def _cookie(secret: str) -> dict[str, str]:
    return {"windchime_session": secret}


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}
