"""Care of the lake: fewer files of equal content, nothing cited given up, changed files named, backups that come back."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.data.helpers import LI, firm, invoice, load_pack, open_bank, pack, rows_of

from windchime.data.lake import Lake, citing, opening, versions
from windchime.data.lake import backup as backing
from windchime.data.lake.backup import AlreadyThere, NoSuchBackup, backup, restore
from windchime.data.lake.compaction import compact
from windchime.data.lake.manifest import BackupDamaged
from windchime.data.lake.sealing import verify
from windchime.data.lake.vacuum import BadRetention, vacuum
from windchime.data.lake.versions import VersionRetired
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.copying import NotEmpty

TABLES = ("firms", "invoices")


def edition(rounds: int) -> list[dict[str, Any]]:
    """The rows of a file that grows; in its fourth edition the first row is corrected."""
    rows = [invoice(invoice_no=f"{number}{i:07d}") for number in range(rounds) for i in range(30)]
    if rounds > 3:
        rows[0] |= {"total": Decimal("114.00"), "tax": Decimal("14.00")}
    return rows


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after four loads of a growing file, made once."""
    folder = tmp_path_factory.mktemp("loaded")
    bank = open_bank(folder)
    for rounds in range(1, 5):
        load_pack(bank, pack(folder / "pack", firms=[firm(1)], invoices=edition(rounds)))
    bank.close()
    return folder


@pytest.fixture
def bank(loaded: Path, tmp_path: Path) -> Iterator[Bank]:
    """That home, for one test."""
    shutil.copytree(loaded / "home", tmp_path / "home")
    bank = Bank.open(tmp_path / "home")
    yield bank
    bank.close()


def content(bank: Bank, number: int | None = None) -> list[str]:
    """Every row of a version, in no order that matters."""
    with bank.session() as session:
        at = versions.head(session) if number is None else versions.version(session, number)
    assert at is not None
    lake = Lake(bank.lake_dir)
    con = opening.connect({name: lake.files(name, n) for name, n in at.tables.items()}, lake.spill)
    try:
        return sorted(str(row) for name in at.tables for row in con.execute(f'SELECT * FROM "{name}"').fetchall())
    finally:
        con.close()


def numbers(bank: Bank) -> list[int]:
    with bank.session() as session:
        return [v.lake_version for v in versions.readable(session)]


def files(bank: Bank, table: str = "invoices") -> int:
    with bank.session() as session:
        head = versions.head(session)
    assert head is not None
    return len(Lake(bank.lake_dir).files(table, head.tables[table]))


def cite(bank: Bank, number: int) -> None:
    """A table that this release does not know, in which something cites a version."""
    with bank.unit(LI) as unit:
        unit.session.execute(text("CREATE TABLE IF NOT EXISTS later_release (id INTEGER, lake_version INTEGER)"))
        unit.session.execute(text("INSERT INTO later_release VALUES (1, :n)"), {"n": number})


def test_compaction_keeps_the_rows_and_publishes_once(bank: Bank) -> None:
    before, seen = content(bank), rows_of(bank, "invoices")
    assert files(bank) > 1
    plan = compact(bank, LI, dry_run=True)
    assert plan.lake_version is None
    assert {t.table for t in plan.tables} >= {"invoices"}
    assert numbers(bank)[0] == 4
    done = compact(bank, LI)
    assert done.lake_version == 5
    assert files(bank) == 1
    assert content(bank) == before == content(bank, 4)
    assert sorted(map(str, rows_of(bank, "invoices"))) == sorted(map(str, seen))
    assert compact(bank, LI).tables == ()
    assert numbers(bank)[0] == 5
    with bank.session() as session:
        assert verify(session, Lake(bank.lake_dir)) == []
        assert audit.verify(session) == []


def test_loads_go_on_after_compaction(bank: Bank, tmp_path: Path) -> None:
    compact(bank, LI)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=edition(5)))
    assert len(rows_of(bank, "invoices")) == 150
    assert compact(bank, LI).lake_version == 7
    assert len(rows_of(bank, "invoices")) == 150


def test_vacuum_leaves_what_is_cited_recent_or_newest(bank: Bank) -> None:
    compact(bank, LI)
    cite(bank, 2)
    kept = {number: content(bank, number) for number in (2, 5)}
    plan = vacuum(bank, LI, keep_days=0, dry_run=True)
    assert plan.retired == (1, 3, 4)
    assert {n: set(why) for n, why in plan.kept.items()} == {2: {"later_release"}, 5: {"newest"}}
    assert numbers(bank) == [5, 4, 3, 2, 1]
    assert vacuum(bank, LI, keep_days=1).files == ()
    done = vacuum(bank, LI, keep_days=0)
    assert done.retired == (1, 3, 4)
    assert done.files
    assert {number: content(bank, number) for number in (2, 5)} == kept
    assert numbers(bank) == [5, 2]
    with bank.session() as session:
        assert verify(session, Lake(bank.lake_dir)) == []
        with pytest.raises(VersionRetired):
            versions.version(session, 3)
    assert vacuum(bank, LI, keep_days=0).retired == ()
    with pytest.raises(BadRetention):
        vacuum(bank, LI, keep_days=-1)


def test_models_that_name_a_version_keep_it(bank: Bank) -> None:
    (bank.models_dir / "card.json").write_text('{"provenance": {"lake_version": 3}}')
    assert vacuum(bank, LI, keep_days=0, dry_run=True).kept[3] == ("card.json",)


def test_decisions_and_allocations_cite_and_records_of_data_do_not(bank: Bank) -> None:
    import windchime.decision.tables
    import windchime.portfolio.tables  # noqa: F401 - their tables are looked at

    with bank.session() as session:
        assert citing.by_tables(session) == {}
        said = "INSERT INTO decision (id, run_id, firm_id, entity_id, product, as_of, lake_version, verdict, band, probability, reason_codes, body_format, body, body_sha256, made_at, actor, actor_kind) VALUES ('a','a','a','a','a','2025-01-01',2,'a','a',1,'',1,'','','2025-01-01T00:00:00+00:00','a','a')"
        session.execute(text(said))
        assert citing.by_tables(session) == {2: {"decision"}}


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda path: path.unlink(), "lake_file_missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"), "lake_file_changed"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "lake_file_changed"),
    ],
)
def test_a_changed_file_is_named(bank: Bank, harm: Callable[[Path], None], code: str) -> None:
    lake = Lake(bank.lake_dir)
    with bank.session() as session:
        head = versions.head(session)
        assert head is not None
        path = lake.paths(head)["invoices"][0]
        harm(path)
        (problem,) = verify(session, lake)
    assert (problem.code, problem.file) == (code, f"invoices/{path.name}")
    assert path.name in problem.sentence("zh")


def test_backup_comes_back(bank: Bank, tmp_path: Path) -> None:
    to = tmp_path / "backup"
    assert backup(bank, LI, to, dry_run=True).files > 5
    assert not to.exists()
    done = backup(bank, LI, to)
    assert (done.lake_version, done.files) == (4, sum(p.is_file() for p in to.rglob("*")) - 1)
    assert restore(to, tmp_path / "new", "other", dry_run=True).lake_version == 4
    restore(to, tmp_path / "new", "other")
    again = Bank.open(tmp_path / "new", "other")
    assert content(again) == content(bank)
    assert rows_of(again, "invoices") == rows_of(bank, "invoices")
    with again.session() as session:
        assert verify(session, Lake(again.lake_dir)) == []
        assert audit.verify(session) == []
    again.close()
    with pytest.raises(AlreadyThere):
        restore(to, tmp_path / "new", "other")
    with pytest.raises(AlreadyThere):
        backup(bank, LI, to)
    with pytest.raises(NoSuchBackup):
        restore(tmp_path / "nothing", tmp_path / "new", "third")


def test_what_the_copied_rows_name_is_in_the_backup(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    late = bank.content_dir / "late.yaml"

    def proposed_meanwhile(*given: Any) -> None:
        late.write_text("late")
        copied(*given)

    copied = backing._copy_database
    monkeypatch.setattr(backing, "_copy_database", proposed_meanwhile)
    backup(bank, LI, tmp_path / "backup")
    assert (tmp_path / "backup" / "content" / "late.yaml").read_text() == "late"


def test_a_backup_moves_a_bank_to_postgresql_and_back(bank: Bank, tmp_path: Path, postgres_address: str) -> None:
    backup(bank, LI, tmp_path / "there")
    name = uuid4().hex
    restore(tmp_path / "there", tmp_path / "new", name, database=postgres_address)
    assert not list((tmp_path / "new" / "banks" / name).glob("db.sqlite*"))
    moved = Bank.open(tmp_path / "new", name, database=postgres_address)
    with moved.session() as session:
        assert audit.verify(session) == []
    assert rows_of(moved, "invoices") == rows_of(bank, "invoices")
    compact(moved, LI)  # it goes on counting where the copied rows end
    backup(moved, LI, tmp_path / "back")
    with pytest.raises(NotEmpty):
        restore(tmp_path / "there", tmp_path / "other", name, database=postgres_address)
    assert not (tmp_path / "other" / "banks" / name).exists()
    restore(tmp_path / "back", tmp_path / "home again", "default")
    again = Bank.open(tmp_path / "home again")
    with again.session() as session, moved.session() as other:
        assert audit.verify(session) == []
        there = [r.hash for r in audit.records(other)]
        # what the backup does not know is that it was taken
        assert [r.hash for r in audit.records(session)] == there[:-1]
    again.close()
    moved.close()


def test_links_cost_no_room_and_outlive_vacuum(bank: Bank, tmp_path: Path) -> None:
    to = tmp_path / "backup"
    backup(bank, LI, to, link=True, with_key=False)
    assert not (to / "vault").exists()
    assert any(p.stat().st_nlink > 1 for p in to.rglob("*.parquet"))
    assert all(p.stat().st_nlink == 1 for p in to.rglob("*.json"))
    compact(bank, LI)
    vacuum(bank, LI, keep_days=0)
    restore(to, tmp_path / "new", "default")
    again = Bank.open(tmp_path / "new")
    assert numbers(again) == [4, 3, 2, 1]
    assert len(content(again, 1)) < len(content(again, 4))
    again.close()


def harmed(to: Path, way: str) -> None:
    table = next(to.rglob("*.parquet"))
    match way:
        case "missing":
            table.unlink()
        case "changed":
            table.write_bytes(table.read_bytes()[:-1] + b"x")
        case "more":
            (to / "lake" / "more.parquet").write_bytes(b"x")
        case "no database":
            (to / "db.sqlite").unlink()
        case "link":
            table.unlink()
            table.symlink_to("/etc/hostname")
        case "manifest":
            (to / "manifest.json").write_text("{}")
        case _:
            body = (to / "manifest.json").read_text().replace('"db.sqlite":', '"../db.sqlite":')
            (to / "manifest.json").write_text(body)


@pytest.mark.parametrize("way", ["missing", "changed", "more", "no database", "link", "manifest", "leads out"])
def test_a_damaged_backup_is_refused(bank: Bank, tmp_path: Path, way: str) -> None:
    to = tmp_path / "backup"
    backup(bank, LI, to)
    harmed(to, way)
    with pytest.raises(BackupDamaged):
        restore(to, tmp_path / "new", "default")
    assert not (tmp_path / "new" / "banks" / "default").exists()


class Killed(BaseException):
    """Stands for kill -9: nothing handles it."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Iterator[None]:
    def die(*_said: Any, **_more: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        try:
            yield
        except Killed:
            return
    raise AssertionError(name)


def test_killed_between_rewriting_and_publishing(bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = content(bank)
    with killed_at(monkeypatch, versions, "append"):
        compact(bank, LI)
    assert numbers(bank)[0] == 4
    assert content(bank) == before
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=edition(5)))
    vacuum(bank, LI, keep_days=0)
    assert compact(bank, LI).lake_version is not None
    with bank.session() as session:
        assert verify(session, Lake(bank.lake_dir)) == []


def test_killed_while_files_go(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    compact(bank, LI)
    before = content(bank)
    with killed_at(monkeypatch, Path, "unlink"):
        vacuum(bank, LI, keep_days=0)
    assert numbers(bank) == [5]
    assert content(bank) == before
    left = vacuum(bank, LI, keep_days=0)
    assert left.retired == ()
    assert left.files
    assert content(bank) == before


def test_killed_while_a_backup_is_taken(bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    to = tmp_path / "backup"
    with killed_at(monkeypatch, shutil, "copy2"):
        backup(bank, LI, to)
    assert not to.exists()
    assert backup(bank, LI, to).lake_version == 4


def test_killed_while_a_backup_is_restored(bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    to = tmp_path / "backup"
    backup(bank, LI, to)
    with killed_at(monkeypatch, os, "sync"):
        restore(to, tmp_path / "new", "default")
    assert not (tmp_path / "new" / "banks" / "default").exists()
    assert restore(to, tmp_path / "new", "default").lake_version == 4
