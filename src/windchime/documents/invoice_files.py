"""Files of invoices verified, and what came out of it as files: a page a language, tables, JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from windchime.content.in_force import scheme_in_force, shipped
from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical, sha256_file
from windchime.core.dates import SHANGHAI
from windchime.core.text import LANGS, Lang, _
from windchime.data.intake.mapping import PackMapping
from windchime.data.lake import Lake
from windchime.data.lake.versions import head
from windchime.decision.release import release
from windchime.documents.invoice_tables import sheets
from windchime.documents.invoice_verification import Verified, verification_report
from windchime.documents.rendering import html
from windchime.indicators.parameters import SCHEME as INDICATORS
from windchime.present import formats
from windchime.present.exports import Provenance, csv_bytes, xlsx_bytes
from windchime.risk.findings import Finding
from windchime.risk.invoices.calibrating import Layer, calibrate
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.copies import CHECKS, Role, compare
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.published import NORMS
from windchime.risk.invoices.reading import Read, read
from windchime.risk.invoices.settings import SCHEME, Settings
from windchime.risk.invoices.verify import verify
from windchime.service.bank import Bank

#: rows of a table above which it is written as CSV alone; a workbook of more takes longer than all checks
WORKBOOK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Methods:
    """By what lists are verified: parameters by scheme with their versions, and norms where there are any."""

    schemes: Mapping[str, tuple[Scheme, str]]
    norms: Norms | None = None

    @classmethod
    def shipped(cls, norms: Norms | None = None) -> Self:
        """As the release ships them; norms do not ship, as they are of a bank's own customers."""
        return cls({name: shipped(name) for name in (SCHEME, INDICATORS)}, norms)

    @classmethod
    def of(cls, bank: Bank, as_of: date, norms: Norms | None = None) -> Self:
        """A bank's own schemes in force, and the norms of its library where none are brought."""
        with bank.session() as session:
            schemes = {n: scheme_in_force(bank.content_dir, session, n, as_of) for n in (SCHEME, INDICATORS)}
            if norms is None and (version := head(session)) is not None and NORMS in version.tables:
                with Lake(bank.lake_dir).reading(session, as_of=as_of, tables=[NORMS]) as reading:
                    told = reading.table(NORMS).select("body").to_pyarrow()["body"].to_pylist()
                    norms = next((Norms.of_json(body.encode()) for body in told if body), None)
        return cls(schemes, norms)

    def checks(self, as_of: date) -> Settings:
        """Of the checks."""
        return Settings.of(self.schemes[SCHEME][0], as_of, self.schemes[INDICATORS][0])

    def population(self, as_of: date) -> Population:
        """Of profile, norms and verdict."""
        return Population.of(self.schemes[SCHEME][0], as_of)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which files are looked at, and as what."""

    path: Path
    #: the tax platform's copy, and an earlier download
    against: Path | None = None
    before: Path | None = None
    firm: str | None = None
    as_of: date | None = None
    mapping: PackMapping | None = None


def verify_files(asked: Asked, methods: Methods, *, spill: Path, now: datetime, by: str) -> Verified:
    """Read the files and look at the list with every layer that can be run.

    Args:
        asked: what is looked at.
        methods: by what.
        spill: folder for scratch files.
        now: no list can know of a later day.
        by: who asks.

    Raises:
        BadInput: as `risk.invoices.reading.read`.
    """
    today = now.astimezone(SHANGHAI).date()
    found = _read(asked.path, asked, spill, today, asked.firm, asked.as_of)
    firm = asked.firm or _only(found)
    roles: list[tuple[Role, Path | None]] = [("platform", asked.against), ("earlier", asked.before)]
    others = [(role, path, _read(path, asked, spill, today, firm, None)) for role, path in roles if path is not None]
    compared = tuple(compare(found.listing, other.listing, role) for role, _path, other in others)
    layers: list[tuple[Layer, Sequence[Check]]] = [(c, CHECKS) for c in compared]
    day = found.listing.as_of
    verification = verify(found.listing, methods.checks(day), methods.population(day), methods.norms, others=layers)
    return Verified(
        asked.path.name,
        sha256_file(asked.path) if asked.path.is_file() else None,
        tuple((role, path.name) for role, path, _other in others),
        verification,
        compared,
        found.left_out,
        (*found.problems, *(p for _role, _path, other in others for p in other.problems)),
        found.notes,
        tuple((name, version) for name, (_scheme, version) in methods.schemes.items()),
        (
            (_("generated at {instant}"), {"instant": formats.instant(now)}),
            (_("by {name}"), {"name": by}),
            (_("Windchime {release}"), {"release": release()}),
        ),
    )


def learn_norms(
    paths: Sequence[Path], methods: Methods, *, spill: Path, now: datetime, firm: str | None = None
) -> Norms:
    """What is usual among the firms of some files, all of which are taken for clean.

    Raises:
        TooFewFirms: fewer than the scheme asks for.
        BadInput: as `risk.invoices.reading.read`.
    """
    today = now.astimezone(SHANGHAI).date()
    lists = [_read(path, Asked(path), spill, today, firm, None).listing for path in paths]
    day = max(listing.as_of for listing in lists)
    return calibrate(lists, methods.checks(day), methods.population(day))


def write(found: Verified, out: Path, *, now: datetime, by: str, lang: Lang) -> tuple[Path, ...]:
    """Write page, tables and JSON to a folder; text in cells is never a formula.

    Args:
        found: what was found.
        out: folder, made where it is not there.
        now: when.
        by: who asks.
        lang: of the tables; the page is written in both.
    """
    out.mkdir(parents=True, exist_ok=True)
    made = Provenance(now, by, release(), found.verification.listing.as_of)
    written = {f"verification.{one}.html": html(verification_report(found, one)) for one in LANGS}
    for sheet in sheets(found, lang):
        written[f"{sheet.name}.csv"] = csv_bytes(sheet.columns, sheet.rows, made, lang)
        if len(sheet.rows) <= WORKBOOK_ROWS:
            written[f"{sheet.name}.xlsx"] = xlsx_bytes(sheet.columns, sheet.rows, made, lang, sheet=sheet.name)
    written["verification.json"] = canonical(as_dict(found))
    for name, data in written.items():
        part = out / f"{name}.part"
        part.write_bytes(data)
        part.replace(out / name)
    return tuple(out / name for name in written)


def as_dict(found: Verified) -> dict[str, Any]:
    """For programs: verdicts, findings with rows, counts of hits, what was not run."""
    verification = found.verification
    counts = verification.hits.group_by("code").len("hits").sort("code")
    return {
        "file": found.file,
        "sha256": found.sha256,
        "others": dict(found.others),
        "as_of": verification.listing.as_of,
        "firms": [
            {**row, "findings": [_finding(f) for f in verification.findings(row["reporting_firm_id"])]}
            for row in found.firms.to_dicts()
        ],
        "invoices": verification.invoices.group_by("verdict").len("count").sort("verdict").to_dicts(),
        "hits": dict(counts.iter_rows()),
        "differences": found.differences.height,
        "not_run": [check.code for check in verification.not_run],
        "norms": verification.norms,
        "schemes": dict(found.schemes),
        "left_out": found.left_out,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return finding.as_dict() | {"sentence": {lang: finding.sentence(lang) for lang in LANGS}}


def _read(path: Path, asked: Asked, spill: Path, today: date, firm: str | None, as_of: date | None) -> Read:
    return read(path, spill=spill, today=today, firm=firm, as_of=as_of, mapping=asked.mapping)


def _only(found: Read) -> str | None:
    """The one firm of a list."""
    firms = found.listing.invoices["reporting_firm_id"].unique()
    return str(firms[0]) if len(firms) == 1 else None
