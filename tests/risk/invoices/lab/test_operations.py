"""The operations do what the committed list says of them, and nothing else."""

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers

from windchime.core import credit_code
from windchime.core.errors import UnknownName
from windchime.risk.invoices.lab import OPERATIONS, Tampered, operation, tamper
from windchime.risk.invoices.lab.operations import _DONE, COMPANIONS, WHOLE, BadCount
from windchime.risk.invoices.lab.parties import LINE_KEY
from windchime.risk.invoices.lab.rates import known
from windchime.risk.invoices.listing import FORM, Listing

CODES = [o.code for o in OPERATIONS]


@cache
def listing() -> Listing:
    return borrowers()


def by_row(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return frame.join(rows.select("row"), on="row", how="semi").sort("row")


def pairs(done: Tampered, what: str = "changed") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows as they were and as they are."""
    rows = done.altered.filter(pl.col("what") == what)
    return by_row(listing().invoices, rows), by_row(done.listing.invoices, rows)


def sums(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.group_by(LINE_KEY).agg(pl.col("amount").sum(), pl.col("tax").sum()).sort(LINE_KEY)


def test_every_listed_operation_exists_and_no_other() -> None:
    assert {*_DONE, "alter_item"} == set(CODES)
    assert len(CODES) == 24


@settings(max_examples=40, deadline=None)
@given(code=st.sampled_from(CODES), seed=st.integers(0, 99), count=st.sampled_from([1, 4, 0.1, 1.0]))
def test_only_what_the_list_names_differs(code: str, seed: int, count: float) -> None:
    what, before = operation(code), listing()
    done = tamper(before, code, count=count, seed=seed)
    assert done.skipped is None
    told = {w: done.altered.filter(pl.col("what") == w) for w in ("changed", "removed", "added")}
    assert done.altered.height > 0
    assert done.listing.invoices.height == before.invoices.height + told["added"].height - told["removed"].height
    assert ("rows" in what.copy) == bool(told["added"].height or told["removed"].height)
    untouched = before.invoices.join(done.altered, on="row", how="anti")
    assert_frame_equal(by_row(done.listing.invoices, untouched), untouched.sort("row"))
    was, now = pairs(done)
    allowed = {*what.copy, *(c for a in what.copy for c in COMPANIONS.get(a, ()))}
    assert_frame_equal(was.drop(allowed, strict=False), now.drop(allowed, strict=False))
    if code != "alter_item":
        assert all((was.row(i) != now.row(i)) for i in range(was.height))
    qualify = [pl.col(c) == v for c, v in what.rows.items()]
    touched = pl.concat([was, by_row(before.invoices, told["removed"])])
    assert touched.filter(pl.col("direction") == what.side, *qualify).height == touched.height
    assert dict(done.listing.invoices.schema) == FORM
    assert done.listing.invoices["row"].is_unique().all()
    if code not in WHOLE and code != "delete_customer" and isinstance(count, int):
        assert done.altered.filter(pl.col("what") != "changed" if code == "repeat_rows" else True).height >= 3 * count
        if what.copy != ("rows", "amount", "tax", "total"):
            assert done.altered["reporting_firm_id"].value_counts()["count"].to_list() == [count] * 3


@pytest.mark.parametrize("code", CODES)
def test_same_seed_same_result_and_firms_do_not_depend_on_each_other(code: str) -> None:
    once, twice = (tamper(listing(), code, count=3, seed=5) for _ in range(2))
    assert_frame_equal(once.listing.invoices, twice.listing.invoices)
    assert_frame_equal(once.listing.lines, twice.listing.lines)
    alone = tamper(listing(), code, firm="own:F1", count=3, seed=5)
    mine = pl.col("reporting_firm_id") == "own:F1"
    of = [d.listing.invoices.filter(mine).drop("row").sort(pl.all()) for d in (once, alone)]
    assert_frame_equal(*of)
    rest = listing().invoices.filter(~mine)
    assert_frame_equal(alone.listing.invoices.filter(~mine), rest)


@pytest.mark.parametrize("code", CODES)
def test_lines_stay_in_line_with_heads_where_the_forger_is_careful(code: str) -> None:
    done = tamper(listing(), code, count=0.3, seed=3)
    keys = done.listing.lines.select(LINE_KEY).unique()
    heads = done.listing.invoices.unique(LINE_KEY, keep="first")
    assert keys.join(heads, on=LINE_KEY, how="anti", nulls_equal=True).is_empty()
    if code in ("alter_amount", "alter_total"):
        assert_frame_equal(done.listing.lines, listing().lines)
        return
    told = sums(done.listing.lines).join(heads, on=LINE_KEY, nulls_equal=True, suffix="_head")
    assert told.filter((pl.col("amount") != pl.col("amount_head")) | (pl.col("tax") != pl.col("tax_head"))).is_empty()
    sales = heads.filter(pl.col("direction") == "sale")
    assert sales.join(keys, on=LINE_KEY, how="anti", nulls_equal=True).is_empty()


def test_amounts_add_up_unless_the_operation_says_otherwise() -> None:
    for code in CODES:
        _was, now = pairs(tamper(listing(), code, count=0.2, seed=2))
        off = now.filter(pl.col("amount") + pl.col("tax") != pl.col("total"))
        assert off.height == (now.height if code == "alter_amount" else 0), code


def test_rates_are_legal_or_not_as_the_operation_says() -> None:
    rates = known(AS_OF)
    for code, legal in {"scale_invoice": True, "inflate_all": True, "alter_rate": False, "alter_total": False}.items():
        _was, now = pairs(tamper(listing(), code, count=0.5, seed=2))
        assert rates.fits(now).all() == legal
        assert rates.fits(now).any() == legal
    was, now = pairs(tamper(listing(), "alter_rate_legal", count=0.5, seed=2))
    assert rates.fits(now).all()
    assert not set(rates.of_rows(now)) & set(rates.of_rows(listing().invoices))
    assert (was["amount"] == now["amount"]).all()


def test_dates_move_as_far_as_said() -> None:
    was, now = pairs(tamper(listing(), "alter_date", count=0.3, seed=2))
    days = (now["issue_date"] - was["issue_date"]).dt.total_days().abs()
    assert days.min() >= 5  # type: ignore[operator]  # a number
    assert (was["issue_date"].dt.month_start() == now["issue_date"].dt.month_start()).all()
    assert ((now["issued_at"] - was["issued_at"]).dt.total_days().abs() == days).all()
    was, now = pairs(tamper(listing(), "shift_months", count=0.3, seed=2))
    assert (now["issue_date"] > was["issue_date"]).all()
    assert now["issue_date"].min() > AS_OF.replace(month=9, day=25)  # type: ignore[operator]  # a date
    assert (now["issue_date"] <= AS_OF).all()


@pytest.mark.parametrize("code", ["insert_invented", "clone_invoices", "split_invoice", "backdate_history"])
def test_new_numbers_are_in_the_style_of_the_firm_and_not_in_use(code: str) -> None:
    done = tamper(listing(), code, count=0.3, seed=2)
    sales = done.listing.invoices.filter(pl.col("direction") == "sale")
    assert sales.select("reporting_firm_id", "invoice_code", "invoice_no").is_unique().all()
    for (firm,), of in sales.group_by("reporting_firm_id"):
        assert of["invoice_no"].str.len_chars().n_unique() == 1, firm
    _was, new = pairs(done, "added")
    if code == "backdate_history":
        least = listing().invoices.filter(pl.col("direction") == "sale").group_by("reporting_firm_id")
        both = new.join(least.agg(pl.col("invoice_no").min().alias("least")), on="reporting_firm_id")
        assert (both["invoice_no"] < both["least"]).all()


def test_a_clone_comes_some_days_later_and_a_split_keeps_the_sum() -> None:
    done = tamper(listing(), "clone_invoices", count=5, seed=2)
    _was, new = pairs(done, "added")
    key = ["reporting_firm_id", "buyer_id", "amount", "tax", "total"]
    near = new.join(listing().invoices, on=key, suffix="_was").with_columns(
        days=(pl.col("issue_date") - pl.col("issue_date_was")).dt.total_days()
    )
    assert set(near.filter(pl.col("days").is_between(1, 20))["row"]) == set(new["row"])
    done = tamper(listing(), "split_invoice", count=5, seed=2)
    totals = [
        x.invoices.group_by("reporting_firm_id", "direction", "issue_date", "buyer_id").agg(
            pl.col("amount", "tax", "total").sum()
        )
        for x in (listing(), done.listing)
    ]
    assert_frame_equal(*totals, check_row_order=False)


def test_parties() -> None:
    was, now = pairs(tamper(listing(), "invent_partner", count=0.5, seed=2))
    assert all(credit_code.check(c).valid for c in was["buyer_code"])
    assert not any(credit_code.check(c).valid for c in now["buyer_code"])
    _was, now = pairs(tamper(listing(), "swap_partner", count=0.5, seed=2))
    assert now.group_by("reporting_firm_id").agg(pl.col("buyer_id", "buyer_code", "partner_id").n_unique()).select(
        pl.col("buyer_id", "buyer_code", "partner_id").max()
    ).row(0) == (1, 1, 1)
    done = tamper(listing(), "delete_customer", count=4, seed=2)
    gone = by_row(listing().invoices, done.altered)
    assert gone.group_by("reporting_firm_id").agg(pl.col("buyer_id").n_unique())["buyer_id"].to_list() == [1] * 3
    assert done.listing.invoices.join(gone, on=["reporting_firm_id", "direction", "buyer_id"], how="semi").is_empty()


def test_an_item_is_renamed_and_its_class_stays() -> None:
    done = tamper(listing(), "alter_item", count=3, seed=2)
    was, now = listing().lines, done.listing.lines
    differs = was["item_name"] != now["item_name"]
    assert differs.sum() == 9
    assert_frame_equal(was.drop("item_name"), now.drop("item_name"))
    assert not now.filter(differs).filter(pl.col("item_name").str.contains(pl.col("tax_class_short"))).height


def test_growth_is_that_of_the_last_six_months() -> None:
    was, now = pairs(tamper(listing(), "grow_trend", seed=2))
    factor = (now["amount"] / was["amount"]).round(1)
    month = was["issue_date"].dt.month()
    assert dict(zip(month, factor, strict=True)) == {7: 1.1, 8: 1.2, 9: 1.3, 10: 1.4, 11: 1.5, 12: 1.6}


def test_what_a_list_lacks_is_said() -> None:
    bare = borrowers(1, 6, lines=False, codes=False)
    assert tamper(bare, "alter_item", seed=1).skipped == "lines"
    assert tamper(bare, "invent_partner", seed=1).skipped == "buyer_code"
    assert tamper(bare, "invent_partner", seed=1).altered.is_empty()


@pytest.mark.parametrize("count", [0, -1, 0.0, 1.5, float("nan")])
def test_counts_that_mean_nothing_are_refused(count: float) -> None:
    with pytest.raises(BadCount):
        tamper(listing(), "alter_amount", count=count, seed=1)


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(UnknownName):
        tamper(listing(), "alter_everything", seed=1)


@pytest.mark.parametrize("code", CODES)
def test_an_empty_list_and_one_row_are_no_error(code: str) -> None:
    some = listing().invoices
    for rows in (some.head(0), some.head(1)):
        done = tamper(Listing(rows, listing().lines.head(0), AS_OF, listing().told), code, seed=1)
        assert done.altered.height <= 5
