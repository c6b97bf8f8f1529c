"""Gathering: reports say what log and library hold; every look-up against a plain count over the rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.decision.helpers import a_case

from windchime.content.store import ContentStore
from windchime.core.clock import FixedClock
from windchime.core.dates import Month, Window
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.data.lake import Lake
from windchime.data.reading import Reading
from windchime.decision import log, publication
from windchime.decision.case import Case
from windchime.decision.deciding import decide_one
from windchime.decision.document import Document
from windchime.decision.rulebook import Rulebook
from windchime.documents import (
    allocated,
    firm_report,
    gather_firm,
    gather_portfolio,
    html,
    looking_up,
    pdf,
    portfolio_report,
)
from windchime.indicators import indicators, measure_one, rows_behind, version
from windchime.service.bank import Bank
from windchime.twin.generate import generate

ANNA, BO = Actor("anna"), Actor("bo")
NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest simulated region."""
    folder = tmp_path_factory.mktemp("region")
    generate(folder, firms=20, seed=5)
    return folder


@pytest.fixture(scope="module")
def bank(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """A small simulated region, loaded, with published content and three decisions."""
    opened = Bank.open(tmp_path_factory.mktemp("home"), clock=FixedClock(NOON))
    load(opened, ANNA, region, pack="windchime")
    publication.set_up(opened, BO)
    _decide(opened)
    yield opened
    opened.close()


def firms(bank: Bank) -> list[str]:
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=as_of(bank)) as reading:
        found = reading.table("invoices").reporting_firm_id.value_counts().to_pyarrow().to_pylist()
    return sorted(r["reporting_firm_id"] for r in found)


def as_of(bank: Bank) -> date:
    with bank.session() as session:
        return Lake(bank.lake_dir).pack(session).as_of


def _decide(bank: Bank) -> None:
    """One firm of each verdict, decided on figures the test names; the first on its measured ones."""
    day = as_of(bank)
    first, second, third = firms(bank)[:3]
    with bank.session() as session:
        rulebook = Rulebook.published(ContentStore(bank.content_dir), session, "invoice_loan", day)
        with Lake(bank.lake_dir).reading(session, as_of=day) as reading:
            lake_version = reading.lake_version
    cites = rulebook.cites(indicators=version(), lake_version=lake_version, release="0.1.0", lock="lock:0")

    def decided(case: Case) -> Document:
        from dataclasses import replace

        return decide_one(rulebook, replace(case, as_of=day), cites)

    sound = decided(a_case(first))
    referred = decided(a_case(second, sales_growth_12m="-0.8000"))
    declined = decided(a_case(third, band="D"))
    with bank.unit(ANNA) as unit:
        log.write(unit, [sound, referred, declined])


@pytest.fixture(scope="module")
def reading(bank: Bank) -> Iterator[Reading]:
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=as_of(bank)) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(reading: Reading) -> Sequence[dict[str, Any]]:
    """Every invoice that counts, as plain rows."""
    t = reading.table("invoices")
    found: list[dict[str, Any]] = t.filter(t.countable).to_pyarrow().to_pylist()
    return found


def test_flows_are_the_months_of_the_rows(bank: Bank, reading: Reading, rows: Sequence[dict[str, Any]]) -> None:
    first, after = Window(looking_up.FLOW_MONTHS).bounds(reading.as_of)
    for firm in firms(bank)[:4]:
        mine = [r for r in rows if r["reporting_firm_id"] == firm and first <= r["issue_date"] < after]
        flows, count = looking_up.flows(reading, firm)
        assert count == len(mine)
        months = [f.month for f in flows]
        assert months == [months[0] + i for i in range(len(months))]
        for flow in flows:
            inside = [r for r in mine if Month.of(r["issue_date"]) == flow.month]
            assert flow.sales == sum(r["amount"] for r in inside if r["direction"] == "sale")
            assert flow.purchases == sum(r["amount"] for r in inside if r["direction"] == "purchase")


@pytest.mark.parametrize("direction", ["sale", "purchase"])
def test_partners_are_those_of_the_rows(
    bank: Bank, reading: Reading, rows: Sequence[dict[str, Any]], direction: str
) -> None:
    first, after = Window(12).bounds(reading.as_of)
    other = {"sale": "buyer_id", "purchase": "seller_id"}[direction]
    for firm in firms(bank)[:4]:
        mine = [
            r
            for r in rows
            if r["reporting_firm_id"] == firm and r["direction"] == direction and first <= r["issue_date"] < after
        ]
        found = looking_up.partners(reading, firm, direction)
        if not mine:
            assert found is None
            continue
        totals: dict[str, Decimal] = {}
        for r in mine:
            totals[r[other]] = totals.get(r[other], Decimal(0)) + r["amount"]
        assert found is not None
        assert (found.rows, found.partners, found.whole) == (len(mine), len(totals), sum(totals.values(), Decimal(0)))
        assert [p.amount for p in found.largest] == sorted(totals.values(), reverse=True)[: len(found.largest)]


def test_rows_behind_an_indicator_are_those_it_shows(bank: Bank, reading: Reading) -> None:
    firm = firms(bank)[0]
    codes = [i.code for i in indicators()]
    counted = looking_up.rows_behind_each(reading, firm, codes)
    for code in codes[:: max(1, len(codes) // 8)]:
        assert counted[code] == rows_behind(reading, firm, code, limit=1_000_000).num_rows, code


def test_a_name_is_the_newest_of_the_register(bank: Bank, reading: Reading) -> None:
    firm = firms(bank)[0]
    name, facts = looking_up.register(reading, firm)
    assert looking_up.names(reading, [firm, "twin:nobody"]) == {firm: name}
    assert all(f.source_file and f.row_no for f in facts)
    assert looking_up.register(reading, "twin:nobody") == ("twin:nobody", ())


def test_a_decided_firm_is_reported_as_it_was_decided(bank: Bank) -> None:
    found = gather_firm(bank, firms(bank)[1], by="officer")
    assert found.decision is not None
    assert found.decision.verdict == "refer"
    assert found.made.simulated
    assert found.made.generated_at == NOON
    growth = next(m for m in found.indicators if m.indicator.code == "sales_growth_12m")
    assert growth.value == Decimal("-0.8000"), "the figure the decision was made on"
    assert "sales_falling" in [r.code for r in found.decision.reasons]
    assert {p.status for p in found.decision.parameters} == {"illustrative"}
    assert found.scores[0].band == "A"


def test_a_firm_without_decision_is_reported_as_measured(bank: Bank, reading: Reading) -> None:
    firm = firms(bank)[5]
    found = gather_firm(bank, firm, by="officer")
    assert found.decision is None
    assert {m.indicator.code: m.value for m in found.indicators} == measure_one(reading, firm)


def test_an_unknown_decision_is_refused(bank: Bank) -> None:
    with pytest.raises(UnknownName):
        gather_firm(bank, firms(bank)[0], by="officer", decision_id="nothing")
    with pytest.raises(UnknownName):
        gather_portfolio(bank, by="officer", run_id="nothing")


def test_the_portfolio_is_the_run(bank: Bank) -> None:
    found = gather_portfolio(bank, by="officer")
    assert Counter(o.verdict for o in found.offers) == {"approve": 1, "refer": 1, "decline": 1}
    assert len(found.digest) == 64
    assert ("band_not_lent", "decline", 1) in [(code, verdict, n) for code, _said, verdict, n in found.reasons]
    assert all(t.source == t.lake + t.quarantined for t in found.tables)
    assert found.model_card == (), "no card of a model that was never trained here"
    assert {n.severity for n in found.notes} <= {"normal", "watch", "high", "severe"}


def test_reports_over_a_bank_are_whole(bank: Bank) -> None:
    one = firm_report(gather_firm(bank, firms(bank)[0], by="officer"), "zh")
    all_ = portfolio_report(gather_portfolio(bank, by="officer"), "en")
    for report in (one, all_):
        assert html(report)
        assert pdf(report, NOON).startswith(b"%PDF")


def test_a_bank_without_decisions_still_reports(region: Path, tmp_path: Path) -> None:
    opened = Bank.open(tmp_path, clock=FixedClock(NOON))
    load(opened, ANNA, region, pack="windchime")
    found = gather_portfolio(opened, by="officer")
    assert found.offers == ()
    assert html(portfolio_report(found, "zh"))
    opened.close()


def test_an_allocation_is_read_from_its_json_form() -> None:
    body = {
        "budget": "1000000.00",
        "total": {"name": "optimum", "firms": 2, "offered": "900000.00", "expected_profit": "31000.00"},
        "peers": [{"name": "rank_by_score", "firms": 1, "offered": "800000.00", "expected_profit": "20000.00"}],
        "certificate": {"gap": "0.000000000000"},
        "shadow_prices": {"lp_dual": "0.03", "finite_difference_forward": "0.02", "finite_difference_backward": None},
        "unspent_because": [
            {"code": "x", "severity": "normal", "msgid": "{amount} is left", "params": {"amount": "1"}, "evidence": []}
        ],
        "offers": [{"band": "A", "amount": "500000.00"}, {"band": "B", "amount": "400000.00"}],
        "realised": [{"plan": "optimum", "against": "rank_by_score", "profit": "10.00", "difference": "4.00"}],
        "versions": {"lending_costs": "a" * 64},
    }
    found = allocated(body)
    assert (found.budget, found.spent, found.firms) == (Decimal(1_000_000), Decimal(900_000), 2)
    assert [(s.label.en, s.realised_profit) for s in found.strategies] == [
        ("optimum", Decimal("10.00")),
        ("ranked by score", Decimal("6.00")),
    ]
    assert [(p.label.en, p.amount) for p in found.by_band] == [("A", Decimal(500_000)), ("B", Decimal(400_000))]
    assert found.unspent[0].en == "1 is left"
    assert found.backward is None


@pytest.mark.samples
def test_real_invoices_make_a_report(samples: Path, tmp_path: Path) -> None:
    opened = Bank.open(tmp_path, clock=FixedClock(NOON))
    load(opened, ANNA, samples / "cumcm2020c", pack="cumcm2020c")
    found = gather_firm(opened, "cumcm2020c:E12", by="officer")
    assert not found.made.simulated
    assert found.made.as_of == date(2020, 2, 21)
    assert found.flows[-1].month == Month(2020, 1)
    report = firm_report(found, "zh")
    assert "仿真数据" not in html(report).decode()
    assert pdf(report, NOON).startswith(b"%PDF")
    opened.close()
