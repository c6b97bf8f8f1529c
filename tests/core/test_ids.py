"""Ids we make ourselves."""

from datetime import UTC, datetime, timedelta

import pytest

from windchime.core.clock import FixedClock
from windchime.core.ids import NotAnId, firm_id, uuid7


def test_uuid7_sorts_by_time_and_carries_version_and_variant() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    made = []
    for _step in range(50):
        made.append(uuid7(clock))
        clock.instant += timedelta(milliseconds=1)
    assert made == sorted(made)
    assert {m[14] for m in made} == {"7"}
    assert {m[19] for m in made} <= set("89ab")


@pytest.mark.parametrize(("source", "local"), [("", "1"), ("a:b", "1"), ("a b", "1"), ("a", ""), ("a", "1\n")])
def test_ids_that_cannot_be_are_refused(source: str, local: str) -> None:
    with pytest.raises(NotAnId):
        firm_id(source, local)


def test_a_firm_id_names_its_source() -> None:
    assert firm_id("cumcm2020c", "E12") == "cumcm2020c:E12"
