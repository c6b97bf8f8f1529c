"""States of a register: a new state is none of the old one's corrections, and a correction never rewrites what was thought."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.data.helpers import firm, load_pack, open_bank, pack, rows_of

from windchime.service.bank import Bank

#: the firm is renamed on this day
RENAMED = date(2022, 1, 1)
#: a second delivery, taken on this day
AGAIN = date(2026, 6, 30)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    bank = open_bank(tmp_path)
    yield bank
    bank.close()


def names(bank: Bank, as_of: date) -> list[str]:
    return [row["name"] for row in rows_of(bank, "firms", as_of=as_of)]


def deliver(bank: Bank, folder: Path, *firms: dict[str, Any], as_of: date = AGAIN) -> None:
    load_pack(bank, pack(folder, as_of=as_of, firms=list(firms)))


def test_a_state_with_another_day_stands_beside_the_one_before(tmp_path: Path, bank: Bank) -> None:
    load_pack(bank, pack(tmp_path / "a", firms=[firm(1, name="旧名")]))
    deliver(bank, tmp_path / "b", firm(1, name="新名", known_on=RENAMED))
    assert names(bank, date(2021, 12, 31)) == ["旧名"]
    assert names(bank, RENAMED) == ["新名"]
    assert all(row["supersedes"] is None for row in rows_of(bank, "firms"))


def test_states_that_come_again_unchanged_keep_their_days(tmp_path: Path, bank: Bank) -> None:
    both = [firm(1, name="旧名"), firm(1, name="新名", known_on=RENAMED)]
    load_pack(bank, pack(tmp_path / "a", firms=both))
    deliver(bank, tmp_path / "b", *reversed(both), firm(2))
    for day in (date(2021, 12, 31), RENAMED, AGAIN, date(2027, 1, 1)):
        assert names(bank, day)[0] == ("旧名" if day < RENAMED else "新名")


def test_a_corrected_last_state_is_known_since_the_correction(tmp_path: Path, bank: Bank) -> None:
    load_pack(bank, pack(tmp_path / "a", firms=[firm(1, name="误名")]))
    deliver(bank, tmp_path / "b", firm(1, name="正名"))
    assert names(bank, date(2026, 6, 29)) == ["误名"]
    assert names(bank, AGAIN) == ["正名"]


def test_a_pack_that_dates_itself_back_rewrites_nothing_that_was_known(tmp_path: Path, bank: Bank) -> None:
    load_pack(bank, pack(tmp_path / "a", as_of=AGAIN, firms=[firm(1, name="旧名")]))
    deliver(bank, tmp_path / "b", firm(1, name="改名"), as_of=date(2025, 1, 31))
    assert names(bank, date(2026, 6, 29)) == ["旧名"]
    assert names(bank, AGAIN) == ["改名"]


def test_a_corrected_earlier_state_never_hides_the_later_one(tmp_path: Path, bank: Bank) -> None:
    load_pack(bank, pack(tmp_path / "a", firms=[firm(1, name="误名"), firm(1, name="新名", known_on=RENAMED)]))
    deliver(bank, tmp_path / "b", firm(1, name="正名"), firm(1, name="新名", known_on=RENAMED))
    deliver(bank, tmp_path / "c", firm(1, name="再正"), as_of=date(2026, 7, 31))
    assert names(bank, date(2021, 12, 31)) == ["误名"]
    for day in (RENAMED, AGAIN, date(2026, 7, 31), date(2027, 1, 1)):
        assert names(bank, day) == ["新名"]


def test_the_same_state_twice_in_one_delivery_is_a_repeated_key(tmp_path: Path, bank: Bank) -> None:
    report = load_pack(bank, pack(tmp_path / "a", firms=[firm(1), firm(1, name="别名")]))
    assert report.faults == {"firms": {"key_repeated": 1}}
