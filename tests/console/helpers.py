"""A small bank for pages: a pack of a few firms with hostile names and a broken row, published models, decisions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI
from starlette.testclient import TestClient

from windchime.console import create_app
from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.clock import FixedClock
from windchime.core.dates import Month, last_complete_month
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import load
from windchime.decision.desk import decide_all
from windchime.decision.publication import set_up
from windchime.indicators import indicators
from windchime.risk.scorecards import publish, validate
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.store import ModelStore
from windchime.risk.scorecards.training import Provenance, Training, train
from windchime.service.bank import Bank

AS_OF = date(2020, 2, 21)
ANNA, BO, CLERK = Actor("anna"), Actor("bo"), Actor("clerk")
CODES = ("months_known", "sales_growth_12m", "top1_buyer_share_12m", "void_rate_12m")
#: text that must never reach a page as markup, in names and values
NASTY = "<script>alert('x')</script>\"&<img src=x onerror=alert(1)>"
#: an id with everything an address gives a meaning to
NASTY_ID = "shop:a'b\"/..%2F%41?c#d&e<i>+;"
FORMULA = "=HYPERLINK(1+1)"
LONG = "云汀省望川市高新技术产业开发区" * 5 + "进出口贸易有限责任公司深圳第二分公司"


@dataclass(frozen=True)
class Firm:
    """A firm by its monthly sales up to the last complete month before the as-of date."""

    firm_id: str
    name: str
    months: int = 36
    #: yuan a month
    sales: int = 1_200_000
    buyers: int = 4
    #: of ten invoices a month, how many are void
    voids: int = 0
    owes: int = 0


FIRMS = (
    Firm("shop:SOUND", "明达贸易有限公司"),
    Firm(NASTY_ID, NASTY),
    Firm("shop:FORMULA", FORMULA, sales=900_000),
    Firm("shop:LONG", LONG, sales=2_000_000),
    Firm("shop:SMALL", "小本经营部", sales=20_000),
    Firm("shop:YOUNG", "新开张商行", months=3),
    Firm("shop:ONEBUYER", "单一客户加工厂", buyers=1),
    Firm("shop:VOIDING", "作废较多商贸", voids=5),
    Firm("shop:INDEBTED", "已有贷款建材", owes=1_000_000),
    Firm("shop:SILENT", "无票企业", months=0),
)


def _invoices(firm: Firm) -> Iterator[dict[str, Any]]:
    for back in range(firm.months):
        month: Month = last_complete_month(AS_OF) + -back
        for n in range(10):
            amount = Decimal(firm.sales // 10)
            partner = FIRMS[n % firm.buyers].firm_id if n % 2 else f"shop:X{n % firm.buyers}"
            for way, seller, buyer, share in (
                ("sale", firm.firm_id, partner, 1),
                ("purchase", "shop:S", firm.firm_id, 2),
            ):
                if way == "purchase" and n % 3:
                    continue
                yield {
                    "reporting_firm_id": firm.firm_id,
                    "direction": way,
                    "copy": "seller" if way == "sale" else "buyer",
                    "seller_id": seller,
                    "buyer_id": buyer,
                    "invoice_code": None,
                    "invoice_no": f"{way[0]}{back:03d}{n:04d}",
                    "kind": "special",
                    "status": "void" if way == "sale" and n < firm.voids else "normal",
                    "colour": "blue",
                    "original_no": None,
                    "issue_date": date(month.year, month.month, 1 + 2 * n),
                    "amount": amount / share,
                    "tax": amount / share * Decimal("0.13"),
                    "total": amount / share * Decimal("1.13"),
                }


def broken_invoice() -> dict[str, Any]:
    """An invoice that no contract accepts: a kind that does not exist, which names what a page must escape."""
    return {**next(_invoices(FIRMS[0])), "invoice_no": "broken1", "kind": NASTY}


def write_pack(folder: Path, firms: tuple[Firm, ...] = FIRMS, broken: tuple[Mapping[str, Any], ...] = ()) -> Path:
    """A contract-shaped pack of the firms."""
    folder.mkdir(parents=True)
    known = date(2015, 1, 1)
    rows: dict[str, list[Mapping[str, Any]]] = {
        "firms": [
            {"firm_id": f.firm_id, "name": f.name, "credit_code": None, "firm_kind": "company", "industry_code": "F51",
             "region_code": None, "established_on": known, "known_on": known}
            for f in firms
        ],
        "invoices": [*(row for f in firms for row in _invoices(f)), *broken],
        "loans": [
            {"loan_id": f"shop:L{i}", "firm_id": f.firm_id, "principal": Decimal(f.owes), "rate": Decimal("0.05"),
             "term_months": 12, "drawn_on": date(2019, 12, 31), "due_on": date(2020, 12, 31)}
            for i, f in enumerate(firms) if f.owes
        ],
    }  # fmt: skip
    for name, found in ((n, r) for n, r in rows.items() if r):
        pq.write_table(pa.Table.from_pylist(found, schema=contract(name).source_schema()), folder / f"{name}.parquet")
    (folder / "pack.yaml").write_text(
        f"pack: windchime\nlabel: {{zh: 小店, en: Shop}}\nas_of: {AS_OF}\nsource: shop\n"
        f"train: {{features_as_of: 2019-02-21, labels_as_of: {AS_OF}}}\nsimulated: true\nseed: 1\nfirms: {len(firms)}\n",
        encoding="utf-8",
    )
    return folder


@cache
def training() -> Training:
    """Two models fitted on made-up firms in which young, shrinking, dependent firms default."""
    rng, n = np.random.default_rng(7), 240
    columns = {
        "months_known": rng.integers(1, 60, n).astype(float),
        "sales_growth_12m": rng.normal(0, 0.4, n),
        "top1_buyer_share_12m": rng.uniform(0.05, 1, n),
        "void_rate_12m": rng.uniform(0, 0.3, n),
    }
    odds = -2.5 - 0.06 * (columns["months_known"] - 30) - 2 * columns["sales_growth_12m"]
    bad = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    firms = [f"made:{i:03d}" for i in range(n)]
    cards = {i.code: i for i in indicators()}
    settings = Settings.of(Scheme.of(seed.documents("schemes")["scorecard"]), AS_OF)
    return train(
        pl.DataFrame({"firm_id": firms, **columns}),
        pl.DataFrame({"firm_id": firms, "bad": bad}),
        [Feature.of(cards[c]) for c in CODES],
        Provenance(date(2019, 2, 21), AS_OF, label_definition="made", data="made"),
        settings,
    )


def an_empty_bank(home: Path) -> Bank:
    """A bank in which nothing was done yet; its clock stands at noon in Shanghai."""
    return Bank.open(home, clock=FixedClock(datetime(2020, 2, 22, 4, 0, tzinfo=UTC)))


def a_bank(home: Path, firms: tuple[Firm, ...] = FIRMS, *, decided: bool = True) -> Bank:
    """A bank with data, content and models in force, and a decision about every firm."""
    bank = an_empty_bank(home)
    load(bank, ANNA, write_pack(home / "pack", firms, (broken_invoice(),)), pack="windchime")
    set_up(bank, BO)
    with bank.unit(ANNA) as unit:
        versions = ModelStore(bank.models_dir).save(unit, training())
    with bank.unit(BO) as unit:
        for version in versions.values():
            validate(unit, version)
            publish(unit, version)
    if decided:
        decide_all(bank, ANNA)
    return bank


def propose_other_policy(bank: Bank) -> str:
    """A draft of the policy that differs from what is in force; its version."""
    changed = seed.sources("policies")["invoice_loan"].replace(b"> 0.40", b"> 0.35")
    with bank.unit(ANNA) as unit:
        return ContentStore(bank.content_dir).propose(
            unit, "policies", "invoice_loan", changed, valid_from=date(2020, 3, 1)
        )


class AsServed:
    """The application as a server calls it: the path decoded once (the test client decodes it twice)."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": unquote(scope["raw_path"].decode())}
        await self.app(scope, receive, send)


def a_client(bank: Bank, **more: Any) -> TestClient:
    """A browser without script at a console of the bank's own."""
    return at_console(AsServed(create_app(bank, actor=CLERK, **more)))


def at_console(app: AsServed) -> TestClient:
    """A browser without script that was never there before."""
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False, raise_server_exceptions=False)
