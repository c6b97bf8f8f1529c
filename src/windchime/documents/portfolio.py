"""The report on the portfolio: verdicts, limits by band, why, the allocation of a budget, the state of the data."""

from collections import Counter
from decimal import Decimal

from windchime.core.text import Lang, Text, _
from windchime.documents.composing import Composer
from windchime.documents.framing import footer, marks
from windchime.documents.inputs import Allocated, OfferRow, PortfolioReport
from windchime.documents.tree import Block, Bullets, Cell, Chart, Facts, Grid, Report, Section, Words
from windchime.present import charts, formats, svg, words

#: firms that have a line of their own
_LISTED = 40


def portfolio_report(data: PortfolioReport, lang: Lang) -> Report:
    """Compose the report on the portfolio in one language; `html` and `pdf` render it."""
    c = Composer(lang)
    parts = _Parts(c, data)
    sections = [
        Section(c.say(_("Decisions")), parts.decisions()),
        Section(c.say(_("Limits by band")), parts.bands()),
        Section(c.say(_("Why")), parts.why()),
        Section(c.say(_("Allocation of the budget")), parts.allocation()),
        Section(c.say(_("The model")), parts.model()),
        Section(c.say(_("State of the data")), parts.quality()),
        Section(c.say(_("Largest offers")), parts.offers()),
    ]
    return Report(
        lang=lang,
        title=c.say(_("Report on the portfolio")),
        subject=f"{data.product[lang]} · {formats.day(data.made.as_of)}",
        marks=marks(c, simulated=data.made.simulated, illustrative=data.standing == "illustrative"),
        sections=tuple(sections),
        sources=c.sources,
        sources_title=c.say(_("Where the figures come from")),
        sources_note=c.say(_("The raised numbers in this report lead here.")),
        footer=footer(c, data.made),
    )


class _Parts:
    """The sections of the portfolio's report."""

    def __init__(self, c: Composer, data: PortfolioReport) -> None:
        self.c, self.data = c, data

    def _run(self, what: str) -> int:
        data = self.data
        return self.c.source(
            self.c.say(_("decision run {id}"), id=data.run_id),
            [
                (_("rows"), self.c.say(what)),
                (_("number of rows"), formats.count(len(data.offers))),
                (_("as of"), formats.day(data.made.as_of)),
                (_("lake version"), str(data.made.lake_version)),
                (_("digest in the audit chain, SHA-256"), data.digest),
                *data.versions,
            ],
        )

    def decisions(self) -> tuple[Block, ...]:
        """How many verdicts of each kind, and what is offered."""
        c, offers = self.c, self.data.offers
        if not offers:
            return (self._nothing(_("Nothing was decided yet. Decide all firms: windchime decide --help")),)
        run = self._run(_("all decisions of the run"))
        tally = Counter(o.verdict for o in offers)
        approved = [o for o in offers if o.verdict == "approve" and o.limit is not None]
        offered = sum((o.limit or Decimal(0) for o in approved), Decimal(0))
        weighted = sum(((o.limit or Decimal(0)) * o.probability for o in approved), Decimal(0))
        paid = sum(((o.limit or Decimal(0)) * (o.rate or Decimal(0)) for o in approved), Decimal(0))
        facts = [
            (c.say(_("firms decided")), c.count(len(offers), run)),
            *((w.label[c.lang], c.count(tally[code], run)) for code, w in words.VERDICTS.items()),
            (c.say(_("offered in approved decisions")), c.money(offered, run, strong=True)),
            (c.say(_("average rate, by limit")), c.percent(paid / offered if offered else None, run)),
            (
                c.say(_("average default probability, by limit")),
                c.percent(weighted / offered if offered else None, run),
            ),
        ]
        kinds = [charts.Part(w.label, Decimal(tally[code])) for code, w in words.VERDICTS.items()]
        chart = Chart(
            c.words(c.say(_("Decisions by verdict")), run),
            svg.horizontal(charts.tally_bars(kinds, c.lang)),
            c.say(_("One bar a verdict: number of firms and share.")),
        )
        return (Facts(tuple(facts)), chart)

    def bands(self) -> tuple[Block, ...]:
        """Limits and default probabilities by band."""
        c, offers = self.c, self.data.offers
        if not offers:
            return (self._nothing(_("Nothing was decided yet. Decide all firms: windchime decide --help")),)
        run = self._run(_("all decisions of the run"))
        rows, parts = [], []
        for band in sorted({o.band for o in offers}):
            inside = [o for o in offers if o.band == band]
            approved = [o for o in inside if o.verdict == "approve"]
            total = sum((o.limit or Decimal(0) for o in approved), Decimal(0))
            parts.append(charts.Part(Text.of(band), total))
            mean = sum((o.probability for o in inside), Decimal(0)) / len(inside)
            rows.append(
                (
                    Cell(band, strong=True),
                    c.count(len(inside), run),
                    c.count(len(approved), run),
                    c.money(total, run),
                    c.money(total / len(approved) if approved else None, run),
                    c.percent(mean, run),
                )
            )
        bars, scale = charts.amount_bars(parts, c.lang)
        header = c.header(
            _("band"),
            _("firms"),
            _("approved"),
            _("offered"),
            _("average offer"),
            _("average default probability"),
            numeric=(1, 2, 3, 4, 5),
        )
        title = c.words(c.say(_("Offered in approved decisions by band, {unit}"), unit=scale.label[c.lang]), run)
        return (
            Chart(title, svg.horizontal(bars), c.say(_("One bar a band."))),
            Grid(header, tuple(rows), (1, 1.2, 1.4, 2.6, 2.4, 2.2)),
        )

    def why(self) -> tuple[Block, ...]:
        """How often each reason stands."""
        c = self.c
        if not self.data.reasons:
            return (self._nothing(_("No decision gives a reason.")),)
        run = self._run(_("reasons of all decisions of the run"))
        rows = tuple(
            (c.verdict(verdict), c.words(said), c.words(code), c.count(number, run))
            for code, said, verdict, number in self.data.reasons
        )
        return (
            Grid(
                c.header(_("verdict"), _("reason"), _("code"), _("decisions"), numeric=(3,)), rows, (1.3, 5, 2.8, 1.4)
            ),
        )

    def allocation(self) -> tuple[Block, ...]:
        """How a budget was spread, how good that is, and what else could be done with it."""
        c, found = self.c, self.data.allocation
        if found is None:
            return (self._nothing(_("No budget was allocated: windchime decide --portfolio --budget AMOUNT")),)
        source = c.source(
            c.say(_("allocation over the decision run {id}"), id=self.data.run_id),
            [*found.solver, (_("lake version"), str(self.data.made.lake_version)), *self.data.versions],
        )
        facts = (
            (c.say(_("budget")), c.money(found.budget, source)),
            (c.say(_("spent")), c.money(found.spent, source, strong=True)),
            (c.say(_("firms")), c.count(found.firms, source)),
            (c.say(_("expected profit a year")), c.money(found.expected_profit, source, strong=True)),
            (c.say(_("distance to the proven bound")), c.figure(formats.percent(found.gap, 4), source)),
            (c.say(_("shadow price of the budget, dual of the relaxation")), self._price(found.dual, source)),
            (c.say(_("shadow price of the budget, solved with more")), self._price(found.forward, source)),
            (c.say(_("shadow price of the budget, solved with less")), self._price(found.backward, source)),
        )
        blocks: list[Block] = [Facts(facts)]
        if found.unspent:
            blocks.append(Bullets(tuple(c.words(said, source) for said in found.unspent)))
        if found.by_band:
            bars, scale = charts.amount_bars(found.by_band, c.lang)
            title = c.words(c.say(_("Allocated by band, {unit}"), unit=scale.label[c.lang]), source)
            blocks.append(Chart(title, svg.horizontal(bars), c.say(_("One bar a band."))))
        return (*blocks, self._strategies(found, source))

    def _price(self, value: Decimal | None, source: int) -> Cell:
        return self.c.figure(formats.number(value, 4), source)

    def _strategies(self, found: Allocated, source: int) -> Grid:
        c = self.c
        rows = tuple(
            (
                c.words(s.label),
                c.count(s.firms, source),
                c.money(s.spent, source),
                c.money(s.expected_profit, source),
                c.money(s.realised_profit, source),
            )
            for s in found.strategies
        )
        header = c.header(
            _("strategy"),
            _("firms"),
            _("spent"),
            _("expected profit a year"),
            _("profit on known outcomes"),
            numeric=(1, 2, 3, 4),
        )
        return Grid(header, rows, (2.6, 1, 2.4, 2.4, 2.4))

    def model(self) -> tuple[Block, ...]:
        """How well the deciding model tells good from bad, as its card says."""
        c, data = self.c, self.data
        if not data.model_card:
            return (self._nothing(_("The deciding model brings no card.")),)
        source = c.source(c.say(_("model card")), [(_("version"), data.model_version)])
        rows = tuple((label[c.lang], c.figure(value, source)) for label, value in data.model_card)
        return (Facts(rows),)

    def quality(self) -> tuple[Block, ...]:
        """What was loaded, what went to quarantine, what the check found."""
        c, data = self.c, self.data
        if not data.tables:
            return (self._nothing(_("Nothing was loaded yet: windchime load --help")),)
        loads = c.source(
            c.say(_("records of the loads")),
            [(_("as of"), formats.day(data.made.as_of)), (_("lake version"), str(data.made.lake_version))],
        )
        rows = tuple(
            (
                c.words(t.label),
                c.count(t.source, loads),
                c.count(t.lake, loads),
                c.count(t.quarantined, loads),
                c.percent(Decimal(t.quarantined) / t.source if t.source else None, loads),
            )
            for t in data.tables
        )
        header = c.header(
            _("table"),
            _("rows in the source"),
            _("rows in the lake"),
            _("in quarantine"),
            _("share"),
            numeric=(1, 2, 3, 4),
        )
        blocks: list[Block] = [Grid(header, rows, (3, 2, 2, 2, 1.4))]
        if data.notes:
            check = c.source(
                c.say(_("quality check")),
                [(_("as of"), formats.day(data.made.as_of)), (_("lake version"), str(data.made.lake_version))],
            )
            notes = tuple(
                (c.severity(n.severity), c.words(n.sentence), c.words(n.code), c.count(n.count, check))
                for n in data.notes
            )
            blocks.append(
                Grid(c.header(_("severity"), _("what"), _("code"), _("times"), numeric=(3,)), notes, (1.3, 5, 2.8, 1.4))
            )
        return tuple(blocks)

    def offers(self) -> tuple[Block, ...]:
        """The largest approved offers."""
        c = self.c
        approved = sorted(
            (o for o in self.data.offers if o.verdict == "approve"),
            key=lambda o: (-(o.limit or Decimal(0)), o.probability, o.firm_id),
        )
        if not approved:
            return (self._nothing(_("No firm is approved.")),)
        run = self._run(_("approved decisions of the run"))
        header = c.header(
            _("firm"),
            _("firm id"),
            _("band"),
            _("default probability"),
            _("limit"),
            _("rate a year"),
            _("decision"),
            numeric=(3, 4, 5),
        )
        note = c.say(
            _("{shown} of {all} approved firms, largest first; the console exports all."),
            shown=min(len(approved), _LISTED),
            all=len(approved),
        )
        grid = Grid(header, tuple(self._offer(o, run) for o in approved[:_LISTED]), (3.4, 2.2, 0.8, 1.4, 2.4, 1.2, 1.8))
        return (grid, Bullets((Cell(note, (run,)),)))

    def _offer(self, offer: OfferRow, run: int) -> tuple[Cell, ...]:
        c = self.c
        return (
            c.words(offer.name),
            c.words(offer.firm_id),
            c.words(offer.band),
            c.percent(offer.probability, run),
            c.money(offer.limit, run),
            c.percent(offer.rate, run),
            c.words(f"…{offer.decision_id[-8:]}"),
        )

    def _nothing(self, msgid: str) -> Words:
        return Words(self.c.words(self.c.say(msgid)), soft=True)
