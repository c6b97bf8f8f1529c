"""What is measured of a list, against plain loops over its rows."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.lab.borrowers import borrowers

from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.measure import MEASURES, PROFILE
from windchime.risk.invoices.population.profile import profile
from windchime.risk.invoices.population.rescaling import measures as rescaled
from windchime.risk.invoices.population.sales import prepared
from windchime.risk.invoices.population.settings import Settings

SETTINGS = Settings.shipped()
BEGIN = date(2025, 1, 1)


def listing(rows: list[tuple[int, str, int, str]]) -> Listing:
    """Sales as (day, partner, total in fen, status)."""
    frame = pl.DataFrame(
        [
            {
                "reporting_firm_id": "own:F1",
                "direction": "sale",
                "seller_id": "own:F1",
                "buyer_id": partner,
                "invoice_no": f"{i:08d}",
                "kind": "special",
                "status": status,
                "colour": "red" if total < 0 else "blue",
                "issue_date": BEGIN + timedelta(days=day),
                "amount": Decimal(round(total / 1.13)) / 100,
                "tax": Decimal(total - round(total / 1.13)) / 100,
                "total": Decimal(total) / 100,
            }
            for i, (day, partner, total, status) in enumerate(rows)
        ]
    )
    return Listing.of(frame, date(2025, 12, 31))


def figures(of: Listing) -> dict[str, tuple[float, float]]:
    found = profile(of, SETTINGS)
    return {r["code"]: (r["figure"], r["of"]) for r in found.iter_rows(named=True)}


ROWS = st.lists(
    st.tuples(
        st.integers(0, 364),
        st.sampled_from(["own:B1", "own:B2", "own:B3"]),
        st.sampled_from([10000, 10050, 20000, 33333, 100000, -10000, -10050]),
        st.sampled_from(["normal", "normal", "normal", "void"]),
    ),
    min_size=40,
    max_size=80,
)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_rows_are_counted_as_a_reader_counts_them(rows: list[tuple[int, str, int, str]]) -> None:
    normal = [r for r in rows if r[3] == "normal" and r[2] > 0]
    blue = [r for r in rows if r[2] > 0]
    valid = [r for r in rows if r[3] == "normal"]
    red = [r for r in valid if r[2] < 0]
    sizes = {(r[1], r[2]) for r in normal}
    partners = [r[1] for r in normal]
    odd = sum(r[2] % 100 != 0 and round(r[2] / 1.13) % 100 != 0 for r in normal)
    expected = {
        "odd_totals": (odd, len(normal)),
        "round_thousands": (sum(r[2] % 100_000 == 0 for r in normal), len(normal)),
        "void_rows": (sum(r[3] == "void" for r in blue), len(blue)),
        "red_rows": (len(red), len(valid)),
        "weekend_rows": (sum((BEGIN + timedelta(days=r[0])).weekday() >= 5 for r in normal), len(normal)),
        "top_partner_rows": (max(map(partners.count, partners)), len(normal)),
    }
    if len(red) >= SETTINGS.least_cancelled:
        expected["red_unlike"] = (sum((r[1], -r[2]) not in sizes for r in red), len(red))
    found = figures(listing(rows))
    assert {code: found[code] for code in expected} == expected


def test_only_what_is_listed_is_measured() -> None:
    found = profile(borrowers(3), SETTINGS)
    assert dict(found.schema) == MEASURES
    assert set(found["code"]) <= {m.code for m in PROFILE}
    assert found.equals(found.sort("code", "reporting_firm_id"))


def test_a_firm_is_measured_alike_alone_and_among_others() -> None:
    many = borrowers(3)
    alone = many.keep(pl.col("reporting_firm_id") == "own:F1")
    among = profile(many, SETTINGS).filter(pl.col("reporting_firm_id") == "own:F1")
    found = profile(alone, SETTINGS)
    assert found.select("code", "of").equals(among.select("code", "of"))
    assert np.allclose(found["figure"], among["figure"], rtol=1e-9)


def test_a_list_without_sales_has_no_profile() -> None:
    assert profile(borrowers(1).keep(pl.col("direction") == "none"), SETTINGS).is_empty()


@pytest.mark.parametrize("factor", [1.37, 2.0613, 2.917])
def test_scaled_prices_become_whole_again_by_one_factor(factor: float) -> None:
    rng = np.random.default_rng(7)
    plain = [
        (int(d), "own:B1", int(t) * 1000, "normal") for d, t in zip(range(60), rng.integers(5, 900, 60), strict=True)
    ]
    scaled = [(d, b, round(t * factor), s) for d, b, t, s in plain]
    for rows, share in ((plain, 0.0), (scaled, 0.8)):
        whole = next(iter(rescaled(prepared(listing(rows), 30), SETTINGS)))
        assert (whole["figure"] / whole["of"]).item() >= share
        if not share:
            assert whole["figure"].item() == 0


def test_odd_prices_of_chance_have_no_factor() -> None:
    rng = np.random.default_rng(8)
    rows = [(d, "own:B1", int(t), "normal") for d, t in zip(range(200), rng.integers(5_000, 900_000, 200), strict=True)]
    assert next(iter(rescaled(prepared(listing(rows), 30), SETTINGS)))["figure"].item() == 0
