"""Settles staged rows: which are kept, which repeat or correct others, which go to quarantine; then writes the lake."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from windchime.core.clock import Clock
from windchime.core.errors import Damaged
from windchime.core.progress import Progress
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.intake import named_checks, rejected
from windchime.data.intake.editions import Held
from windchime.data.intake.report import Counts, Note
from windchime.data.intake.staging import Staging
from windchime.data.lake import Lake, LakeVersion


class RowsLost(Damaged):
    """Rows of the sources are neither in the lake nor in quarantine: a fault of ours, found before publication."""

    msgid = _("{table}: {source} rows in the sources, {kept} in lake and quarantine; nothing was published")

    def __init__(self, table: str, source: int, kept: int) -> None:
        super().__init__(table=table, source=source, kept=kept)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the staged rows."""

    counts: Mapping[str, Counts]
    notes: tuple[Note, ...]
    #: rows for the quarantine table: new ones, and earlier ones that a new edition replaces
    quarantine: pa.Table
    #: why rows were rejected: count by table and first reason
    faults: Mapping[str, Mapping[str, int]]


def settle(
    staging: Staging, held: Held, actor: Actor, clock: Clock, progress: Progress, *, edition: bool = True
) -> Outcome:
    """Mark duplicates, repeated keys and corrections, and gather what goes to quarantine.

    Args:
        staging: where the rows are.
        held: what the lake holds.
        actor: who loads.
        clock: for the time of treatment of rows in quarantine that a new edition replaces.
        progress: told of each table.
        edition: the staged rows are whole files; False for single rows that come late.

    Raises:
        EditionLacksRows: a file comes again with rows gone.
        RowsLost: the sums do not agree.
    """
    for i, found in enumerate(staging.tables.values()):
        progress(_("comparing with the lake"), i, len(staging.tables))
        staging.mark_repeated_keys(found)
        staging.mark_duplicates(found)
        held.supersede(found, whole=edition)
    counts = staging.counts()
    bad = rejected.rejected(staging)
    faults = rejected.faults(bad)
    for name, c in counts.items():
        kept = c.lake + sum(faults.get(name, {}).values())
        if kept != c.source:
            raise RowsLost(name, c.source, kept)
    replaced = [held.replaced_in_quarantine(actor.name, clock.now().isoformat())] if edition else []
    return Outcome(
        counts,
        (*staging.notes(), *named_checks.notes(staging)),
        pa.concat_tables([bad, *replaced]),
        faults,
    )


def write_lake(
    lake: Lake, head: LakeVersion | None, staging: Staging, outcome: Outcome, progress: Progress
) -> dict[str, int]:
    """Write accepted and quarantined rows to Delta commits that nobody sees yet; their versions by table.

    Raises:
        RowsLost: a table took in another number of rows than were accepted.
    """
    written: dict[str, int] = {}
    wanted = [name for name, c in outcome.counts.items() if c.lake]
    for i, name in enumerate(wanted):
        progress(_("writing the lake"), i, len(wanted))
        before = lake.rows(name, head.tables[name]) if head and name in head.tables else 0
        written |= lake.stage(head, {name: staging.accepted(name)})
        after = lake.rows(name, written[name])
        if after - before != outcome.counts[name].lake:
            raise RowsLost(name, outcome.counts[name].lake, after - before)
    if outcome.quarantine.num_rows:
        written |= lake.stage(head, {rejected.QUARANTINE: outcome.quarantine})
    progress(_("writing the lake"), len(wanted), len(wanted))
    return written
