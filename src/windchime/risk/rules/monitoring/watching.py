"""Months of a rule list: what each rule hit, how it turned out, and where the evidence says that it is no longer as mined.

An application counts for the first rule that hits it, as when it was mined. Bad rates look at matured outcomes only, and a
month is tested once nearly all of its applications have matured: bads are known before goods.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from windchime.core.text import _
from windchime.present.formats import number, percent
from windchime.risk.arrays import Floats, Frame
from windchime.risk.findings import Finding, Severity
from windchime.risk.rules.figures import wilson_bounds
from windchime.risk.rules.monitoring.counting import Counted, count
from windchime.risk.rules.monitoring.evidence import Counts, Way, begun, evidence
from windchime.risk.rules.monitoring.expected import Expected
from windchime.risk.rules.monitoring.proposals import Proposal, propose
from windchime.risk.rules.monitoring.settings import Settings
from windchime.risk.rules.ruleset import NONE
from windchime.risk.validation import psi, psi_test, quantile_of

Measured = Literal["bad_rate", "hit_rate"]
#: what each test of a rule finds, and how grave that is for the lender
FINDINGS: dict[tuple[Measured, Way], tuple[str, Severity, str]] = {
    ("bad_rate", "fell"): (
        "rule_bad_rate_fell",
        "watch",
        _("rule {rule}: since {since} its bad rate is {found}, below the mined {expected}"),
    ),
    ("bad_rate", "rose"): (
        "rule_bad_rate_rose",
        "high",
        _("rule {rule}: since {since} its bad rate is {found}, above the mined {expected}"),
    ),
    ("hit_rate", "fell"): (
        "rule_hit_rate_fell",
        "watch",
        _("rule {rule}: since {since} it hits {found} of applications, fewer than the mined {expected}"),
    ),
    ("hit_rate", "rose"): (
        "rule_hit_rate_rose",
        "high",
        _("rule {rule}: since {since} it hits {found} of applications, more than the mined {expected}"),
    ),
}
REST = _("applications that no rule hits: since {since} their bad rate is {found}, above the mined {expected}")
MOVED = _("the rules hit other applications than when they were mined: stability index {psi} in {month}")
OWN = _(
    "rule {rule}: expected rates are those of the rows that chose it, which are too good: more than the stated share of alarms is "
    "false"
)


@dataclass(frozen=True, slots=True)
class Watched:
    """The months, what is to be said of them, and what is proposed."""

    #: one row a rule and month (columns: see `watch`)
    table: pl.DataFrame
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]
    #: from this evidence on a test is an alarm
    threshold: float
    #: what weakens the stated rate of false alarms
    warnings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "threshold": self.threshold,
            "months": self.table.to_dicts(),
            "findings": [f.as_dict() for f in self.findings],
            "proposals": [p.as_dict() for p in self.proposals],
            "warnings": [w.as_dict() for w in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class _Test:
    """One rate of one rule, looked at one way."""

    measured: Measured
    way: Way
    of: Counts
    hits: Counts
    bound: float
    evidence: Floats


def watch(table: Frame, rules: Sequence[Expected], settings: Settings) -> Watched:
    """Watch a list of rules over the months of its applications.

        The tests of all rules together raise a false alarm within a watched year with the scheme's probability at most, if the
        expected rates are of rows that did not choose the rules: each is an alarm at evidence 1 ÷ `Settings.each` against the
        edge of the interval of what is expected. A watched year counts from the first month.

    Args:
            table: one row an application: `rule` (place of the first rule that hits, −1 for none: `RuleSet.apply`), `month` (a
                date, a whole number, or a text such as 2025-01), `bad` (true or 1 = bad; null or NaN = not known), and `matured` (whether its outcome is
                final; without this column: whether `bad` is known).
            rules: what is expected of each rule (`expected`).
            settings: limits.

    Returns:
            A table with one row a rule and month (`rows`, `hits`, `matured`, `bads`, `ripe`, both rates with `_low` and `_high`,
    what is expected of them as `_mined`, and the evidence of each test after that month); findings and proposals of the last
            watched year.

    Raises:
            UnknownName: a column is missing.
            NotOutcomes: outcomes that are neither 0 nor 1 nor missing.
            NotMonths: months that have no order of their own.
    """
    counted = count(table, [e.rule for e in rules], settings.least_matured)
    tests = [list(_tests(one, at, counted, settings)) for at, one in enumerate(rules)]
    each = settings.each(sum(e.rule != NONE for e in rules))
    threshold = 1 / each
    proposals: list[Proposal] = []
    findings: list[Finding] = []
    first = (len(counted.months) - 1) // settings.months * settings.months
    for at, one in enumerate(rules):
        for test in tests[at]:
            if test.evidence[first:].max(initial=0.0) < threshold:
                continue
            since = first + begun(test.of[first:], test.hits[first:], test.bound, test.way, settings.odds_ratios)
            proposals.append(propose(one, at, test.measured, test.way, counted, since))
            findings.append(_finding(one, test, proposals[-1]))
    shown = [_months(one, at, counted, tests[at]) for at, one in enumerate(rules)]
    whole = pl.concat(shown, how="diagonal") if shown else pl.DataFrame()
    moved = _moved(rules, counted, settings, each / settings.months)
    warnings = tuple(
        Finding("rule_expected_of_own_rows", "normal", OWN, {"rule": e.rule + 1})
        for e in rules
        if e.source == "own" and e.rule != NONE
    )
    return Watched(whole, (*findings, *moved), tuple(proposals), threshold, warnings)


def _tests(one: Expected, at: int, counted: Counted, settings: Settings) -> Iterator[_Test]:
    ratio, hit = settings.hit_rate_ratio, one.hit_rate
    bads, hits = (counted.ripe_matured[at], counted.ripe_bads[at]), (counted.rows, counted.hits[at])
    bounds: dict[tuple[Measured, Way], tuple[tuple[Counts, Counts], float]] = {
        ("bad_rate", "rose"): (bads, one.bad_rate.high),
        ("bad_rate", "fell"): (bads, one.bad_rate.low),
        ("hit_rate", "rose"): (hits, hit.high * ratio),
        ("hit_rate", "fell"): (hits, hit.low / ratio),
    }
    for (measured, way), ((of, found), bound) in bounds.items():
        # of what no rule hits only one thing matters: that it gets worse
        if one.rule != NONE or (measured, way) == ("bad_rate", "rose"):
            gained = evidence(of, found, bound, way, odds_ratios=settings.odds_ratios, months=settings.months)
            yield _Test(measured, way, of, found, bound, gained)


def _finding(one: Expected, test: _Test, proposal: Proposal) -> Finding:
    code, severity, msgid = FINDINGS[test.measured, test.way]
    said = {
        "since": proposal.since,
        "found": percent(proposal.found.value, 1),
        "expected": f"{percent(proposal.expected.low, 1)} … {percent(proposal.expected.high, 1)}",
    }
    if one.rule == NONE:
        return Finding("no_rule_bad_rate_rose", severity, REST, said)
    return Finding(code, severity, msgid, {"rule": one.rule + 1, **said})


def _months(one: Expected, at: int, counted: Counted, tests: Sequence[_Test]) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "rule": pl.Series([one.rule] * len(counted.months), dtype=pl.Int32),
        "id": [one.id] * len(counted.months),
        "month": list(counted.months),
        "rows": counted.rows,
        "hits": counted.hits[at],
        "matured": counted.matured[at],
        "bads": counted.bads[at],
        "ripe": counted.ripe,
    }
    for name, part, of, mined in (
        ("hit_rate", counted.hits[at], counted.rows, one.hit_rate),
        ("bad_rate", counted.bads[at], counted.matured[at], one.bad_rate),
    ):
        low, high = wilson_bounds(part.astype(np.float64), of.astype(np.float64), quantile_of(mined.level))
        value = np.divide(part, of, out=np.full(len(of), np.nan), where=of > 0)
        columns |= {name: pl.Series(value, nan_to_null=True), f"{name}_low": low, f"{name}_high": high}
        columns |= {f"{name}_mined": [mined.value] * len(of)}
    columns |= {f"{t.measured}_{t.way}": t.evidence for t in tests}
    return pl.DataFrame(columns)


def _moved(rules: Sequence[Expected], counted: Counted, settings: Settings, level: float) -> Iterator[Finding]:
    """Whether the last month's applications fall to the rules otherwise than expected: more than by chance, and by much."""
    if not rules or not counted.months or not counted.rows[-1]:
        return
    before = np.array([e.hit_rate.value * e.rows for e in rules])
    after = counted.hits[:, -1].astype(np.float64)
    if not (before.sum() and after.sum()) or psi_test(before, after, level)[1] >= level:
        return
    found = psi(before, after)
    if found >= settings.psi_watch:
        severity: Severity = "high" if found >= settings.psi_high else "watch"
        yield Finding("rule_hits_moved", severity, MOVED, {"psi": number(found, 2), "month": counted.months[-1]})
