"""The file for a supervisor: complete, and checked by somebody who has nothing of this program."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import checkpoints
from windchime.service.audit_export import NothingToExport, stretch, written
from windchime.service.bank import Bank

START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def standalone(lines: list[str]) -> list[str]:
    """What docs/how-to/audit.md tells a supervisor to do: hashlib and json alone. Gives what is wrong."""
    head, *records = [json.loads(line) for line in lines]
    wrong = [] if len(records) == head["last"] - head["first"] + 1 else ["count"]
    previous, seq = head["previous_hash"], head["first"]
    for record in records:
        stated = record.pop("hash")
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if hashlib.sha256(text.encode()).hexdigest() != stated:
            wrong.append(f"changed {record['seq']}")
        if record["previous_hash"] != previous or record["seq"] != seq:
            wrong.append(f"broken {record['seq']}")
        previous, seq = stated, seq + 1
    return wrong + ([] if previous == head["hash"] else ["end"])


@pytest.fixture
def bank(tmp_path: Path, database: str | None) -> Iterator[Bank]:
    """Three days with two records each; one has Chinese, quotes and an origin."""
    name = uuid4().hex
    for day in range(3):
        found = Bank.open(tmp_path, name, clock=FixedClock(START + timedelta(days=day)), database=database)
        for number in (1, 2):
            with found.unit(Actor("李雷", origin="session 10.0.0.9" if number == 1 else "")) as unit:
                unit.record(
                    "limit.change", f"firm:{number}", before={"limit": "1.00"}, after={"名": '"é\n'}, reason="复核"
                )
        if day < 2:
            found.close()
    yield found
    found.close()


def exported(bank: Bank, begin: date | None = None, end: date | None = None) -> list[str]:
    with bank.session() as session:
        part = stretch(session, begin, end)
        return [line.decode() for line in written(session, bank.name, part, NOW)]


def test_the_whole_chain_is_checked_with_hashlib_alone(bank: Bank) -> None:
    lines = exported(bank)
    assert (len(lines), standalone(lines)) == (7, [])
    with bank.session() as session:
        key = Ed25519PrivateKey.generate()
        part = stretch(session)
        sealed = checkpoints.sealed(bank.name, part.last, part.hash, key, NOW)
        assert checkpoints.held_against(session, bank.name, [("x", sealed)], key.public_key()) == []
    key.public_key().verify(bytes.fromhex(sealed.signature), sealed.signed_form())
    assert (sealed.seq, sealed.hash) == (6, json.loads(lines[-1])["hash"])


def test_days_are_those_of_shanghai_and_both_ends_count(bank: Bank) -> None:
    lines = exported(bank, date(2026, 1, 6), date(2026, 1, 6))
    assert [json.loads(line)["seq"] for line in lines[1:]] == [3, 4]
    assert standalone(lines) == []
    with bank.session() as session, pytest.raises(NothingToExport):
        stretch(session, date(2026, 1, 8))


def _forged(change: Callable[[dict[str, Any]], Any]) -> Callable[[list[str]], list[str]]:
    def forge(lines: list[str]) -> list[str]:
        body = json.loads(lines[3])
        change(body)
        return [*lines[:3], json.dumps(body), *lines[4:]]

    return forge


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (_forged(lambda r: r.update(reason="x")), ["changed 3"]),
        (_forged(lambda r: r.update(actor="mallory")), ["changed 3"]),
        (lambda lines: [*lines[:3], *lines[4:]], ["count", "broken 4", "broken 5", "broken 6"]),
        (lambda lines: lines[:-1], ["count", "end"]),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], ["broken 4", "broken 3", "broken 5"]),
    ],
)
def test_what_was_changed_in_the_file_is_found(
    tmp_path: Path, forge: Callable[[list[str]], list[str]], found: list[str]
) -> None:
    bank = Bank.open(tmp_path, clock=FixedClock(START))
    for number in range(6):
        with bank.unit(Actor("li")) as unit:
            unit.record("limit.change", f"firm:{number}")
    assert standalone(forge(exported(bank))) == found
    bank.close()
