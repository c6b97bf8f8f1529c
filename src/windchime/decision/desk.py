"""The desk: a bank's product opened for deciding, with its rulebook, its models and the library's reading."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.core.errors import BadCall
from windchime.core.money import ZERO
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.data.lake import Lake
from windchime.data.quality import Gate, gate
from windchime.data.reading import Reading
from windchime.decision import log, untrusted
from windchime.decision.assess import Models, assess, declared_digits
from windchime.decision.case import Case
from windchime.decision.deciding import Undecidable, decide_many, decide_one
from windchime.decision.document import Cites, Document
from windchime.decision.entities import LINKS, entities
from windchime.decision.exposure import existing
from windchime.decision.release import lock, release
from windchime.decision.rulebook import Rulebook
from windchime.risk.invoices.published import VERDICTS
from windchime.risk.scorecards.store import ModelStore
from windchime.service.bank import Bank

#: tables that a decision reads
TABLES = ("firms", "invoices", "loans")
#: what a desk opens besides: who the firm is, and what verification says of its invoices
READ = (*TABLES, LINKS, VERDICTS)
MEASURED, DECIDED, WRITTEN = _("measure and score firms"), _("decide"), _("write the decision log")


class NoFirms(BadCall):
    """A lake in which no firm is known on the date."""

    msgid = _("no firm is known as of {as_of}")
    hint = _("load data first, or name a later date: windchime load --help")

    def __init__(self, as_of: date) -> None:
        super().__init__(as_of=as_of.isoformat())


@dataclass(frozen=True)
class Desk:
    """All that is opened once to decide any number of firms as of one date."""

    rulebook: Rulebook
    models: Models
    reading: Reading
    #: what the newest check of the data says; None where nothing was checked
    gate: Gate | None = None

    @classmethod
    @contextmanager
    def open(
        cls, bank: Bank, session: Session, product: str, *, as_of: date | None = None, lake_version: int | None = None
    ) -> Iterator[Self]:
        """Open what the bank has published, and the library.

        Args:
            bank: whose.
            session: a reading session; it must stay open as long as the desk.
            product: which product.
            as_of: the last day of knowledge; the default of the pack loaded last if not given.
            lake_version: the newest if not given.

        Raises:
            NotPublished, NoPublishedModel, NoLakeVersion: what has not been done yet.
        """
        lake = Lake(bank.lake_dir)
        day = as_of or lake.pack(session).as_of
        rulebook = Rulebook.published(ContentStore(bank.content_dir), session, product, day)
        models = Models.published(ModelStore(bank.models_dir), session, rulebook.product)
        with lake.reading(session, as_of=day, lake_version=lake_version, tables=READ) as reading:
            yield cls(rulebook, models, reading, gate(session, as_of=day, lake_version=reading.lake_version))

    @property
    def cites(self) -> Cites:
        """The versions every decision of this desk cites."""
        from windchime.indicators import version

        return self.rulebook.cites(
            indicators=version(self.rulebook.indicators),
            lake_version=self.reading.lake_version,
            release=release(),
            lock=lock(),
        )

    def case(self, firm_id: str) -> Case:
        """One firm, measured and scored.

        Raises:
            UnknownFirm: the library does not know it on the date.
        """
        owed = existing(self.reading, firm_id).get(firm_id, ZERO)
        found = assess(self.reading, firm_id, self.models, self.rulebook.indicators)
        return Case.of(
            found,
            as_of=self.reading.as_of,
            existing=owed,
            digits=declared_digits(),
            entity=entities(self.reading, firm_id).get(firm_id),
            quality=_of(untrusted.said(self.gate, self.reading, TABLES), firm_id),
        )

    def cases(self) -> tuple[Case, ...]:
        """Every firm, sorted by id."""
        owed, digits, known = existing(self.reading), declared_digits(), entities(self.reading)
        trust = untrusted.said(self.gate, self.reading, TABLES)
        found = assess(self.reading, None, self.models, self.rulebook.indicators)
        return tuple(
            Case.of(
                a,
                as_of=self.reading.as_of,
                existing=owed.get(a.firm_id, ZERO),
                digits=digits,
                entity=known.get(a.firm_id),
                quality=_of(trust, a.firm_id),
            )
            for a in found
        )

    def decide(self, case: Case) -> Document:
        """Decide one firm, without writing it anywhere."""
        return decide_one(self.rulebook, case, self.cites)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run of decisions gave back; all of it stands in the log."""

    run_id: str
    #: ids in the order of the documents
    ids: tuple[str, ...]
    documents: tuple[Document, ...]
    #: firms that the policy's tables could not decide, as errors
    undecidable: tuple[Undecidable, ...] = ()


def decide(
    bank: Bank,
    actor: Actor,
    firm_id: str,
    *,
    product: str = "invoice_loan",
    as_of: date | None = None,
    lake_version: int | None = None,
    reason: str = "",
    together: Callable[[Unit, str, int], None] | None = None,
) -> Decided:
    """Decide one firm and write the decision.

    Args:
        bank: whose book.
        actor: who asks.
        firm_id: the firm.
        product: whose policy decides.
        as_of: the last day of knowledge; the newest pack's by default.
        lake_version: the newest by default.
        reason: why, for the audit chain.
        together: as of `decide_all`.

    Raises:
        UnknownFirm, Undecidable, and what `Desk.open` raises.
    """
    with (
        bank.session() as session,
        Desk.open(bank, session, product, as_of=as_of, lake_version=lake_version) as desk,
    ):
        document = desk.decide(desk.case(firm_id))
    return _written(bank, actor, [document], (), reason, together)


def decide_all(
    bank: Bank,
    actor: Actor,
    *,
    product: str = "invoice_loan",
    as_of: date | None = None,
    lake_version: int | None = None,
    vectorised: bool = False,
    reason: str = "",
    together: Callable[[Unit, str, int], None] | None = None,
    progress: Progress = silent,
) -> Decided:
    """Decide every firm of the library and write the decisions in one transaction with one audit record.

    Args:
        bank: whose book.
        actor: who asks.
        product: whose policy decides.
        as_of: the last day of knowledge; the newest pack's by default.
        lake_version: the newest by default.
        vectorised: run the policy over all firms at once.
        reason: why, for the audit chain.
        together: told the run's id and the number of decisions in the transaction that writes them: what must happen with
            them or not at all, such as the end of the job.
        progress: told of each step.

    Raises:
        NoFirms: there is none; Undecidable: the policy can decide none of them; and what `Desk.open` raises.
    """
    with (
        bank.session() as session,
        Desk.open(bank, session, product, as_of=as_of, lake_version=lake_version) as desk,
    ):
        progress(MEASURED, 0, 0)
        cases = desk.cases()
        if not cases:
            raise NoFirms(desk.reading.as_of)
        progress(MEASURED, len(cases), len(cases))
        documents, failed = decide_many(desk.rulebook, cases, desk.cites, vectorised=vectorised)
        if not documents:
            raise failed[0]
        progress(DECIDED, len(documents), len(cases))
    progress(WRITTEN, 0, len(documents))
    # nothing may stop the run once they are written: no progress is told after it
    return _written(bank, actor, documents, tuple(failed), reason, together)


def _of(trust: Mapping[str, Mapping[str, Any]] | None, firm_id: str) -> Mapping[str, Any] | None:
    return None if trust is None else trust.get(firm_id, trust[""])


def _written(
    bank: Bank,
    actor: Actor,
    documents: list[Document],
    failed: tuple[Undecidable, ...],
    reason: str,
    together: Callable[[Unit, str, int], None] | None = None,
) -> Decided:
    with bank.unit(actor) as unit:
        written = log.write(unit, documents, reason=reason)
        if together is not None:
            together(unit, written.run_id, len(written.ids))
    return Decided(written.run_id, written.ids, tuple(documents), failed)
