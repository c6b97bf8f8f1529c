"""The lake of one bank: what was loaded, in versions; published whole or not at all."""

import fcntl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.settings import Engine
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.data.contracts import Contract, contract
from windchime.data.engines import backend
from windchime.data.lake import delta, versions
from windchime.data.lake.versions import LakeVersion
from windchime.data.packs import Pack, packs
from windchime.data.reading import Reading


class LakeBusy(Refused):
    """Another load or repair is writing to this bank's lake."""

    msgid = _("another load is writing to the lake {folder}")
    hint = _("try again when it has ended")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder.name)


class UnusablePath(BadCall):
    """A home whose path the Delta library cannot work with."""

    msgid = _("the lake cannot stand in {folder}: the path has one of {characters}")
    hint = _("choose another home (WINDCHIME_HOME)")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder), characters=" ".join(delta.UNUSABLE))


class Lake:
    """Delta tables in one folder and the pointer in the operational database that binds their versions together.

    Writing has two steps, so that the database is locked only for a moment: `stage` writes Delta commits nobody sees
    yet, `versions.append` in a unit makes them the newest lake version. A process killed between them leaves a table
    ahead of its published version; the next `stage` restores it first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._files: dict[tuple[str, int], tuple[str, ...]] = {}
        self._corrected: dict[tuple[str, int], bool] = {}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lake's write lock; the operating system gives it back when the process dies.

        Raises:
            LakeBusy: another process or thread holds it.
            UnusablePath: the folder's path has characters that the Delta library cannot work with.
        """
        if set(str(self.folder)) & set(delta.UNUSABLE):
            raise UnusablePath(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LakeBusy(self.folder) from None
            yield

    def stage(self, head: LakeVersion | None, frames: Mapping[str, delta.Rows]) -> dict[str, int]:
        """Append rows to tables in Delta commits that no reader sees yet; call it inside `writing`.

        Args:
            head: the newest lake version, read after the lock was taken.
            frames: rows in lake form (`Contract.arrow_schema`) by table. A table is sorted by firm and key here; a
                stream of batches is written as it comes, so it should come sorted.

        Returns:
            The Delta version of each table written.
        """
        staged = {}
        for name, rows in frames.items():
            found = contract(name)
            schema = found.arrow_schema()
            ready = _sorted(found, found.in_lake_form(rows)) if isinstance(rows, pa.Table) else rows
            published = head.tables.get(name) if head else None
            delta.prepare(self.folder / name, schema, published)
            staged[name] = delta.append(self.folder / name, ready, schema)
        return staged

    def publish(self, unit: Unit, frames: Mapping[str, delta.Rows], *, load_id: str, content_hash: str) -> LakeVersion:
        """Append rows and make them the newest lake version, when the unit's transaction commits.

        Raises:
            LakeBusy: another load is writing.
        """
        from windchime.data.lake import sealing

        with self.writing():
            staged = self.stage(versions.head(unit.session), frames)
            made = versions.append(unit, staged, load_id=load_id, content_hash=content_hash)
            sealing.seal(unit, self, made)
            return made

    @property
    def spill(self) -> str:
        """Folder to which large sorts spill; made when needed."""
        return str(self.folder / ".spill")

    def held(self, at: LakeVersion | None) -> dict[str, tuple[str, ...]]:
        """The Parquet files of every table of a version."""
        return {name: self.files(name, delta_version) for name, delta_version in at.tables.items()} if at else {}

    def paths(self, at: LakeVersion) -> dict[str, list[Path]]:
        """The files of every table of a version, as paths."""
        return {name: list(map(Path, self.files(name, number))) for name, number in at.tables.items()}

    def rows(self, name: str, delta_version: int) -> int:
        """How many rows a table has at a Delta version, superseded ones included."""
        return delta.rows(self.folder / name, delta_version)

    def pack(self, session: Session) -> Pack:
        """The pack of the newest load: its default as-of, its dates for training.

        Raises:
            NoLakeVersion: nothing was loaded yet.
        """
        found = packs(session)
        if not found:
            raise versions.NoLakeVersion(0, 0)
        return found[0]

    def files(self, name: str, delta_version: int) -> tuple[str, ...]:
        """Paths of the Parquet files of a table at a Delta version (which never changes, so it is looked up once)."""
        key = (name, delta_version)
        if key not in self._files:
            self._files[key] = delta.files(self.folder / name, delta_version)
        return self._files[key]

    def corrected(self, name: str, delta_version: int) -> bool:
        """Whether any row of a table at a Delta version may supersede another."""
        key = (name, delta_version)
        if key not in self._corrected:
            self._corrected[key] = delta.corrected(self.folder / name, delta_version)
        return self._corrected[key]

    @contextmanager
    def reading(
        self,
        session: Session,
        *,
        as_of: date,
        lake_version: int | None = None,
        tables: Iterable[str] | None = None,
        engine: Engine = "duckdb",
    ) -> Iterator[Reading]:
        """Open the library as of a date.

        Args:
            session: to look the version up in.
            as_of: the end of this day in Asia/Shanghai is the last moment of knowledge.
            lake_version: which version; the newest by default.
            tables: only these tables; all of the version by default.
            engine: what evaluates the expressions over it.

        Raises:
            NoLakeVersion: nothing was loaded yet, or there is no such version.
        """
        found = versions.head(session) if lake_version is None else versions.version(session, lake_version)
        if found is None:
            raise versions.NoLakeVersion(0, 0)
        wanted = found.tables if tables is None else {t: found.tables[t] for t in tables if t in found.tables}
        uncorrected = [name for name, at in wanted.items() if not self.corrected(name, at)]
        with backend(engine)({name: self.files(name, at) for name, at in wanted.items()}, self.spill) as con:
            yield Reading(con, wanted, as_of=as_of, lake_version=found.lake_version, uncorrected=uncorrected)


def order_of(found: Contract) -> tuple[str, ...]:
    """The columns by which rows of a table are sorted."""
    return tuple(dict.fromkeys(c for c in (found.firm_column, *found.key) if c))


def _sorted(found: Contract, rows: pa.Table) -> pa.Table:
    """By firm, then key: rows that are read together lie together."""
    keys = [(column, "ascending") for column in order_of(found)]
    return rows.take(pc.sort_indices(rows, sort_keys=keys)) if rows.num_rows > 1 else rows
