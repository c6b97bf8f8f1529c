"""Transfers written as rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from windchime.graph.facts.forms import PAYMENTS

START = datetime(2025, 3, 3, tzinfo=UTC)
FORM = pa.schema([PAYMENTS.field(c) for c in ("payer", "payee", "amount", "paid_at", "is_time_known")])

#: payer, payee, fen, hours after `START`, whether the day alone is known
Row = tuple[str, str, int, float, bool]


def transfers(*rows: Row | tuple[str, str, int, float]) -> pa.Table:
    """A table of payments."""
    told = [(*r, False) if len(r) == 4 else r for r in rows]
    return pa.Table.from_pylist(
        [
            {
                "payer": payer,
                "payee": payee,
                "amount": Decimal(fen) / 100,
                "paid_at": START + timedelta(hours=hours),
                "is_time_known": not day_only,
            }
            for payer, payee, fen, hours, day_only in told
        ],
        schema=FORM,
    )


def dated(*rows: tuple[str, str, int, date]) -> pa.Table:
    """A table of invoices: days, no times."""
    return pa.table(
        {
            "payer": [r[0] for r in rows],
            "payee": [r[1] for r in rows],
            "amount": pa.array([Decimal(r[2]) / 100 for r in rows], pa.decimal128(18, 2)),
            "paid_at": pa.array([r[3] for r in rows], pa.date32()),
        }
    )
