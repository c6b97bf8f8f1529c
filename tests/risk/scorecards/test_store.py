"""The model store: four eyes, states, immutable bytes, audit; in a real bank's database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.risk.helpers import simulated, training

from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.risk.scorecards import ModelStore, publish, retire, validate, versions
from windchime.risk.scorecards.states import NotAPerson, OwnModel, WrongState
from windchime.risk.scorecards.store import ModelChanged, NoPublishedModel
from windchime.service import audit
from windchime.service.bank import Bank

ALICE, BOB = Actor("alice"), Actor("bob")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Iterator[Bank]:
    opened = Bank.open(tmp_path, clock=clock)
    yield opened
    opened.close()


def saved(bank: Bank, author: Actor = ALICE, seed: int = 1) -> dict[str, str]:
    with bank.unit(author) as unit:
        return ModelStore(bank.models_dir).save(unit, training(seed=seed))


def published(bank: Bank, version: str) -> None:
    with bank.unit(BOB) as unit:
        validate(unit, version)
        publish(unit, version, reason="out-of-fold figures checked")


def test_a_published_model_scores_as_the_one_that_was_trained(bank: Bank) -> None:
    kept, store, fresh = saved(bank), ModelStore(bank.models_dir), simulated(50, 8)
    for name, version in kept.items():
        published(bank, version)
        with bank.session() as session:
            found = store.published(session, name)
            assert found.version == version
            assert (found.probability(fresh) == getattr(training(), name).probability(fresh)).all()
            assert store.card(session, version).as_dict()["version"] == version
            assert store.oof(session, version[:12]).equals(training().oof)


@pytest.mark.parametrize("name", ["alice", "Alice", " ALICE ", "ａｌｉｃｅ"])
def test_no_one_publishes_their_own_model(bank: Bank, name: str) -> None:
    version = saved(bank)["scorecard"]
    with bank.unit(BOB) as unit:
        validate(unit, version)
    with pytest.raises(OwnModel, match="cannot publish it; four eyes"), bank.unit(Actor(name)) as unit:
        publish(unit, version)
    with pytest.raises(NotAPerson), bank.unit(Actor("nightly", "system")) as unit:
        publish(unit, version)
    with bank.session() as session, pytest.raises(NoPublishedModel):
        ModelStore(bank.models_dir).published(session, "scorecard")


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [(ALICE, OwnModel), (Actor("Ａｌｉｃｅ "), OwnModel), (Actor("nightly", "system"), NotAPerson)],
)
def test_no_one_validates_their_own_model_and_no_program_does(
    bank: Bank, actor: Actor, refusal: type[Exception]
) -> None:
    version = saved(bank)["scorecard"]
    with pytest.raises(refusal, match="cannot validate"), bank.unit(actor) as unit:
        validate(unit, version)
    with bank.session() as session:
        assert {v.state for v in versions(session)} == {"draft"}


def test_states_move_one_way(bank: Bank) -> None:
    version = saved(bank)["scorecard"]
    with pytest.raises(WrongState, match="is draft; publish needs it validated"), bank.unit(BOB) as unit:
        publish(unit, version)
    published(bank, version)
    for step in (validate, publish):
        with pytest.raises(WrongState, match="is published"), bank.unit(BOB) as unit:
            step(unit, version)
    with bank.unit(BOB) as unit:
        retire(unit, version)
    with pytest.raises(WrongState, match="is retired"), bank.unit(BOB) as unit:
        retire(unit, version)


def test_publishing_a_new_version_retires_the_old_one_which_can_still_be_loaded(bank: Bank) -> None:
    old, new = saved(bank)["scorecard"], saved(bank, seed=2)["scorecard"]
    assert old != new
    published(bank, old)
    published(bank, new)
    with bank.session() as session:
        states = {v.version: v.state for v in versions(session, "scorecard")}
        assert states == {old: "retired", new: "published"}
        assert ModelStore(bank.models_dir).load(session, old).version == old


def test_saving_again_changes_nothing(bank: Bank) -> None:
    assert saved(bank) == saved(bank, BOB)
    with bank.session() as session:
        assert [(v.author, v.state) for v in versions(session)] == [("alice", "draft")] * 2


def test_every_change_of_state_is_in_the_audit_chain(bank: Bank) -> None:
    published(bank, saved(bank)["scorecard"])
    with bank.session() as session:
        assert audit.verify(session) == []
        actions = [r.action for r in audit.records(session)]
    assert [a for a in actions if a.startswith("model.")] == [
        "model.save", "model.save", "model.validate", "model.publish",
    ]  # fmt: skip


def test_a_changed_byte_is_found(bank: Bank) -> None:
    version = saved(bank)["scorecard"]
    file = bank.models_dir / f"{version}.json"
    file.write_bytes(file.read_bytes().replace(b'"bads":', b'"bads" :', 1))
    with bank.session() as session, pytest.raises(ModelChanged, match=version):
        ModelStore(bank.models_dir).load(session, version)


@pytest.mark.parametrize("version", ["", "abc", "%", "0" * 64])
def test_an_unknown_version_is_said(bank: Bank, version: str) -> None:
    saved(bank)
    with bank.session() as session, pytest.raises(UnknownName, match="model version"):
        ModelStore(bank.models_dir).load(session, version)
