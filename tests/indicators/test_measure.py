"""What is measured agrees with the pandas oracle, for all firms and for one, whatever the order of the rows."""

import struct
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.indicators.helpers import AS_OF, CUMCM_AS_OF, busy, cumcm, invoice, reading, tables
from tests.indicators.oracle import frame, oracle

from windchime.content.scheme import Scheme
from windchime.content.seed import documents
from windchime.data.reading import Reading, TableNotLoaded
from windchime.indicators import UnknownFirm, indicators, measure, measure_one

FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def agree(measured: pa.Table, expected: pd.DataFrame) -> None:
    """Every figure equals the oracle's to the digits its card declares."""
    found = measured.to_pandas().set_index("firm_id")
    assert list(found.index) == list(expected.index)
    assert set(found) == set(expected)
    for card in indicators():
        mine, theirs = found[card.code].astype(float), expected[card.code].astype(float)
        near = (mine - theirs).abs() <= 0.5 * 10.0**-card.digits + 1e-6 * np.maximum(1, theirs.abs())
        wrong = ~(near | (mine.isna() & theirs.isna()))
        assert not wrong.any(), f"{card.code}\n{pd.DataFrame({'measured': mine, 'oracle': theirs})[wrong].head()}"


def bits(value: "float | int | None") -> "bytes | int | None":
    """A figure as its bits: tells 0.0 from -0.0 and sees the last digit."""
    return struct.pack("<d", value) if isinstance(value, float) else value


def same_bits(found: Reading) -> None:
    """`measure_one` gives each firm its row of `measure`, bit for bit, in the same types."""
    for row in measure(found).to_pylist():
        firm = row.pop("firm_id")
        one = measure_one(found, firm)
        assert {k: bits(v) for k, v in one.items()} == {k: bits(v) for k, v in row.items()}, firm


@st.composite
def invoices(draw: st.DrawFn, last: date = AS_OF) -> list[dict[str, Any]]:
    """A few invoices of two firms with three partners on both sides, around the edges of the windows."""
    edges = [
        date(2021, 3, 1),
        date(2021, 2, 28),
        date(2020, 3, 1),
        date(2020, 2, 29),
        date(2019, 3, 1),
        date(2019, 2, 28),
    ]
    day = st.one_of(st.sampled_from(edges), st.integers(0, 800).map(lambda n: last - timedelta(days=n)))
    total = st.one_of(
        st.sampled_from(["10000", "9999.99", "0", "113000", "-113000", "0.01"]),
        st.decimals("-20000", "200000", places=2).map(str),
    )
    rows = []
    for _ in range(draw(st.integers(0, 25))):
        row = invoice(
            draw(st.sampled_from(["t:A", "t:B"])),
            draw(day),
            draw(total),
            direction=draw(st.sampled_from(["sale", "sale", "purchase"])),
            status=draw(st.sampled_from(["normal", "normal", "normal", "void"])),
            invoice_no=draw(st.sampled_from(["1", "2", "3", "007", "40", "X1", "9" * 20])),
            invoice_code=draw(st.sampled_from([None, "1100"])),
            kind=draw(st.sampled_from(["unknown", "digital_general"])),
            duplicate_of=draw(st.sampled_from([None, None, None, 1])),
            **{"with": draw(st.sampled_from(["x:P", "x:Q", "x:R"]))},
        )
        rows.append(row)
    return rows


@FEW
@given(rows=invoices())
def test_a_few_invoices_agree_with_the_oracle(rows: list[dict[str, Any]]) -> None:
    lake = tables(rows, ["t:A", "t:B", "t:silent"])
    measured = measure(Reading.over(lake, as_of=AS_OF))
    agree(measured, oracle(frame(lake["invoices"]), ["t:A", "t:B", "t:silent"], AS_OF))


@pytest.mark.parametrize(("seed", "as_of"), [(1, AS_OF), (2, AS_OF), (3, date(2021, 1, 31))])
def test_many_invoices_agree_with_the_oracle(seed: int, as_of: date) -> None:
    lake = tables(busy(seed, as_of=as_of), ["t:silent"])
    firms = lake["firms"]["firm_id"].to_pylist()
    measured = measure(Reading.over(lake, as_of=as_of))
    agree(measured, oracle(frame(lake["invoices"]), firms, as_of))
    dull = [c.code for c in indicators() if len(set(measured[c.code].to_pylist())) < 2]
    assert dull == [], "each indicator differs among firms in this set, or the comparison above says little"


def test_one_firm_is_measured_bit_for_bit_as_among_all() -> None:
    same_bits(Reading.over(tables(busy(4), ["t:silent"]), as_of=AS_OF))


def test_some_indicators_alone_are_the_same_as_among_all() -> None:
    found = Reading.over(tables(busy(7, firms=4, rows=800)), as_of=AS_OF)
    codes = ["buyer_hhi_12m", "sales_12m", "number_run_share_12m"]
    few = measure(found, codes=codes)
    assert few.column_names == ["firm_id", "sales_12m", "buyer_hhi_12m", "number_run_share_12m"]
    assert few.equals(measure(found).select(few.column_names))
    assert measure_one(found, "t:F01", codes=codes) == few.drop_columns("firm_id").to_pylist()[1]


@FEW
@given(rows=invoices(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(rows: list[dict[str, Any]], order: Any) -> None:
    rows = [r | {"row_no": i + 1} for i, r in enumerate(rows)]
    mixed = rows.copy()
    order.shuffle(mixed)
    assert measure(reading(rows, AS_OF, ["t:A"])).equals(measure(reading(mixed, AS_OF, ["t:A"])))


@FEW
@given(before=invoices(), after=invoices(), late=st.booleans())
def test_what_becomes_known_later_changes_nothing(
    before: list[dict[str, Any]], after: list[dict[str, Any]], late: bool
) -> None:
    """Rows that happen after the date, rows that happened before it and are known after it, corrections known after it."""
    later = AS_OF + timedelta(days=3)
    corrections = [
        invoice(r["reporting_firm_id"], r["issue_date"], 1, direction=r["direction"], known_on=later)
        | {"row_no": i, "load_id": "load-2", "supersedes": "load-1"}
        for i, r in enumerate(before, start=1)
    ]
    leak = [
        invoice(
            r["reporting_firm_id"],
            r["issue_date"] if late else later,
            r["total"],
            direction=r["direction"],
            invoice_no=r["invoice_no"],
            known_on=later,
        )
        for r in after
    ]
    firms = ["t:A", "t:B"]
    after_all = reading([*before, *leak, *corrections], AS_OF, firms)
    assert measure(reading(before, AS_OF, firms)).equals(measure(after_all))


def test_the_running_month_counts_for_recency_alone() -> None:
    sold = [invoice("t:A", date(2021, 2, d), 100 * d) for d in (1, 9, 28)]
    running = invoice("t:A", date(2021, 3, 10), 777_777)
    without, with_it = (measure_one(reading(rows, AS_OF), "t:A") for rows in (sold, [*sold, running]))
    changed = {code for code in without if without[code] != with_it[code]}
    assert changed == {"days_since_last_sale"}
    assert (without["days_since_last_sale"], with_it["days_since_last_sale"]) == (15, 5)


def test_the_month_that_ends_with_the_date_is_complete() -> None:
    rows = [invoice("t:A", date(2021, 3, 31), "500.00")]
    assert measure_one(reading(rows, date(2021, 3, 31)), "t:A")["sales_3m"] == 500.0
    assert measure_one(reading(rows, date(2021, 3, 30), ["t:A"]), "t:A")["sales_3m"] == 0.0


def test_a_firm_without_invoices_gets_its_missing_policy() -> None:
    rows = [invoice("t:A", date(2021, 2, 1), 100)]
    found = measure_one(reading(rows, AS_OF, ["t:silent"]), "t:silent")
    zero = {code for code, value in found.items() if value is not None}
    assert all(found[code] == 0 for code in zero)
    assert zero == {
        "sales_3m",
        "sales_6m",
        "sales_12m",
        "sales_24m",
        "purchases_12m",
        "ln_sales_6m",
        "ln_sales_12m",
        "ln_sales_24m",
        "ln_sales_7_18m",
        "ln_purchases_12m",
        "ln_sales_whole",
        "sale_invoices_12m",
        "purchase_invoices_12m",
        "buyers_12m",
        "sellers_12m",
    }


def test_a_worked_case() -> None:
    """A firm sells 60,000 to P and 40,000 to Q, voids one, takes one back, and buys 60,000 from P ten days later."""
    rows = [
        invoice("t:A", date(2020, 11, 2), 60_000, invoice_no="11", **{"with": "x:P"}),
        invoice("t:A", date(2020, 12, 2), 30_000, invoice_no="12", **{"with": "x:Q"}),
        invoice("t:A", date(2021, 2, 10), 20_000, invoice_no="13", **{"with": "x:Q"}),
        invoice("t:A", date(2021, 2, 11), 5_000, invoice_no="14", status="void", **{"with": "x:Q"}),
        invoice("t:A", date(2021, 2, 12), -10_000, invoice_no="15", **{"with": "x:Q"}),
        invoice("t:A", date(2020, 11, 12), 60_000, direction="purchase", **{"with": "x:P"}),
    ]
    found = measure_one(reading(rows, AS_OF), "t:A")
    expected = {
        "sales_12m": 100_000.0,
        "months_known": 4,
        "gap_months_12m": 1,
        "longest_gap_12m": 1,
        "void_rate_12m": 0.2,
        "red_rate_12m": round(10 / 120, 4),
        "top1_buyer_share_12m": 0.6,
        "buyer_hhi_12m": 0.52,
        "buyers_12m": 2,
        "two_way_share_12m": 0.6,
        "number_run_share_12m": 1.0,
        "purchases_to_sales_12m": 0.6,
        "mutual_share_12m": round(60 / 110, 4),
        "round_share_12m": 1.0,
        "rate_count_12m": 1,
    }
    assert {code: found[code] for code in expected} == expected


def test_an_unknown_firm_and_a_missing_table_are_named() -> None:
    found = reading([invoice("t:A", date(2021, 2, 1), 1)], AS_OF)
    with pytest.raises(UnknownFirm, match="t:nobody"):
        measure_one(found, "t:nobody")
    firms_alone = Reading.over({"firms": tables([], ["t:A"])["firms"]}, as_of=AS_OF)
    with pytest.raises(TableNotLoaded, match="invoices"):
        measure(firms_alone)


def test_another_banks_scheme_changes_the_figures_it_governs() -> None:
    body = documents("schemes")["invoice_indicators"]
    body["parameters"]["round_step"]["values"][0]["value"] = "100"
    rows = [invoice("t:A", date(2021, 2, d), total) for d, total in ((1, 100), (2, 10_000), (3, 150))]
    found = reading(rows, AS_OF)
    assert measure_one(found, "t:A")["round_share_12m"] == round(1 / 3, 4)
    assert measure_one(found, "t:A", Scheme.of(body))["round_share_12m"] == round(2 / 3, 4)


@pytest.mark.samples
def test_the_published_sample_agrees_with_the_oracle_and_its_marginals(samples: Path) -> None:
    lake = cumcm(samples)
    found = Reading.over(lake, as_of=CUMCM_AS_OF)
    measured = measure(found)
    agree(measured, oracle(frame(lake["invoices"]), lake["firms"]["firm_id"].to_pylist(), CUMCM_AS_OF))
    assert measured.num_rows == 123
    for firm in ("cumcm2020c:E1", "cumcm2020c:E50", "cumcm2020c:E123"):
        row = measured.filter(pa.compute.equal(measured["firm_id"], firm)).drop_columns("firm_id").to_pylist()[0]
        assert measure_one(found, firm) == row
    t = measured.to_pandas()
    # published marginals of the sample: a void rate near 8 % at the median firm, one main rate a firm, +1 steps of numbers
    assert 0.06 < t.void_rate_24m.median() < 0.10
    assert t.main_rate_share_12m.median() > 0.8
    assert 0.93 < t.number_run_share_12m.median() < 0.98
    assert t.near_cap_share_12m.median() > 0.1
