from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.graph.contagion.helpers import settings
from tests.graph.guarantees.helpers import lake, promises, written

from windchime.content.in_force import shipped
from windchime.data.reading import Reading
from windchime.graph.contagion.exposures import (
    months_up_to,
    of_guarantees,
    of_holdings,
    of_payments,
    of_trade,
)
from windchime.graph.contagion.gathering import gather
from windchime.graph.contagion.results import ranked, results
from windchime.graph.contagion.settings import SCHEME
from windchime.graph.facts.balances import BALANCES, balances
from windchime.graph.facts.forms import HOLDINGS, PAYMENTS, TRADE

DAY = date(2025, 12, 31)
BEHIND = {"table": "t", "row": "r"}


def told(found: pa.Table) -> dict[tuple[str, str], float]:
    return {(r["loser"], r["failed"]): r["amount"] for r in found.to_pylist()}


def test_months_end_at_the_last_complete_one() -> None:
    assert months_up_to(date(2025, 12, 31), 3) == (date(2025, 10, 1), date(2025, 12, 31))
    assert months_up_to(date(2025, 12, 30), 3) == (date(2025, 9, 1), date(2025, 11, 30))


def test_guarantors_of_one_debt_share_it_once_and_by_their_amounts_at_most() -> None:
    rows = promises(
        {"guarantor": "a", "debtor": "d", "amount": 900, "covered": Decimal(600), "contract": "C"},
        {"guarantor": "b", "debtor": "d", "amount": 100, "contract": "C"},
        {"guarantor": "c", "debtor": "d", "amount": 600, "contract": "C"},
        {"guarantor": "c", "debtor": "e", "amount": 50},
    )
    assert told(of_guarantees(rows, settings())) == {("a", "d"): 200, ("b", "d"): 100, ("c", "d"): 200, ("c", "e"): 50}
    lost = of_guarantees(rows, settings())
    assert lost["loss"].to_pylist() == pytest.approx(
        [x * settings().guarantee_lost for x in lost["amount"].to_pylist()]
    )


def test_a_public_fund_bears_its_share() -> None:
    rows = promises({"guarantor": "fund", "debtor": "d", "amount": 1000, "share": Decimal("0.8")})
    assert told(of_guarantees(rows, settings())) == {("fund", "d"): 800}


def test_receivables_are_a_share_of_recent_sales() -> None:
    def month(seller: str, total: int, since: date) -> dict[str, Any]:
        return {"seller": seller, "buyer": "b", "total": Decimal(total), "count": 1, "since": since, **BEHIND}

    rows = pa.Table.from_pylist(
        [
            month("s", 1000, date(2025, 12, 1)),
            month("s", 3000, date(2025, 1, 1)),
            month("s", 9000, date(2024, 12, 1)),
            month("red", -50, date(2025, 12, 1)),
        ],
        schema=TRADE,
    )
    assert told(of_trade(rows, DAY, settings())) == {("s", "b"): pytest.approx(4000 * settings().supply_outstanding)}


def test_owners_lose_their_part_of_what_a_company_is_worth() -> None:
    def stake(owner: str, company: str, share: str | None, until: date | None = None) -> dict[str, Any]:
        given = Decimal(share) if share else None
        return {"owner": owner, "company": company, "share": given, "owner_type": "firm", "until": until, **BEHIND}

    rows = pa.Table.from_pylist(
        [
            stake("o", "c", "0.6"),
            stake("old", "c", "0.4", date(2025, 1, 1)),
            stake("x", "c", None),
            stake("o", "poor", "0.5"),
        ],
        schema=HOLDINGS,
    )
    sheets = pa.Table.from_pylist(
        [
            {"firm": f, "net_assets": Decimal(x), "liabilities": None, "on": DAY, **BEHIND}
            for f, x in (("c", 500), ("poor", -9))
        ],
        schema=BALANCES,
    )
    assert told(of_holdings(rows, sheets, DAY, settings())) == {("o", "c"): pytest.approx(300)}


def test_money_lent_is_what_has_not_come_back() -> None:
    def paid(payer: str, payee: str, amount: int, category: str | None = "internal_out") -> dict[str, Any]:
        on = date(2025, 6, 1)
        made = {"payer": payer, "payee": payee, "amount": Decimal(amount), "category": category, "since": on}
        return made | BEHIND | {"paid_at": datetime(2025, 6, 1, tzinfo=UTC), "until": on}

    rows = pa.Table.from_pylist(
        [paid("a", "b", 100), paid("b", "a", 30), paid("a", "c", 70, "purchase"), paid("a", "c", 5, None)],
        schema=PAYMENTS,
    )
    assert told(of_payments(rows, DAY, settings())) == {("a", "b"): 70}


def sheet(firm: str, equity: int, **said: Any) -> dict[str, Any]:
    usual = {
        "firm_id": firm, "period_end": date(2025, 6, 30), "period_months": 6, "scope": "parent", "standard": "cas_2019",
        "statement": "bs", "item": "bs_total_equity", "version_kind": "management", "report_version": 1,
        "value": Decimal(equity), "source_unit": "yuan", "is_estimated": False,
    }  # fmt: skip
    return usual | said


def test_the_newest_balance_sheet_known_counts() -> None:
    rows = lake(
        "statements",
        sheet("t:a", 100),
        sheet("t:a", 90, version_kind="audited", known=date(2025, 9, 1)),
        sheet("t:a", 500, scope="consolidated", known=date(2025, 9, 2)),
        sheet("t:a", 7, period_end=date(2024, 12, 31), known=date(2025, 9, 3)),
        sheet("t:b", 80, item="bs_total_assets"),
        sheet("t:b", 95, item="bs_total_liabilities"),
        sheet("t:c", 1, item="bs_total_assets"),
    )
    found = balances(Reading.over({"statements": rows}, as_of=DAY)).to_pylist()
    assert [(r["firm"], int(r["net_assets"])) for r in found] == [("t:a", 90), ("t:b", -15)]
    assert found[0]["row"] == "t:a|2025-06-30|6|parent|cas_2019|bs|bs_total_equity|audited|1"
    early = balances(Reading.over({"statements": rows}, as_of=date(2025, 8, 1))).to_pylist()
    assert (early[0]["firm"], int(early[0]["net_assets"])) == ("t:a", 100)
    assert balances(Reading.over({}, as_of=DAY)).num_rows == 0


def test_ranks_of_a_library_say_what_they_rest_on() -> None:
    tables = {
        "guarantees": lake("guarantees", written("t:a", "t:b", amount=Decimal(5_000_000))),
        "statements": lake("statements", sheet("t:a", 1_000_000), sheet("t:b", 4_000_000)),
    }
    found = results(Reading.over(tables, as_of=DAY), shipped(SCHEME)[0])
    first, second = found.tables["contagion_ranks"].to_pylist()
    assert (first["firm_id"], first["rank"], first["fallen_count"], first["round_count"]) == ("t:b", 1, 1, 2)
    assert (first["impact_amount"], first["impact_share"]) == (Decimal("1000000.00"), Decimal("1.000000"))
    assert (second["firm_id"], second["threat_count"], second["biggest_exposure_id"]) == ("t:a", 1, "t:b")
    assert second["biggest_loss_amount"] == Decimal("3000000.00")
    assert '"row":"t:a-t:b|t:a"' in second["evidence"]
    assert not second["is_buffer_assumed"]


def test_a_library_without_ties_ranks_nobody() -> None:
    empty = Reading.over({}, as_of=DAY)
    assert ranked(gather(empty, settings()), settings()).num_rows == 0


def test_natural_persons_are_left_out() -> None:
    personal = written("t:p", "t:b", guarantor_type="person", kind="personal")
    found = gather(Reading.over({"guarantees": lake("guarantees", personal)}, as_of=DAY), settings())
    assert found.exposures.num_rows == 0
