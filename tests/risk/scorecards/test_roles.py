"""Champion and challengers: beside without say, promoted by a second person on a comparison that is kept."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.risk.helpers import simulated, training

from windchime.core.canonical import canonical
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.decision.assess import Models, scored
from windchime.risk.scorecards import ModelStore, publish, validate
from windchime.risk.scorecards.history import history
from windchime.risk.scorecards.roles import (
    BesideAlready,
    Comparison,
    NotBeside,
    OtherComparison,
    appoint,
    beside,
    compare,
    dismiss,
    promote,
)
from windchime.risk.scorecards.states import OwnModel, StandsBeside, WrongState
from windchime.risk.scorecards.store import champion
from windchime.risk.validation import auc
from windchime.service import audit
from windchime.service.bank import Bank

ALICE, BOB = Actor("alice"), Actor("bob")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Iterator[Bank]:
    opened = Bank.open(tmp_path, clock=clock)
    yield opened
    opened.close()


def two(bank: Bank) -> tuple[str, str]:
    """A published card, and a validated one."""
    store = ModelStore(bank.models_dir)
    with bank.unit(ALICE) as unit:
        old, new = (store.save(unit, training(seed=seed))["scorecard"] for seed in (1, 2))
    with bank.unit(BOB) as unit:
        validate(unit, old)
        publish(unit, old)
        validate(unit, new)
    return old, new


def compared(old: str, new: str) -> Comparison:
    rows = simulated(400, 8)
    bad = rows["bad"].to_numpy()
    risks = [training(seed=seed).scorecard.probability(rows) for seed in (1, 2)]
    return compare(bad, risks[0], risks[1], versions=(old, new), level=0.95)


def test_a_comparison_is_paired_and_comes_back_whole() -> None:
    found = compared("a", "b")
    rows = simulated(400, 8)
    each = [auc(rows["bad"].to_numpy(), training(seed=s).scorecard.probability(rows)) for s in (1, 2)]
    assert found.difference.value == pytest.approx(each[1] - each[0])
    assert found.difference.low < found.difference.value < found.difference.high
    assert Comparison.of(found.as_dict()).as_dict() == found.as_dict()
    assert canonical(found.as_dict())


def test_a_challenger_stands_beside_and_changes_nothing_else(bank: Bank) -> None:
    old, new = two(bank)
    with bank.unit(ALICE) as unit:
        appoint(unit, new, reason="new bureau data")
    with bank.session() as session:
        assert beside(session, "scorecard") == [new]
        assert champion(session, "scorecard").version == old  # type: ignore[union-attr]  # there is one
    with pytest.raises(BesideAlready), bank.unit(ALICE) as unit:
        appoint(unit, new)
    with bank.unit(ALICE) as unit:
        dismiss(unit, new)
    with bank.session() as session:
        assert beside(session, "scorecard") == []
    with pytest.raises(NotBeside, match="does not stand beside"), bank.unit(ALICE) as unit:
        dismiss(unit, new)


def test_decisions_score_challengers_without_say(bank: Bank) -> None:
    old, new = two(bank)
    product: Any = SimpleNamespace(model="scorecard", challenger="challenger")
    with bank.unit(ALICE) as unit:
        appoint(unit, new)
    with bank.session() as session:
        models = Models.published(ModelStore(bank.models_dir), session, product)
    assert models.versions == (old, new)
    first = scored([dict.fromkeys(("size", "gaps", "age", "noise"), 0.5)], models)[0]
    assert [s.version for s in first] == [old, new]


def test_only_a_validated_version_can_stand_beside(bank: Bank) -> None:
    old, _new = two(bank)
    with pytest.raises(WrongState, match="is published; appoint needs it validated"), bank.unit(BOB) as unit:
        appoint(unit, old)


def test_a_challenger_takes_the_place_by_promotion_only(bank: Bank) -> None:
    old, new = two(bank)
    with bank.unit(ALICE) as unit:
        appoint(unit, new)
    with pytest.raises(StandsBeside, match="by promotion only"), bank.unit(BOB) as unit:
        publish(unit, new)
    with bank.session() as session:
        assert champion(session, "scorecard").version == old  # type: ignore[union-attr]  # there is one
        assert beside(session, "scorecard") == [new]
    with bank.unit(BOB) as unit:
        dismiss(unit, new)
        publish(unit, new)


def test_promotion_takes_a_second_person_and_the_right_comparison(bank: Bank) -> None:
    old, new = two(bank)
    store = ModelStore(bank.models_dir)
    with pytest.raises(NotBeside), bank.unit(BOB) as unit:
        promote(unit, store, new, compared(old, new))
    with bank.unit(ALICE) as unit:
        appoint(unit, new)
    with pytest.raises(OwnModel), bank.unit(ALICE) as unit:
        promote(unit, store, new, compared(old, new))
    with pytest.raises(OtherComparison), bank.unit(BOB) as unit:
        promote(unit, store, new, compared("x" * 64, new))
    with bank.session() as session:  # refused steps left no trace
        assert beside(session, "scorecard") == [new]
    with bank.unit(BOB) as unit:
        kept = promote(unit, store, new, compared(old, new), reason="better out of time")
    with bank.session() as session:
        assert champion(session, "scorecard").version == new  # type: ignore[union-attr]  # there is one
        assert beside(session, "scorecard") == []
        assert store.kept(kept) == compared(old, new).as_dict()
        assert audit.verify(session) == []
        steps = [e.action for e in history(session, new)]
        assert steps == ["model.save", "model.validate", "model.appoint", "model.publish", "model.promote"]
        assert history(session, new)[-1].after["comparison"] == kept
        assert history(session, old)[-1].words["zh"] == "退役"
    assert np.isfinite(compared(old, new).difference.value)
