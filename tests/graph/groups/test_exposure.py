"""What a group owes: nothing counted twice."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.groups.helpers import DAY, FORMS, SCHEME
from tests.graph.library import reading

from windchime.graph.groups.exposure import LOANS, Exposure, against, exposure_of, loans

firms = st.sampled_from(["f1", "f2", "f3", "x1"])
amounts = st.integers(1, 1000).map(Decimal)
owed = st.lists(st.tuples(firms, amounts), max_size=6)
promises = st.lists(st.tuples(firms, firms, st.integers(0, 4), amounts), max_size=8)
GROUP = {"f1", "f2", "f3"}


def loan_table(rows: list[tuple[str, Decimal]]) -> pa.Table:
    told = [
        {"firm": f, "debt": f"d{n}", "amount": a, "table": "loans", "row": f"d{n}"} for n, (f, a) in enumerate(rows)
    ]
    return pa.Table.from_pylist(told, schema=LOANS)


def promise_table(rows: list[tuple[str, str, int, Decimal]]) -> pa.Table:
    form = FORMS["guarantees"]
    told = [
        {
            "guarantor": g, "debtor": d, "creditor": "b", "contract": f"c{n}", "kind": "several", "amount": a,
            "debt": f"d{debt}", "status": "active", "table": "guarantees", "row": str(n),
        }
        for n, (g, d, debt, a) in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist([{c: r.get(c) for c in form.names} for r in told], schema=form)


@given(owed, promises)
def test_a_guarantee_for_a_member_adds_nothing(
    rows: list[tuple[str, Decimal]], given_: list[tuple[str, str, int, Decimal]]
) -> None:
    within = [p for p in given_ if p[0] in GROUP and p[1] in GROUP]
    others = [p for p in given_ if p not in within]
    whole = exposure_of(GROUP, loan_table(rows), promise_table(given_))
    without = exposure_of(GROUP, loan_table(rows), promise_table(others))
    assert whole.total == without.total
    assert whole.lent == sum((a for f, a in rows if f in GROUP), Decimal(0))


@given(promises)
def test_a_debt_that_several_members_stand_for_counts_once(given_: list[tuple[str, str, int, Decimal]]) -> None:
    found = exposure_of(GROUP, loan_table([]), promise_table(given_))
    debts = {(d, debt) for g, d, debt, _a in given_ if g in GROUP and d not in GROUP}
    most = {key: max(a for g, d, debt, a in given_ if g in GROUP and (d, debt) == key) for key in debts}
    assert found.guaranteed == sum(most.values(), Decimal(0))


@given(owed, promises)
def test_groups_together_owe_what_their_loans_say(
    rows: list[tuple[str, Decimal]], given_: list[tuple[str, str, int, Decimal]]
) -> None:
    parts = [exposure_of({f}, loan_table(rows), promise_table(given_)) for f in ("f1", "f2", "f3", "x1")]
    assert sum((p.lent for p in parts), Decimal(0)) == sum((a for _f, a in rows), Decimal(0))


def test_part_of_guarantees_for_others() -> None:
    found = exposure_of(
        {"f1"}, loan_table([("f1", Decimal(10))]), promise_table([("f1", "x1", 0, Decimal(5))]), Decimal("0.5")
    )
    assert (found.lent, found.guaranteed, found.total) == (Decimal(10), Decimal(5), Decimal("12.50"))


def test_limits() -> None:
    exposure = Exposure((("f1", Decimal(150)),), Decimal(0), (("x", Decimal(50)),), Decimal(1))

    def states(net: int | None, tier1: int | None) -> dict[str, str]:
        held = against(
            exposure,
            SCHEME,
            DAY,
            net_capital=None if net is None else Decimal(net),
            tier1=None if tier1 is None else Decimal(tier1),
        )
        return {x.name: x.state for x in held}

    assert states(1000, None) == {"credit_of_net_capital": "near"}
    assert states(999, None) == {"credit_of_net_capital": "above"}
    assert states(1250, 1250) == {"credit_of_net_capital": "near", "exposure_of_tier1": "near"}
    assert states(2000, 2000) == {"credit_of_net_capital": "within", "exposure_of_tier1": "within"}
    assert states(None, None) == {}


def test_loans_of_a_library() -> None:
    def row(loan: str, **more: object) -> dict[str, object]:
        return {
            "loan_id": loan, "firm_id": "f1", "principal": "100.00", "rate": "0.05", "term_months": 12,
            "drawn_on": date(2025, 3, 1), "due_on": date(2026, 3, 1),
        } | more  # fmt: skip

    found = loans(
        reading(
            loans=[
                row("l1", balance="40.00"),
                row("l2"),
                row("l3", settled_on=date(2025, 9, 1)),
                row("l4", due_on=date(2025, 6, 1)),
                row("l5", due_on=date(2025, 6, 1), balance="7.00"),
            ]
        )
    )
    assert [(r["debt"], r["amount"]) for r in found.to_pylist()] == [
        ("l1", Decimal("40.00")),
        ("l2", Decimal("100.00")),
        ("l5", Decimal("7.00")),
    ]
