"""What a version may be judged on: never firms whose outcome it learnt, never a day before its training."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import pytest
from tests.risk.helpers import provenance, simulated, training

from windchime.risk.scorecards.bank_sample import BankSample, BeforeTraining, judged
from windchime.risk.scorecards.model_card import ModelCard
from windchime.risk.scorecards.store import ModelStore

TRAINED, KNOWN = provenance().features_as_of, provenance().labels_as_of


@dataclass(frozen=True)
class OneModel:
    """A store that holds the card of `training()`, whatever version is asked for."""

    def load(self, _session: Any, _version: str) -> Any:
        return training().scorecard

    def card(self, _session: Any, _version: str) -> ModelCard:
        return ModelCard.of_training(training(), "scorecard")

    def oof(self, _session: Any, _version: str) -> Any:
        return training().oof

    def kind(self, _session: Any, _version: str) -> str:
        return "scorecard"


def at(day: date, firms: int = 300) -> tuple[Any, BankSample]:
    """A sample of the 240 firms learnt from and others, as of a day."""
    rows = simulated(firms, 1)
    sample = BankSample(rows.drop("bad"), rows["bad"].to_numpy(), day, date(2022, 1, 1), 3)
    return judged(cast("ModelStore", OneModel()), cast("Any", None), training().scorecard.version, sample), sample


@pytest.fixture(scope="module")
def learnt() -> set[str]:
    return set(training().oof["firm_id"])


def test_on_the_day_of_the_training_each_firm_is_judged_out_of_fold(learnt: set[str]) -> None:
    found, sample = at(TRAINED)
    assert found.how == "out_of_fold"
    assert set(sample.table["firm_id"][found.rows]) == learnt


@pytest.mark.parametrize("day", [date(2020, 2, 1), date(2020, 6, 30), date(2021, 1, 30)])
def test_until_its_labels_were_known_only_other_firms_judge_it(learnt: set[str], day: date) -> None:
    found, sample = at(day)
    assert TRAINED < day < KNOWN
    assert found.how == "out_of_sample"
    assert set(sample.table["firm_id"][found.rows]) == set(sample.table["firm_id"]) - learnt
    assert len(found.probability) == 60
    assert at(day, 240)[0].rows == []


@pytest.mark.parametrize("day", [KNOWN, date(2021, 12, 31)])
def test_from_then_on_all_firms_do(day: date) -> None:
    found, _sample = at(day)
    assert (found.how, len(found.rows), len(found.probability)) == ("out_of_time", 300, 300)


def test_an_earlier_day_is_refused() -> None:
    with pytest.raises(BeforeTraining, match="trained on figures as of 2020-01-31: firms as of 2020-01-30"):
        at(date(2020, 1, 30))
