"""kill -9 in the middle of a load: the lake stands at its old or its new version, and the repeated load loads once."""

import os
import random
from pathlib import Path

import pytest
from tests.data.helpers import firm, invoices, load_pack, open_bank, pack, rows_of
from tests.data.killing import load_in_child

from windchime.data.lake import log
from windchime.service import audit


def killed_again_and_again(folder: Path, rounds: int) -> tuple[int, int]:
    """Each round loads a longer edition, is killed, is looked at and repeated; how often it was old and new.

    Kills come up to a moment that is later after each that came too early and sooner after one that came too late: how long a load
    takes changes with the lake and with what else the machine does.
    """
    bank = open_bank(folder)
    home = folder / "home"
    load_in_child(folder / "warm" / "home", pack(folder / "warm", firms=[firm(1)]))
    usual = load_in_child(home, pack(folder / "pack", firms=[firm(1)], invoices=invoices(100)))
    rows, outcomes = 100, {100: 0, 101: 0}
    chance, longest = random.Random(7), usual * 1.2
    assert len(rows_of(bank, "invoices")) == rows
    for _round in range(rounds):
        edition = pack(folder / "pack", firms=[firm(1)], invoices=invoices(rows + 1))
        load_in_child(home, edition, kill_after=chance.uniform(0.0, longest))
        found = len(rows_of(bank, "invoices"))
        assert found in (rows, rows + 1)
        outcomes[100 + found - rows] += 1
        longest *= 1.05 if found == rows else 0.8
        report = load_pack(bank, edition)
        assert report.already_loaded is (found == rows + 1)
        rows += 1
        assert len(rows_of(bank, "invoices")) == rows
        assert load_pack(bank, edition).already_loaded
    with bank.session() as session:
        assert len(log(session)) == rounds + 1
        assert audit.verify(session) == []
    return outcomes[100], outcomes[101]


def test_twenty_kills(tmp_path: Path) -> None:
    old, new = killed_again_and_again(tmp_path, 20)
    assert old + new == 20
    assert old > 0


@pytest.mark.soak
def test_hundreds_of_kills(tmp_path: Path) -> None:
    old, new = killed_again_and_again(tmp_path, int(os.environ.get("WINDCHIME_KILLS", "500")))
    assert old > 0
    assert new > 0
