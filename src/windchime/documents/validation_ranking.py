"""Sections of a validation pack: discrimination, calibration, comparison with other models."""

from windchime.core.text import _
from windchime.documents.tree import Block, Chart, Grid
from windchime.documents.validation_words import NOT_SIGNIFICANT, SIGNIFICANT, Pack
from windchime.present import formats
from windchime.present.svg import Line, Pane, panes


def discrimination(p: Pack) -> tuple[Block, ...]:
    """ROC and gains as curves, gains and lift as a table."""
    c, r = p.c, p.e.ranking
    drawing = panes(
        (
            Pane(c.say(_("ROC: bads found")), c.say(_("share of goods")), (_line(r.roc),), diagonal=True),
            Pane(
                c.say(_("Gains: bads found")),
                c.say(_("share of firms, the riskiest first")),
                (_line(r.captured),),
                diagonal=True,
            ),
        )
    )
    said = f"AUC {p.interval(r.auc)}, KS {formats.number(r.ks, 3)}"
    chart = Chart(c.words(c.say(_("How bads are found as more firms are turned away")), p.source), drawing, said)
    rows = tuple(
        (
            c.words(str(i)),
            p.count(g.firms),
            p.count(g.bads),
            p.span(g.rate, percent=True),
            p.figure(g.lift, 2),
            p.share(g.firms_upto),
            p.share(g.bads_upto),
        )
        for i, g in enumerate(r.gains, 1)
    )
    header = c.header(
        _("risk group"),
        _("firms"),
        _("bads"),
        _("bad rate"),
        _("lift"),
        _("firms so far"),
        _("bads found"),
        numeric=range(1, 7),
    )
    return chart, Grid(header, rows, (0.7, 1, 1, 2.6, 1, 1.3, 1.3))


def _line(points: tuple[tuple[float, float], ...]) -> Line:
    return Line("", tuple(x for x, _y in points), tuple(y for _x, y in points))


def calibration(p: Pack) -> tuple[Block, ...]:
    """The curve with intervals, the line, the bands, and the test that is told as weak."""
    c, r = p.c, p.e.reliability
    x = tuple(g.expected for g in r.curve)
    seen = [g.observed for g in r.curve]
    points = Line(
        "", x, tuple(i.value for i in seen), tuple(i.low for i in seen), tuple(i.high for i in seen), marked=True
    )
    names = tuple(b.band for b in r.bands)
    at = tuple(float(i) for i in range(len(names)))
    observed = [b.rate for b in r.bands]
    bars = Line(
        c.say(_("observed")), at, tuple(i.value for i in observed), tuple(i.low for i in observed),
        tuple(i.high for i in observed), marked=True,
    )  # fmt: skip
    expected = Line(
        c.say(_("expected")),
        at,
        tuple(b.expected / b.firms if b.firms else 0.0 for b in r.bands),
        dark=False,
        marked=True,
    )
    drawing = panes(
        (
            Pane(c.say(_("Bad rate observed")), c.say(_("mean probability of the group")), (points,), diagonal=True),
            Pane(c.say(_("Bad rate by band")), c.say(_("band")), (bars, expected), ticks=names),
        )
    )
    statistic, freedom, chance = r.hosmer_lemeshow
    bands = tuple(
        (
            c.words(b.band),
            p.count(b.firms),
            p.count(b.bads),
            p.figure(b.expected, 1),
            p.span(b.rate, percent=True),
        )
        for b in r.bands
    )
    header = c.header(_("band"), _("firms"), _("bads"), _("expected bads"), _("bad rate"), numeric=range(1, 5))
    return (
        Chart(c.words(c.say(_("What was expected against what came")), p.source), drawing, ""),
        Grid(header, bands, (0.8, 1, 1, 1.3, 2.6)),
        p.words(
            _(
                "Calibration line: slope {slope}, intercept {intercept}; perfect are 1 and 0, a slope below 1 says that probabilities are too extreme."
            ),
            slope=p.interval(r.line.slope, 2),
            intercept=p.interval(r.line.intercept, 2),
        ),
        p.words(
            _(
                "Hosmer–Lemeshow: {statistic} on {freedom} degrees of freedom, p = {p}. A weak test: it hangs on the grouping, misses faults in small"
                " samples and finds harmless ones in large; curve and line above say more."
            ),
            soft=True,
            statistic=f"{statistic:.1f}",
            freedom=freedom,
            p=f"{chance:.3f}",
        ),
    )


def rivals(p: Pack) -> tuple[Block, ...]:
    """Other models on the same firms, with DeLong's interval of the paired difference."""
    c = p.c
    if not p.e.rivals:
        return (p.words(_("No other model was brought to compare with."), soft=True),)
    rows = tuple((c.words(r.name), p.span(r.auc), p.span(r.difference), p.figure(r.brier, 4)) for r in p.e.rivals)
    header = c.header(
        _("other model"), _("its AUC"), _("this model's minus it (DeLong)"), _("its Brier score"), numeric=range(1, 4)
    )
    notes = tuple(
        p.words(NOT_SIGNIFICANT if r.difference.low <= 0 <= r.difference.high else SIGNIFICANT, soft=True)
        for r in p.e.rivals[:1]
    )
    return Grid(header, rows, (2, 2.4, 2.6, 1.3)), *notes
