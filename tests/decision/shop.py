"""A small bank with everything a decision needs: published content, a lake of a few firms, published models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from tests.decision.helpers import ANNA, AS_OF, BO, a_bank

from windchime.core.canonical import sha256
from windchime.core.dates import SHANGHAI, Month, last_complete_month
from windchime.data.contracts import contract
from windchime.data.lake import Lake
from windchime.decision.publication import set_up
from windchime.indicators import indicators
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.tables import ModelVersion
from windchime.service.bank import Bank

#: what the small models look at
CODES = ("months_known", "sales_growth_12m", "top1_buyer_share_12m", "void_rate_12m")


@dataclass(frozen=True)
class Firm:
    """A firm by its invoices: monthly sales that come to the last complete month before the as-of date."""

    name: str
    months: int
    #: yuan a month, spread over buyers
    sales: int
    buyers: int = 4
    #: of ten invoices, how many are void
    voids: int = 0
    #: principal of a loan that is running
    owes: int = 0

    @property
    def firm_id(self) -> str:
        return f"shop:{self.name}"


FIRMS = (
    Firm("SOUND", 36, 1_200_000),
    Firm("SMALL", 36, 60_000),
    Firm("YOUNG", 4, 1_000_000),
    Firm("ONEBUYER", 30, 1_500_000, buyers=1),
    Firm("VOIDING", 30, 1_500_000, voids=3),
    Firm("INDEBTED", 36, 1_200_000, owes=1_000_000),
    Firm("SILENT", 0, 0),
)


def _known(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=SHANGHAI).astimezone(UTC)


def _shared(day: date, row: int) -> dict[str, Any]:
    return {
        "source": "shop",
        "happened_at": day,
        "known_at": _known(day),
        "source_file": "shop",
        "source_sheet": None,
        "row_no": row,
        "load_id": "load-1",
        "supersedes": None,
    }


def _invoices(firm: Firm) -> Iterator[dict[str, Any]]:
    for back in range(firm.months):
        month: Month = last_complete_month(AS_OF) + -back
        for n in range(10):
            day = date(month.year, month.month, 1 + 2 * n)
            amount = Decimal(firm.sales // 10)
            yield {
                "reporting_firm_id": firm.firm_id, "direction": "sale", "copy": "seller", "seller_id": firm.firm_id,
                "buyer_id": f"shop:B{n % firm.buyers}", "invoice_code": None, "invoice_no": f"{back:03d}{n:05d}",
                "kind": "special", "status": "void" if n < firm.voids else "normal", "colour": "blue",
                "original_no": None, "issue_date": day, "amount": amount, "tax": amount * Decimal("0.13"),
                "total": amount * Decimal("1.13"), "duplicate_of": None, **_shared(day, back * 10 + n + 2),
            }  # fmt: skip


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=contract(name).arrow_schema())


def frames(firms: tuple[Firm, ...] = FIRMS) -> Mapping[str, pa.Table]:
    """The lake tables of the firms."""
    begin, due = date(2015, 1, 1), date(2020, 12, 31)
    known = [
        {"firm_id": f.firm_id, "name": f.name, "credit_code": None, "firm_kind": None, "industry_code": None,
         "region_code": None, "established_on": None, "known_on": begin, **_shared(begin, i + 2)}
        for i, f in enumerate(firms)
    ]  # fmt: skip
    drawn = date(2019, 12, 31)
    loans = [
        {"loan_id": f"L{i}{kind}", "firm_id": f.firm_id, "principal": Decimal(f.owes), "rate": Decimal("0.05"),
         "term_months": 12, "drawn_on": on, "due_on": until, **_shared(on, i + 2)}
        for i, f in enumerate(firms) if f.owes
        for kind, on, until in (("running", drawn, due), ("repaid", begin, date(2016, 1, 1)))
    ]  # fmt: skip
    return {
        "firms": _table("firms", known),
        "invoices": _table("invoices", [row for f in firms for row in _invoices(f)]),
        "loans": _table("loans", loans),
    }


@cache
def models() -> tuple[Scorecard, Challenger]:
    """Two models fitted on made-up firms in which young, shrinking, dependent firms default."""
    rng = np.random.default_rng(7)
    n = 240
    columns = {
        "months_known": rng.integers(1, 60, n).astype(float),
        "sales_growth_12m": rng.normal(0, 0.4, n),
        "top1_buyer_share_12m": rng.uniform(0.05, 1, n),
        "void_rate_12m": rng.uniform(0, 0.3, n),
    }
    odds = -2.5 - 0.06 * (columns["months_known"] - 30) - 2 * columns["sales_growth_12m"]
    bad = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    cards = {i.code: i for i in indicators()}
    features = [Feature.of(cards[c]) for c in CODES]
    table = pl.DataFrame(columns)
    return Scorecard(features).fit(table, bad), Challenger(features).fit(table, bad)


def keep(bank: Bank, name: str, data: bytes, state: str = "published") -> str:
    """Put a model into the bank's store as if it had gone the whole way."""
    version = sha256(data)
    (bank.models_dir / f"{version}.json").write_bytes(data)
    with bank.unit(ANNA) as unit:
        unit.session.add(
            ModelVersion(version=version, model=name, state=state, card=version, oof=version, author="anna",
                         author_kind="person", made_at=unit.now, validator="bo", validated_at=unit.now, publisher="bo",
                         published_at=unit.now, retired_by=None, retired_at=None)
        )  # fmt: skip
    return version


def load(bank: Bank, tables: Mapping[str, pa.Table], load_id: str = "load-1") -> None:
    """Publish tables to the bank's lake."""
    with bank.unit(ANNA) as unit:
        Lake(bank.lake_dir).publish(unit, tables, load_id=load_id, content_hash=load_id)


def a_shop(home: Path) -> Bank:
    """The bank, ready to decide."""
    bank = a_bank(home)
    set_up(bank, BO)
    load(bank, frames())
    scorecard, challenger = models()
    keep(bank, "scorecard", scorecard.dump())
    keep(bank, "challenger", challenger.dump())
    return bank
