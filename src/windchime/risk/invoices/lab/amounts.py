"""Operations on amounts, tax and rates."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.risk.invoices.lab.draws import between, uniform, uniform_of_firm
from windchime.risk.invoices.lab.work import FIRM, RATE, Change, Work, cents, last_day, months

#: how much is made of one invoice, and of a whole list
ONE, ALL = (1.2, 5.0), (1.3, 3.0)
#: rates that were in force on no day
ILLEGAL = np.array([0.07, 0.08, 0.12])
#: how far months are drawn to their mean, and the most that one is scaled
SMOOTHING, MOST = (0.6, 0.9), 5.0
#: months of a made up trend, and what each adds
TREND_MONTHS, TREND_STEP = 6, 0.1
FACTOR = 1


def alter_amount(work: Work) -> Change:
    """The amount grows, tax and total stay."""
    rows = work.pick(work.qualifying())
    amount = cents(rows["amount"].to_numpy() * _factor(rows))
    return Change(rows.with_columns(amount=amount), lines_follow=False)


def alter_total(work: Work) -> Change:
    """Amount and total grow, tax stays, so that no rate fits any more; rows where one still would are left alone."""
    rows = work.qualifying(pl.col("tax") != 0)
    amount = cents(rows["amount"].to_numpy() * _factor(rows))
    grown = rows.with_columns(amount=amount).with_columns(total=pl.col("amount") + pl.col("tax"))
    return Change(work.pick(grown.filter(~work.rates.fits(grown))), lines_follow=False)


def scale_invoice(work: Work) -> Change:
    """Amount, tax and total grow together."""
    rows = work.pick(work.qualifying())
    return Change(scaled(work, rows, _factor(rows)))


def alter_rate(work: Work) -> Change:
    """A rate that no law knows."""
    rows = work.qualifying()
    other = rows.with_columns(pl.Series(RATE, ILLEGAL[(uniform(rows, FACTOR) * len(ILLEGAL)).astype(int)]))
    taxed = _taxed(other)
    return Change(work.pick(taxed.filter(~work.rates.fits(taxed))))


def alter_rate_legal(work: Work) -> Change:
    """A rate of the day, above zero, that no invoice of the firm has."""
    every, rates = work.rows.filter(pl.col("total") != 0), work.rates
    used = every.select(FIRM, rate=work.rate(every)).unique()
    near = np.abs(used["rate"].to_numpy()[:, None] - rates.rates) < 1e-9
    taken = used.select(FIRM).with_columns(pl.Series("taken", near)).group_by(FIRM).agg(pl.col("taken"))
    by_firm = {firm: np.array(found).any(axis=0) for firm, found in taken.iter_rows()}
    rows = work.qualifying()
    free = rates.legal(rows) & (rates.rates > 0)
    free &= ~np.stack([by_firm[f] for f in rows[FIRM]]) if rows.height else free
    rows, free = rows.filter(pl.Series(free.any(axis=1))), free[free.any(axis=1)]
    nth = (uniform(rows, FACTOR) * free.sum(axis=1)).astype(int)
    chosen = (free.cumsum(axis=1) > nth[:, None]).argmax(axis=1)
    taxed = _taxed(rows.with_columns(pl.Series(RATE, rates.rates[chosen])))
    return Change(work.pick(taxed.filter(pl.col("tax") != rows["tax"])))


def smooth_series(work: Work) -> Change:
    """Each month is drawn towards the mean of the firm's months."""
    rows = work.qualifying().with_columns(__month=months("issue_date"))
    of_month = pl.col("amount").sum().over(FIRM, "__month")
    mean = pl.col("amount").sum().over(FIRM) / pl.col("__month").n_unique().over(FIRM)
    ratio = rows.select((mean / of_month).clip(1 / MOST, MOST)).to_series().to_numpy()
    part = between(*SMOOTHING, uniform_of_firm(rows, FACTOR))
    return Change(scaled(work, rows.drop("__month"), (1 - part) + part * ratio))


def inflate_all(work: Work) -> Change:
    """Every invoice times one factor of the firm."""
    rows = work.qualifying()
    return Change(scaled(work, rows, between(*ALL, uniform_of_firm(rows, FACTOR))))


def grow_trend(work: Work) -> Change:
    """The last six months times 1.1, 1.2 and so on."""
    rows = work.rows.with_columns(__nth=months("issue_date") - last_day_month() + TREND_MONTHS)
    rows = rows.join(work.qualifying().select("row"), on="row", how="semi").filter(pl.col("__nth") > 0)
    return Change(scaled(work, rows.drop("__nth"), 1 + TREND_STEP * rows["__nth"].to_numpy()))


def last_day_month() -> pl.Expr:
    """The month in which the firm of a row issued last, counted through the years."""
    last = last_day()
    return last.dt.year().cast(pl.Int32) * 12 + last.dt.month().cast(pl.Int32)


def scaled(work: Work, rows: pl.DataFrame, factor: NDArray[np.float64]) -> pl.DataFrame:
    """Rows with their amounts times a factor, tax and total counted anew at the same rate; those that differ."""
    amount = cents(rows["amount"].to_numpy() * factor)
    grown = rows.with_columns(amount=amount, tax=cents(amount * work.rate(rows)))
    grown = grown.with_columns(total=pl.col("amount") + pl.col("tax"))
    return grown.filter(grown["total"] != rows["total"])


def _taxed(rows: pl.DataFrame) -> pl.DataFrame:
    """Tax and total by the rate that a row bears now."""
    tax = cents(rows["amount"].to_numpy() * rows[RATE].to_numpy())
    return rows.with_columns(tax=tax).with_columns(total=pl.col("amount") + pl.col("tax"))


def _factor(rows: pl.DataFrame) -> NDArray[np.float64]:
    return between(*ONE, uniform(rows, FACTOR))
