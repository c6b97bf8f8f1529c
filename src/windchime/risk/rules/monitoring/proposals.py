"""What to do about a rule that is no longer as mined: loosen it (A 类调优) or tighten (D 类调优), with figures.

Nothing is changed by a proposal: it is a reason to mine again, and says what is at stake until then.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from windchime.core.text import Lang, _, translate
from windchime.present.formats import number, percent
from windchime.risk.rules.figures import rate
from windchime.risk.rules.monitoring.counting import Counted
from windchime.risk.rules.monitoring.evidence import Way
from windchime.risk.rules.monitoring.expected import Expected
from windchime.risk.rules.ruleset import NONE
from windchime.risk.validation import Interval

Kind = Literal["loosen", "tighten", "look"]
SENTENCES: dict[Kind, str] = {
    "loosen": _(
        "loosen rule {rule} (class A): since {since} {found} of what it hits is bad, {expected} were mined; without it "
        "{goods} more good and {bads} more bad applications a month would pass"
    ),
    "tighten": _(
        "tighten around rule {rule} (class D): since {since} {found} of what it hits is bad, {expected} were mined; its "
        "neighbours may be worse than when they were let pass: mine again"
    ),
    "look": _(
        "look at rule {rule}: since {since} it hits {found} of applications, {expected} were mined; compare the "
        "distribution of its features with the one it was mined on"
    ),
}
NO_RULE = _(
    "tighten (class D): since {since} {found} of what no rule hits is bad, {expected} were mined; {bads} bads a month pass "
    "more than then: mine again"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal and the figures it rests on."""

    #: place of the rule, −1 for what no rule hits; and its short name
    rule: int
    id: str
    kind: Kind
    #: month from which the change is likeliest
    since: str
    #: the rate since then with its interval, and as mined
    found: Interval
    expected: Interval
    #: goods and bads a month that would pass without the rule (`loosen`); bads a month beyond those mined (`tighten`)
    goods_a_month: float
    bads_a_month: float

    def sentence(self, lang: Lang = "zh") -> str:
        """The proposal in words."""
        msgid = NO_RULE if self.rule == NONE else SENTENCES[self.kind]
        return translate(
            msgid,
            lang,
            rule=self.rule + 1,
            since=self.since,
            found=_span(self.found),
            expected=_span(self.expected),
            goods=number(self.goods_a_month, 1),
            bads=number(self.bads_a_month, 1),
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def propose(one: Expected, at: int, measured: str, way: Way, counted: Counted, since: int) -> Proposal:
    """The proposal that an alarm leads to.

    Args:
        one: the rule as mined.
        at: its row in the counts.
        measured: `bad_rate` or `hit_rate`: which of its rates went.
        way: where it went.
        counted: the months.
        since: place of the month from which the change is likeliest.
    """
    if measured == "hit_rate":
        hits, rows = int(counted.hits[at, since:].sum()), int(counted.rows[since:].sum())
        found = rate(hits, rows, one.hit_rate.level)
        return Proposal(one.rule, one.id, "look", counted.months[since], found, one.hit_rate, 0.0, 0.0)
    matured, bads = int(counted.ripe_matured[at, since:].sum()), int(counted.ripe_bads[at, since:].sum())
    months = max(int(counted.ripe[since:].sum()), 1)
    found = rate(bads, matured, one.bad_rate.level)
    beyond = bads - one.bad_rate.value * matured
    kind: Kind = "loosen" if way == "fell" else "tighten"
    goods, more = ((matured - bads) / months, bads / months) if way == "fell" else (0.0, beyond / months)
    return Proposal(one.rule, one.id, kind, counted.months[since], found, one.bad_rate, goods, more)


def _span(interval: Interval) -> str:
    return f"{percent(interval.value, 1)} [{percent(interval.low, 1)}, {percent(interval.high, 1)}]"
