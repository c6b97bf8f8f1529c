"""What a rule is expected to do from now on: the rates that its months are held against, from rows that did not choose it.

Rates of the rows that chose a rule are too good. So they are those of the vintages held back where there are any, else those of
the rows that tested the rule, else (told by `source`) its own. Their intervals are exact (Clopper and Pearson 1934) at a
level that leaves half of the false alarms of a year to the chance that the truth lies outside any of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import betaincinv

from windchime.risk.rules.figures import Figures
from windchime.risk.rules.mined import MinedRule
from windchime.risk.rules.monitoring.settings import Settings
from windchime.risk.rules.ruleset import NONE, RuleSet
from windchime.risk.validation import Interval, quantile_of

#: which rows tell the rates: vintages held back; rows that tested the rule; the rows it was mined from
Source = Literal["out_of_time", "unseen", "own"]


@dataclass(frozen=True, slots=True)
class Expected:
    """One rule of a list as its months are expected: applications that no rule before it hits."""

    #: place of the rule; −1: applications that no rule hits
    rule: int
    #: short name of the rule; empty for −1
    id: str
    hit_rate: Interval
    bad_rate: Interval
    #: rows that the hit rate is of, effective ones where they have weights
    rows: float
    source: Source = "out_of_time"


@dataclass(frozen=True, slots=True)
class _Sample:
    """Effective numbers: rows that a rule is the first to hit and bads among them, of all rows."""

    rows: float
    hits: float
    bads: float
    source: Source


def expected(rules: RuleSet, settings: Settings) -> tuple[Expected, ...]:
    """Each rule's rates of the applications that no rule before it hits, and those of what no rule hits, last."""
    if not rules.rules:
        return ()
    samples = list(_held_back(rules.rules) or _mined(rules.rules))
    level = 1 - 2 * settings.each(len(rules.rules))
    ids = [*((i, m.id) for i, m in enumerate(rules.rules)), (NONE, "")]
    return tuple(
        Expected(place, name, exact(s.hits, s.rows, level), exact(s.bads, s.hits, level), s.rows, s.source)
        for (place, name), s in zip(ids, samples, strict=True)
    )


def exact(part: float, of: float, level: float) -> Interval:
    """A share with Clopper and Pearson's interval; the numbers may be effective ones, not whole."""
    if of <= 0:
        return Interval(0.0, 0.0, 1.0, level, "clopper-pearson")
    tail = (1 - level) / 2
    low = float(betaincinv(part, of - part + 1, tail)) if part > 0 else 0.0
    high = float(betaincinv(part + 1, of - part, 1 - tail)) if part < of else 1.0
    return Interval(part / of, low, high, level, "clopper-pearson")


def _held_back(rules: Sequence[MinedRule]) -> list[_Sample]:
    """On the vintages held back; none where none were."""
    so_far = [m.cumulative_out_of_time for m in rules]
    known = [f for f in so_far if f is not None and f.rows]
    if len(known) < len(rules):
        return []
    scale, last = _scale(known[0]), known[-1]
    hits, bads = ([0.0, *(getattr(f, n) for f in known)] for n in ("hit_weight", "bad_weight"))
    hits.append(last.weight)
    bads.append(last.all_bad_weight)
    return [
        _Sample(last.weight * scale, (h - h0) * scale, (b - b0) * scale, "out_of_time")
        for h0, h, b0, b in zip(hits, hits[1:], bads, bads[1:], strict=False)
    ]


def _mined(rules: Sequence[MinedRule]) -> Iterator[_Sample]:
    """On the rows that tested the rules where there are such, else on all that were mined from.

    What a rule adds to those before it was not counted on the rows that tested it: it is taken to have kept as much of its
    rate of hits and bads there as all of its hits did, and to have been seen on as small a share of them.
    """
    last = rules[-1].cumulative
    scale, caught = _scale(last), 0.0
    shares: list[tuple[float, Source]] = []
    for m in rules:
        new = m.incremental
        source, share, hits, bads = _kept(m)
        caught += new.bad_weight * bads
        shares.append((share, source))
        hit = new.hit_weight * hits
        yield _Sample(
            last.weight * scale * share, hit * scale * share, min(new.bad_weight * bads, hit) * scale * share, source
        )
    share, source = min(shares)
    rest = last.weight - last.hit_weight
    bad = min(max(last.all_bad_weight - caught, 0.0), rest)
    yield _Sample(last.weight * scale * share, rest * scale * share, bad * scale * share, source)


def _kept(m: MinedRule) -> tuple[Source, float, float, float]:
    """Share of the rows that tested a rule, and what hits and bads there are to be multiplied by."""
    if m.unseen is None or not m.unseen.weight or not m.own.bad_weight:
        return "own", 1.0, 1.0, 1.0
    share = m.unseen.weight / m.own.weight
    return (
        "unseen",
        share,
        m.unseen.hit_weight / m.own.hit_weight / share,
        m.unseen.bad_weight / m.own.bad_weight / share,
    )


def _scale(found: Figures) -> float:
    """Effective rows (Kish) a weight: the rows that Wilson's interval of the hit rate was made from, told back from it."""
    if found.weight == found.rows:
        return 1.0
    p, low, high = found.hit_rate.value, found.hit_rate.low, found.hit_rate.high
    ratio = (1 - p) ** 2 / ((1 - low) * (1 - high)) if p <= 1 / 2 else p * p / (low * high)
    return quantile_of(found.hit_rate.level) ** 2 / max(ratio - 1, 1e-12) / found.weight
