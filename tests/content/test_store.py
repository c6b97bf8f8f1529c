"""The content store: drafts, four eyes, as of when."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from windchime.content.store import ContentChanged, ContentStore, NotPublished, OwnContent
from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank

AUTHOR, CHECKER = Actor("author"), Actor("checker")
OLD, NEW = b"scheme: s\nlabel: old\nparameters: {}\n", b"scheme: s\nlabel: new\nparameters: {}\n"


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    return Bank.open(tmp_path, clock=clock)


@pytest.fixture
def store(bank: Bank) -> ContentStore:
    return ContentStore(bank.content_dir)


def put(bank: Bank, store: ContentStore, data: bytes, valid_from: date) -> str:
    with bank.unit(AUTHOR) as unit:
        version = store.propose(unit, "schemes", "s", data, valid_from=valid_from)
    with bank.unit(CHECKER) as unit:
        store.publish(unit, "schemes", "s", version)
    return version


def in_force(bank: Bank, store: ContentStore, as_of: date) -> str:
    with bank.session() as session:
        return str(store.published(session, "schemes", "s", as_of).body["label"])


def test_what_is_in_force_depends_on_the_date(bank: Bank, store: ContentStore) -> None:
    put(bank, store, OLD, date(2020, 1, 1))
    put(bank, store, NEW, date(2024, 1, 1))
    assert in_force(bank, store, date(2023, 12, 31)) == "old"
    assert in_force(bank, store, date(2024, 1, 1)) == "new"
    with pytest.raises(NotPublished):
        in_force(bank, store, date(2019, 12, 31))


def test_of_two_with_the_same_date_the_later_published_counts(
    bank: Bank, store: ContentStore, clock: FixedClock
) -> None:
    put(bank, store, NEW, date(2020, 1, 1))
    clock.instant += timedelta(hours=1)
    put(bank, store, OLD, date(2020, 1, 1))
    assert in_force(bank, store, date(2024, 1, 1)) == "old"


def test_a_draft_is_not_in_force(bank: Bank, store: ContentStore) -> None:
    with bank.unit(AUTHOR) as unit:
        store.propose(unit, "schemes", "s", OLD, valid_from=date(2020, 1, 1))
    with pytest.raises(NotPublished):
        in_force(bank, store, date(2024, 1, 1))


@pytest.mark.parametrize("name", ["author", "Author", " author", "ａｕｔｈｏｒ", "aut\u200bhor"])
def test_no_one_publishes_what_they_wrote(bank: Bank, store: ContentStore, name: str) -> None:
    with bank.unit(AUTHOR) as unit:
        version = store.propose(unit, "schemes", "s", OLD, valid_from=date(2020, 1, 1))
    with pytest.raises(OwnContent), bank.unit(Actor(name)) as unit:
        store.publish(unit, "schemes", "s", version)


@pytest.mark.parametrize("beginning", ["", "{}", "%", "_"])
def test_a_draft_is_named_by_enough_of_its_version(bank: Bank, store: ContentStore, beginning: str) -> None:
    with bank.unit(AUTHOR) as unit:
        version = store.propose(unit, "schemes", "s", OLD, valid_from=date(2020, 1, 1))
    with pytest.raises(UnknownName), bank.unit(CHECKER) as unit:
        store.publish(unit, "schemes", "s", beginning.format(version[:7]))
    with bank.unit(CHECKER) as unit:
        store.publish(unit, "schemes", "s", version[:8])
    assert in_force(bank, store, date(2024, 1, 1)) == "old"


def test_the_same_bytes_for_two_dates_are_published_the_earlier_first(bank: Bank, store: ContentStore) -> None:
    with bank.unit(AUTHOR) as unit:
        for day in (date(2024, 1, 1), date(2020, 1, 1)):
            version = store.propose(unit, "schemes", "s", OLD, valid_from=day)
    with bank.unit(CHECKER) as unit:
        store.publish(unit, "schemes", "s", version)
    with bank.session() as session:
        states = {v.valid_from.year: v.state for v in store.versions(session, "schemes", "s")}
    assert states == {2020: "published", 2024: "draft"}


def test_proposing_the_same_again_changes_nothing(bank: Bank, store: ContentStore) -> None:
    put(bank, store, OLD, date(2020, 1, 1))
    with bank.unit(CHECKER) as unit:
        store.propose(unit, "schemes", "s", OLD, valid_from=date(2020, 1, 1))
    with bank.session() as session:
        assert [v.state for v in store.versions(session, "schemes", "s")] == ["published"]


def test_changed_bytes_are_found(bank: Bank, store: ContentStore) -> None:
    version = put(bank, store, OLD, date(2020, 1, 1))
    (bank.content_dir / f"{version}.yaml").write_bytes(NEW)
    with pytest.raises(ContentChanged):
        in_force(bank, store, date(2024, 1, 1))


@pytest.mark.parametrize("state", ["gone", "changed"])
def test_bytes_that_were_lost_come_back_with_the_same_document(bank: Bank, store: ContentStore, state: str) -> None:
    version = put(bank, store, OLD, date(2020, 1, 1))
    file = bank.content_dir / f"{version}.yaml"
    file.unlink() if state == "gone" else file.write_bytes(NEW)
    with bank.unit(AUTHOR) as unit:
        store.propose(unit, "schemes", "s", OLD, valid_from=date(2020, 1, 1))
    assert in_force(bank, store, date(2024, 1, 1)) == "old"
    assert [f.name for f in bank.content_dir.iterdir()] == [file.name]


def test_only_known_drafts_of_known_kinds(bank: Bank, store: ContentStore) -> None:
    with pytest.raises(UnknownName), bank.unit(AUTHOR) as unit:
        store.propose(unit, "secrets", "s", OLD, valid_from=date(2020, 1, 1))
    with pytest.raises(UnknownName), bank.unit(CHECKER) as unit:
        store.publish(unit, "schemes", "s", "abc")


def test_both_steps_stand_in_the_audit_chain_and_differences_are_shown(bank: Bank, store: ContentStore) -> None:
    old, new = put(bank, store, OLD, date(2020, 1, 1)), put(bank, store, NEW, date(2024, 1, 1))
    with bank.session() as session:
        trail = [(r.action, r.actor) for r in audit.records(session)]
    assert trail[:2] == [("content.propose", "author"), ("content.publish", "checker")]
    assert "-label: old" in store.diff(old, new)
