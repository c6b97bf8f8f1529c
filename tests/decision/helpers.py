"""Builders of decisions: firms in words of credit, cases, documents and a bank with published content."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.decision.case import Case
from windchime.decision.deciding import decide_one
from windchime.decision.document import Cites, Document
from windchime.decision.rulebook import Rulebook
from windchime.service.bank import Bank

AS_OF = date(2020, 2, 21)
NOON = datetime(2020, 2, 22, 4, 0, tzinfo=UTC)
ANNA, BO = Actor("anna"), Actor("bo")

#: a firm nobody has doubts about, in the inputs that the shipped policy and product read
SOUND: dict[str, Decimal | int | None] = {
    "months_known": 36,
    "sales_3m": Decimal("3000000.00"),
    "sales_12m": Decimal("12000000.00"),
    "sale_invoices_12m": 480,
    "void_rate_12m": Decimal("0.0200"),
    "red_rate_12m": Decimal("0.0100"),
    "mutual_share_12m": Decimal("0.0000"),
    "top1_buyer_share_12m": Decimal("0.2000"),
    "sales_surge_3m": Decimal("1.0000"),
    "sales_growth_12m": Decimal("0.0500"),
}


@cache
def rulebook() -> Rulebook:
    """The shipped invoice loan."""
    return Rulebook.shipped("invoice_loan", AS_OF)


def a_score(*, band: str = "A", probability: str = "0.010000", value: str = "650.0000") -> dict[str, Any]:
    """Body of a score."""
    return {
        "model": "scorecard",
        "version": "0" * 64,
        "value": value,
        "probability": probability,
        "band": band,
        "base": value,
        "contributions": [],
    }


def a_case(
    firm: str = "twin:F1",
    *,
    existing: str = "0.00",
    band: str = "A",
    probability: str = "0.010000",
    findings: tuple[Mapping[str, Any], ...] = (),
    **changes: Decimal | int | str | None,
) -> Case:
    """A sound firm with some figures changed."""
    exact = {k: Decimal(v) if isinstance(v, str) else v for k, v in changes.items()}
    return Case(
        firm,
        firm,
        AS_OF,
        SOUND | exact,
        Decimal(existing),
        (a_score(band=band, probability=probability),),
        (),
        findings,
    )


def some_cites() -> Cites:
    """Cites of a decision that nothing was measured for."""
    return rulebook().cites(indicators="1" * 64, lake_version=1, release="0.1.0", lock="2" * 64)


def decided(case: Case) -> Document:
    """The case decided by the shipped invoice loan."""
    return decide_one(rulebook(), case, some_cites())


def a_bank(home: Path) -> Bank:
    """A bank whose clock stands at noon."""
    return Bank.open(home, clock=FixedClock(NOON))
