"""Articulation: statements made from their parts pass, one altered line is found; rules between statements."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.quality.rows import AS_OF, a_row

from windchime.data.contracts import contract
from windchime.data.quality.articulation import articulation, relations, tallies
from windchime.data.quality.examining import Schemes
from windchime.data.reading import Reading

SCHEME = Schemes.shipped().articulation
END = date(2024, 12, 31)
EXACT = {r.code: r for r in relations(SCHEME, AS_OF) if r.test == "equal"}
#: totals and the parts they are made of, in the order of making
TOTALS = [
    (next(iter(r.left)), r)
    for code in (
        *("current_assets_sum", "noncurrent_assets_sum", "assets_sum", "current_liabilities_sum"),
        *("noncurrent_liabilities_sum", "liabilities_sum"),
        *("operating_profit_sum", "profit_before_tax_sum", "net_profit_sum", "comprehensive_sum"),
        *("operating_cash_sum", "investing_cash_sum", "financing_cash_sum", "cash_parts"),
    )
    for r in [EXACT[code]]
]
LEAVES = sorted({i for _t, r in TOTALS for i in r.right} - {t for t, _r in TOTALS})


def balanced(amounts: Mapping[str, int]) -> dict[str, Decimal]:
    """A whole set of statements in which every exact rule holds; equity takes what is left of the assets."""
    found = {i: Decimal(amounts[i]) for i in LEAVES}
    for total, relation in TOTALS:
        found[total] = sum((found[i] * f for i, f in relation.right.items()), Decimal(0))
    equity = EXACT["equity_sum"].right
    own = {i: Decimal(100) for i in equity if i != "bs_retained_earnings"}
    found["bs_total_equity"] = found["bs_total_assets"] - found["bs_total_liabilities"]
    found |= own
    kept = found["bs_total_equity"] - sum((own[i] * equity[i] for i in own), Decimal(0))
    found["bs_retained_earnings"] = kept
    found["bs_total_liabilities_equity"] = found["bs_total_assets"]
    found["bs_accumulated_depreciation"] = Decimal(10)
    found["bs_fixed_assets_cost"] = found["bs_fixed_assets"] + 10
    found["cf_cash_begin"] = Decimal(0)
    found["cf_cash_end"] = found["cf_net_change"]
    return found


def reading_of(*statements: Mapping[str, Any]) -> Reading:
    rows: list[dict[str, Any]] = []
    for s in statements:
        facts = {k: s[k] for k in s if k not in ("items", "prior")}
        for item, value in s["items"].items():
            prior = s.get("prior", {}).get(item)
            base = {"period_end": END, "period_months": 12, "scope": "parent", "standard": "cas_2019"}
            more = {
                "version_kind": "audited",
                "statement": item[:2],
                "item": item,
                "value": value,
                "value_prior": prior,
            }
            rows.append(a_row("statements", len(rows) + 1, **base | more | facts))
    table = pa.Table.from_pylist(rows, contract("statements").arrow_schema())
    return Reading.over({"statements": table}, as_of=AS_OF)


def broken(reading: Reading) -> set[str]:
    found = articulation(reading, SCHEME)
    return set(found.filter(found["broken"])["rule"].to_pyarrow().to_pylist())


AMOUNTS = st.fixed_dictionaries({i: st.integers(1_000, 90_000_000) for i in LEAVES})
FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(AMOUNTS)
def test_balanced_statements_pass_every_exact_rule(amounts: dict[str, int]) -> None:
    assert broken(reading_of({"items": balanced(amounts)})) & EXACT.keys() == set()


@FEW
@given(AMOUNTS, st.sampled_from([t for t, _r in TOTALS]))
def test_one_altered_line_is_found_by_each_rule_that_names_it(amounts: dict[str, int], item: str) -> None:
    items = balanced(amounts)
    largest = max(abs(v) for v in items.values())
    items[item] += largest
    naming = {code for code, r in EXACT.items() if item in r.left or item in r.right}
    found = broken(reading_of({"items": items})) & EXACT.keys()
    assert found == naming


def test_the_tolerance_is_the_larger_of_a_yuan_and_half_a_thousandth() -> None:
    items = balanced(dict.fromkeys(LEAVES, 1_000_000))
    total = items["bs_total_current_assets"]
    at, over = total * Decimal("0.0004"), total * Decimal("0.0006")
    assert "current_assets_sum" not in broken(reading_of({"items": items | {"bs_total_current_assets": total + at}}))
    assert "current_assets_sum" in broken(reading_of({"items": items | {"bs_total_current_assets": total + over}}))


def test_each_result_bears_both_sides_and_their_difference() -> None:
    items = {"bs_total_assets": Decimal(1000), "bs_total_liabilities": Decimal(400), "bs_total_equity": Decimal(500)}
    found = articulation(reading_of({"items": items}), SCHEME)
    (row,) = found.filter(found["rule"] == "assets_equal_claims").to_pyarrow().to_pylist()
    assert (row["left"], row["right"], row["difference"], row["tolerance"]) == (1000.0, 900.0, 100.0, 1.0)
    assert (row["firm_id"], row["period_end"], row["assessable"], row["broken"]) == ("twin:F1", END, True, True)


def test_what_is_not_there_is_not_assessable() -> None:
    found = articulation(reading_of({"items": {"bs_total_assets": Decimal(1000)}}), SCHEME)
    linear = found.filter(found["rule"].isin(sorted(EXACT)))
    assert linear["assessable"].any().to_pyarrow().as_py() is False
    assert [t for t in tallies(found, SCHEME, AS_OF) if t.failed] == []


def test_rules_of_bands_and_rolls() -> None:
    rolled = {"bs_retained_earnings": Decimal(900), "bs_surplus_reserve": Decimal(0), "is_net_profit": Decimal(100)}
    before = {"bs_retained_earnings": Decimal(500), "bs_surplus_reserve": Decimal(0)}
    assert "retained_earnings_roll" in broken(reading_of({"items": rolled, "prior": before}))
    assert "retained_earnings_roll" not in broken(reading_of({"items": rolled | {"is_net_profit": Decimal(400)}, "prior": before}))  # fmt: skip
    debt = {"is_interest_expense": Decimal(30), "bs_short_debt": Decimal(100)}
    assert "interest_on_debt" in broken(reading_of({"items": debt, "prior": {"bs_short_debt": Decimal(100)}}))
    assert "scopes_mixed" in broken(reading_of({"items": {"bs_minority": Decimal(500)}}))
    worn = {"bs_accumulated_depreciation": Decimal(900), "cf_depreciation": Decimal(100)}
    assert "depreciation_covers" in broken(
        reading_of({"items": worn, "prior": {"bs_accumulated_depreciation": Decimal(0)}})
    )


def test_a_prior_value_that_was_not_reported_and_a_mix_of_units_are_found() -> None:
    last = {"items": {"bs_cash": Decimal(1000), "bs_total_assets": Decimal(50_000)}, "period_end": date(2023, 12, 31)}
    now = {"items": {"bs_cash": Decimal(1200), "bs_total_assets": Decimal(60_000)}}
    kept = now | {"prior": {"bs_cash": Decimal(1000), "bs_total_assets": Decimal(50_000)}}
    restated = now | {"prior": {"bs_cash": Decimal(1300), "bs_total_assets": Decimal(50_000)}}
    assert "prior_as_reported" not in broken(reading_of(last, kept))
    assert "prior_as_reported" in broken(reading_of(last, restated))
    assert "unit_of_amounts" in broken(reading_of(now | {"prior": {"bs_total_assets": Decimal(6)}}))


def test_round_numbers_are_told() -> None:
    items = {i: Decimal(10_000 * (n + 1)) for n, i in enumerate(LEAVES[:10])}
    assert "round_numbers" in broken(reading_of({"items": items}))
    assert "round_numbers" not in broken(reading_of({"items": {i: v + 1 for i, v in items.items()}}))
