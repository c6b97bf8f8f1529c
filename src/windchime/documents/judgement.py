"""What risk models say of a firm, as sections of its report: the score with its contributions, the findings with evidence."""

from windchime.core.text import Text, _
from windchime.documents.citing import Citing, nothing
from windchime.documents.tree import Block, Bullets, Cell, Chart, Grid, Words
from windchime.present import charts, formats, svg
from windchime.risk.findings import Contribution, Evidence, Finding

#: contributions and rows of evidence that have a line of their own
_TOP, _EVIDENCE = 12, 5


def score(cite: Citing) -> tuple[Block, ...]:
    """How the deciding score came about, and what other models say."""
    c = cite.c
    if not cite.data.scores:
        return (nothing(cite, _("Not scored yet. Train and publish a model: windchime model --help")),)
    score, *beside = cite.data.scores
    model = cite.model(score)
    steps = [charts.Step(Text.of(cite.name(s.feature)), s.points) for s in score.contributions if s.points]
    ordered = sorted((s for s in score.contributions if s.points), key=lambda s: (-abs(s.points), s.feature))[:_TOP]
    chart = Chart(
        c.words(c.say(_("From the average firm's score to this firm's")), model),
        svg.horizontal(charts.waterfall_bars(score.base, steps, c.lang, _TOP)),
        c.say(_("Points added and taken away by each indicator.")),
    )
    table = Grid(
        c.header(_("indicator"), _("value"), _("bin"), _("points"), _("meaning"), numeric=(1, 3)),
        tuple(_contribution(cite, s, model) for s in ordered),
        (3, 2.9, 1.8, 1.2, 4.6),
    )
    others = [
        c.words(
            c.say(
                _("{model}, without say: default probability {probability}, band {band}"),
                model=s.model,
                probability=formats.percent(s.probability),
                band=s.band,
            ),
            cite.model(s),
        )
        for s in beside
    ]
    note = Words(
        c.words(c.say(_("Dark bars take points away, light bars add points; the axis need not begin at zero."))),
        soft=True,
    )
    return (chart, note, table, *((Bullets(tuple(others)),) if others else ()))


def _contribution(cite: Citing, part: Contribution, model: int) -> tuple[Cell, ...]:
    c, known = cite.c, cite.cards.get(part.feature)
    value = c.figure(formats.MISSING if part.value is None else formats.number(part.value, 4), model)
    if known:
        card = known.indicator
        value = c.figure(formats.measured(part.value, card.unit, card.digits, c.lang), cite.indicator(known))
    return (
        c.words(cite.name(part.feature)),
        value,
        c.words(part.bin or formats.MISSING),
        c.figure(f"{part.points:+.1f}", model),
        c.words(part.sentence(c.lang)),
    )


def findings(cite: Citing) -> tuple[Block, ...]:
    """What risk models found, gravest first, each with its evidence."""
    c = cite.c
    if not cite.data.findings:
        return (Words(c.words(c.say(_("Nothing was found."))), soft=True),)
    ordered = sorted(cite.data.findings, key=lambda f: (-f.rank, f.code))
    rows = tuple(
        (c.severity(f.severity), Cell(f.sentence(c.lang), _evidence(cite, f)), c.words(f.code)) for f in ordered
    )
    return (Grid(c.header(_("severity"), _("finding"), _("code")), rows, (1.2, 6, 2.6)),)


def _evidence(cite: Citing, finding: Finding) -> tuple[int, ...]:
    c = cite.c
    measured = [e for e in finding.evidence if e.indicator in cite.cards]
    rows = [e for e in finding.evidence if e.table]
    found = [cite.indicator(cite.cards[e.indicator]) for e in measured]
    if rows:
        shown = "; ".join(_place(cite, e) for e in rows[:_EVIDENCE])
        found.append(
            c.source(
                c.say(_("rows behind the finding {code}"), code=finding.code),
                [
                    (_("file and row"), shown),
                    (_("number of rows"), formats.count(len(rows))),
                    (_("lake version"), str(cite.made.lake_version)),
                ],
            )
        )
    return tuple(found)


def _place(cite: Citing, evidence: Evidence) -> str:
    return cite.c.say(_("{file}, row {row}"), file=evidence.source_file, row=formats.count(evidence.row_no))
