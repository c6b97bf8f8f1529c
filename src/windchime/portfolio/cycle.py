"""The run over the whole book: load, content and models in force, decisions, allocation, reports. `demo` runs it too."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.intake import LoadReport, load
from windchime.decision.desk import Decided, decide_all
from windchime.decision.publication import set_up
from windchime.risk.scorecards import publish, validate
from windchime.risk.scorecards.bank_training import BankTraining, train_in
from windchime.risk.scorecards.store import ModelStore, NoPublishedModel
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class People:
    """Who acts in a run: four eyes need two."""

    #: loads, trains, decides
    maker: Actor
    #: publishes what the maker proposed
    checker: Actor


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What one run did."""

    loaded: LoadReport
    #: None where a model was in force already
    trained: BankTraining | None
    decided: Decided
    as_of: date
    #: files written, by what they are
    reports: dict[str, Path] = field(default_factory=dict)


def run(
    bank: Bank,
    people: People,
    folder: Path,
    *,
    pack: str = "windchime",
    as_of: date | None = None,
    progress: Progress = silent,
) -> CycleReport:
    """Load a pack and bring the book up to it.

    Args:
        bank: whose book.
        people: who acts.
        folder: the data pack.
        pack: how it is built.
        as_of: last day of knowledge of the decisions; the pack's by default.
        progress: told of each step.
    """
    loaded = load(bank, people.maker, folder, pack=pack, progress=progress)
    set_up(bank, people.checker)
    trained = None
    if not _model_in_force(bank):
        trained = train_in(bank, people.maker, progress=progress)
        with bank.unit(people.checker) as unit:
            for version in trained.versions.values():
                validate(unit, version, reason=_FIRST)
                publish(unit, version, reason=_FIRST)
    decided = decide_all(bank, people.maker, as_of=as_of, vectorised=True, progress=progress)
    return CycleReport(loaded, trained, decided, decided.documents[0].as_of)


_FIRST = _("the first model of this bank")


def _model_in_force(bank: Bank) -> bool:
    with bank.session() as session:
        try:
            ModelStore(bank.models_dir).published(session, "scorecard")
        except NoPublishedModel:
            return False
        return True
