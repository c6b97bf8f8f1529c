"""Two copies of the same invoices: every operation of the lab shows, nothing else does, and the law's changes are told apart."""

from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers

from windchime.risk.invoices.checks.check import HITS
from windchime.risk.invoices.copies import CHECKS, DIFFERENCES, compare, hits, partner_copies
from windchime.risk.invoices.copies.comparing import EXPOSURES
from windchime.risk.invoices.copies.matching import matched
from windchime.risk.invoices.lab import OPERATIONS, tamper
from windchime.risk.invoices.lab.operations import COMPANIONS
from windchime.risk.invoices.listing import Listing

CODES = [o.code for o in OPERATIONS]
KEY = ("reporting_firm_id", "direction", "invoice_code", "invoice_no", "seller_id")
YEAR_BEFORE = date(2023, 1, 1)


@cache
def listing() -> Listing:
    return borrowers()


def with_rows(rows: pl.DataFrame, **changes: object) -> Listing:
    return replace(listing(), invoices=rows, **changes)  # type: ignore[arg-type]  # fields by name


def at(row: int, **columns: object) -> Listing:
    """The list with other values in one row."""
    here = pl.col("row") == row
    cells = [pl.when(here).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in columns.items()]
    return with_rows(listing().invoices.with_columns(cells))


def first(**wanted: str) -> int:
    rows = listing().invoices.filter(*(pl.col(c) == v for c, v in wanted.items()))
    return int(rows["row"][0])


@settings(max_examples=25, deadline=None)
@given(code=st.sampled_from(CODES), seed=st.integers(0, 50), role=st.sampled_from(["platform", "earlier"]))
def test_whatever_was_done_is_seen_in_the_columns_it_names(code: str, seed: int, role: str) -> None:
    operation = next(o for o in OPERATIONS if o.code == code)
    done = tamper(listing(), code, count=3, seed=seed)
    last = done.altered.filter(pl.col("what") == "added").join(
        done.listing.invoices.filter(pl.col("issue_date") == AS_OF), on="row", how="semi"
    )
    found = compare(done.listing, listing(), role, since=YEAR_BEFORE)  # type: ignore[arg-type]  # one of the two
    named = {c for c in operation.copy if c != "rows"} | {c for a in operation.copy for c in COMPANIONS.get(a, ())}
    lined = (
        {"amount", "tax", "quantity", "unit_price", "tax_rate"} if set(named) & {"amount", "tax", "total"} else set()
    )
    assert set(found.differences["field"]) <= named | lined | ({"row"} if "rows" in operation.copy else set())
    altered = done.altered.join(last, on="row", how="anti")
    gone = altered.filter(pl.col("what") == "removed")
    here = found.differences.filter(pl.col("row").is_not_null())
    if code == "repeat_rows":
        assert here.height == altered.height
    else:
        assert set(here["row"]) == set(altered.filter(pl.col("what") != "removed")["row"])
    assert set(found.differences.filter(pl.col("row").is_null())["other_row"]) >= set(
        gone.join(listing().invoices.filter(pl.col("issue_date") < AS_OF), on="row", how="semi")["row"]
    )
    assert dict(found.hits.schema) == HITS
    assert dict(found.differences.schema) == DIFFERENCES
    assert dict(found.exposures.schema) == EXPOSURES


@pytest.mark.parametrize("role", ["platform", "earlier"])
def test_equal_copies_differ_in_nothing_whatever_their_order(role: str) -> None:
    turned = with_rows(listing().invoices.reverse().with_row_index("at").drop("row").rename({"at": "row"}))
    found = compare(listing(), turned, role)  # type: ignore[arg-type]  # one of the two
    assert found.hits.is_empty()
    assert found.differences.is_empty()
    codes = {"platform": ["absent_from_platform", "differs_from_platform", "withheld_from_list"]}
    assert found.exposures["code"].unique().sort().to_list() == codes.get(
        role, found.exposures["code"].unique().sort().to_list()
    )
    assert found.exposures["judged"].min() > 30  # type: ignore[operator]  # a number


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(
        st.tuples(st.sampled_from(["1", "01", "2"]), st.sampled_from([None, "9"])), min_size=1, max_size=8
    ),
    others=st.lists(st.tuples(st.sampled_from(["1", "01", "2"]), st.sampled_from([None, "9"])), min_size=1, max_size=8),
)
def test_rows_are_matched_once_and_the_surest_way_first(
    numbers: list[tuple[str, str | None]], others: list[tuple[str, str | None]]
) -> None:
    def rows(of: list[tuple[str, str | None]]) -> pl.DataFrame:
        base = listing().invoices.head(1).drop("row", "invoice_no", "invoice_code")
        told = pl.DataFrame(of, schema={"invoice_no": pl.String, "invoice_code": pl.String}, orient="row")
        return told.with_row_index("row").join(base, how="cross").select(listing().invoices.columns)

    pairs = matched(rows(numbers), rows(others))
    assert pairs["row"].is_unique().all()
    assert pairs["other_row"].is_unique().all()
    left, right = list(numbers), list(others)
    exact = 0
    for one in numbers:  # an oracle in plain Python of the first way
        if one in right:
            right.remove(one)
            left.remove(one)
            exact += 1
    assert pairs.filter(pl.col("match") == "exact").height == exact
    for row, other_row, match in pairs.select("row", "other_row", "match").iter_rows():
        one, other = numbers[row], others[other_row]
        assert one[0].lstrip("0") == other[0].lstrip("0")
        assert (one == other) == (match == "exact")
        assert match != "no_code" or (one[1] is None) != (other[1] is None)


def test_a_list_without_codes_or_leading_zeros_is_matched_all_the_same() -> None:
    poor = listing().invoices.with_columns(
        invoice_code=pl.lit(None, pl.String), invoice_no=pl.col("invoice_no").str.strip_chars_start("0")
    )
    bare = Listing(poor, listing().lines.clear(), AS_OF, listing().told - {"invoice_code"})
    found = compare(bare, listing(), "platform")
    assert found.hits.is_empty()
    assert matched(bare.invoices, listing().invoices).filter(pl.col("row") == pl.col("other_row")).height == poor.height


def test_what_was_and_what_is_are_said_in_yuan_and_days() -> None:
    row = first(colour="blue", status="normal")
    was = listing().invoices.filter(pl.col("row") == row)
    changed = at(row, total=123456, issue_date=was["issue_date"][0].replace(day=28))
    found = compare(changed, listing(), "platform").differences
    assert found.select("row", "field", "was", "is", "match", "lawful").rows() == [
        (row, "issue_date", str(was["issue_date"][0]), str(was["issue_date"][0].replace(day=28)), "exact", False),
        (row, "total", f"{was['total'][0] / 100:.2f}", "1234.56", "exact", False),
    ]
    (hit,) = hits(changed, listing(), role="platform").rows()
    assert hit == ("differs_from_platform", was["reporting_firm_id"][0], row, 2.0, 0.0, "issue_date,total")


def download(until: date) -> Listing:
    """The list as it was on an earlier day."""
    return with_rows(listing().invoices.filter(pl.col("issue_date") <= until), as_of=until)


@pytest.mark.parametrize(
    ("firm", "day", "until", "lawful"),
    [
        ("own:F0", 3, date(2025, 10, 8), True),  # paper, voided in its month
        ("own:F0", 3, date(2025, 11, 2), False),  # its month was over
        ("own:F1", 3, date(2025, 10, 8), False),  # a digital invoice is never void
    ],
)
def test_voiding_is_lawful_in_its_month_and_on_paper(firm: str, day: int, until: date, lawful: bool) -> None:
    october = pl.col("issue_date").is_between(date(2025, 10, 1), date(2025, 10, 8))
    plain = (pl.col("status") == "normal") & (pl.col("colour") == "blue") & (pl.col("direction") == "sale")
    row = int(listing().invoices.filter(october, plain, pl.col("reporting_firm_id") == firm)["row"][0])
    found = compare(at(row, status="void"), download(until), "earlier")
    assert found.differences.select("row", "field", "was", "is", "lawful").rows() == [
        (row, "status", "normal", "void", lawful)
    ]
    assert found.hits.height == (0 if lawful else 1)


def test_a_red_status_is_lawful_with_its_red_letter_only() -> None:
    red = (
        listing()
        .invoices.filter(pl.col("colour") == "red", pl.col("issue_date") > date(2025, 6, 30))
        .row(0, named=True)
    )
    here = [pl.col(c) == red[c] for c in ("reporting_firm_id", "direction")]
    row = int(listing().invoices.filter(*here, pl.col("invoice_no") == red["original_no"])["row"][0])
    before = download(date(2025, 6, 30))
    if row not in set(before.invoices["row"]):
        before = download(red["issue_date"])
        before = replace(before, invoices=before.invoices.filter(pl.col("row") != red["row"]))
    done = at(row, status="red_full")
    assert compare(done, before, "earlier").hits.filter(pl.col("code") == "changed_since_earlier").is_empty()
    without = replace(done, invoices=done.invoices.filter(pl.col("row") != red["row"]))
    assert compare(without, before, "earlier").hits.filter(pl.col("row") == row).height == 1


def test_new_invoices_after_the_earlier_download_are_none_of_its_business() -> None:
    before = download(date(2025, 9, 30))
    assert compare(listing(), before, "earlier").hits.is_empty()
    late = at(first(reporting_firm_id="own:F2"), issue_date=date(2025, 3, 3), invoice_no="99999999")
    found = compare(late, before, "earlier").hits
    assert set(found["code"]) == {"new_before_earlier", "gone_since_earlier"}


def test_firms_and_sides_that_the_other_copy_does_not_tell_of_are_not_judged() -> None:
    sales = with_rows(listing().invoices.filter(pl.col("direction") == "sale", pl.col("reporting_firm_id") != "own:F1"))
    found = compare(listing(), sales, "platform")
    assert found.hits.is_empty()
    assert "own:F1" not in set(found.exposures["reporting_firm_id"])


def trade(rows: int = 12) -> Listing:
    """A sells to B; both report, and each has dealings with firms that do not."""
    money = {"amount": 10000, "tax": 1300, "total": 11300}
    base = {"kind": "special", "status": "normal", "colour": "blue", "invoice_code": "9900231130"} | money
    made = []
    for n in range(rows):
        one = base | {
            "seller_id": "own:A",
            "buyer_id": "own:B",
            "invoice_no": f"{n:08d}",
            "issue_date": date(2025, 1 + n, 3),
        }
        made.append(one | {"reporting_firm_id": "own:A", "direction": "sale"})
        made.append(one | {"reporting_firm_id": "own:B", "direction": "purchase"})
        made.append(
            one | {"reporting_firm_id": "own:A", "direction": "sale", "buyer_id": "own:Z", "invoice_no": f"7{n:07d}"}
        )
    table = pl.DataFrame(made).with_columns(pl.col("amount", "tax", "total") / 100)
    return Listing.of(table, AS_OF)


def test_partners_that_agree_and_those_that_do_not() -> None:
    whole = trade()
    assert partner_copies(whole).hits.is_empty()
    assert set(partner_copies(whole).exposures["judged"]) == {12}
    swapped = tamper(whole, "swap_partner", firm="own:A", count=2, seed=1)
    fewer = replace(whole, invoices=whole.invoices.filter((pl.col("row") != 7) & (pl.col("row") != 3)))
    scaled = tamper(whole, "scale_invoice", firm="own:A", count=1.0, seed=1).listing
    codes = {
        "fewer": {("absent_from_partner", "own:A"), ("withheld_from_partner", "own:B"), ("absent_from_partner", "own:B"), ("withheld_from_partner", "own:A")},
        "scaled": {("differs_from_partner", "own:A"), ("differs_from_partner", "own:B")},
    }  # fmt: skip
    assert set(partner_copies(fewer).hits.select("code", "reporting_firm_id").rows()) == codes["fewer"]
    assert set(partner_copies(scaled).hits.select("code", "reporting_firm_id").rows()) == codes["scaled"]
    assert partner_copies(scaled).hits.height == 24
    seen = partner_copies(swapped.listing).differences
    assert_frame_equal(
        seen.filter(pl.col("field") == "buyer_id").select("reporting_firm_id").unique().sort("reporting_firm_id"),
        pl.DataFrame({"reporting_firm_id": ["own:A", "own:B"]})
        if swapped.listing.invoices.filter(pl.col("buyer_id") == "own:Z").height > 12
        else pl.DataFrame({"reporting_firm_id": []}, schema={"reporting_firm_id": pl.String}),
    )


def test_every_check_has_its_code() -> None:
    assert {c.code for c in CHECKS} == {
        f"{what}_{where}"
        for what, where in [
            ("differs", "from_platform"), ("absent", "from_platform"), ("withheld", "from_list"),
            ("changed", "since_earlier"), ("new", "before_earlier"), ("gone", "since_earlier"),
            ("differs", "from_partner"), ("absent", "from_partner"), ("withheld", "from_partner"),
        ]
    }  # fmt: skip
    assert all(c.layer == "copy" for c in CHECKS)
