"""Checks of single rows, keys, references, months and peers: each planted fault is found, exactly as often as planted."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.data.quality.rows import AS_OF, a_reading, months

from windchime.core import credit_code, patent_number
from windchime.data.contracts import contracts
from windchime.data.quality import Schemes, Tally, examine
from windchime.data.quality.examining import of_table
from windchime.data.quality.settings import Settings
from windchime.data.reading import Reading

GOOD = "91990124MAFGT4T37Y"


SETTINGS = Settings.of(Schemes.shipped().scores, AS_OF)


def found(reading: Reading, code: str, column: str = "", table: str = "") -> Tally:
    """The one tally of a check of one table, the first that is there by default."""
    name = table or next(n for n in TABLES if reading.has(n))
    (tally,) = [t for t in of_table(name, reading, SETTINGS)[0] if t.code == code and t.column == column]
    return tally


#: tables of the tests, those first that others only refer to
TABLES = (
    *("patents", "facilities", "repayment_schedule", "customs_trade", "provident_fund", "loans", "invoices", "firms"),
)


def firms(*changes: Mapping[str, Any]) -> dict[str, Any]:
    return {"firms": [{"firm_id": f"twin:F{i}", "name": "n"} | dict(c) for i, c in enumerate(changes, 1)]}


def loans(*changes: Mapping[str, Any]) -> dict[str, Any]:
    return {"loans": [{"loan_id": f"L{i}", "rate": Decimal("0.05")} | dict(c) for i, c in enumerate(changes, 1)]}


def invoices(*changes: Mapping[str, Any]) -> dict[str, Any]:
    base = {"seller_id": "twin:F1", "buyer_id": "twin:F2", "total": Decimal(113)}
    return {"invoices": [base | {"invoice_no": str(i)} | dict(c) for i, c in enumerate(changes, 1)]}


def patent(number: str, kind: str = "invention") -> dict[str, Any]:
    return {"application_no": number, "ip_kind": kind, "title": number}


CLEAN: dict[str, Any] = {}
PLANTED: list[tuple[str, str, dict[str, Any], int, list[int]]] = [
    ("credit_code_fails", "credit_code", firms({"credit_code": GOOD}, {"credit_code": GOOD[:-1] + "X"}, CLEAN), 1, [2]),
    ("region_unknown", "region_code", firms({"region_code": "500112"}, {"region_code": "0"}, {"region_code": "0011"}), 2, [2, 3]),
    ("industry_malformed", "industry_code", firms({"industry_code": "C2613"}, {"industry_code": "2613"}), 1, [2]),
    ("patent_number_fails", "application_no", {"patents": [patent("CN200310102344.5"), patent("200310102344.6"), patent("x", "software")]}, 1, [2]),
    ("rule_broken", "balance_above_principal", loans({"principal": Decimal(10), "balance": Decimal(11)}, {"principal": Decimal(10), "balance": Decimal(10)}), 1, [1]),
    ("rule_broken", "settled_without_day", loans({"loan_status": "settled"}, {"loan_status": "normal"}), 1, [1]),
    ("rule_broken", "limit_disagrees", {"facilities": [{"facility_id": "A", "limit_amount": Decimal(10), "used_amount": Decimal(4), "available_amount": Decimal(5)}, {"facility_id": "B"}]}, 1, [1]),
    ("rule_broken", "hs_code_malformed", {"customs_trade": [{"hs_code": "8471", "country": "USA"}, {"hs_code": "84", "country": "USA"}]}, 1, [2]),
    ("rule_broken", "seller_is_buyer", invoices({"buyer_id": "twin:F1"}, CLEAN), 1, [1]),
    ("rule_broken", "total_is_zero", invoices({"total": Decimal(0)}, CLEAN), 1, [1]),
    ("out_of_bounds", "rate", loans({"rate": Decimal("0.90")}, CLEAN), 1, [1]),
    ("date_unbelievable", "established_on", firms({"established_on": date(1900, 1, 1)}, {"established_on": date(2001, 1, 1)}), 1, [1]),
    ("unit_suspect", "registered_capital", firms({"registered_capital": Decimal(5_000_000), "paid_in_capital": Decimal(500)}, {"registered_capital": Decimal(500), "paid_in_capital": Decimal(500)}), 1, [1]),
    ("known_late", "", invoices({"lag": 46}, {"lag": 45}, CLEAN), 1, [1]),
    ("key_repeated", "", loans(CLEAN, {"loan_id": "L1"}, CLEAN), 1, [2]),
    ("key_repeated", "", {"repayment_schedule": [{"loan_id": "L", "instalment_no": 1}] * 3}, 2, [2, 3]),
    ("key_repeated", "", invoices(CLEAN, {"duplicate_of": 1}), 1, [2]),
    ("reference_missing", "loan_id", {"repayment_schedule": [{"loan_id": "L1"}, {"loan_id": "L2"}]} | loans(CLEAN), 1, [2]),
    ("reference_missing", "firm_id", loans({"firm_id": "twin:F9"}, CLEAN) | firms(CLEAN), 1, [1]),
    ("column_is_empty", "credit_code", firms(*[CLEAN] * 4, *[{"credit_code": GOOD}] * 6), 3, [1, 2, 3, 4]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "column", "tables", "failed", "shown"), PLANTED, ids=[f"{p[0]}-{p[1]}-{i}" for i, p in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found(
    code: str, column: str, tables: dict[str, Any], failed: int, shown: list[int]
) -> None:
    tally = found(a_reading(**tables), code, column)
    assert (tally.failed, [e.row for e in tally.examples][: len(shown)]) == (failed, shown)
    assert tally.sentence("zh") != tally.sentence("en")
    assert Tally.of(tally.as_dict()) == Tally.of(tally.as_dict() | {"examples": [vars_of(e) for e in tally.examples]})


def vars_of(example: Any) -> dict[str, Any]:
    return {"file": example.file, "sheet": example.sheet, "row": example.row}


def test_clean_rows_have_no_findings_and_full_scores() -> None:
    clean = a_reading(**loans(CLEAN, CLEAN), **invoices(CLEAN), **firms(*[{"credit_code": GOOD, "industry_code": "C26", "region_code": "500112", "established_on": date(2001, 1, 1), "status": "active"}] * 2))  # fmt: skip
    examined = examine(clean)
    assert [(t.table, t.code, t.column) for t in examined.findings] == []
    assert {s.score for s in examined.scores} == {Decimal(1)}


def test_a_row_with_several_faults_counts_once_for_validity() -> None:
    wrong = {"credit_code": "x", "region_code": "x", "industry_code": "x"}
    tally = found(a_reading(**firms(wrong, CLEAN)), "rows_are_invalid")
    assert (tally.failed, tally.checked) == (1, 2)


def test_rows_in_quarantine_count_against_validity() -> None:
    waiting = [{"quarantine_id": str(i), "table_name": "loans", "state": "open"} for i in range(3)]
    repaired = {"quarantine_id": "9", "table_name": "loans", "state": "repaired"}
    reading = a_reading(**loans(CLEAN), quarantine=[*waiting, repaired])
    tally = found(reading, "rows_are_invalid")
    assert (tally.failed, tally.checked) == (3, 4)


def test_codes_as_expressions_are_those_of_core() -> None:
    draw = random.Random(5)
    codes = [GOOD, "", "91350100M000100Y43", *("".join(draw.choices(credit_code.ALPHABET, k=18)) for _ in range(40))]
    codes += [c[:17] + credit_code.check_character(c[:17]) for c in codes if len(c) == 18 and draw.random() < 0.5]
    digits = ["".join(draw.choices("0123456789", k=draw.choice([8, 12]))) for _ in range(40)]
    numbers = [
        f"{d}.{patent_number.check_digit(d) if draw.random() < 0.5 else draw.choice('0123456789X')}" for d in digits
    ]
    reading = a_reading(**firms(*({"credit_code": c} for c in codes)), patents=[patent(n) for n in numbers])
    bad = sum(not credit_code.check(c).valid for c in codes)
    assert found(reading, "credit_code_fails", "credit_code", "firms").failed == bad
    assert found(reading, "patent_number_fails", "application_no").failed == sum(not patent_number.valid(n) for n in numbers)  # fmt: skip


def test_missing_months_inside_a_series_are_counted() -> None:
    series = months(date(2025, 1, 1), 10)
    kept = [m for i, m in enumerate(series) if i not in (3, 4, 7)]
    whole = [{"firm_id": "twin:F2", "month": m, "happened_at": m} for m in series]
    holes = [{"firm_id": "twin:F1", "month": m, "happened_at": m} for m in kept]
    tally = found(a_reading(provident_fund=[*whole, *holes]), "months_missing")
    assert (tally.failed, tally.checked) == (3, 20)


def test_a_break_in_what_a_source_covers_is_found() -> None:
    count = dict.fromkeys(months(date(2025, 1, 1), 8), 40) | {date(2025, 5, 1): 10, date(2025, 8, 1): 5}
    rows = [{"loan_id": f"{m}{i}", "happened_at": m, "drawn_on": m} for m, n in count.items() for i in range(n)]
    examined = examine(a_reading(loans=rows))
    (tally,) = [t for t in examined.tallies if t.code == "coverage_breaks"]
    # the last month may still be filling
    assert (tally.failed, tally.checked) == (1, 8)
    assert [m.month for m in examined.months if m.is_break] == ["2025-05"]


def test_lags_are_told_by_month() -> None:
    reading = a_reading(**invoices({"lag": 2}, {"lag": 5}, {"happened_at": date(2025, 7, 1), "lag": 1}))
    found_months = {m.month: (m.rows, m.lag_mean, m.lag_longest) for m in examine(reading).months}
    assert found_months == {"2025-06": (2, 3.5, 5), "2025-07": (1, 1.0, 1)}


def test_an_outlier_among_peers_is_found() -> None:
    sizes = [Decimal(100_000 + 900 * i) for i in range(60)]
    rows = [
        {"loan_id": str(i), "firm_id": "twin:F1", "principal": s} for i, s in enumerate([*sizes, Decimal(900_000_000)])
    ]
    tally = found(a_reading(loans=rows, **firms({"industry_code": "C26"})), "outliers", "principal")
    assert (tally.failed, tally.checked, [e.row for e in tally.examples]) == (1, 61, [61])


def test_every_table_can_be_examined_empty() -> None:
    empty = {name: c.arrow_schema().empty_table() for name, c in contracts().items()}
    examined = examine(Reading.over(empty, as_of=AS_OF))
    assert examined.findings == ()
    assert {c.reason for c in examined.crosschecks} == {"nothing_in_common"}


def test_offset_invoices_and_their_red_letters_count_and_others_do_not() -> None:
    statuses = ["normal", "red_full", "red_part", "void", "lost_control", "abnormal", "pending"]
    t = a_reading(**invoices(*({"status": s} for s in statuses))).table("invoices")
    assert t.filter(t["countable"])["status"].to_pyarrow().to_pylist() == statuses[:3]
