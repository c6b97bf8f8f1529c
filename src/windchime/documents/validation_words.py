"""What the sections of a validation pack share: figures with intervals, names, and the words at its head."""

from dataclasses import dataclass

from windchime.core.text import _
from windchime.documents.composing import Composer
from windchime.documents.tree import Block, Bullets, Cell, Facts, Words
from windchime.present import formats
from windchime.risk.scorecards.model_card import SMALL
from windchime.risk.scorecards.pack import Examined
from windchime.risk.scorecards.pack.examined import How
from windchime.risk.scorecards.watching import SCORE
from windchime.risk.validation import Interval

MODELS = {"scorecard": _("scorecard"), "challenger": _("boosted trees")}
HOW: dict[How, str] = {
    "out_of_time": _("on firms of a later date than the model learnt from"),
    "out_of_sample": _("on firms that the model did not learn from, before the outcomes it learnt from were all known"),
    "out_of_fold": _("each firm by a model that was made without it (cross-validation)"),
    "held_out": _("on firms that the model did not learn from, as the caller says"),
    "in_sample": _("on the firms that the model learnt from: the figures flatter it and prove nothing"),
}
SIGNIFICANT = _("The interval does not contain zero.")
NOT_SIGNIFICANT = _("The interval contains zero: the sample does not tell the two apart.")


@dataclass(frozen=True, slots=True)
class Pack:
    """Composer, figures, and the source that all of them cite."""

    c: Composer
    e: Examined
    source: int

    def figure(self, value: float | None, digits: int = 3, *, strong: bool = False) -> Cell:
        """A plain figure; a dash where there is none."""
        return self.c.figure(formats.number(value, digits), self.source, strong=strong)

    def count(self, value: int) -> Cell:
        """How many."""
        return self.c.count(value, self.source)

    def share(self, value: float | None) -> Cell:
        """A fraction as a percentage."""
        return self.c.percent(value, self.source)

    def span(self, found: Interval | None, digits: int = 3, *, percent: bool = False, strong: bool = False) -> Cell:
        """A figure with its interval."""
        return self.c.figure(self.interval(found, digits, percent=percent), self.source, strong=strong)

    def interval(self, found: Interval | None, digits: int = 3, *, percent: bool = False) -> str:
        """A figure with its interval, as text."""
        if found is None:
            return formats.MISSING
        write = formats.percent if percent else lambda v: formats.number(v, digits)
        return f"{write(found.value)} [{write(found.low)}, {write(found.high)}]"

    def name(self, column: str) -> str:
        """What people call the score or a feature."""
        if column == SCORE:
            return self.c.say(_("score"))
        return next((f.name[self.c.lang] for f in self.e.features if f.code == column), column)

    def words(self, msgid: str, /, soft: bool = False, **params: object) -> Words:
        """A paragraph."""
        return Words(self.c.words(self.c.say(msgid, **params)), soft=soft)


def verdict(p: Pack) -> tuple[Block, ...]:
    """The head: the main figures, and what must be kept in mind."""
    e, c, line = p.e, p.c, p.e.reliability.line
    facts = Facts(
        (
            (c.say(_("firms")), p.count(e.firms)),
            (c.say(_("bads")), p.count(e.bads)),
            (c.say(_("AUC")), p.span(e.ranking.auc)),
            (c.say(_("Gini")), p.span(e.ranking.gini)),
            (c.say(_("KS")), p.figure(e.ranking.ks)),
            (c.say(_("Brier score")), p.figure(e.ranking.brier, 4)),
            (c.say(_("Brier score of the base rate")), p.figure(e.ranking.brier_of_base_rate, 4)),
            (c.say(_("calibration slope")), p.span(line.slope, 2)),
            (c.say(_("expected bads")), p.figure(line.expected, 1)),
            (c.say(_("features")), p.count(len(e.features))),
        )
    )
    said = [c.say(_("Judged {how}."), how=c.say(HOW[e.how]))]
    if e.small:
        said.append(c.say(SMALL, bads=e.bads, firms=e.firms))
    if e.ranking.auc.low <= 0.5 <= e.ranking.auc.high:
        said.append(
            c.say(
                _("The interval of the AUC contains one half: this sample does not show that the model ranks at all.")
            )
        )
    if e.time and (moved := [p.name(s.name) for s in e.time.columns if s.state in ("watch", "alarm")]):
        said.append(c.say(_("Moved beyond chance and beyond the line of concern: {names}."), names=", ".join(moved)))
    said.append(
        c.say(
            _("Intervals are at {level} and hold the model fixed; differences inside them mean nothing."),
            level=f"{e.level:.0%}",
        )
    )
    return facts, Bullets(tuple(c.words(s) for s in said))
