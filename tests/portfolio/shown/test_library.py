"""The shared library: what stands is what was loaded last, for readers that are open already too."""

from datetime import date
from pathlib import Path

import pytest
from tests.portfolio.shown.test_register import rows

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.data.lake.versions import NoLakeVersion
from windchime.data.tables import LoadRecord
from windchime.portfolio.shown.library import Library
from windchime.service.bank import Bank

ANNA = Actor("anna")


def load(bank: Bank, load_id: str, source: str, firms: dict[str, str], as_of: date) -> None:
    """Publish the register of a source, with the record of its load."""
    facts = [
        {"firm_id": f, "known": 1, "name": name, "firm_kind": None, "established_on": None} for f, name in firms.items()
    ]
    with bank.unit(ANNA) as unit:
        lake = Lake(bank.lake_dir).publish(unit, {"firms": rows(facts)}, load_id=load_id, content_hash=load_id)
        record = LoadRecord(
            load_id=load_id, lake_version=lake.lake_version, pack=source, pack_version="0", source=source, simulated=True,
            label='{"en":"pack","zh":"包"}', as_of=as_of, features_as_of=as_of, labels_as_of=as_of, content_hash=load_id,
            actor=ANNA.name, loaded_at=unit.now, body="{}",
        )  # fmt: skip
        unit.session.add(record)


def test_a_load_is_seen_by_whoever_asks_next(tmp_path: Path, clock: FixedClock, database: str | None) -> None:
    bank = Bank.open(tmp_path, f"shown-{'pg' if database else 'lite'}", clock=clock, database=database)
    library = Library(bank)
    with bank.session() as session:
        assert (library.newest(session), library.names(session), library.ids(session)) == (None, {}, ())
        assert library.of_firm(session, "east:1") is None
        with pytest.raises(NoLakeVersion):
            library.shelf(session, date(2020, 2, 21))
    early, late = date(2020, 2, 10), date(2020, 2, 21)
    load(bank, "load-1", "east", {"east:2": "乙", "east:1": "甲"}, late)
    with bank.session() as session:
        assert library.names(session) == {"east:1": "甲", "east:2": "乙"}
        assert library.of_firm(session, "west:1") is None
    load(bank, "load-2", "west", {"west:1": "丙"}, early)
    with bank.session() as session:
        assert library.ids(session) == ("east:1", "east:2", "west:1")
        for firm, name, as_of in (("east:1", "甲", late), ("west:1", "丙", early)):
            found = library.of_firm(session, firm)
            assert found is not None
            shelf, called = found
            assert (shelf.as_of, shelf.lake_version, called) == (as_of, 2, name)
            assert shelf is library.newest(session, firm)
            assert (shelf.identity(firm) or {})["name"] == name
    library.close()
    bank.close()
