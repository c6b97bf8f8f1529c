"""Transfers out of a plain file of payer, payee, amount and paid_at: CSV or Parquet."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.problems import Problem
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.graph.loops.transfers import NotTransfers
from windchime.graph.plain_csv import read_csv

NEEDED = ("payer", "payee", "amount", "paid_at")


class NoTransfers(BadInput):
    """A file that is no list of transfers."""

    msgid = _("{file} is no list of transfers: {why}")
    hint = _("give a .csv or .parquet file with the columns payer, payee, amount and paid_at")

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(file=file.name, why=why)


def transfers_of(file: Path) -> tuple[pa.Table, tuple[Problem, ...]]:
    """The transfers of a file with `row`, the number of each, as `Transfers.of` takes them.

    A time without a zone is taken as that of China; `paid_at` without a time tells the day alone. Rows without ids, with an
    amount that is not above zero or a time that is none are left out and told.

    Raises:
        NoTransfers: neither CSV nor Parquet, or a column twice.
        NotTransfers: a column is missing.
    """
    written = _read(file)
    for column in NEEDED:
        if column not in written.column_names:
            raise NotTransfers(NEEDED, column)
        if written.column_names.count(column) > 1:
            raise NoTransfers(file, f"{column}, {column}")
    texts = pa.table({c: written[c].cast(pa.string()) for c in NEEDED})
    texts = texts.append_column("row", pa.array(range(1, texts.num_rows + 1), pa.int64()).cast(pa.string()))
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.execute("SET TimeZone = 'UTC'")
        con.register("texts", texts)
        rows = con.sql(
            "SELECT nullif(payer, '') AS payer, nullif(payee, '') AS payee, TRY_CAST(amount AS DECIMAL(18,2)) AS amount,"
            " CASE WHEN regexp_matches(paid_at, '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$') AND length(trim(paid_at)) > 10"
            " THEN TRY_CAST(paid_at AS TIMESTAMPTZ)"
            " ELSE timezone('Asia/Shanghai', TRY_CAST(paid_at AS TIMESTAMP)) END AS paid_at,"
            ' length(trim(paid_at)) > 10 AS is_time_known, "row" FROM texts'
        ).to_arrow_table()
        con.register("rows_read", rows)
        kept = con.sql(
            "SELECT * FROM rows_read WHERE payer IS NOT NULL AND payee IS NOT NULL AND paid_at IS NOT NULL AND amount > 0"
        ).to_arrow_table()
    left = rows.num_rows - kept.num_rows
    problem = Problem(
        "rows_say_no_transfer",
        _("{count} rows without ids, amount above zero or time were left out"),
        params={"count": left},
    )
    return kept, (problem,) if left else ()


def _read(file: Path) -> pa.Table:
    suffix = file.suffix.lower()
    try:
        if suffix == ".parquet":
            return pq.read_table(file)
        if suffix == ".csv":
            return read_csv(file, pa_csv.ConvertOptions(column_types=dict.fromkeys(NEEDED, pa.string())))
    except (pa.ArrowInvalid, OSError) as error:
        raise NoTransfers(file, reason_of(error)) from None
    raise NoTransfers(file, suffix or "-")
