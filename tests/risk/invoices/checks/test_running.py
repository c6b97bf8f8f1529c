"""The run as a whole: its form, what it is silent about, and that neither order nor company changes what is said of a firm."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.risk.invoices.checks.builders import SETTINGS, books, listing, purchase, ran, sale
from tests.risk.invoices.lab.borrowers import borrowers

from windchime.content.in_force import shipped
from windchime.core.text import places
from windchime.risk.invoices.checks.asking import EXPOSURES
from windchime.risk.invoices.checks.check import HITS
from windchime.risk.invoices.listing import FORM, LINES, Listing
from windchime.risk.invoices.running import CHECKS, Ran, run
from windchime.risk.invoices.settings import SCHEME, Settings

FIRMS = 3
ALL = borrowers(FIRMS)


@pytest.fixture(scope="module")
def whole() -> Ran:
    return run(ALL, SETTINGS)


def test_checks_are_declared_once_with_columns_that_exist() -> None:
    assert len({c.code for c in CHECKS}) == len(CHECKS) == len({c.msgid for c in CHECKS})
    known = {*FORM, *(f"lines.{c}" for c in LINES)}
    for check in CHECKS:
        assert check.needs <= known
        known_places = {"count", "of", "bound"} if check.unit == "invoice" else {"figure", "bound"}
        assert set(places(check.msgid)) <= known_places
        assert check.layer in ("single", "set")


def test_hits_and_exposures_have_their_form(whole: Ran) -> None:
    assert dict(whole.hits.schema) == HITS
    assert dict(whole.exposures.schema) == EXPOSURES
    assert_frame_equal(whole.hits, whole.hits.sort("code", "reporting_firm_id", "row", nulls_last=True))
    assert whole.exposures.select("code", "reporting_firm_id").is_duplicated().sum() == 0
    ours = {c.code: c.unit for c in CHECKS}
    assert set(whole.hits["code"]) <= set(ours)
    about_firms = whole.hits.filter(pl.col("row").is_null())["code"]
    assert {ours[c] for c in about_firms} <= {"firm"}


def test_what_is_hit_could_be_judged(whole: Ran) -> None:
    counted = whole.hits.group_by("code", "reporting_firm_id").agg(pl.len().alias("hits"))
    joined = counted.join(whole.exposures, on=["code", "reporting_firm_id"], how="left")
    assert (joined["hits"] <= joined["judged"]).all()


def test_what_is_not_told_is_not_run() -> None:
    found = ran(books(3))
    silent = {c.code for c in found.not_run}
    assert {"seller_code_invalid", "issued_at_night", "verification_failed", "date_out_of_order_in_code"} <= silent
    assert silent.isdisjoint(found.exposures["code"])
    assert silent.isdisjoint(found.hits["code"])


def test_the_order_of_rows_is_nothing(whole: Ran) -> None:
    mixed = Listing(ALL.invoices.sample(fraction=1, shuffle=True, seed=7), ALL.lines.reverse(), ALL.as_of, ALL.told)
    again = run(mixed, SETTINGS)
    assert_frame_equal(again.hits, whole.hits)
    assert_frame_equal(again.exposures, whole.exposures)


def test_a_firm_is_judged_by_itself(whole: Ran) -> None:
    alone = [
        run(ALL.keep(pl.col("reporting_firm_id") == f), SETTINGS) for f in ALL.invoices["reporting_firm_id"].unique()
    ]
    assert_frame_equal(
        pl.concat(a.hits for a in alone).sort("code", "reporting_firm_id", "row", nulls_last=True), whole.hits
    )
    exposures = pl.concat(a.exposures for a in alone).sort("code", "reporting_firm_id")
    assert_frame_equal(exposures, whole.exposures)


def test_an_empty_list_and_one_row() -> None:
    empty = run(ALL.keep(pl.lit(False)), SETTINGS)
    assert (empty.hits.height, empty.exposures.height) == (0, 0)
    nothing = Listing.of(
        pl.DataFrame(
            schema={
                "reporting_firm_id": pl.String,
                "direction": pl.String,
                "seller_id": pl.String,
                "buyer_id": pl.String,
            }
        ),
        date(2024, 1, 1),
    )
    assert run(nothing, SETTINGS).hits.height == 0
    assert set(ran([sale()]).hits["code"]) == {"number_stands_alone"}
    assert ran([purchase()]).hits.height == 0


def test_absurd_values_do_not_stop_a_run() -> None:
    rows = books(4)
    rows[0] |= {"invoice_no": "9" * 40, "total": 9e15, "amount": 9e15, "tax": 0.0}
    rows[1] |= {"invoice_no": "٣٤٥", "issue_date": date(1, 1, 1)}
    rows[2] |= {"invoice_no": "=1+1", "issue_date": date(9999, 12, 31)}
    rows[3] |= {
        "invoice_no": "9" * 20,
        "kind": "never seen",
        "status": "never seen",
        "colour": "green",
        "reporting_firm_id": None,
    }
    codes = set(run(listing(rows), SETTINGS).hits["code"])
    assert {"number_malformed", "issued_before_vat", "issued_in_the_future"} <= codes


def test_settings_are_those_of_the_scheme() -> None:
    scheme = shipped(SCHEME)[0]
    assert Settings.of(scheme, date(2024, 12, 31)) == SETTINGS
    assert SETTINGS.stated.smallest == 100_000
    assert SETTINGS.caps[0] == 1_000_000
    assert SETTINGS.class_rates["建筑服务"] == (0.11, 0.1, 0.09)
    assert date(2024, 2, 9) in SETTINGS.holiday_dates


@pytest.mark.samples
def test_published_lists_have_the_faults_they_are_known_for(samples: Path) -> None:
    told = run(_published(samples / "cumcm2020c"), Settings.shipped(date(2020, 2, 21)))
    rows = dict(told.hits.group_by("code").agg(pl.len()).iter_rows())
    assert rows["total_disagrees"] == 3
    assert (rows["listed_twice"], rows["purchase_listed_twice"]) == (4436, 803)
    assert {"listed_twice_apart", "purchase_listed_twice_apart"}.isdisjoint(rows)
    for never in ("rate_never_legal", "issued_in_the_future", "total_is_zero", "seller_is_buyer", "number_malformed"):
        assert never not in rows
    judged = dict(told.exposures.group_by("code").agg(pl.col("judged").sum()).iter_rows())
    assert rows["date_out_of_order"] / judged["date_out_of_order"] < 0.001
    assert rows["number_missing"] / judged["number_missing"] < 0.001


def _published(folder: Path) -> Listing:
    me, other, parts = pl.col("enterprise_id"), pl.col("counterparty_id"), []
    for name, direction in (("sales", "sale"), ("purchase", "purchase")):
        table = pl.read_parquet(folder / f"a1_{name}_invoices.parquet")
        parts.append(
            table.select(
                "invoice_no",
                "issue_date",
                "amount",
                "tax",
                "total",
                reporting_firm_id=me,
                direction=pl.lit(direction),
                seller_id=me if direction == "sale" else other,
                buyer_id=other if direction == "sale" else me,
                kind=pl.lit("unknown"),
                status=pl.when(pl.col("status").str.contains("作废")).then(pl.lit("void")).otherwise(pl.lit("normal")),
                colour=pl.when(pl.col("total") < 0).then(pl.lit("red")).otherwise(pl.lit("blue")),
            )
        )
    return Listing.of(pl.concat(parts), date(2020, 2, 21))
