"""The run over the whole book: load, who is who, the graph, invoices verified, data quality, content and models in force, decisions, allocation, reports. `demo` runs it too."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.identity import resolve
from windchime.data.intake import LoadReport, load
from windchime.data.quality import check_and_record
from windchime.decision.desk import Decided, decide_all
from windchime.documents.files import write_firm, write_portfolio
from windchime.graph.results import publish as publish_graph
from windchime.portfolio.allocate import Allocated, allocate_in
from windchime.portfolio.setting_up import begin
from windchime.risk.invoices.publishing import publish as publish_verdicts
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
    #: None where no budget was given
    allocated: Allocated | None
    as_of: date
    #: the portfolio's report and, as an example, that of the firm with the largest limit
    reports: tuple[Path, ...] = ()


def run(
    bank: Bank,
    people: People,
    folder: Path,
    *,
    pack: str = "windchime",
    as_of: date | None = None,
    budget: Decimal | None = None,
    progress: Progress = silent,
) -> CycleReport:
    """Load a pack, say who is who in it, who is tied to whom and how good its data are, and bring the book up to it.

    Args:
        bank: whose book.
        people: who acts.
        folder: the data pack.
        pack: how it is built.
        as_of: last day of knowledge of the decisions; the pack's by default.
        budget: whole yuan of offered credit to spend over the approved firms; None for no allocation.
        progress: told of each step.
    """
    loaded = load(bank, people.maker, folder, pack=pack, progress=progress)
    begin(bank, people.checker)
    resolve(bank, people.maker, progress=progress)
    publish_graph(bank, people.maker, as_of, progress=progress)
    publish_verdicts(bank, people.maker, as_of, progress=progress)
    check_and_record(bank, people.maker, as_of=as_of, progress=progress)
    trained = None
    if not _model_in_force(bank):
        trained = train_in(bank, people.maker, progress=progress)
        with bank.unit(people.checker) as unit:
            for version in trained.versions.values():
                validate(unit, version, reason=_FIRST)
                publish(unit, version, reason=_FIRST)
    decided = decide_all(bank, people.maker, as_of=as_of, vectorised=True, progress=progress)
    allocated = allocate_in(bank, people.maker, budget, as_of=as_of, progress=progress) if budget else None
    progress(_("writing reports"), 0, 2)
    folder, by = bank.files_dir / "reports", people.maker.name
    body = allocated.allocation.as_dict() if allocated else None
    files = write_portfolio(bank, folder, by=by, run_id=decided.run_id, allocation=body)
    progress(_("writing reports"), 1, 2)
    example = max(decided.documents, key=lambda d: (d.verdict == "approve", d.limit or Decimal(0)))
    files += write_firm(bank, folder, example.firm_id, by=by)
    progress(_("writing reports"), 2, 2)
    return CycleReport(loaded, trained, decided, allocated, decided.documents[0].as_of, files)


_FIRST = _("the first model of this bank")


def _model_in_force(bank: Bank) -> bool:
    with bank.session() as session:
        try:
            ModelStore(bank.models_dir).published(session, "scorecard")
        except NoPublishedModel:
            return False
        return True
