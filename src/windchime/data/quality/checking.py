"""`check`: all checks over one reading, as one report."""

from sqlalchemy.orm import Session

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.data.contracts import contracts
from windchime.data.quality import coverage, invoices
from windchime.data.quality.report import QualityReport
from windchime.data.quality.rows import Judge
from windchime.data.reading import Reading


def check(reading: Reading, session: Session, scheme: Scheme | None = None) -> QualityReport:
    """What is odd about the data of a reading.

    Args:
        reading: the lake at one version, as of one date.
        session: for the notes of the loads.
        scheme: parameters of the checks; those that ship by default.

    Returns:
        Rows by table, findings in the order of tables and checks, effective tax rates by period.
    """
    scheme = scheme or Scheme.of(seed.documents("schemes")["data_quality"])
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
