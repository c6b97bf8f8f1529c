"""The report on one firm: verdict, trade, partners, score, findings, invoices, the way to limit and rate, all indicators."""

from decimal import Decimal

from windchime.core.text import Lang, _
from windchime.documents.calculation import calculation
from windchime.documents.citing import Citing, nothing
from windchime.documents.composing import Composer
from windchime.documents.firm_invoices import invoices
from windchime.documents.framing import footer, marks
from windchime.documents.inputs import Decided, FirmReport, Partners
from windchime.documents.judgement import findings, score
from windchime.documents.measured import indicators
from windchime.documents.tree import Block, Bullets, Cell, Chart, Facts, Grid, Report, Section, Words
from windchime.present import charts, formats, svg


def firm_report(data: FirmReport, lang: Lang) -> Report:
    """Compose the report on a firm in one language; `html` and `pdf` render it."""
    c = Composer(lang)
    cite = Citing(c, data)
    sections = [
        Section(c.say(_("Decision")), decision(cite)),
        Section(c.say(_("The firm")), firm(cite)),
        Section(c.say(_("Sales and purchases")), trade(cite)),
        Section(c.say(_("Counterparties")), partners(cite)),
        Section(c.say(_("Score")), score(cite)),
        Section(c.say(_("Findings")), findings(cite)),
        Section(c.say(_("Verification of invoices")), invoices(cite)),
        *calculation(cite),
        Section(c.say(_("Indicators")), indicators(cite)),
    ]
    decided = data.decision
    return Report(
        lang=lang,
        title=c.say(_("Report on a firm")),
        subject=data.name,
        marks=marks(c, simulated=data.made.simulated, illustrative=decided is not None and decided.illustrative),
        sections=tuple(sections),
        sources=c.sources,
        sources_title=c.say(_("Where the figures come from")),
        sources_note=c.say(_("The raised numbers in this report lead here.")),
        footer=footer(c, data.made),
    )


def decision(cite: Citing) -> tuple[Block, ...]:
    """Verdict, limit, rate, term and reasons."""
    decided, c = cite.data.decision, cite.c
    if decided is None:
        return (nothing(cite, _("Not decided yet. Decide the firm first: windchime decide --help")),)
    log = cite.log(decided)
    rows = [
        (c.say(_("verdict")), c.verdict(decided.verdict, log)),
        (c.say(_("product")), c.words(decided.product, log)),
        (c.say(_("limit")), c.money(decided.limit, log, strong=True)),
        (c.say(_("rate a year")), c.percent(decided.rate, log, strong=True)),
        (c.say(_("term")), c.figure(formats.measured(decided.term_months, "months", 0, c.lang), log)),
    ]
    if cite.data.scores:
        score = cite.data.scores[0]
        model = cite.model(score)
        rows += [
            (c.say(_("band")), Cell(score.band, (model,), strong=True)),
            (c.say(_("score")), c.figure(formats.number(score.value, 1), model)),
            (c.say(_("default probability")), c.percent(score.probability, model)),
        ]
    reasons = tuple(c.words(r.sentence, cite.rule(decided, r.rule)) for r in decided.reasons)
    return (
        *replaced(cite, decided),
        Facts(tuple(rows)),
        *((Words(Cell(c.say(_("Reasons")), strong=True)), Bullets(reasons)) if reasons else ()),
    )


def replaced(cite: Citing, decided: Decided) -> tuple[Block, ...]:
    """What people put in the decision's place, oldest first; nothing where it stands as the policy made it."""
    if not decided.replaced:
        return ()
    c = cite.c
    rows = []
    for o in decided.replaced:
        source = cite.override(o)
        why = ("、" if c.lang == "zh" else ", ").join(r[c.lang] for r in o.reasons)
        rows.append(
            (
                c.words(formats.instant(o.at)),
                c.verdict(o.verdict, source),
                c.money(o.limit, source),
                c.percent(o.rate, source),
                c.figure(formats.measured(o.term_months, "months", 0, c.lang), source),
                c.words(f"{why} ({o.maker} → {o.checker})"),
            )
        )
    said = _(
        "People put something else in the place of this decision; the last line stands. Below is what the policy decided."
    )
    header = c.header(
        _("at"), _("verdict"), _("limit"), _("rate a year"), _("term"), _("reasons, by whom"), numeric=(2, 3, 4)
    )
    return (Words(Cell(c.say(said), strong=True)), Grid(header, tuple(rows), (2, 1.6, 2, 1.6, 1.4, 3.4)))


def firm(cite: Citing) -> tuple[Block, ...]:
    """Facts of the register."""
    c, made = cite.c, cite.made

    def row(file: str, number: int) -> int:
        return c.source(
            c.say(_("table {table} of the lake"), table="firms"),
            [
                (_("file and row"), c.say(_("{file}, row {row}"), file=file, row=formats.count(number))),
                (_("as of"), formats.day(made.as_of)),
                (_("lake version"), str(made.lake_version)),
            ],
        )

    facts = [(f.label[c.lang], c.words(f.value, row(f.source_file, f.row_no))) for f in cite.data.facts]
    return (Facts(((c.say(_("firm id")), c.words(cite.data.firm_id)), *facts)),)


def trade(cite: Citing) -> tuple[Block, ...]:
    """Sales and purchases month by month, and their sums by year."""
    c, flows = cite.c, cite.data.flows
    if not any(f.sales or f.purchases for f in flows):
        return (nothing(cite, _("No invoice that counts is known. Invoices come with a pack: windchime load --help")),)
    source = cite.rows(
        _("invoices of the firm that count, excluding tax, red letters taken off"),
        cite.data.flow_window_months,
        cite.data.flow_rows,
    )
    title = c.words(c.say(_("Sales and purchases by month")), source)
    years = sorted({f.month.year for f in flows})
    rows = []
    for year in years:
        inside = [f for f in flows if f.month.year == year]
        sales, purchases = (sum((getattr(f, n) for f in inside), Decimal(0)) for n in ("sales", "purchases"))
        months = c.say(_("{first} to {last}"), first=inside[0].month, last=inside[-1].month)
        rows.append((c.words(months), c.money(sales, source), c.money(purchases, source)))
    return (
        Chart(title, svg.monthly_flow(flows, c.lang), c.say(_("Two bars a month: sales, purchases."))),
        Grid(c.header(_("months"), _("sales"), _("purchases"), numeric=(1, 2)), tuple(rows), (2, 2, 2)),
    )


def partners(cite: Citing) -> tuple[Block, ...]:
    """Shares of the largest buyers and sellers."""
    c = cite.c
    found = [
        *_shares(
            cite, cite.data.buyers, _("The largest buyers' share of sales"), _("sales of the firm that count, by buyer")
        ),
        *_shares(
            cite,
            cite.data.sellers,
            _("The largest sellers' share of purchases"),
            _("purchases of the firm that count, by seller"),
        ),
    ]
    note = Words(c.words(c.say(_("Σ is the share of all counterparties down to this line."))), soft=True)
    return (*found, note) if found else (nothing(cite, _("No counterparty is known in the window.")),)


def _shares(cite: Citing, partners: Partners | None, title: str, what: str) -> list[Block]:
    c = cite.c
    if partners is None or partners.whole <= 0:
        return []
    source = cite.rows(what, partners.window_months, partners.rows)
    said = c.say(
        _("{partners} counterparties, {whole} in {months} months"),
        partners=formats.count(partners.partners),
        whole=formats.short_money(partners.whole, c.lang),
        months=partners.window_months,
    )
    bars = charts.shares(partners.largest, partners.whole, c.lang)
    return [
        Chart(c.words(c.say(title), source), svg.horizontal(bars), said),
        Words(Cell(said, (source,)), soft=True),
    ]
