"""The report on the quality of the data: scores by table and source, what is below its floor, findings, identities."""

from windchime.core.text import Lang, _
from windchime.data.contracts import contract
from windchime.data.quality import DIMENSIONS, Run, Schemes
from windchime.data.quality.overtime import below
from windchime.data.quality.settings import OVERALL
from windchime.documents.composing import Composer
from windchime.documents.framing import footer, marks
from windchime.documents.inputs import Made
from windchime.documents.tree import Block, Bullets, Grid, Report, Section, Words
from windchime.present import formats


def quality_report(runs: list[Run], schemes: Schemes, made: Made, lang: Lang) -> Report:
    """Compose the report on the newest of some recorded runs.

    Args:
        runs: recorded runs, oldest first, at least one.
        schemes: for the words of the identities.
        made: when, by whom and from what.
        lang: language of the report.
    """
    c = Composer(lang)
    parts = _Parts(c, runs, schemes)
    sections = (
        Section(c.say(_("Below their floor")), parts.below()),
        Section(c.say(_("Scores")), parts.scores()),
        Section(c.say(_("What was found")), parts.findings()),
        Section(c.say(_("Identities between tables")), parts.identities()),
    )
    return Report(
        lang=lang,
        title=c.say(_("Report on the quality of the data")),
        subject=f"{made.bank} · {formats.day(made.as_of)}",
        marks=marks(c, simulated=made.simulated, illustrative=True),
        sections=sections,
        sources=c.sources,
        sources_title=c.say(_("Where the figures come from")),
        sources_note=c.say(_("The raised numbers in this report lead here.")),
        footer=footer(c, made),
    )


class _Parts:
    """The sections of the report."""

    def __init__(self, c: Composer, runs: list[Run], schemes: Schemes) -> None:
        self.c, self.runs, self.schemes, self.run = c, runs, schemes, runs[-1]
        self.check = c.source(
            c.say(_("quality check {id}"), id=self.run.id),
            [(_("as of"), formats.day(self.run.as_of)), (_("lake version"), str(self.run.lake_version))],
        )

    def below(self) -> tuple[Block, ...]:
        """What no longer feeds decisions, and since when."""
        c = self.c
        rows = tuple(
            (
                c.words(contract(b.score.table_name).label),
                c.words(b.score.source),
                c.percent(b.score.score, self.check, strong=True),
                c.percent(b.score.floor, self.check),
                c.words(formats.instant(b.since.made_at)),
            )
            for b in below(self.runs)
        )
        if not rows:
            return (Words(c.words(c.say(_("Nothing is below its floor."))), soft=True),)
        header = c.header(_("table"), _("source"), _("score"), _("floor"), _("since"), numeric=(2, 3))
        return (Grid(header, rows, (3, 2, 1.4, 1.4, 2.4)),)

    def scores(self) -> tuple[Block, ...]:
        """All scores, the dimensions beside each other."""
        c = self.c
        at = {(s.table_name, s.source, s.dimension): s.score for s in self.run.scores}
        places = sorted({(t, s) for t, s, _d in at}, key=lambda p: (at[*p, OVERALL], p))
        rows = tuple(
            (
                c.words(contract(table).label),
                c.words(source),
                c.percent(at[table, source, OVERALL], self.check, strong=True),
                *(c.percent(at.get((table, source, d)), self.check) for d in DIMENSIONS),
            )
            for table, source in places
        )
        header = c.header(
            _("table"), _("source"), _("overall"), *DIMENSIONS.values(), numeric=range(2, 3 + len(DIMENSIONS))
        )
        return (Grid(header, rows, (2.6, 1.2, 1.4, *[1.4] * len(DIMENSIONS))),)

    def findings(self) -> tuple[Block, ...]:
        """What was found, table by table, with the first rows that show it."""
        c = self.c
        found = [
            f"{contract(t.table).label[c.lang]} · {t.source}: {t.sentence(c.lang)}"
            + "".join(f" · {e.file}:{e.row}" for e in t.examples[:2])
            for t in self.run.findings
        ]
        if not found:
            return (Words(c.words(c.say(_("Nothing odd was found."))), soft=True),)
        return (Bullets(tuple(c.words(text, self.check) for text in found)),)

    def identities(self) -> tuple[Block, ...]:
        """What two tables say of one thing."""
        c, labels = self.c, self.schemes.cross_checks.parameters
        rows = tuple(
            (
                c.words(check["code"]),
                c.words(labels[check["code"]].label if check["code"] in labels else check["code"]),
                c.words(check["kind"]),
                c.count(check["assessable"], self.check),
                c.count(check["broken"] if check["assessable"] else None, self.check),
            )
            for check in self.run.body["crosschecks"]
        )
        header = c.header(_("code"), _("identity"), _("kind"), _("assessed"), _("broken"), numeric=(3, 4))
        return (Grid(header, rows, (0.8, 6, 0.8, 1.4, 1.4)),)
