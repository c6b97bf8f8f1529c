"""Vacuum: files of old lake versions are given up, never one of a version that is cited, recent, or the newest.

First the versions are marked as retired, in one transaction; only then files go. A process killed in between leaves
files that no version needs, which the next vacuum takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import citing, versions
from windchime.data.lake.lake import Lake
from windchime.data.lake.tables import LakeRetired
from windchime.data.lake.versions import LakeVersion
from windchime.service.bank import Bank

#: why a version stays that nothing cites
NEWEST, RECENT = "newest", "recent"


class BadRetention(BadCall):
    """A retention that is no number of days."""

    msgid = _("{days} days of retention: expected 0 or more")

    def __init__(self, days: int) -> None:
        super().__init__(days=days)


@dataclass(frozen=True, slots=True)
class Vacuum:
    """What vacuum did, or would do."""

    #: versions that cannot be read afterwards
    retired: tuple[int, ...]
    #: versions that stay, with what keeps them
    kept: Mapping[int, tuple[str, ...]]
    #: files that go, by path below the lake's folder
    files: tuple[str, ...]
    bytes: int


def vacuum(bank: Bank, actor: Actor, *, keep_days: int, dry_run: bool = False) -> Vacuum:
    """Give up the files that only retired versions need.

    Args:
        bank: whose lake.
        actor: who asks for it.
        keep_days: versions made within so many days stay, cited or not.
        dry_run: say what would go and remove nothing.

    Raises:
        BadRetention: fewer than 0 days.
        LakeBusy: a load is writing.
    """
    if keep_days < 0:
        raise BadRetention(keep_days)
    lake = Lake(bank.lake_dir)
    with lake.writing():
        with bank.session() as session:
            kept = _kept(bank, session, keep_days)
            there = versions.readable(session)
        retired = tuple(sorted(v.lake_version for v in there if v.lake_version not in kept))
        needed = {path for v in there if v.lake_version in kept for paths in lake.paths(v).values() for path in paths}
        spare = [path for path in _parquet(lake.folder) if path not in needed]
        size = sum(path.stat().st_size for path in spare)
        done = Vacuum(retired, kept, tuple(p.relative_to(lake.folder).as_posix() for p in spare), size)
        if dry_run or not (retired or spare):
            return done
        with bank.unit(actor) as unit:
            unit.session.add_all(
                LakeRetired(lake_version=number, retired_at=unit.now, actor=actor.name) for number in retired
            )
            unit.record(
                "lake.vacuum",
                "lake",
                after={"retired": list(retired), "kept": sorted(kept), "files": len(spare), "bytes": size},
            )
        for path in spare:
            path.unlink(missing_ok=True)
    return done


def _kept(bank: Bank, session: Session, keep_days: int) -> dict[int, tuple[str, ...]]:
    cited = citing.cited(session, [bank.models_dir, bank.content_dir])
    since = bank.clock.now() - timedelta(days=keep_days)
    newest = versions.head(session)
    found: dict[int, tuple[str, ...]] = {}
    for version in versions.readable(session):
        reasons = cited.get(version.lake_version, ()) + _unasked(version, newest, recent=version.made_at > since)
        if reasons:
            found[version.lake_version] = reasons
    return found


def _unasked(version: LakeVersion, newest: LakeVersion | None, *, recent: bool) -> tuple[str, ...]:
    is_newest = newest is not None and version.lake_version == newest.lake_version
    return (NEWEST,) * is_newest + (RECENT,) * recent


def _parquet(folder: Path) -> list[Path]:
    """Every Parquet file of the tables, published or left behind by a load that was killed."""
    tables = [p for p in folder.iterdir() if p.is_dir() and (p / "_delta_log").is_dir()]
    return sorted(path for table in tables for path in table.rglob("*.parquet") if "_delta_log" not in path.parts)
