"""The report on a list of invoices: verdicts, what speaks against whom with the rows, what could not be looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from windchime.core.problems import Problem
from windchime.core.text import Lang, Text, _
from windchime.documents.composing import Composer
from windchime.documents.tree import Block, Bullets, Cell, Facts, Grid, Report, Section, Words
from windchime.present import formats
from windchime.risk.findings import Evidence
from windchime.risk.invoices.copies import Compared
from windchime.risk.invoices.listing import FORM
from windchime.risk.invoices.verify import Verification

FIRM = "reporting_firm_id"
#: verdicts on lists and invoices, each with its shape
VERDICTS: dict[str, tuple[Text, str]] = {
    "pass": (Text("通过", "pass"), "●"),
    "question": (Text("存疑", "question"), "◎"),
    "reject": (Text("拒绝", "reject"), "□"),
}
ROLES = {
    "platform": _("the tax platform's copy"),
    "earlier": _("an earlier download"),
    "partner": _("the partner's list"),
}
LAYERS = {
    "single": _("the single invoice"),
    "set": _("the invoices of a firm together"),
    "copy": _("another copy of the same invoices"),
    "population": _("what firms have in common"),
}
#: firms, differences and problems that the page names; the tables beside it have all
FIRMS, DIFFERENCES, PROBLEMS = 50, 100, 50


@dataclass(frozen=True, slots=True)
class Verified:
    """A list that was verified, with where it comes from."""

    #: name of the file, and of files it was held against by role
    file: str
    #: SHA-256 of a single file; None for a folder
    sha256: str | None
    others: tuple[tuple[str, str], ...]
    verification: Verification
    compared: tuple[Compared, ...]
    #: rows that are left out, and why for the first of them
    left_out: int
    problems: tuple[Problem, ...]
    #: what was noted of files and documents that were read
    notes: tuple[Problem, ...]
    #: versions of the schemes by name
    schemes: tuple[tuple[str, str], ...]
    #: generated at, by, release: message and values
    footer: tuple[tuple[str, dict[str, str]], ...]

    @property
    def firms(self) -> pl.DataFrame:
        """reporting_firm_id, verdict, code, rarity, rows, questioned, rejected; a row a firm, the gravest first."""
        found = self.verification
        rows = found.listing.invoices.group_by(FIRM).agg(rows=pl.len())
        told = found.invoices.group_by(FIRM).agg(
            questioned=(pl.col("verdict") == "question").sum(), rejected=(pl.col("verdict") == "reject").sum()
        )
        rank = pl.col("verdict").replace_strict({v: i for i, v in enumerate(VERDICTS)}, return_dtype=pl.Int8)
        return (
            found.firms.join(rows, on=FIRM, how="left")
            .join(told, on=FIRM, how="left")
            .with_columns(pl.col("questioned", "rejected").fill_null(0))
            .sort(-rank, FIRM)
        )

    @property
    def differences(self) -> pl.DataFrame:
        """Of all other copies."""
        return pl.concat([c.differences for c in self.compared]) if self.compared else pl.DataFrame()


def verification_report(found: Verified, lang: Lang) -> Report:
    """Compose the report in one language."""
    c = Composer(lang)
    listing = found.verification.listing
    source = c.source(
        c.say(_("list of invoices {file}"), file=found.file),
        [
            (_("SHA-256"), found.sha256),
            (_("number of rows"), formats.count(listing.invoices.height)),
            (_("as of"), formats.day(listing.as_of)),
            *((ROLES[role], name) for role, name in found.others),
            *((name, version[:16]) for name, version in found.schemes),
        ],
    )
    sections = [
        Section(c.say(_("Verdict")), (_summary(c, found, source), _firms(c, found, source))),
        *_against(c, found, source),
    ]
    if found.others:
        sections.append(Section(c.say(_("Other copies")), tuple(_differences(c, found, source))))
    sections.append(Section(c.say(_("What was looked at")), tuple(_looked_at(c, found))))
    sections.append(Section(c.say(_("Rows left out")), tuple(_left_out(c, found, source))))
    if found.notes:
        noted = Bullets(tuple(c.words(p.sentence(c.lang)) for p in found.notes[:PROBLEMS]))
        sections.append(Section(c.say(_("What was noted")), (noted, *_more(c, len(found.notes), PROBLEMS))))
    return Report(
        lang=lang,
        title=c.say(_("Verification of invoices")),
        subject=found.file,
        marks=(c.say(_("illustrative parameters, not regulation")),),
        sections=tuple(sections),
        sources=c.sources,
        sources_title=c.say(_("Where the figures come from")),
        sources_note=c.say(_("The raised numbers in this report lead here.")),
        footer=tuple(c.say(m, **params) for m, params in found.footer),
    )


def word(verdict: str, lang: Lang) -> str:
    """A verdict with its shape."""
    label, shape = VERDICTS[verdict]
    return f"{shape} {label[lang]}"


def place(evidence: Evidence, lang: Lang) -> str:
    """Where a row stands."""
    return Problem("", "", file=evidence.source_file, row=evidence.row_no).where(lang)


def _summary(c: Composer, found: Verified, source: int) -> Block:
    firms, rows = found.firms, found.verification.invoices
    total = found.verification.listing.invoices.height
    facts = [
        (_("invoices read"), c.count(total, source)),
        (_("invoices asked about"), c.count(rows.filter(pl.col("verdict") == "question").height, source)),
        (_("invoices rejected"), c.count(rows.filter(pl.col("verdict") == "reject").height, source)),
        (_("rows left out"), c.count(found.left_out, source)),
    ]
    told = [(_("firms"), c.count(firms.height, source))] if firms.height > 1 else []
    counts = dict(firms["verdict"].value_counts().iter_rows())
    of = [
        (c.say(_("firms: {verdict}"), verdict=word(v, c.lang)), c.count(counts[v], source))
        for v in VERDICTS
        if v in counts
    ]
    return Facts(tuple((c.say(n), cell) for n, cell in [*told, *facts]) + tuple(of if firms.height > 1 else ()))


def _firms(c: Composer, found: Verified, source: int) -> Block:
    header = c.header(
        _("firm"), _("verdict"), _("invoices"), _("asked about"), _("rejected"), _("gravest"), numeric=(2, 3, 4)
    )
    rows = [
        (
            c.words(firm),
            Cell(word(verdict, c.lang), strong=verdict != "pass"),
            c.count(count, source),
            c.count(questioned, source),
            c.count(rejected, source),
            c.words(_gravest(found, firm, c.lang)),
        )
        for firm, verdict, _code, _rarity, count, questioned, rejected in found.firms.head(FIRMS).iter_rows()
    ]
    return Grid(header, tuple(rows), (2, 1, 1, 1, 1, 2))


def _gravest(found: Verified, firm: str, lang: Lang) -> str:
    """The gravest finding about a firm."""
    findings = found.verification.findings(firm)
    return findings[0].sentence(lang) if findings else formats.MISSING


def _against(c: Composer, found: Verified, source: int) -> Iterator[Section]:
    """What speaks against each firm that has anything against it."""
    accused = found.verification.grounds[FIRM].unique()
    for firm in found.firms.filter(pl.col(FIRM).is_in(accused.implode()))[FIRM].head(FIRMS):
        rows = []
        for finding in found.verification.findings(firm):
            places = "；".join(place(e, c.lang) for e in finding.evidence[:5])
            more = c.say(_(" and more")) if len(finding.evidence) > 5 else ""
            rows.append(
                (c.severity(finding.severity), c.words(finding.sentence(c.lang), source), c.words(places + more))
            )
        header = c.header(_("severity"), _("finding"), _("rows"))
        yield Section(c.say(_("What speaks against {firm}"), firm=firm), (Grid(header, tuple(rows), (1, 4, 3)),))


def _differences(c: Composer, found: Verified, source: int) -> Iterator[Block]:
    whole = found.differences
    if whole.is_empty():
        yield Words(c.words(c.say(_("The copies say the same of every invoice."))))
        return
    unlawful = whole.filter(~pl.col("lawful").fill_null(False))
    yield Facts(
        (
            (c.say(_("differences")), c.count(whole.height, source)),
            (
                c.say(_("explained by voiding, red letters or the authority")),
                c.count(whole.height - unlawful.height, source),
            ),
        )
    )
    header = c.header(_("copy"), _("invoice"), _("field"), _("in the copy"), _("in the list"))
    nothing = formats.MISSING
    rows = [
        tuple(
            c.words(text or nothing)
            for text in (
                c.say(ROLES[role]),
                number,
                c.say(_("whole row")) if field == "row" else _field(field, line),
                was,
                here,
            )
        )
        for role, number, line, field, was, here in unlawful.head(DIFFERENCES)
        .select("role", "invoice_no", "line_no", "field", "was", "is")
        .iter_rows()
    ]
    yield Grid(header, tuple(rows), (2, 2, 2, 2, 2))
    yield from _more(c, unlawful.height, DIFFERENCES)


def _field(field: str, line: int | None) -> str:
    return field if line is None else f"{field} #{line}"


def _looked_at(c: Composer, found: Verified) -> Iterator[Block]:
    run = ["single", "set", *(["copy"] if found.others else []), *(["population"] if found.verification.norms else [])]
    yield Facts(
        tuple(
            (c.say(msgid), c.words(c.say(_("was run")) if layer in run else c.say(_("not run"))))
            for layer, msgid in LAYERS.items()
        )
    )
    if "population" not in run:
        yield Words(
            c.words(
                c.say(
                    _(
                        "Without norms nothing is said of what is usual: bring them with --norms, or verify in a bank whose library has them."
                    )
                )
            ),
            soft=True,
        )
    if found.verification.not_run:
        missing = sorted(
            {n for check in found.verification.not_run for n in check.needs} - found.verification.listing.told
        )
        yield Words(
            c.words(
                c.say(
                    _("{count} checks say nothing, as the list has no {columns}."),
                    count=len(found.verification.not_run),
                    columns=", ".join(m for m in missing if m in FORM) or "lines",
                )
            ),
            soft=True,
        )
        yield Words(c.words(", ".join(check.code for check in found.verification.not_run)), soft=True)


def _left_out(c: Composer, found: Verified, source: int) -> Iterator[Block]:
    if not found.left_out and not found.problems:
        yield Words(c.words(c.say(_("Every row could be read."))))
        return
    yield Facts(((c.say(_("rows left out")), c.count(found.left_out, source)),))
    yield Bullets(tuple(c.words(p.sentence(c.lang)) for p in found.problems[:PROBLEMS]))
    yield from _more(c, len(found.problems), PROBLEMS)


def _more(c: Composer, count: int, shown: int) -> Sequence[Block]:
    said = _("{count} more stand in the tables beside this page.")
    return [Words(c.words(c.say(said, count=count - shown)), soft=True)] if count > shown else []
