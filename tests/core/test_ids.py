"""Ids we make ourselves."""

from datetime import UTC, datetime, timedelta

import pytest

from windchime.core.clock import FixedClock
from windchime.core.ids import NotAnId, firm_id, named, uuid7
from windchime.core.unit import same_person


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


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("aaaaaaaa1", "aaaaaaaa1"),
        ("aaaaaaaa", None),
        ("aaaaaaaa2", "aaaaaaaa2x"),
        ("bbbbbbb", None),
        ("bbbbbbbb", "bbbbbbbbb"),
        ("short", "short"),
        ("", None),
        ("%", None),
    ],
)
def test_a_version_is_named_in_full_or_by_one_beginning(version: str, found: str | None) -> None:
    assert named(version, ["aaaaaaaa1", "aaaaaaaa2x", "bbbbbbbbb", "short"]) == found


@pytest.mark.parametrize("other", ["li", "LI", " l i ", "ｌｉ", "l\u200bi", "li\u00ad", "\u2060li\ufeff", "li\u3000"])
def test_an_account_name_is_the_same_however_it_is_typed(other: str) -> None:
    assert same_person("li", other)
    assert not same_person("li", other + "u")
