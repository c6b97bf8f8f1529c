"""The leakage check: features that know the label better than any honest feature could.

Three questions, each against a limit of the scheme:

* does one category (or being missing) go with the label beyond any honest odds ratio? Answered exactly, by Fisher's
  noncentral hypergeometric distribution: the probability of so many bads (or goods) in the category, were the odds ratio
  to the rest at the limit. Small pure categories are thus let pass, large ones never; all categories share the level.
* does the feature alone order the firms with an AUC above the limit?
* is its information value above the limit?
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.text import Text, _
from windchime.risk.arrays import Floats, Frame, floats, frame, numeric, sums
from windchime.risk.binning import BinningOptions, optimal_bins, smoothed_woe
from windchime.risk.findings import Evidence, Finding
from windchime.risk.scorecards.features import FIRM
from windchime.risk.scorecards.settings import LeakageLimits
from windchime.risk.validation import auc, out_of_fold, stratified_folds

CODE = "feature_leaks_label"
BY_CATEGORY = _(
    "{feature} is refused, it leaks the label: of {firms} firms with '{category}', {bads} are bad, of the other {others}, {other_bads};"
    " even at an odds ratio of {limit} chance would not do this (p = {p})"
)
BY_AUC = _(
    "{feature} is refused, it leaks the label: alone it ranks the firms with an AUC of {auc}, the limit is {limit}"
)
BY_IV = _("{feature} is refused, it leaks the label: its information value is {iv}, the limit is {limit}")
ABSENT = Text("（缺失）", "(missing)")


@dataclass(frozen=True, slots=True)
class _Category:
    column: str
    name: str | Text
    firms: int
    bads: int
    p: float


def find_leaks(
    table: Frame,
    bad: Floats,
    limits: LeakageLimits,
    binning: BinningOptions,
    *,
    names: Mapping[str, Text] | None = None,
) -> tuple[Finding, ...]:
    """One finding for each column that leaks, in the order of the columns.

    Args:
        table: one row a firm; numbers, texts and truth values; `firm_id` is passed over.
        bad: labels.
        limits: what no honest feature reaches.
        binning: how the information value of numbers is measured (with the smoothing of `limits`).
        names: labels of columns for the sentences; the column's name where it has none.
    """
    rows = frame(table)
    columns = [c for c in rows.columns if c != FIRM]
    tested = [c for column in columns for c in _categories(rows[column], bad, limits)]
    found = []
    for column in columns:
        named = (names or {}).get(column, Text.of(column))
        own = [c for c in tested if c.column == column]
        for finding in _judge(rows[column], named, bad, limits, binning, categories=own, tests=len(tested)):
            found.append(finding)
            break
    return tuple(found)


def leaking(findings: tuple[Finding, ...]) -> frozenset[str]:
    """The columns that were refused."""
    return frozenset(e.indicator for f in findings if f.code == CODE for e in f.evidence)


def _judge(
    column: pl.Series,
    named: Text,
    bad: Floats,
    limits: LeakageLimits,
    binning: BinningOptions,
    *,
    categories: list[_Category],
    tests: int,
) -> Iterator[Finding]:
    def finding(msgid: str, figure: float, **params: object) -> Finding:
        evidence = (Evidence.of_indicator(column.name, round(figure, 6)),)
        return Finding(CODE, "severe", msgid, {"feature": named, **params}, evidence)

    worst = min(categories, key=lambda c: c.p, default=None)
    if worst and worst.p * tests < limits.significance:
        yield finding(
            BY_CATEGORY,
            worst.bads / worst.firms,
            category=worst.name,
            firms=worst.firms,
            bads=worst.bads,
            others=len(bad) - worst.firms,
            other_bads=int(bad.sum()) - worst.bads,
            limit=f"{limits.max_odds_ratio:g}",
            p=f"{worst.p * tests:.1e}",
        )
    alone = single_auc(column, bad, limits)
    if alone > limits.max_auc:
        yield finding(BY_AUC, alone, auc=f"{alone:.3f}", limit=f"{limits.max_auc:g}")
    value = _information_value(column, bad, limits, binning)
    if value > limits.max_iv:
        yield finding(BY_IV, value, iv=f"{value:.2f}", limit=f"{limits.max_iv:g}")


def single_auc(column: pl.Series, bad: Floats, limits: LeakageLimits) -> float:
    """AUC of one column alone, whichever way it points.

    Numbers are taken as they are where present; categories by a bad rate that other folds taught, since many small
    categories would otherwise look perfect on the firms that made them.
    """
    if numeric(column):
        values = floats(column)
        seen = ~np.isnan(values)
        if not 0 < bad[seen].sum() < seen.sum():
            return 0.5
        found = auc(bad[seen], values[seen])
        return max(found, 1 - found)
    code = _codes(column)
    folds = int(max(2, min(limits.folds, bad.sum(), (1 - bad).sum())))
    risk = out_of_fold(
        stratified_folds(bad, folds, 0),
        lambda train, test: -_woe(code[train], bad[train], int(code.max()) + 1, limits)[code[test]],
    )
    return auc(bad, risk)


def _codes(column: pl.Series) -> NDArray[np.int64]:
    text = column.cast(pl.String).fill_null("\0").to_numpy()
    return np.unique(text, return_inverse=True)[1].astype(np.int64)


def _woe(code: NDArray[np.int64], bad: Floats, count: int, limits: LeakageLimits) -> Floats:
    g, b = sums(code, 1 - bad, count), sums(code, bad, count)
    return smoothed_woe(g, b, float((1 - bad).sum()), float(bad.sum()), limits.pseudo_count)


def _information_value(column: pl.Series, bad: Floats, limits: LeakageLimits, binning: BinningOptions) -> float:
    if numeric(column):
        options = BinningOptions(binning.max_bins, binning.min_share, 0, 0, binning.max_prebins, limits.pseudo_count)
        return optimal_bins(column.name, floats(column), bad, options, trend="none").iv
    code = _codes(column)
    count = int(code.max()) + 1
    g, b = sums(code, 1 - bad, count), sums(code, bad, count)
    share = g / (1 - bad).sum() - b / bad.sum()
    common = g + b >= binning.min_share * len(bad)  # rare categories have large values by chance
    return float((share * _woe(code, bad, count, limits))[common].sum())


def _categories(column: pl.Series, bad: Floats, limits: LeakageLimits) -> Iterator[_Category]:
    """The categories of a column with their exact test; of numbers only "missing", and the two values of a truth value."""
    from scipy.stats import nchypergeom_fisher

    if numeric(column) and column.drop_nulls().n_unique() > 2:
        groups = pl.Series(["\0" if gone else "·" for gone in np.isnan(floats(column))])
    else:
        groups = column.cast(pl.String)
    groups = groups.fill_null("\0")
    total, bads = len(bad), int(bad.sum())
    if groups.n_unique() < 2:
        return
    for name in groups.unique().sort():
        if name == "·":
            continue
        inside = (groups == name).to_numpy()
        n, k = int(inside.sum()), int(bad[inside].sum())
        many = nchypergeom_fisher.sf(k - 1, total, bads, n, limits.max_odds_ratio)
        few = nchypergeom_fisher.cdf(k, total, bads, n, 1 / limits.max_odds_ratio)
        yield _Category(column.name, ABSENT if name == "\0" else name, n, k, float(min(many, few)))
