"""Operations that take rows out of a list or put new ones in."""

import numpy as np
import polars as pl

from windchime.risk.invoices.lab import numbers
from windchime.risk.invoices.lab.dates import moved_hours, on_working_day
from windchime.risk.invoices.lab.draws import PLACE, between, uniform
from windchime.risk.invoices.lab.work import FIRM, MADE_AFTER, Change, Work, cents, last_day, months

#: months at the beginning of a list that an earlier history is copied from
FIRST_MONTHS = 6
#: days after its original that a clone is dated, and the months whose invoices are cloned
CLONE_DAYS, CLONE_MONTHS = 20, "12mo"
#: parts that a large invoice is split into
PARTS = (3, 5)
#: how far the total of an invented invoice is from that of a real one
INVENTED = (0.7, 1.3)
#: steps, in cents, in which prices are set: the coarsest that a real total is a multiple of is kept
STEPS = (100000, 10000, 1000, 100)
_FIRST, _SECOND, _THIRD, _FOURTH = 1, 2, 3, 4


def delete(work: Work) -> Change:
    """Rows leave the list."""
    return Change(removed=work.pick(work.qualifying()))


def delete_customer(work: Work) -> Change:
    """Every row with one buyer leaves the list: the buyer with about as many rows as are to be altered; never the only one."""
    sizes = work.rows.group_by(FIRM, "buyer_id").agg(
        pl.len().alias("size"), pl.col(PLACE).min(), pl.col("__key").first()
    )
    sizes = sizes.sort(FIRM, "buyer_id").filter(pl.len().over(FIRM) > 1)
    off = (pl.col("size").cast(pl.Int64) - work.wanted(pl.col("size").sum().over(FIRM))).abs()
    chosen = sizes.with_columns(__off=off, __draw=uniform(sizes, _FIRST)).sort(FIRM, "__off", "__draw")
    chosen = chosen.unique(FIRM, keep="first", maintain_order=True)
    return Change(removed=work.rows.join(chosen.select(FIRM, "buyer_id"), on=[FIRM, "buyer_id"], how="semi"))


def repeat_rows(work: Work) -> Change:
    """Rows stand in the list once more."""
    return Change(added=made_after(work.pick(work.qualifying())))


def backdate_history(work: Work) -> Change:
    """Invoices of the first months, the first of them first, a year earlier and with numbers below those in use."""
    begin = pl.col("issue_date").min().over(FIRM)
    first = begin.dt.year().cast(pl.Int32) * 12 + begin.dt.month().cast(pl.Int32)
    early = work.rows.with_columns(__nth=months("issue_date") - first).filter(pl.col("__nth") < FIRST_MONTHS)
    early = numbers.split(early.drop("__nth").join(work.qualifying().select("row"), on="row", how="semi"))
    series = [FIRM, "invoice_code", "__width", "__head"]
    parts = numbers.split(work.rows).group_by(series).agg(__least=pl.col("__serial").min())
    rows = work.first(early.filter(pl.col("__serial").is_not_null()), "issue_date", "row")
    rows = rows.join(parts, on=series, nulls_equal=True, how="left", maintain_order="left")
    long = pl.col("__width") > numbers.SERIAL
    below = pl.col("__serial") - (pl.col("__serial").max().over(series) - pl.col("__least") + 1)
    year = (pl.col("invoice_no").str.head(2).cast(pl.Int64) - 1).cast(pl.String).str.zfill(2)
    short = rows.with_columns(__serial=below).with_columns(__plain=numbers.joined("__head", "__serial", "__width"))
    dated = short.with_columns(
        invoice_no=pl.when(long).then(year + pl.col("invoice_no").str.slice(2)).otherwise("__plain"),
        __to=pl.col("issue_date").dt.offset_by("-1y"),
    ).filter(long | (pl.col("__serial") > 0))
    dated = dated.drop("__width", "__head", "__serial", "__least", "__plain")
    return Change(added=made_after(_dated(dated)))


def clone_invoices(work: Work) -> Change:
    """Invoices of twelve months, one to twenty days later, with new numbers."""
    late = work.rows.filter(pl.col("issue_date") > last_day().dt.offset_by(f"-{CLONE_MONTHS}"))
    rows = late.join(work.qualifying().select("row"), on="row", how="semi")
    left = (pl.lit(work.listing.as_of) - pl.col("issue_date")).dt.total_days().clip(0, CLONE_DAYS)
    rows = work.pick(rows.with_columns(__left=left).filter(pl.col("__left") > 0))
    days = 1 + (pl.lit(pl.Series(uniform(rows, _FIRST))) * pl.col("__left")).floor().cast(pl.Int64)
    later = rows.with_columns(__to=pl.col("issue_date") + pl.duration(days=days))
    later = later.with_columns(__to=on_working_day("__to", "issue_date")).drop("__left")
    return Change(added=numbers.numbered(made_after(_dated(later)), work.rows))


def insert_invented(work: Work) -> Change:
    """Invoices of nothing: the buyer of one invoice, the day and rate of another, a total near that of a third."""
    rows = work.qualifying()
    picked = work.pick(rows)
    total = _borrowed(rows, picked, _FIRST, ("total",))["total"].to_numpy()
    step = np.select([total % s == 0 for s in STEPS], list(STEPS), 1)
    total = np.maximum(cents(total * between(*INVENTED, uniform(picked, _FOURTH)) / step) * step, step)
    rate = work.rate(picked)
    amount = cents(total / (1 + rate))
    who = ("buyer_id", "partner_id", "buyer_code", "buyer_name")
    buyer = _borrowed(rows, picked, _SECOND, who)
    new = picked.with_columns(*buyer.get_columns(), amount=amount, tax=total - amount, total=pl.Series(total))
    return Change(added=numbers.numbered(made_after(new), work.rows))


def split_invoice(work: Work) -> Change:
    """Large invoices become three to five of the same day and buyer; the first keeps the number, the sums stay."""
    rows = work.qualifying()
    large = rows.filter(pl.col("amount") >= pl.col("amount").median().over(FIRM), pl.col("amount") >= PARTS[1] * 100)
    picked = work.pick(large)
    parts = PARTS[0] + (uniform(picked, _FIRST) * (PARTS[1] - PARTS[0] + 1)).astype(np.int64)
    made = picked.with_columns(__parts=parts, __rate=work.rate(picked), __nth=pl.int_ranges(pl.lit(parts)))
    made = made.explode("__nth")
    each = uniform(made.with_columns(pl.col(PLACE) * 8 + pl.col("__nth").cast(pl.UInt64)), _SECOND)
    made = made.with_columns(__weight=between(0.5, 1.5, each))
    share = pl.col("__weight").cum_sum().over("row") / pl.col("__weight").sum().over("row")
    made = made.with_columns(__share=share)
    shared = [_apportioned(c) for c in ("amount", "tax")]
    made = made.with_columns(shared).with_columns(total=pl.col("amount") + pl.col("tax"))
    first = pl.col("__nth") == 0
    helpers = ("__parts", "__rate", "__weight", "__share", "__nth")
    new = numbers.numbered(made_after(made.filter(~first).drop(helpers)), work.rows)
    return Change(changed=made.filter(first).drop(helpers), added=new)


def made_after(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as new ones that say what they were made after."""
    return rows.with_columns(pl.col("row").alias(MADE_AFTER))


def _apportioned(column: str) -> pl.Expr:
    """A whole sum apportioned by cumulative shares, so that the parts add up to it."""
    upto = (pl.col(column) * pl.col("__share")).round().cast(pl.Int64)
    upto = pl.when(pl.col("__nth") == pl.col("__parts") - 1).then(pl.col(column)).otherwise(upto)
    return (upto - upto.shift(fill_value=0).over("row")).alias(column)


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(issued_at=moved_hours("issue_date", "__to"), issue_date=pl.col("__to")).drop("__to")


def _borrowed(rows: pl.DataFrame, to: pl.DataFrame, purpose: int, columns: tuple[str, ...]) -> pl.DataFrame:
    """Values of another row of the same firm by chance, for each row."""
    nth = pl.int_range(pl.len()).over(FIRM).alias("__nth")
    pool = rows.select(FIRM, nth, *columns)
    size = rows.group_by(FIRM).agg(pl.len().alias("__size"))
    asked = to.select(FIRM, __draw=uniform(to, purpose)).join(size, on=FIRM, maintain_order="left")
    asked = asked.with_columns(__nth=(pl.col("__draw") * pl.col("__size")).floor().cast(pl.Int64))
    return asked.join(pool, on=[FIRM, "__nth"], how="left", maintain_order="left").select(columns)
