"""A light bank of many firms for the load: a short history each, decided once; built once and kept outside the repository."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tests import postgres
from tests.console.helpers import ANNA, BO, Firm, training, write_pack

from windchime.core.unit import Actor
from windchime.data.identity import resolve
from windchime.data.intake import load
from windchime.decision.desk import decide_all
from windchime.decision.publication import set_up
from windchime.risk.invoices.publishing import publish as publish_verdicts
from windchime.risk.scorecards import publish, validate
from windchime.risk.scorecards.store import ModelStore
from windchime.service import migrations
from windchime.service.bank import Bank
from windchime.service.copying import copy_rows

#: months of invoices of a firm, and how many firms
MONTHS, FIRMS = 2, 10_000


def firm_id(n: int) -> str:
    """The id of the nth firm."""
    return f"shop:F{n:05d}"


def kept(firms: int = FIRMS) -> Path:
    """The home of a bank of so many firms on SQLite: the one that is kept, or one made now (minutes)."""
    home = Path(tempfile.gettempdir()) / f"windchime-bench-service-{firms}"
    mark = home / "made"
    if mark.exists() and mark.read_text() == _schema():
        return home
    shutil.rmtree(home, ignore_errors=True)
    _make(home, firms)
    mark.write_text(_schema())
    return home


def _schema() -> str:
    """What the bank must have been made by: a hash of all migrations and of the schemes that ship."""
    root = Path(migrations.__file__).parents[2]
    files = [*sorted(root.glob("service/migrations/versions/*.py")), *sorted(root.glob("content/seed/schemes/*.yaml"))]
    return sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


@contextmanager
def on_postgres(firms: int = FIRMS) -> Iterator[tuple[Path, str]]:
    """A throw-away copy of the bank: its home, and the address of a database server of its own whose commits are durable.

    Raises:
        RuntimeError: PostgreSQL is not installed.
    """
    programs = postgres.programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    made = kept(firms)
    with tempfile.TemporaryDirectory(prefix="windchime-load-") as folder, postgres.server(programs, durable=True) as at:
        home = Path(folder) / "home"
        shutil.copytree(made, home)
        light, heavy = Bank.open(home), Bank.open(home, database=at)
        copy_rows(light.engine, heavy.engine)
        light.close()
        heavy.close()
        yield home, at


def _make(home: Path, firms: int) -> None:
    bank = Bank.open(home)
    every = tuple(
        Firm(firm_id(n), f"云汀{n:05d}商贸有限公司", months=MONTHS, sales=100_000 + 200 * (n % 50))
        for n in range(firms)
    )
    load(bank, ANNA, write_pack(home / "pack", every), pack="windchime")
    shutil.rmtree(home / "pack")
    resolve(bank, ANNA)
    publish_verdicts(bank, ANNA)
    set_up(bank, BO)
    with bank.unit(ANNA) as unit:
        versions = ModelStore(bank.models_dir).save(unit, training())
    with bank.unit(BO) as unit:
        for version in versions.values():
            validate(unit, version)
            publish(unit, version)
    decide_all(bank, Actor("night", "system"), vectorised=True)
    bank.close()
