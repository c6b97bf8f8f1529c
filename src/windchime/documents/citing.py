"""The sources that a firm's report cites: decision, rule, model, indicator, rows; each says how to find the figure again."""

from windchime.core.text import _
from windchime.documents.composing import Composer
from windchime.documents.inputs import Decided, FirmReport, Measured
from windchime.documents.replaced import Replaced
from windchime.documents.tree import Words
from windchime.present import formats, words
from windchime.risk.findings import Score


class Citing:
    """What the sections of one firm's report share: composer, data, and numbers of sources."""

    def __init__(self, c: Composer, data: FirmReport) -> None:
        self.c, self.data, self.made = c, data, data.made
        self.cards = {m.indicator.code: m for m in data.indicators}

    def log(self, decided: Decided) -> int:
        """A decision in the log."""
        return self.c.source(
            self.c.say(_("decision {id}"), id=decided.decision_id),
            [
                (_("made"), formats.instant(decided.made_at)),
                (_("document, SHA-256"), decided.sha256),
                *((name, version) for name, version in decided.versions),
            ],
        )

    def override(self, replaced: Replaced) -> int:
        """An override in the bank's register, whose approval stands in the audit chain."""
        return self.c.source(
            self.c.say(_("override {id}"), id=replaced.override_id),
            [(_("made"), formats.instant(replaced.at)), (_("by whom"), f"{replaced.maker} → {replaced.checker}")],
        )

    def rule(self, decided: Decided, rule: str) -> int:
        """A rule of the policy that decided."""
        policy = dict(decided.versions)
        return self.c.source(
            self.c.say(_("rule {rule} of the policy"), rule=rule),
            [
                (_("policy"), policy.get(_("policy"))),
                (_("standing"), words.status(decided.standing).label),
                (_("decision"), decided.decision_id),
            ],
        )

    def model(self, score: Score) -> int:
        """A score of a model."""
        return self.c.source(
            self.c.say(_("model {model}"), model=score.model),
            [
                (_("version"), score.version),
                (_("inputs"), self.c.say(_("the indicators of this report"))),
                (_("as of"), formats.day(self.made.as_of)),
                (_("lake version"), str(self.made.lake_version)),
            ],
        )

    def indicator(self, measured: Measured) -> int:
        """An indicator's definition and rows."""
        card = measured.indicator
        return self.c.source(
            self.c.say(_("indicator {code}"), code=card.code),
            [
                (_("formula"), card.formula),
                (_("window"), self.c.window(card.window_months, self.made.as_of)),
                (_("as of"), formats.day(self.made.as_of)),
                (_("lake version"), str(self.made.lake_version)),
                (_("number of rows"), None if measured.rows is None else formats.count(measured.rows)),
                (_("when missing"), card.missing),
                (_("origin"), card.source),
                (_("definitions, version"), self.data.indicators_version[:16]),
            ],
        )

    def rows(self, what: str, window: int | None, count: int | None) -> int:
        """Invoice rows of the firm."""
        made = self.made
        return self.c.rows(
            "invoices", what=what, as_of=made.as_of, lake_version=made.lake_version, window=window, count=count
        )

    def name(self, code: str) -> str:
        """An indicator's name in the language; its code where it is not known."""
        known = self.cards.get(code)
        return known.indicator.name[self.c.lang] if known else code


def nothing(cite: "Citing", msgid: str) -> Words:
    """What stands in an empty part: what would be here and how to get it."""
    return Words(cite.c.words(cite.c.say(msgid)), soft=True)
