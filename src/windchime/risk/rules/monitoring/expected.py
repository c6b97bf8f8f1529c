"""What mining promised of each rule: the rates that its months are held against."""

from dataclasses import dataclass

from windchime.risk.rules.figures import rate
from windchime.risk.rules.ruleset import NONE, RuleSet
from windchime.risk.validation import Interval


@dataclass(frozen=True, slots=True)
class Expected:
    """One rule of a list as its months are expected: applications that no rule before it hits."""

    #: place of the rule; −1: applications that no rule hits
    rule: int
    #: short name of the rule; empty for −1
    id: str
    hit_rate: Interval
    bad_rate: Interval


def expected(rules: RuleSet) -> tuple[Expected, ...]:
    """Each rule's incremental rates, and those of the applications that no rule hits, last."""
    found = [Expected(i, m.id, m.incremental.hit_rate, m.incremental.bad_rate) for i, m in enumerate(rules.rules)]
    if not rules.rules:
        return ()
    last = rules.rules[-1].cumulative
    level = last.hit_rate.level
    # weights count as their share of the rows: the interval is that of so many rows
    rest, bads = last.weight - last.hit_weight, last.all_bad_weight - last.bad_weight
    scale = last.rows / last.weight if last.weight else 0.0
    none = Expected(NONE, "", rate(rest * scale, last.weight * scale, level), rate(bads * scale, rest * scale, level))
    return (*found, none)
