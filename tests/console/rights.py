"""The shop with people: accounts of several roles, whose customers its firms are, what they agreed to, one person by name."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient
from tests.accounts import paper
from tests.console.helpers import ANNA, AS_OF, FIRMS, NASTY_ID, a_client
from tests.console.web import LONG, OWNER, OWNER_NAME, OWNER_NUMBER, SINCE, SOUND, TABLES

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import load
from windchime.portfolio.access import purposes, sign_in_policy
from windchime.service.access import accounts, consents, sessions
from windchime.service.access.consents import Terms
from windchime.service.access.customers import Belonging, assign
from windchime.service.access.tables import SecondFactor
from windchime.service.bank import Bank
from windchime.service.http.visitors import PLAIN_COOKIE

KEEPER = Actor("keeper", "system")
NORTH, SOUTH = "north", "south"
PHONE, ACCOUNT_NO = "13812345678", "6222020200112233445"
#: what must stand nowhere in clear
PLANTED = (OWNER_NAME, OWNER_NUMBER, PHONE, ACCOUNT_NO)
#: account, branch, role
PEOPLE = (
    ("mei", NORTH, "relationship_manager"),
    ("lin", SOUTH, "relationship_manager"),
    ("owner", "", "applicant"),
    ("officer", NORTH, "credit_officer"),
    ("after", NORTH, "post_loan"),
    ("modeller", NORTH, "modeller"),
    ("compliance", "", "compliance"),
    ("auditor", "", "auditor"),
    ("manager", "", "manager"),
    ("admin", "", "administrator"),
    ("reader", "", "supervisor_reader"),
    ("nobody", NORTH, ""),
)
#: the two customers of `mei`; the others of her branch are a colleague's
MINE = (SOUND, NASTY_ID)
NORTHERN = (*MINE, LONG, "shop:SMALL")
SOUTHERN = ("shop:YOUNG", "shop:VOIDING")


SEEN = datetime(2016, 3, 1, tzinfo=UTC)


def _more(folder: Path) -> Path:
    """A pack of the shop's people alone: who owns and leads firms, a phone, an account."""
    folder.mkdir(parents=True)
    rows: dict[str, list[dict[str, Any]]] = {name: [dict(r) for r in found] for name, found in TABLES.items()}
    rows["contacts"] = [
        {"firm_id": SOUND, "person_id": OWNER, "kind": "mobile", "value": PHONE, "usage": "registered",
         "first_seen_at": SEEN, "known_on": SINCE},
    ]  # fmt: skip
    rows["bank_accounts"] = [
        {"firm_id": SOUND, "account_id": "shop:A1", "account_no": ACCOUNT_NO, "holder_type": "firm", "holder_id": SOUND,
         "account_kind": "basic", "currency": "CNY", "status": "normal", "is_declared": True, "known_on": SINCE},
    ]  # fmt: skip
    for name, found in rows.items():
        table = pa.Table.from_pylist(found, schema=contract(name).source_schema())
        pq.write_table(table, folder / f"{name}.parquet")
    (folder / "pack.yaml").write_text(
        f"pack: windchime\nlabel: {{zh: 小店, en: Shop}}\nas_of: {AS_OF}\nsource: shop\n"
        f"train: {{features_as_of: 2019-02-21, labels_as_of: {AS_OF}}}\nsimulated: true\nseed: 1\nfirms: {len(FIRMS)}\n",
        encoding="utf-8",
    )
    return folder


def a_peopled_bank(shop: Bank, home: Path) -> Bank:
    """A copy of the shop with accounts, customers, consents and one person by name."""
    shutil.copytree(shop.folder, home / "banks" / "default")
    bank = Bank.open(home, clock=FixedClock(shop.clock.now()))
    load(bank, ANNA, _more(home / "more"), pack="windchime")
    with bank.session() as session:
        policy, known = sign_in_policy(bank, session), purposes(bank, session).known
    with bank.unit(KEEPER) as unit:
        for name, branch, role in PEOPLE:
            accounts.make(unit, name, name, branch=branch, roles=[role] if role else [], policy=policy)
            # whoever must have a second factor has one
            unit.session.add(
                SecondFactor(account=name, secret=b"sealed", offered=None, confirmed_at=unit.now, last_step=0)
            )
        for firm in NORTHERN:
            manager, applicant = ("mei", "owner") if firm in MINE else ("", "")
            assign(unit, Belonging(firm, NORTH, manager, applicant if firm == SOUND else ""))
        for firm in SOUTHERN:
            assign(unit, Belonging(firm, SOUTH, "lin"))
        for firm in MINE:
            terms = Terms(firm, "loan_review", ("firm", "person"), AS_OF, AS_OF + timedelta(days=300))
            consents.record(unit, terms, given_by="legal_rep", document=paper(firm), known=known)
    return bank


def as_somebody(bank: Bank, name: str) -> TestClient:
    """A browser in which somebody is signed in."""
    with bank.unit(Actor(name, origin="test")) as unit:
        secret = sessions.begin(unit, accounts.find(unit.session, name))
    client = a_client(bank)
    client.cookies.set(PLAIN_COOKIE, secret, domain="127.0.0.1")
    return client
