"""`check`: all checks over one reading, as one report."""

from collections.abc import Collection
from datetime import date

import ibis
from sqlalchemy.orm import Session

from windchime.content import in_force
from windchime.content.scheme import Scheme
from windchime.data.contracts import contracts
from windchime.data.quality import coverage, invoices
from windchime.data.quality.held import Held, hold
from windchime.data.quality.report import QualityReport
from windchime.data.quality.rows import Judge
from windchime.data.reading import Reading
from windchime.service.bank import Bank

#: the scheme of the checks
SCHEME = "data_quality"


def check(
    reading: Reading, session: Session, scheme: Scheme | None = None, *, tables: Collection[str] | None = None
) -> QualityReport:
    """What is odd about the data of a reading.

    Args:
        reading: the lake at one version, as of one date.
        session: for the notes of the loads.
        scheme: parameters of the checks, see `scheme_in_force`; those that ship by default.
        tables: only what concerns these; all by default.

    Returns:
        Rows by table, findings in the order of tables and checks, effective tax rates by period.
    """
    scheme, held = scheme or in_force.shipped(SCHEME)[0], hold(reading)
    judge = Judge.of(scheme, reading.as_of)
    wanted = frozenset(contracts() if tables is None else tables)
    found = (
        *(invoices.check(held, scheme, judge) if invoices.TABLE in wanted else ()),
        *coverage.firms(held, judge, wanted),
        *coverage.quarantine(held),
        *coverage.notes(session, reading.lake_version),
    )
    return QualityReport(
        lake_version=reading.lake_version,
        as_of=reading.as_of,
        rows=_rows(held, wanted),
        findings=tuple(f for f in found if f.table in wanted or (tables is None and not f.table)),
        rates=invoices.rates(held, scheme, judge.watch) if invoices.TABLE in wanted else (),
    )


def _rows(reading: Held, wanted: Collection[str]) -> dict[str, int]:
    """Rows by table, in the order of the contracts."""
    names = [name for name in contracts() if name in wanted and reading.has(name)]
    if not names:
        return {}
    counts = [reading.table(name).aggregate(rows=ibis._.count()).mutate(name=ibis.literal(name)) for name in names]
    found = {r["name"]: r["rows"] for r in ibis.union(*counts).to_pyarrow().to_pylist()}
    return {name: found[name] for name in names}


def scheme_in_force(bank: Bank, session: Session, as_of: date) -> Scheme:
    """The bank's own parameters of the checks on a date; those that ship where it has published none yet.

    Raises:
        ContentChanged: the published bytes were changed.
    """
    return in_force.scheme_in_force(bank.content_dir, session, SCHEME, as_of)[0]
