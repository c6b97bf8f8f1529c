"""Receivables: what buyers still owe on clean invoices, how old it is, and how much of it could be financed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

import polars as pl

from windchime.core.money import CENT
from windchime.risk.invoices.lending.settings import Settings

#: receipts of a firm from its buyers: party, day, cents
PAYMENTS: dict[str, pl.DataType] = {"party": pl.String(), "day": pl.Date(), "cents": pl.Int64()}


@dataclass(frozen=True, slots=True)
class Buyer:
    """What one buyer owes, in yuan."""

    party: str
    #: unpaid on clean invoices, by greatest age in days of each class; beyond the oldest class under −1
    open_by_age: Mapping[int, Decimal]
    open: Decimal
    #: the part of it that its age lets count, before the cap
    eligible: Decimal
    #: after the cap
    financeable: Decimal
    #: why nothing counts: a reason of the scheme; empty where it does
    excluded: str


@dataclass(frozen=True, slots=True)
class Receivables:
    """What all buyers owe."""

    #: largest open amount first
    buyers: tuple[Buyer, ...]
    open: Decimal
    eligible: Decimal
    #: most that one buyer may count
    cap: Decimal
    financeable: Decimal
    #: whether receipts say what is paid; else a model of due days does
    payments_known: bool


def receivables(
    sales: pl.DataFrame,
    payments: pl.DataFrame | None,
    since: date | None,
    excluded: Mapping[str, str],
    settings: Settings,
) -> Receivables:
    """What is owed to one firm.

    A receipt pays the oldest invoice of its buyer first, a red letter as a receipt does. Invoices that are older than the
    first receipt known less the time they are due in are taken as paid by receipts that are not known.

    Args:
        sales: in the form `SALES`.
        payments: in the form `PAYMENTS`; None where no receipts are known.
        since: the first day from which receipts are known.
        excluded: reason by party, for buyers whose receivables are not financed.
        settings: ages, shares, cap.
    """
    known = payments is not None and since is not None
    clean = sales.filter(pl.col("reason").is_null() | (pl.col("total") < 0))
    if known and since is not None:
        clean = clean.filter(pl.col("day") >= since - timedelta(days=settings.due_days))
    blue = clean.filter(pl.col("total") > 0)
    taken_off = clean.filter(pl.col("total") < 0).select("party", cents=-pl.col("total"))
    if payments is not None and known:
        taken_off = pl.concat([taken_off, payments.select("party", "cents")])
    paid = taken_off.group_by("party").agg(paid=pl.col("cents").sum())
    age = (pl.lit(settings.as_of) - pl.col("day")).dt.total_days()
    owed = (
        blue.sort("party", "day", "row")
        .join(paid, "party", "left", maintain_order="left")
        .with_columns(upto=pl.col("total").cum_sum().over("party"), age=age)
        .with_columns(open=(pl.col("upto") - pl.col("paid").fill_null(0)).clip(0, pl.col("total")))
    )
    if not known:
        owed = owed.with_columns(
            open=pl.when(pl.col("age") <= settings.due_days)
            .then((pl.col("open") * float(settings.open_share)).floor().cast(pl.Int64))
            .otherwise(0)
        )
    upto = [a for a, _share in settings.advance]
    band = pl.lit(-1)
    for limit in reversed(upto):
        band = pl.when(pl.col("age") <= limit).then(limit).otherwise(band)
    sums = owed.filter(pl.col("open") > 0).group_by("party", band.alias("band")).agg(pl.col("open").sum())
    return _counted(sums.sort("party", "band"), excluded, settings, known=known)


def _counted(sums: pl.DataFrame, excluded: Mapping[str, str], settings: Settings, *, known: bool) -> Receivables:
    share = {-1: Decimal(0), **dict(settings.advance)}
    by_buyer: dict[str, dict[int, Decimal]] = {}
    for party, band, cents in sums.iter_rows():
        by_buyer.setdefault(party, {})[band] = Decimal(cents) * CENT
    eligible = {
        party: Decimal("0.00")
        if party in excluded
        else sum((_down(value * share[band]) for band, value in ages.items()), Decimal("0.00"))
        for party, ages in by_buyer.items()
    }
    total = sum(eligible.values(), Decimal("0.00"))
    cap = _down(total * settings.buyer_share)
    buyers = [
        Buyer(
            party,
            ages,
            sum(ages.values(), Decimal("0.00")),
            eligible[party],
            min(eligible[party], cap),
            excluded.get(party, ""),
        )
        for party, ages in by_buyer.items()
    ]
    return Receivables(
        buyers=tuple(sorted(buyers, key=lambda b: (-b.open, b.party))),
        open=sum((b.open for b in buyers), Decimal("0.00")),
        eligible=total,
        cap=cap,
        financeable=sum((b.financeable for b in buyers), Decimal("0.00")),
        payments_known=known,
    )


def _down(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_DOWN)
