"""What an agreement between two banks says, in sentences: what crosses, how figures are made, what is to be done next."""

from windchime.core.text import Lang, Text, _, translate
from windchime.portfolio.crossing import DECISIONS
from windchime.portfolio.shown.agreements import Paper
from windchime.present import formats
from windchime.service.agreements.answers import Answers

#: with the shape that stands beside it
SHAPES = {
    "drafted": "○",
    "half": "◎",
    "in_force": "●",
    "revoked": "□",
    "expired": "□",
    "not_yet": "○",
    "says_not_how": "△",
    "changed": "■",
    "damaged": "■",
}
_PUBLISHED = {
    "schemes": Text("参数方案", "schemes"),
    "products": Text("产品", "products"),
    "policies": Text("策略", "policies"),
}
_ALL = _("published content of every kind, which arrives as a draft")
_ALL_OF = _("all published {kinds}, which arrive as drafts")
_BEGINNING = _("published {kinds} whose name begins with {name}, which arrive as drafts")
_ONE = _("of the published {kinds}, {name}, which arrives as a draft")
_FIGURES = _(
    "figures of the portfolio: the newest decision of each firm under each product, counted by product, band and verdict, with the sum of the limits"
)
_OTHER = _("figures of the portfolio: {subject}")
_PERIOD = _("one answer every {months} months of the calendar, the same for every bank")
_LEAST = _("a cell has at least {firms} firms; smaller ones are left out, and no total is told")
_SHARE = _("no sum where one firm makes up more than {share}")
_FIRMS = _("firms are counted in steps of {step}, rounded down")
_AMOUNT = _("sums are told in steps of {step}, and left out where one firm's own figure is larger")


def crosses(paper: Paper, lang: Lang) -> str:
    """What crosses, in one sentence; empty where it cannot be read."""
    if paper.terms is None:
        return ""
    subject = paper.terms.subject
    if paper.terms.kind == "aggregates":
        whole = paper.terms.covers(DECISIONS)
        return translate(_FIGURES, lang) if whole else translate(_OTHER, lang, subject=subject)
    kind, _colon, name = subject.partition(":")
    if kind == "*":
        return translate(_ALL, lang)
    kinds = _PUBLISHED.get(kind, Text.of(kind))
    plain, star, _rest = name.partition("*")
    if star and not plain:
        return translate(_ALL_OF, lang, kinds=kinds)
    return translate(_BEGINNING if star else _ONE, lang, kinds=kinds, name=plain)


def manner(answers: Answers | None, lang: Lang) -> tuple[str, ...]:
    """How figures are made, sentence by sentence; none where no figures cross."""
    if answers is None:
        return ()
    return (
        translate(_PERIOD, lang, months=answers.months),
        translate(_LEAST, lang, firms=answers.least_firms),
        translate(_SHARE, lang, share=formats.percent(answers.largest_share)),
        translate(_FIRMS, lang, step=answers.firms_step),
        translate(_AMOUNT, lang, step=formats.money(answers.amount_step, lang)),
    )


_SIGN = _("another person of this bank checks the terms and signs: open the proposal")
_EXCHANGE = _("hand this bank's signature to the other one, and take theirs:")
_GIVE = _("what is due is handed over at the machine:")
_DRAFTS = _("what arrives waits as a draft among the content; it is checked and published as any other")
_RECEIVED = _("figures that arrived are shown at the machine:")
_COMES = _("nothing to be done: it is in force from {day}")
_ANEW = _("nothing crosses under it any more; if something is still wanted, agree anew:")
_FIND_OUT = _("nothing crosses under it; find out with the audit log who changed it, and agree anew:")


def next_step(paper: Paper, lang: Lang) -> tuple[str, tuple[str, ...]]:
    """What is to be done next, and the commands that do it."""
    short = paper.id[:12]
    propose = ("windchime agreement propose --help",)
    match paper.state:
        case "drafted":
            return translate(_SIGN, lang), ()
        case "half":
            return translate(_EXCHANGE, lang), (
                f"windchime agreement export {short} FILE",
                "windchime agreement take FILE",
            )
        case "not_yet" if paper.terms is not None:
            return translate(_COMES, lang, day=formats.day(paper.terms.valid_from)), ()
        case "in_force" if paper.terms is not None and paper.why is None:
            return _under(paper, short, lang)
        case "changed" | "damaged":
            return translate(_FIND_OUT, lang), propose
        case _:
            return translate(_ANEW, lang), propose


def _under(paper: Paper, short: str, lang: Lang) -> tuple[str, tuple[str, ...]]:
    figures = paper.terms is not None and paper.terms.kind == "aggregates"
    if paper.side == "giving":
        subject = "aggregates" if figures else "SUBJECT"
        return translate(_GIVE, lang), (f"windchime agreement give {short} {subject} --to {paper.other}",)
    if figures:
        return translate(_RECEIVED, lang), (f"windchime agreement received {short}",)
    return translate(_DRAFTS, lang), ()
