"""What a group owes: each loan once, at its borrower; guarantees within the group add nothing, each debt outside it once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.core.money import CENT
from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved

#: one row a debt: who owes it, its id, what is left to pay in yuan, and the row it stands in
LOANS = pa.schema(
    [
        pa.field("firm", pa.string(), nullable=False),
        pa.field("debt", pa.string(), nullable=False),
        pa.field("amount", pa.decimal128(18, 2), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("row", pa.string(), nullable=False),
    ]
)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a group owes, in yuan."""

    #: loans of each member that owes, the largest first
    loans: tuple[tuple[str, Decimal], ...]
    #: guaranteed by members for debts of members: counted with the loans already
    inside: Decimal
    #: guaranteed by members for debts of others, each debt once: debtor and amount, the largest first
    outside: tuple[tuple[str, Decimal], ...]
    #: part of `outside` that counts
    outside_part: Decimal

    @property
    def lent(self) -> Decimal:
        """All loans."""
        return sum((a for _f, a in self.loans), _ZERO)

    @property
    def guaranteed(self) -> Decimal:
        """All debts of others that members stand for."""
        return sum((a for _f, a in self.outside), _ZERO)

    @property
    def total(self) -> Decimal:
        """Loans, and what counts of guarantees for others."""
        return self.lent + (self.guaranteed * self.outside_part).quantize(CENT)


@dataclass(frozen=True, slots=True)
class Limit:
    """An exposure held against one limit."""

    #: name in the parameter `limits`
    name: str
    #: of the bank's capital, and what the scheme allows
    share: Decimal
    limit: Decimal
    #: `within`, `near` (from the alert on) or `above`
    state: str


def loans(reading: Reading) -> pa.Table:
    """What is left to pay of each loan, in the form `LOANS`: the balance, or the whole of one that still runs."""
    if not reading.has("loans"):
        return LOANS.empty_table()
    rows = reading.table("loans")
    running = (rows["due_on"] > ibis.literal(reading.as_of, type="date")) & rows["settled_on"].isnull()
    owed = ibis.coalesce(rows["balance"], ibis.ifelse(running, rows["principal"], 0)).cast("decimal(18,2)")
    told = rows.mutate(firm=rows["firm_id"], debt=rows["loan_id"], amount=owed)
    told = resolved(reading, told, "firm").mutate(table=ibis.literal("loans"), row=ibis._["loan_id"])
    found = told.filter(told["amount"] > 0).select(*LOANS.names)
    return found.order_by("firm", "debt").to_pyarrow().cast(LOANS)


def exposure_of(
    members: Collection[str], owed: pa.Table, guarantees: pa.Table, outside_part: Decimal = Decimal(1)
) -> Exposure:
    """The exposure of a group.

    Args:
        members: ids of its firms.
        owed: `LOANS`; each debt once.
        guarantees: `forms.GUARANTEES` as they stand on the day; those in force count.
        outside_part: what part of a guarantee for others counts.
    """
    firms = pa.array(sorted(members), pa.string())
    own = owed.filter(pc.is_in(owed["firm"], firms)).group_by("firm").aggregate([("amount", "sum")])
    given = guarantees.filter(
        pc.and_(pc.is_in(guarantees["guarantor"], firms), pc.equal(guarantees["status"], "active"))
    ).select(["debtor", "debt", "contract", "covered", "amount"])
    inside: dict[str, Decimal] = {}
    outside: dict[tuple[str, str], Decimal] = {}
    for g in given.to_pylist():
        debt = g["debt"] or g["contract"]
        amount = g["amount"] if g["covered"] is None else g["covered"]
        # several guarantors of one debt promise the same money
        if g["debtor"] in members:
            inside[debt] = max(inside.get(debt, _ZERO), amount)
        else:
            key = (g["debtor"], debt)
            outside[key] = max(outside.get(key, _ZERO), amount)
    by_debtor: dict[str, Decimal] = {}
    for (debtor, _debt), amount in outside.items():
        by_debtor[debtor] = by_debtor.get(debtor, _ZERO) + amount
    return Exposure(
        _largest({r["firm"]: r["amount_sum"] for r in own.to_pylist()}),
        sum(inside.values(), _ZERO),
        _largest(by_debtor),
        outside_part,
    )


def against(
    exposure: Exposure, scheme: Scheme, as_of: date, *, net_capital: Decimal | None = None, tier1: Decimal | None = None
) -> list[Limit]:
    """An exposure against the limits of the scheme `connected_groups`, for what is known of the bank's capital.

    Args:
        exposure: of a group.
        scheme: `connected_groups`.
        as_of: day of the limits.
        net_capital: of the bank, in yuan; None: limits of it are left out.
        tier1: its tier 1 capital after deductions, in yuan.
    """
    limits: dict[str, Any] = scheme.at("limits", as_of).value
    asked = (
        ("credit_of_net_capital", exposure.lent, net_capital),
        ("exposure_of_tier1", exposure.total, tier1),
    )
    return [_held(name, amount / capital, limits) for name, amount, capital in asked if capital]


def _held(name: str, share: Decimal, limits: dict[str, Any]) -> Limit:
    limit, alert = Decimal(limits[name]), Decimal(limits["alert_at"])
    state = "above" if share > limit else "near" if share >= limit * alert else "within"
    return Limit(name, share, limit, state)


def _largest(amounts: dict[str, Decimal]) -> tuple[tuple[str, Decimal], ...]:
    return tuple(sorted(amounts.items(), key=lambda a: (-a[1], a[0])))
