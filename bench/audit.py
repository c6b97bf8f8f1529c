"""How long it takes to prove a long audit chain, to find in it, and to hand it out."""

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from sqlalchemy import insert, select

from bench import Row
from windchime.core.canonical import canonical, sha256
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.audit_export import stretch, written
from windchime.service.bank import Bank
from windchime.service.tables import AuditRecord

RECORDS = 1_000_000
START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


def rows() -> Iterator[Row]:
    """Figures of a chain on SQLite; `python -m bench audit`."""
    with TemporaryDirectory() as folder:
        bank = Bank.open(Path(folder))
        _fill(bank)
        with bank.session() as session:
            began, computed = perf_counter(), process_time()
            assert audit.verify(session) == []
            taken = perf_counter() - began
            computed = process_time() - computed
            note = f"{computed:.1f} s of computing, {RECORDS / taken:,.0f} records/s; peak {_peak():.0f} MB"
            yield Row("audit", f"verify a chain of {RECORDS:,} records", taken, "s", note=note)
            began = perf_counter()
            size = sum(len(line) for line in written(session, bank.name, stretch(session), START))
            yield Row(
                "audit", "export it", perf_counter() - began, "s", note=f"{size / 1e6:,.0f} MB; peak {_peak():.0f} MB"
            )
            began = perf_counter()
            session.scalars(
                select(AuditRecord).where(AuditRecord.actor == "u7").order_by(AuditRecord.seq.desc()).limit(50)
            ).all()
            yield Row("audit", "the newest 50 of one actor", (perf_counter() - began) * 1000, "ms")
        bank.close()


def _fill(bank: Bank) -> None:
    """A chain as `append` writes it, in large pieces."""
    previous, piece = audit.GENESIS, []
    names = [c.name for c in AuditRecord.__table__.columns]
    with bank.unit(Actor("filler", "system")) as unit:
        for seq in range(1, RECORDS + 1):
            record = AuditRecord(
                seq=seq, at=START + timedelta(seconds=seq), actor=f"u{seq % 40}", actor_kind="person",
                action="firm.read", subject=f"firm:{seq % 9973}", before=None, after='{"purpose":"review"}',
                reason="", origin="session 10.0.0.9", previous_hash=previous,
            )  # fmt: skip
            previous = sha256(canonical(audit.said(record)))
            record.hash = previous
            piece.append({n: getattr(record, n) for n in names})
            if len(piece) == 20_000 or seq == RECORDS:
                unit.session.execute(insert(AuditRecord), piece)
                piece.clear()


def _peak() -> float:
    """Most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)
