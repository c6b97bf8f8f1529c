"""Reject inference: what refused applicants would have done is assumed, never known; each way says what it assumes.

Outcomes are seen of accepted firms only. Nothing in the data can confirm an assumption about the others; a method is
therefore always named by the caller, says its assumption in words, and shows how the figures move against a card of the
accepted alone. Methods after D. J. Hand and W. E. Henley (1993), IMA Journal of Mathematics 5, and N. Siddiqi (2006).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import BadCall
from windchime.core.text import Lang, _, translate
from windchime.risk.arrays import Floats, Frame, frame, labels
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.workbench import Rejects, Workbench
from windchime.risk.validation import Interval, auc_difference, auc_interval, stratified_folds

Method = Literal["none", "fuzzy", "reweighting", "parcelling"]
ASSUMPTIONS: dict[Method, str] = {
    "none": _(
        "Rejected firms are left out: the card holds for firms like the accepted ones, and is used for all applicants as if"
        " being accepted said nothing about default beyond the features."
    ),
    "fuzzy": _(
        "Each rejected firm counts as bad with the probability of the accepted card, its odds of bad times {worse_by}, and as good"
        " with the rest: the order of the accepted card is taken as true beyond the accepted."
    ),
    "reweighting": _(
        "Accepted firms stand for rejected ones of the same features (weight 1 / probability of being accepted, at most"
        " {max_weight}): nothing but the features decided on acceptance, and every kind of firm was accepted now and then."
    ),
    "parcelling": _(
        "In each of {parcels} score groups rejected firms get outcomes by lot (seed {seed}) with the bad rate of accepted ones, its odds"
        " times {worse_by}: inside a group rejected firms are worse by this factor and by nothing else."
    ),
}


class NotSaid(BadCall):
    """An assumption that must be stated was not."""

    msgid = _(
        "reject inference by {method} needs worse_by: how many times the odds of bad of rejected firms are those of accepted ones"
    )
    hint = _("state it with its ground; 1 says that rejected firms are no worse than accepted ones of the same score")

    def __init__(self, method: str) -> None:
        super().__init__(method=method)


@dataclass(frozen=True, slots=True)
class RejectInference:
    """A card under an assumption, beside the card without it."""

    method: Method
    #: parameters of the assumption's sentence
    params: Mapping[str, Any]
    #: fitted on the accepted alone, and under the assumption
    before: Scorecard
    after: Scorecard
    accepted: int
    rejected: int
    #: bad rate of the accepted, and the one that the method gives the rejected
    accepted_rate: float
    rejected_rate: float
    #: mean default probability of accepted and of rejected firms by both cards
    mean_before: tuple[float, float]
    mean_after: tuple[float, float]
    #: AUC on accepted firms that neither card saw, and the paired difference; None where too few were bad to ask
    auc_before: Interval
    auc_after: Interval
    auc_change: Interval
    #: accepted firms that the weights leave in effect (L. Kish 1965)
    effective_firms: float

    def assumption(self, lang: Lang = "zh") -> str:
        """What is assumed, in words."""
        return translate(ASSUMPTIONS[self.method], lang, **self.params)

    def points(self) -> pl.DataFrame:
        """Points of each bin of both cards: feature, bin, before, after (null where a card has no such bin)."""
        tables = [
            pl.DataFrame(
                [
                    (f.feature.code, b.kind, b.label, p)
                    for f in m.card.features
                    for b, p in zip(f.bins.bins, f.points, strict=True)
                ],
                schema={"feature": pl.String, "kind": pl.String, "bin": pl.String, name: pl.Int64},
                orient="row",
            )
            for name, m in (("before", self.before), ("after", self.after))
        ]
        return (
            tables[0]
            .join(tables[1], on=["feature", "kind", "bin"], how="full", coalesce=True)
            .sort("feature", "kind", "bin")
        )


@dataclass(frozen=True, slots=True)
class _Filled:
    """A sample with the rejected firms in it."""

    table: pl.DataFrame
    bad: Floats
    weights: Floats | None
    rejected_rate: float


def infer_rejects(
    accepted: Frame,
    y: Any,
    rejected: Frame,
    *,
    method: Method,
    worse_by: float | None = None,
    card: Callable[[], Scorecard] = Scorecard,
    specials: Mapping[str, Sequence[float]] | Sequence[float] | None = None,
    seed: int = 0,
    limits: Rejects | None = None,
) -> RejectInference:
    """Fit a card with rejected applicants under a named assumption, and show what it moves.

    Args:
        accepted: features of accepted firms.
        y: their outcomes.
        rejected: features of rejected firms, the same columns.
        method: `none`, `fuzzy`, `reweighting` or `parcelling`; there is no default.
        worse_by: for `fuzzy` and `parcelling`: factor on the odds of bad of rejected firms against accepted ones.
        card: makes an unfitted scorecard.
        specials: codes that are not quantities.
        seed: of the lots of `parcelling`, and of the folds.
        limits: figures of the scheme; the shipped ones by default.

    Raises:
        NotSaid: `worse_by` is needed and missing.
        BadLabels, NotNumbers, UnknownName: as `Scorecard.fit`.
    """
    if method in ("fuzzy", "parcelling") and worse_by is None:
        raise NotSaid(method)
    limits = limits or Workbench.shipped().rejects
    inside = frame(accepted)
    outside = frame(rejected).select(inside.columns)
    bad = labels(y, inside.height)

    def both(rows: NDArray[np.int64]) -> tuple[Scorecard, Scorecard, _Filled]:
        first = card().fit(inside[rows], bad[rows], specials=specials)
        filled = _fill(
            method,
            first,
            inside[rows],
            bad[rows],
            outside,
            worse_by=worse_by or 1.0,
            limits=limits,
            card=card,
            specials=specials,
            seed=seed,
        )
        if method == "none":
            return first, first, filled
        return first, card().fit(filled.table, filled.bad, weight=filled.weights, specials=specials), filled

    before, after, filled = both(np.arange(len(bad)))
    settings = before.settings or Settings.shipped()
    fold = stratified_folds(bad, settings.validation.folds, seed)
    unseen = np.zeros((2, len(bad)))
    for k in range(settings.validation.folds):
        out = np.flatnonzero(fold == k)
        one, other, _filled = both(np.flatnonzero(fold != k))
        unseen[:, out] = one.probability(inside[out]), other.probability(inside[out])
    level, weights = settings.validation.level, filled.weights
    stood = np.ones(len(bad)) if method != "reweighting" or weights is None else weights
    return RejectInference(
        method,
        {"worse_by": worse_by, "max_weight": limits.max_weight, "parcels": limits.parcels, "seed": seed},
        before,
        after,
        len(bad),
        outside.height,
        float(bad.mean()),
        filled.rejected_rate,
        (float(before.probability(inside).mean()), float(before.probability(outside).mean())),
        (float(after.probability(inside).mean()), float(after.probability(outside).mean())),
        auc_interval(bad, unseen[0], level=level),
        auc_interval(bad, unseen[1], level=level),
        auc_difference(bad, [unseen[1]], [unseen[0]], level=level),
        float(stood.sum() ** 2 / (stood**2).sum()),
    )


def _fill(
    method: Method,
    first: Scorecard,
    inside: pl.DataFrame,
    bad: Floats,
    outside: pl.DataFrame,
    *,
    worse_by: float,
    limits: Rejects,
    card: Callable[[], Scorecard],
    specials: Any,
    seed: int,
) -> _Filled:
    if method == "none" or not outside.height:
        return _Filled(inside, bad, None, float(first.probability(outside).mean()) if outside.height else float("nan"))
    if method == "reweighting":
        refused = np.concatenate([np.zeros(inside.height), np.ones(outside.height)])
        gate = card().fit(pl.concat([inside, outside]), refused, specials=specials)
        weight = np.minimum(1 / (1 - gate.probability(inside)), limits.max_weight)
        # the weights beyond one are the rejected firms that an accepted one stands for
        return _Filled(inside, bad, weight, float(((weight - 1) * bad).sum() / (weight - 1).sum()))
    if method == "fuzzy":
        p = _worse(first.probability(outside), worse_by)
        table = pl.concat([inside, outside, outside])
        marks = np.concatenate([bad, np.ones(len(p)), np.zeros(len(p))])
        return _Filled(table, marks, np.concatenate([np.ones(len(bad)), p, 1 - p]), float(p.mean()))
    drawn = _drawn(first.score(inside), bad, first.score(outside), worse_by, limits.parcels, seed)
    return _Filled(pl.concat([inside, outside]), np.concatenate([bad, drawn]), None, float(drawn.mean()))


def _worse(p: Floats, times: float) -> Floats:
    """Probabilities whose odds are so many times as high."""
    return times * p / (1 - p + times * p)


def _drawn(inside: Floats, bad: Floats, outside: Floats, worse_by: float, parcels: int, seed: int) -> Floats:
    """Outcomes of rejected firms by lot: in each score group as many bads as its rate says.

    The groups hold as many rejected firms each; the rate of a group is drawn to the overall one by one firm, so that a group
    with few accepted firms says little.
    """
    cuts = np.unique(np.quantile(outside, np.linspace(0, 1, parcels + 1)[1:-1]))
    own, others = np.searchsorted(cuts, inside, side="right"), np.searchsorted(cuts, outside, side="right")
    rng, drawn = np.random.default_rng(seed), np.zeros(len(outside))
    for g in range(len(cuts) + 1):
        here, rows = bad[own == g], np.flatnonzero(others == g)
        rate = _worse(np.array([(here.sum() + bad.mean()) / (len(here) + 1)]), worse_by)[0]
        drawn[rng.permutation(rows)[: round(rate * len(rows))]] = 1.0
    return drawn
