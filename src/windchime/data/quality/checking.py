"""`check`: all checks over one reading, as one report."""

from datetime import date

from sqlalchemy.orm import Session

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore, NotPublished
from windchime.data.contracts import contracts
from windchime.data.quality import coverage, invoices
from windchime.data.quality.report import QualityReport
from windchime.data.quality.rows import Judge
from windchime.data.reading import Reading
from windchime.service.bank import Bank

#: the scheme of the checks
SCHEME = "data_quality"


def check(reading: Reading, session: Session, scheme: Scheme | None = None) -> QualityReport:
    """What is odd about the data of a reading.

    Args:
        reading: the lake at one version, as of one date.
        session: for the notes of the loads.
        scheme: parameters of the checks, see `scheme_in_force`; those that ship by default.

    Returns:
        Rows by table, findings in the order of tables and checks, effective tax rates by period.
    """
    scheme = scheme or _shipped()
    judge = Judge.of(scheme, reading.as_of)
    rows = {name: int(reading.table(name).count().to_pyarrow().as_py()) for name in contracts() if reading.has(name)}
    return QualityReport(
        lake_version=reading.lake_version,
        as_of=reading.as_of,
        rows=rows,
        findings=(
            *invoices.check(reading, scheme, judge),
            *coverage.firms(reading, judge),
            *coverage.quarantine(reading),
            *coverage.notes(session, reading.lake_version),
        ),
        rates=invoices.rates(reading, scheme, judge.watch),
    )


def scheme_in_force(bank: Bank, session: Session, as_of: date) -> Scheme:
    """The bank's own parameters of the checks on a date; those that ship where it has published none yet.

    Raises:
        ContentChanged: the published bytes were changed.
    """
    try:
        return Scheme.of(ContentStore(bank.content_dir).published(session, "schemes", SCHEME, as_of).body)
    except NotPublished:
        return _shipped()


def _shipped() -> Scheme:
    return Scheme.of(seed.documents("schemes")[SCHEME])
