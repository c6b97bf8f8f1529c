"""What becomes of an event: written with its change, leased, in order, tried again, dead, forgotten."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.service.outbox.helpers import LI, LOOPBACK, POLICY, a_webhook, later, states, tell

from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.outbox import deliveries, webhooks
from windchime.service.outbox.deliveries import Outcome, Parcel
from windchime.service.outbox.emitting import emit
from windchime.service.outbox.kinds import KINDS, BadEvent
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.tables import Delivery, OutboxEvent

URL = "http://127.0.0.1:9/hook"
LEASE = timedelta(seconds=60)
FAILED = Outcome(500, "failed")


def claim(bank: Bank, sender: str = "s1") -> list[Parcel]:
    with bank.unit(Actor(sender, "system")) as unit:
        return deliveries.claim(unit, sender, LEASE)


def settle(bank: Bank, parcel: Parcel, outcome: Outcome) -> str:
    with bank.unit(Actor(parcel.sender, "system")) as unit:
        return deliveries.settle(unit, parcel, outcome, POLICY, Random(1))


def test_an_event_is_written_with_its_change_or_not_at_all(bank: Bank) -> None:
    a_webhook(bank, URL)
    with pytest.raises(RuntimeError), bank.unit(LI) as unit:  # noqa: PT012 - the unit is the point
        emit(unit, "job.ended", "job:1", {"job": "1", "kind": "k", "state": "done"})
        raise RuntimeError
    assert states(bank) == []
    tell(bank, "2")
    assert states(bank) == ["waiting"]


def test_an_event_names_the_audit_record_of_its_change(bank: Bank) -> None:
    a_webhook(bank, URL)
    tell(bank, "1")
    with bank.session() as session:
        event = session.scalars(select(OutboxEvent)).one()
        last = max(r.seq for r in audit.records(session))
    assert f'"audit_record":{last},' in event.payload
    assert f'"timestamp":"{bank.clock.now().isoformat()}","type":"job.ended"' in event.payload


def test_nobody_listening_nothing_is_kept(bank: Bank) -> None:
    a_webhook(bank, URL, "decision.made")
    assert tell(bank, "1") is None
    with bank.session() as session:
        assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"job": "1", "kind": "k"},
        {"job": "1", "kind": "k", "state": "done", "name": "x"},
        {"job": 1, "kind": "k", "state": "done"},
        {"job": None, "kind": "k", "state": "done"},
        {"job": "1" * 201, "kind": "k", "state": "done"},
    ],
)
def test_a_body_that_is_not_declared_so_is_refused_without_its_values(small: Bank, body: dict[str, object]) -> None:
    a_webhook(small, URL)
    with pytest.raises(BadEvent) as found, small.unit(LI) as unit:
        emit(unit, "job.ended", "job:1", body)
    assert "111" not in found.value.message("en")
    with pytest.raises(UnknownName), small.unit(LI) as unit:
        emit(unit, "job.begun", "job:1", {})


def test_every_kind_has_a_schema_and_stands_in_the_how_to() -> None:
    from tests.service.outbox.test_signing import PAGE

    page = PAGE.read_text(encoding="utf8")
    for kind in KINDS.values():
        assert set(kind.schema()["required"]) == set(kind.fields)
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{kind.name}`")]
        assert all(f"`{name}`" in row for name in kind.fields)


def test_two_senders_never_hold_one_delivery(bank: Bank) -> None:
    a_webhook(bank, URL)
    for job in "abc":
        tell(bank, job)
    assert len(claim(bank, "s1")) == 3
    assert claim(bank, "s2") == []


def test_a_sender_that_died_is_replaced_and_comes_too_late(bank: Bank) -> None:
    a_webhook(bank, URL)
    tell(bank, "1")
    (first,) = claim(bank, "s1")
    later(bank, 61)
    (second,) = claim(bank, "s2")
    assert (second.event_id, second.attempt) == (first.event_id, 2)
    assert settle(bank, first, Outcome(200)) == "lost"
    assert settle(bank, second, Outcome(200)) == "sent"
    assert settle(bank, second, FAILED) == "lost"


def test_of_one_subject_the_order_is_kept(bank: Bank) -> None:
    a_webhook(bank, URL)
    first, second = tell(bank, "1", "job:A"), tell(bank, "2", "job:A")
    other = tell(bank, "3", "job:B")
    held = claim(bank)
    assert [p.event_id for p in held] == [first, other]
    settle(bank, held[0], FAILED)
    settle(bank, held[1], Outcome(200))
    assert claim(bank) == []
    later(bank, 20)
    (again,) = claim(bank)
    assert again.event_id == first
    settle(bank, again, Outcome(200))
    (last,) = claim(bank)
    assert last.event_id == second


def test_a_delivery_that_fails_too_often_is_a_dead_letter_and_lets_the_next_pass(bank: Bank) -> None:
    made = a_webhook(bank, URL)
    letter, after = tell(bank, "1", "job:A"), tell(bank, "2", "job:A")
    for expected in ("retrying", "retrying", "dead"):
        (parcel,) = claim(bank)
        assert parcel.event_id == letter
        assert settle(bank, parcel, FAILED) == expected
        later(bank, 20)
    (parcel,) = claim(bank)
    assert parcel.event_id == after
    settle(bank, parcel, Outcome(200))
    with bank.session() as session:
        assert any(r.action == "webhook.dead" and made.id in (r.after or "") for r in audit.records(session))
    with bank.unit(LI) as unit:
        assert webhooks.retry(unit, event_id=letter) == 1
    (again,) = claim(bank)
    assert (again.event_id, again.attempt) == (letter, 4)
    assert settle(bank, again, FAILED) == "dead"
    with bank.unit(LI) as unit:
        assert webhooks.retry(unit, webhook_id=made.id) == 1
        with pytest.raises(UnknownName):
            webhooks.retry(unit, event_id=after)


def test_what_was_claimed_and_not_tried_counts_as_no_attempt(bank: Bank) -> None:
    a_webhook(bank, URL)
    tell(bank, "1")
    for _turn in range(5):
        (parcel,) = claim(bank)
        assert parcel.attempt == 1
        with bank.unit(LI) as unit:
            deliveries.release(unit, parcel)
    assert states(bank) == ["waiting"]


def test_a_webhook_that_ends_drops_what_waits(bank: Bank) -> None:
    made = a_webhook(bank, URL)
    tell(bank, "1")
    tell(bank, "2")
    (parcel, _other) = claim(bank)
    with bank.unit(LI) as unit:
        assert webhooks.end(unit, made.id, "moved") == 2
    assert settle(bank, parcel, Outcome(200)) == "lost"
    assert states(bank) == ["dropped", "dropped"]
    assert tell(bank, "3") is None
    with pytest.raises(UnknownName), bank.unit(LI) as unit:
        webhooks.end(unit, made.id)


def test_a_receiver_that_is_gone_ends_its_webhook(bank: Bank) -> None:
    a_webhook(bank, URL)
    tell(bank, "1")
    tell(bank, "2")
    parcel, _other = claim(bank)
    assert settle(bank, parcel, Outcome(410, "refused")) == "dead"
    assert states(bank) == ["dead", "dropped"]
    with bank.session() as session:
        assert webhooks.webhooks(session) == []


def test_what_was_delivered_is_forgotten_in_time_and_what_waits_is_not(bank: Bank) -> None:
    a_webhook(bank, URL)
    tell(bank, "1")
    tell(bank, "2", "job:1")
    (parcel,) = claim(bank)
    settle(bank, parcel, Outcome(200))
    later(bank, 2 * 86_400)
    with bank.unit(LI) as unit:
        assert deliveries.sweep(unit, POLICY) == 1
        assert deliveries.sweep(unit, POLICY) == 0
    assert states(bank) == ["waiting"]
    first = _last_seq(bank)
    tell(bank, "3")
    assert _last_seq(bank) > first


def _last_seq(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.max(Delivery.event_seq))) or 0


def test_a_turned_secret_signs_beside_the_new_one_for_a_while(bank: Bank) -> None:
    made = a_webhook(bank, URL)
    with bank.unit(LI) as unit:
        turned = webhooks.rotate(bank, unit, made.id, POLICY)
    with bank.session() as session:
        row = webhooks.find(session, made.id)
        now = bank.clock.now()
        assert webhooks.secrets_of(bank, row, now) == [turned.secret, made.secret]
        assert webhooks.secrets_of(bank, row, now + timedelta(hours=2)) == [turned.secret]
    later(bank, 2 * 3600)
    with bank.unit(LI) as unit:
        deliveries.sweep(unit, POLICY)
        assert webhooks.find(unit.session, made.id).old_secret is None


def test_no_secret_stands_in_clear_in_database_chain_or_repr(small: Bank) -> None:
    made = a_webhook(small, URL)
    plain = made.secret.removeprefix("whsec_").encode()
    for file in small.folder.glob("db.sqlite*"):
        assert plain not in file.read_bytes()
    assert made.secret not in repr(made)


def test_a_webhook_listens_to_something_that_exists(small: Bank) -> None:
    with pytest.raises(webhooks.NoEvents):
        webhooks.add(small, LI, URL, (), allowed=LOOPBACK)
    with pytest.raises(UnknownName):
        webhooks.add(small, LI, URL, ("job.begun",), allowed=LOOPBACK)


@given(attempt=st.integers(1, 200), seed=st.integers())
def test_waits_double_between_half_and_whole_and_end_at_the_longest(attempt: int, seed: int) -> None:
    policy = DeliveryPolicy(10, timedelta(seconds=30), timedelta(hours=6), LEASE, LEASE, LEASE)
    whole = min(30 * 2 ** (attempt - 1), 6 * 3600)
    assert whole / 2 <= policy.pause(attempt, Random(seed)).total_seconds() <= whole
    assert policy.pause(attempt, Random(seed)) == policy.pause(attempt, Random(seed))
