"""Repair of a quarantined row: new values by a named person for a stated reason, through the same checks, into the lake."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from windchime.core.canonical import canonical, digest
from windchime.core.errors import BadCall, Refused, UnknownName
from windchime.core.ids import uuid7
from windchime.core.progress import silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import mapping_store, records, rejected
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.editions import Held
from windchime.data.intake.mapping import Feed, Header, PackMapping, TableOf
from windchime.data.intake.quarantine import Quarantined, stored
from windchime.data.intake.settling import settle, write_lake
from windchime.data.intake.sheets import ROW, Sheet, match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.lake import Lake, sealing, versions
from windchime.data.lake.scratch import scratch
from windchime.data.vault import Sealed, Vault, protect
from windchime.service.bank import Bank


class AlreadyTreated(Refused):
    """A row that was repaired or replaced before."""

    msgid = _("row {quarantine_id} was treated before ({state}), by {author}")

    def __init__(self, quarantine_id: str, state: str, author: str) -> None:
        super().__init__(quarantine_id=quarantine_id, state=state, author=author)


class StillFaulty(Refused):
    """A repair that does not make the row good; nothing was written."""

    msgid = _("the repaired row is still not accepted: {faults}")
    hint = _("correct these columns as well")

    def __init__(self, faults: str) -> None:
        super().__init__(faults=faults)


class NothingToRepair(BadCall):
    """A repair without a change or without a reason."""

    msgid = _("a repair needs at least one changed column and a reason")


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did."""

    quarantine_id: str
    table: str
    #: the load id that the row now bears
    load_id: str
    lake_version: int


def repair(bank: Bank, actor: Actor, quarantine_id: str, changes: Mapping[str, str], reason: str) -> Repair:
    """Correct columns of a row in quarantine and load it, in a new lake version.

    The row as it came stays; a row with the changes, the author, the reason and the time is added to quarantine.

    Args:
        bank: whose quarantine.
        actor: who answers for the repair.
        quarantine_id: which row.
        changes: new values by column, as the source names it.
        reason: why the new values are right.

    Raises:
        NotInQuarantine, AlreadyTreated, NothingToRepair, UnknownName: as they say.
        StillFaulty: the checks reject the row again; nothing was written.
        LakeBusy: a load is writing.
    """
    if not changes or not reason.strip():
        raise NothingToRepair
    lake = Lake(bank.lake_dir)
    vault = Vault.open(bank)
    with lake.writing():
        with bank.session() as session:
            before = stored(bank, session, quarantine_id)
            head = versions.head(session)
            pack, version = records.pack_of_load(session, quarantine_id.rpartition("-")[0])
            found = mapping_store.known(session, pack.pack, version)
        item = Quarantined.of(before)
        _admit(item, changes)
        held = lake.held(head)
        stamp = Stamp(pack.source, uuid7(bank.clock), pack.as_of)
        readable = [Path(p) for files in held.values() for p in files]
        with scratch(Path(lake.spill)) as own, Staging(stamp, str(own), readable) as staging:
            _stage(staging, item, {**item.source_row, **changes}, found, Facts(pack.source, pack.as_of))
            sealed = protect(staging, vault)
            shown = _without_personal(staging, sealed, changes)
            views = Held(staging, held)
            outcome = settle(staging, views, actor, bank.clock, silent, edition=False)
            if outcome.quarantine.num_rows:
                raise StillFaulty(_said(outcome.quarantine))
            views.mark_duplicates(contract(item.table))
            treated = before | {
                "state": "repaired",
                "changed": canonical(shown).decode(),
                "author": actor.name,
                "reason": reason,
                "treated_at": bank.clock.now(),
                "load_id": stamp.load_id,
                "supersedes": before["load_id"],
            }
            rows = pa.Table.from_pylist([treated], schema=contract(rejected.QUARANTINE).arrow_schema())
            written = write_lake(lake, head, staging, replace(outcome, quarantine=rows), silent)
            with bank.unit(actor) as unit:
                sealed.write(unit)
                after = versions.append(
                    unit,
                    written,
                    load_id=stamp.load_id,
                    content_hash=digest({"repair": quarantine_id, "changes": shown}),
                )
                sealing.seal(unit, lake, after)
                unit.record(
                    "quarantine.repair",
                    f"quarantine:{quarantine_id}",
                    before=dict(item.source_row),
                    after={"changes": shown, "lake_version": after.lake_version},
                    reason=reason,
                )
        return Repair(quarantine_id, item.table, stamp.load_id, after.lake_version)


def _without_personal(staging: Staging, sealed: Sealed, changes: Mapping[str, str]) -> dict[str, str]:
    """The changes as quarantine and audit chain keep them: tokens of personal values."""
    (compiled,) = staging.passes
    kinds = {rejected.header(compiled, name): kind for name, kind in rejected.personal(compiled).items()}
    return {
        column: sealed.token(kinds[column], value) if column in kinds else sealed.scrub([value])[0]
        for column, value in changes.items()
    }


def _admit(item: Quarantined, changes: Mapping[str, str]) -> None:
    if item.state != "open":
        raise AlreadyTreated(item.quarantine_id, item.state, item.author or "")
    for column in changes:
        if column not in item.source_row:
            raise UnknownName("column", column, list(item.source_row))


def _stage(staging: Staging, item: Quarantined, row: Mapping[str, Any], found: PackMapping, facts: Facts) -> None:
    """The one row as a sheet of texts at its old place, through the pass of its feed for its table alone."""
    feed, made = _feed(found, item)
    texts = {column: pa.array([value], pa.string()) for column, value in row.items()}
    staging.con.register("repaired", pa.table({**texts, ROW: pa.array([item.row], pa.int64())}))
    sheet = Sheet(item.file, item.sheet, "repaired", dict.fromkeys(row, "text"), 1)
    staging.stage(compile_table(match(sheet, feed), made, facts))


def _feed(found: PackMapping, item: Quarantined) -> tuple[Feed, TableOf]:
    """The feed the row came with, reduced to its table; columns that unpivoting made are taken as they stand."""
    feed = next(f for f in found.feeds if f.name == item.feed)
    made = next(t for t in feed.tables if t.table == item.table)
    headers = tuple(replace(h, optional=True, group="") for h in feed.headers)
    if made.unpivot:
        headers += tuple(Header(name, (name,)) for name in (made.unpivot.name, made.unpivot.value))
    made = replace(made, unpivot=None, needs="")
    return replace(feed, headers=headers, tables=(made,)), made


def _said(rows: pa.Table) -> str:
    faults = json.loads(rows["faults"][0].as_py())
    return ", ".join(f"{f['code']} ({f['column']}: {f['value']})" for f in faults)
