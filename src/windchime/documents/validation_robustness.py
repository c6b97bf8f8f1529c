"""Sections of a validation pack: stability through time, sensitivity, fairness."""

from windchime.core.text import _
from windchime.documents.tree import Block, Cell, Chart, Grid
from windchime.documents.validation_words import Pack
from windchime.present import formats
from windchime.present.svg import Line, Pane, panes
from windchime.risk.scorecards.pack.sensitivity import Change, Sensitivity
from windchime.risk.scorecards.shifts import STATES, Shift, State
from windchime.risk.scorecards.watching import SCORE

CHANGES: dict[Change, str] = {
    "missing": _("missing for everyone"),
    "up": _("raised by {shock} standard deviations"),
    "down": _("lowered by {shock} standard deviations"),
    "perturbed": _("{share} of the cells from another firm"),
}
RISK: dict[State, str] = {
    "stable": "normal",
    "small": "normal",
    "unproven": "watch",
    "watch": "high",
    "alarm": "severe",
}
#: rows of a table of shifts; the others are counted
SHOWN = 20


def stability(p: Pack) -> tuple[Block, ...]:
    """Vintages, and how far score and features moved."""
    c, t = p.c, p.e.time
    if t is None:
        return (
            p.words(
                _("Neither vintages nor a development sample were given: nothing is known of stability."), soft=True
            ),
        )
    blocks: list[Block] = []
    if t.vintages:
        known = [(float(i), v.auc) for i, v in enumerate(t.vintages) if v.auc is not None]
        at = tuple(float(i) for i in range(len(t.vintages)))
        names = tuple(v.name for v in t.vintages)
        auc = Line(
            "", tuple(x for x, _a in known), tuple(a.value for _x, a in known), tuple(a.low for _x, a in known),
            tuple(a.high for _x, a in known), marked=True,
        )  # fmt: skip
        came = Line(c.say(_("observed")), at, tuple(v.bads / v.firms for v in t.vintages), marked=True)
        due = Line(c.say(_("expected")), at, tuple(v.expected / v.firms for v in t.vintages), dark=False, marked=True)
        drawing = panes(
            (
                Pane(c.say(_("AUC by vintage")), "", (auc,), ticks=names, percent=False),
                Pane(c.say(_("Bad rate by vintage")), "", (came, due), ticks=names),
            ),
            height=2.2,
        )
        blocks.append(Chart(c.words(c.say(_("Vintage by vintage")), p.source), drawing, ""))
        rows = tuple(
            (
                c.words(v.name),
                p.count(v.firms),
                p.count(v.bads),
                p.figure(v.expected, 1),
                p.span(v.auc),
                p.figure(v.ks),
                p.figure(None if v.shift is None else v.shift.index),
                _state(p, v.shift),
            )
            for v in t.vintages
        )
        header = c.header(
            _("vintage"), _("firms"), _("bads"), _("expected bads"), _("AUC"), _("KS"), _("PSI of the score"), _("judgement"),
            numeric=range(1, 7),
        )  # fmt: skip
        blocks.append(Grid(header, rows, (1, 0.8, 0.8, 1, 2.2, 0.8, 1, 1.3)))
    baseline = t.baseline or c.say(_("the development sample"))
    blocks.append(
        p.words(
            _("Compared with {baseline}: {newest}"),
            baseline=baseline,
            newest=t.newest or c.say(_("all firms of the sample")),
        )
    )
    ordered = sorted(t.columns, key=lambda s: (s.name != SCORE, -s.index))
    table = tuple(
        (
            c.words(p.name(s.name)),
            p.figure(s.index),
            p.figure(s.critical),
            c.figure(f"{s.p:.1e}", p.source),
            p.figure(s.at_least),
            _state(p, s),
        )
        for s in ordered[:SHOWN]
    )
    header = c.header(
        _("score or feature"),
        _("PSI / CSI"),
        _("by chance below"),
        "p",
        _("proven, at least"),
        _("judgement"),
        numeric=range(1, 5),
    )
    blocks.append(Grid(header, table, (3, 1.1, 1.3, 1, 1.3, 1.5)))
    if len(ordered) > SHOWN:
        blocks.append(p.words(_("{count} more features moved less."), soft=True, count=len(ordered) - SHOWN))
    blocks.append(
        p.words(
            _(
                "The index is never zero by chance; what it stays below by chance follows from its sampling distribution (Yurdakul 2018), all tests"
                " together at the scheme's significance. Only a proven move is judged by its size."
            ),
            soft=True,
        )
    )
    return tuple(blocks)


def _state(p: Pack, s: Shift | None) -> Cell:
    if s is None:
        return p.c.words(p.c.say(_("reference")))
    return Cell(STATES[s.state][p.c.lang], risk=RISK[s.state] if s.state not in ("stable", "small") else "")


def sensitivities(p: Pack) -> tuple[Block, ...]:
    """What changes when data change, the gravest first."""
    c, e = p.c, p.e
    if not e.features:
        return (p.words(_("The model uses no feature: it says the base rate for everyone."), soft=True),)

    def row(s: Sensitivity) -> tuple[Cell, ...]:
        change = c.say(CHANGES[s.change], shock=f"{e.shock:g}", share=f"{e.perturbed:.0%}")
        name = c.say(_("all features")) if s.feature is None else s.feature.name[c.lang]
        return (
            c.words(name),
            c.words(change),
            p.figure(s.auc),
            c.figure(formats.percent(s.mean_moved), p.source),
            p.share(s.rebanded),
            p.figure(s.rank_kept, 2),
        )

    ordered = sorted(e.sensitivity, key=lambda s: (s.feature is not None, s.auc))
    header = c.header(
        _("feature"),
        _("change"),
        _("AUC"),
        _("mean probability moves by"),
        _("firms that change band"),
        _("order kept"),
        numeric=range(2, 6),
    )
    note = _("The model's own probabilities before and after; the order kept is Spearman's rank correlation.")
    return Grid(header, tuple(row(s) for s in ordered), (2.4, 2.6, 0.9, 1.5, 1.4, 1)), p.words(note, soft=True)


def fairness(p: Pack) -> tuple[Block, ...]:
    """Groups of the attributes that the bank declared lawful to examine."""
    c, t = p.c, p.e.treatment
    blocks: list[Block] = []
    for a in t.attributes:
        blocks.append(p.words(_("{attribute}, examined on this ground: {ground}"), attribute=a.column, ground=a.ground))
        rows = tuple(
            (
                c.words(g.name),
                p.count(g.firms),
                p.count(g.bads),
                p.span(g.passed, percent=True),
                p.span(g.ratio, 2),
                p.span(g.opportunity, percent=True),
            )
            for g in a.groups
        )
        header = c.header(
            _("group"),
            _("firms"),
            _("bads"),
            _("let pass"),
            _("adverse impact ratio"),
            _("equal opportunity, difference"),
            numeric=range(1, 6),
        )
        blocks.append(Grid(header, rows, (1.4, 0.8, 0.8, 2.2, 2, 2.4)))
        low = [g.name for g in a.groups if g.ratio is not None and g.ratio.high < t.min_ratio]
        if low:
            blocks.append(
                p.words(
                    _("The ratio is below {limit} beyond chance for: {groups}"),
                    limit=f"{t.min_ratio:g}",
                    groups=", ".join(low),
                )
            )
    if not t.attributes:
        blocks.append(
            p.words(
                _(
                    "The bank has declared no attribute lawful to examine (scheme scorecard, parameter fairness): nothing was examined."
                ),
                soft=True,
            )
        )
    if t.refused:
        blocks.append(
            p.words(
                _("Offered and not examined, since no ground is declared: {columns}"),
                soft=True,
                columns=", ".join(t.refused),
            )
        )
    return tuple(blocks)
