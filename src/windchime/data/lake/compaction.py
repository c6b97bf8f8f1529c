"""Compaction: the many small files of a table become few large ones, sorted anew, in a lake version of equal content.

It is published as a lake version of its own, so that readers change over at one moment and any earlier version reads
the files it always read; vacuum gives those up once nothing cites them.
"""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` alone

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from windchime.core.errors import Damaged
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.lake import delta, opening, sealing, versions
from windchime.data.lake.lake import Lake, order_of
from windchime.data.lake.opening import identifier
from windchime.service.bank import Bank

MIB = 1024 * 1024
#: files are written up to about this size
TARGET_BYTES = 256 * MIB
#: rows of a batch on their way into the new files
BATCH_ROWS = 100_000


class ContentDiffers(Damaged):
    """The rewritten table does not hold the same rows: a fault of ours, found before publication."""

    msgid = _("table {table} would not hold the same rows after compaction; nothing was published")

    def __init__(self, table: str) -> None:
        super().__init__(table=table)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One table before and after."""

    table: str
    files_before: int
    bytes_before: int
    #: what a dry run expects
    files_after: int


@dataclass(frozen=True, slots=True)
class Compaction:
    """What compaction did, or would do."""

    tables: tuple[Rewritten, ...]
    #: the version that was published; None where nothing was to do, or for a dry run
    lake_version: int | None


def compact(
    bank: Bank, actor: Actor, *, target_bytes: int = TARGET_BYTES, dry_run: bool = False, progress: Progress = silent
) -> Compaction:
    """Rewrite the tables whose files are more than their size needs.

    Args:
        bank: whose lake.
        actor: who asks for it.
        target_bytes: about how large files become.
        dry_run: say what would be done and do nothing.
        progress: told of each table.

    Raises:
        LakeBusy: a load is writing.
        ContentDiffers: the new files do not hold the same rows; nothing was published.
    """
    lake = Lake(bank.lake_dir)
    with lake.writing():
        with bank.session() as session:
            head = versions.head(session)
        wanted = list(_wanted(lake, head, target_bytes))
        if head is None or dry_run or not wanted:
            return Compaction(tuple(wanted), None)
        written, done = {}, []
        for i, plan in enumerate(wanted):
            progress(_("rewriting tables"), i, len(wanted))
            published = head.tables[plan.table]
            written[plan.table] = _rewrite(lake, plan.table, published, target_bytes)
            after = len(lake.files(plan.table, written[plan.table]))
            done.append(Rewritten(plan.table, plan.files_before, plan.bytes_before, after))
        with bank.unit(actor) as unit:
            made = versions.append(
                unit, written, load_id=f"compaction:{uuid7(bank.clock)}", content_hash=head.content_hash
            )
            sealing.seal(unit, lake, made)
        return Compaction(tuple(done), made.lake_version)


def _wanted(lake: Lake, head: versions.LakeVersion | None, target_bytes: int) -> Iterable[Rewritten]:
    for name, paths in (lake.paths(head) if head else {}).items():
        size = sum(path.stat().st_size for path in paths)
        ideal = -(-size // target_bytes)
        if len(paths) > max(ideal, 1):
            yield Rewritten(name, len(paths), size, int(ideal))


def _rewrite(lake: Lake, name: str, published: int, target_bytes: int) -> int:
    """Write the rows of a published version anew, sorted, and give back the Delta version with the same content."""
    found = contract(name)
    folder = lake.folder / name
    delta.prepare(folder, found.arrow_schema(), published)
    con = opening.connect({name: lake.files(name, published)}, lake.spill)
    try:
        keys = ", ".join(map(identifier, order_of(found)))
        rows = con.sql(f"SELECT * FROM {identifier(name)} ORDER BY {keys}").to_arrow_reader(BATCH_ROWS)
        made = delta.rewrite(folder, rows, found.arrow_schema(), target_bytes)
        before = _content(con, name)
    finally:
        con.close()
    con = opening.connect({name: lake.files(name, made)}, lake.spill)
    try:
        if _content(con, name) != before:
            raise ContentDiffers(name)
    finally:
        con.close()
    return made


def _content(con: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """Rows, and the sum of their hashes, which no order changes."""
    it = identifier(name)
    ((rows, total),) = con.execute(f"SELECT count(*), coalesce(sum(hash({it})::HUGEINT), 0) FROM {it}").fetchall()
    return int(rows), int(total)
