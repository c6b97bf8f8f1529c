"""A small bank behind its API: accounts of several roles with tokens and sessions, firms of one customer manager and of others."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
from fastapi import FastAPI
from sqlalchemy import text, update
from starlette.testclient import TestClient
from tests.accounts import a_token, paper
from tests.console.helpers import ANNA, NASTY_ID, AsServed, Firm, a_bank, propose_other_policy

from windchime.api import create_api
from windchime.content.tables import ContentVersion
from windchime.core.clock import today
from windchime.core.unit import Actor
from windchime.data.quality import check_and_record
from windchime.decision import log
from windchime.portfolio.access import purposes, sign_in_policy
from windchime.risk.invoices.publishing import publish
from windchime.risk.scorecards.store import versions
from windchime.service.access import accounts, consents, second_factor, sessions
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.access.tables import Account, Customer
from windchime.service.bank import Bank
from windchime.service.http import forgery
from windchime.service.jobs import queue
from windchime.service.outbox import webhooks
from windchime.service.proposals.tables import ProposalRevision

#: one's own customer, a colleague's, another branch's; and one whose id means something to addresses
OWN, COLLEAGUES, OTHER = "shop:SOUND", "shop:SMALL", "shop:OTHER"
FIRMS = (
    Firm(OWN, "明达贸易有限公司"),
    Firm(COLLEAGUES, "小本经营部", sales=900_000),
    Firm(OTHER, "单一客户加工厂", buyers=1),
    Firm(NASTY_ID, "地址里的商行"),
)
NORTH, SOUTH = "north", "south"
ROLES = ("relationship_manager", "credit_officer", "modeller", "auditor", "administrator", "compliance")
KEEPER = Actor("keeper", "system")
HOST = "http://127.0.0.1:8000"
_numbers = count()


def a_key() -> dict[str, str]:
    """A new idempotency key, as a header."""
    return {"idempotency-key": f"key-{next(_numbers)}"}


@dataclass(frozen=True)
class Shop:
    """The bank, its API, and who may come."""

    bank: Bank
    app: FastAPI
    #: headers by role, of a token with every scope
    tokens: Mapping[str, Mapping[str, str]]
    #: cookie of a session by role
    sessions: Mapping[str, str]
    #: ids of what stands in the bank: `decision`, `other decision`, `model`, `content`, `job`, `consent`, `token`
    ids: Mapping[str, str]
    clients: list[TestClient] = field(default_factory=list)

    @property
    def client(self) -> TestClient:
        """A program."""
        made = TestClient(AsServed(self.app), base_url=HOST, raise_server_exceptions=False)
        self.clients.append(made)
        return made

    def ask(self, role: str, method: str, path: str, **more: Any) -> Any:
        """A request by the token of a role; a change bears a new key where none is named."""
        headers = {**self.tokens[role], **(a_key() if method != "GET" else {}), **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def close(self) -> None:
        """Let go of everything."""
        self.app.state.networks.close()
        self.app.state.library.close()
        self.bank.close()


def a_shop(home: Path) -> Shop:
    """A bank with data, decisions, verdicts, a check of quality and accounts."""
    bank = a_bank(home, FIRMS)
    publish(bank, ANNA)
    check_and_record(bank, ANNA)
    propose_other_policy(bank)
    names = {role: account(bank, role) for role in ROLES}
    with bank.unit(KEEPER) as unit:
        unit.session.add_all(
            [
                Customer(firm_id=OWN, branch=NORTH, manager=names["relationship_manager"], applicant=""),
                Customer(firm_id=COLLEAGUES, branch=NORTH, manager="colleague", applicant=""),
                Customer(firm_id=OTHER, branch=SOUTH, manager="somebody", applicant=""),
            ]
        )
        known = purposes(bank, unit.session).known
        for firm in FIRMS:
            for purpose in ("loan_review", "post_loan"):
                given = consent_terms(bank, firm.firm_id, purpose)
                consents.record(unit, given, given_by="legal_rep", document=paper(firm.firm_id), known=known)
        given = consent_terms(bank, OWN, "post_loan")
        consent = consents.record(unit, given, given_by="legal_rep", document=paper(f"{OWN} again"), known=known).id
        job = queue.enqueue(unit, "quality.check", {})
        hooks = [webhooks.add_in(bank, unit, "https://93.184.215.14/", ["job.ended"]).id for _each in range(2)]
    with bank.session() as session:
        found = {f.firm_id: log.latest(session, f.firm_id) for f in FIRMS}
        ids = {
            "decision": found[OWN].id,  # type: ignore[union-attr]
            "other decision": found[OTHER].id,  # type: ignore[union-attr]
            "model": next(v.version for v in versions(session)),
            "content": session.query(ContentVersion.sha256).filter_by(kind="policies", state="published").first()[0],  # type: ignore[index]
            "job": job,
            "consent": consent,
            "webhook": hooks[0],
            "other webhook": hooks[1],
        }
    with bank.unit(Actor(names["auditor"])) as unit:
        ids["token"] = sessions.make_token(unit, "nightly", ["decision.read"], unit.now + timedelta(days=1))[0]
    tokens = {role: {"authorization": f"Bearer {token(bank, name)}"} for role, name in names.items()}
    cookies = {role: session_of(bank, name) for role, name in names.items()}
    app = create_api(bank)
    # the graph is read by a thread of its own: asked for first, waited for here
    with bank.session() as session:
        assert app.state.networks.newest(session, patience=60) is not None
    return Shop(bank, app, tokens, cookies, ids)


def consent_terms(bank: Bank, firm: str, purpose: str) -> consents.Terms:
    """What a firm agrees to for a hundred days."""
    day = today(bank.clock)
    return consents.Terms(firm, purpose, ("firm", "person"), day - timedelta(days=1), day + timedelta(days=100))


def account(bank: Bank, role: str, name: str = "") -> str:
    """An account at branch north, ready to work."""
    name = name or role.replace("_", ".")
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    with bank.unit(KEEPER) as unit:
        accounts.make(unit, name, name, branch=NORTH, roles=[role], policy=policy)
    with bank.unit(Actor(name)) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offer = second_factor.offered(bank, session, name)
        assert offer is not None
    with bank.unit(Actor(name)) as unit:
        second_factor.confirm(bank, unit, pyotp.TOTP(offer.secret.replace(" ", "")).at(unit.now))
    return name


def token(bank: Bank, name: str, scopes: tuple[str, ...] = tuple(PERMISSIONS)) -> str:
    """The secret of a token."""
    return a_token(bank, name, scopes)


def session_of(bank: Bank, name: str) -> str:
    """The secret of a session."""
    with bank.unit(Actor(name)) as unit:
        return sessions.begin(unit, unit.session.get_one(Account, name))


def a_code(bank: Bank, name: str) -> str:
    """A code that is good once."""
    with bank.unit(Actor(name)) as unit:
        return second_factor.new_codes(unit)[0]


def browser(shop: Shop, role: str, *, proof: bool = True) -> tuple[TestClient, dict[str, str]]:
    """A signed-in browser, and the headers of its changes."""
    client, secret = shop.client, shop.sessions[role]
    client.cookies.set("windchime_session", secret)
    return client, {**a_key(), **({forgery.HEADER: forgery.token(secret)} if proof else {})}


@contextmanager
def damaged(shop: Shop, proposal_id: str) -> Iterator[None]:
    """Change a proposal past the service, as somebody with the database could; put back at the end, as others use the bank."""
    form = update(ProposalRevision).where(ProposalRevision.proposal_id == proposal_id)
    intruder = Actor("intruder", "system")
    with shop.bank.unit(intruder) as unit:
        written = unit.session.get_one(ProposalRevision, (proposal_id, 1)).after
        unit.session.execute(text("DROP TRIGGER IF EXISTS proposal_revision_no_update"))
        unit.session.execute(form.values(after='{"limit":"9"}'))
    try:
        yield
    finally:
        with shop.bank.unit(intruder) as unit:
            unit.session.execute(form.values(after=written))
