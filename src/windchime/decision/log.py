"""The decision log: written in one unit with its audit record, listed and searched, checked for changed rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.orm import Session

from windchime.core.canonical import digest, sha256
from windchime.core.dates import SHANGHAI
from windchime.core.errors import UnknownName
from windchime.core.ids import uuid7
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.data.contracts import contract
from windchime.data.lineage import LakeRow
from windchime.decision.document import Document
from windchime.decision.tables import Decision

CHANGED = _("the document of decision {id} was changed after it was written")
NOT_SEALED = _("the decisions of run {run} are not those the audit log sealed")
#: rows of one insert statement
_CHUNK = 500
#: decisions that are listed for one source row
_RESTING = 50
SortKey = Literal["made_at", "firm_id", "verdict", "band", "probability", "limit", "rate", "as_of"]


@dataclass(frozen=True, slots=True)
class Written:
    """What writing decisions gave back."""

    run_id: str
    #: ids in the order of the documents
    ids: tuple[str, ...]
    #: digest over the hashes of the bodies, as the audit record bears it
    digest: str


def write(unit: Unit, documents: Sequence[Document], *, reason: str = "") -> Written:
    """Append decisions, and one audit record for the run, in the caller's transaction."""
    run_id = uuid7(unit.clock)
    ids = tuple(uuid7(unit.clock) for _d in documents)
    rows = [_row(unit, run_id, one, document) for one, document in zip(ids, documents, strict=True)]
    for start in range(0, len(rows), _CHUNK):
        unit.session.execute(insert(Decision), rows[start : start + _CHUNK])
    sealed = _seal([row["body_sha256"] for row in rows])
    counts: dict[str, int] = {}
    for document in documents:
        counts[document.verdict] = counts.get(document.verdict, 0) + 1
    after = {"run_id": run_id, "decisions": len(rows), "verdicts": counts, "digest": sealed}
    subject = f"decision:{ids[0]}" if len(rows) == 1 else f"decision_run:{run_id}"
    unit.record("decision.decide", subject, after=after, reason=reason)
    single = ids[0] if len(ids) == 1 else None
    unit.emit("decision.made", subject, {"run": run_id, "decision": single, "decisions": len(rows)})
    return Written(run_id, ids, sealed)


def _seal(hashes: Sequence[str]) -> str:
    return digest(list(hashes))


def _row(unit: Unit, run_id: str, decision_id: str, document: Document) -> dict[str, Any]:
    body = document.bytes
    return {
        "id": decision_id,
        "run_id": run_id,
        "firm_id": document.firm_id,
        "entity_id": document.entity_id,
        "product": document.product,
        "as_of": document.as_of,
        "lake_version": document.lake_version,
        "verdict": document.verdict,
        "band": document.band,
        "probability": document.probability,
        "limit": document.limit,
        "rate": document.rate,
        "reason_codes": f" {' '.join(sorted({r.code for r in document.reasons}))} ",
        "body_format": document.format,
        "body": body.decode(),
        "body_sha256": sha256(body),
        "made_at": unit.now,
        "actor": unit.actor.name,
        "actor_kind": unit.actor.kind,
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which decisions are asked for; an empty field asks for all."""

    firm_id: str = ""
    #: part of a firm's id
    search: str = ""
    product: str = ""
    verdict: str = ""
    band: str = ""
    #: code of a reason
    reason: str = ""
    run_id: str = ""
    as_of: date | None = None
    #: yuan, inclusive
    limit_at_least: Decimal | None = None
    #: of each firm and product only the decision written last
    latest: bool = False
    #: only about these firms: a query of their ids
    within: Select[str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as SQL conditions."""
        equal = {
            "firm_id": self.firm_id,
            "product": self.product,
            "verdict": self.verdict,
            "band": self.band,
            "run_id": self.run_id,
            "as_of": self.as_of,
        }
        found: list[ColumnElement[bool]] = [getattr(Decision, name) == value for name, value in equal.items() if value]
        if self.search:
            found.append(Decision.firm_id.contains(self.search, autoescape=True))
        if self.reason:
            found.append(Decision.reason_codes.contains(f" {self.reason} ", autoescape=True))
        if self.limit_at_least is not None:
            found.append(Decision.limit >= self.limit_at_least)
        if self.within is not None:
            found.append(Decision.firm_id.in_(self.within))
        if self.latest:
            last = select(func.max(Decision.seq)).group_by(Decision.firm_id, Decision.product)
            found.append(Decision.seq.in_(last))
        return found


def resting_on(session: Session, table: str, rows: Sequence[LakeRow]) -> tuple[Decision, ...]:
    """Decisions about a row's firm at a lake version that holds the row, as of a day it was known; newest first.

    Args:
        session: to look in.
        table: name of the row's contract.
        rows: what the lake holds of one source row (`data.lineage.trace`).
    """
    column = contract(table).firm_column
    firms = {str(r.values[column]) for r in rows if column and r.values[column]}
    first = min((r.lake_version for r in rows if r.lake_version is not None), default=None)
    if not firms or first is None:
        return ()
    known = min(r.known_at for r in rows).astimezone(SHANGHAI).date()
    query = (
        select(Decision)
        .where(Decision.firm_id.in_(firms), Decision.lake_version >= first, Decision.as_of >= known)
        .order_by(Decision.seq.desc())
        .limit(_RESTING)
    )
    return tuple(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of decisions."""

    rows: tuple[Decision, ...]
    #: decisions that meet the filter
    total: int
    #: how many of them have each verdict
    verdicts: Mapping[str, int]
    #: yuan offered in approved decisions that meet the filter
    offered: Decimal


def page(
    session: Session,
    wanted: Filter | None = None,
    *,
    sort: SortKey = "made_at",
    descending: bool = True,
    offset: int = 0,
    size: int | None = 50,
) -> Page:
    """Decisions that meet a filter, sorted, one page of them (`size` None: all), with counts over all of them.

    The bodies are not read until somebody asks a row for its body.

    Raises:
        UnknownName: a sort key that is no column of the list.
    """
    from sqlalchemy.orm import defer

    wanted = wanted or Filter()
    keys = ("made_at", "firm_id", "verdict", "band", "probability", "limit", "rate", "as_of")
    if sort not in keys:
        raise UnknownName("sort key", sort, keys)
    where = wanted.conditions()
    column = getattr(Decision, sort)
    order = (column.desc() if descending else column.asc()).nulls_last()
    query = select(Decision).where(*where).options(defer(Decision.body))
    query = query.order_by(order, Decision.seq.desc() if descending else Decision.seq).offset(offset).limit(size)
    totals = select(Decision.verdict, func.count(), func.sum(Decision.limit)).where(*where).group_by(Decision.verdict)
    found = {verdict: (number, offered) for verdict, number, offered in session.execute(totals)}
    verdicts = {verdict: number for verdict, (number, _offered) in sorted(found.items())}
    offered = found.get("approve", (0, None))[1]
    return Page(tuple(session.scalars(query)), sum(verdicts.values()), verdicts, offered or Decimal("0.00"))


def get(session: Session, decision_id: str) -> Decision:
    """One decision by its id, or by the beginning of it where only one begins so.

    Raises:
        UnknownName: none, or several, have this id.
    """
    query = select(Decision).where(Decision.id.startswith(decision_id, autoescape=True)).limit(2)
    found = list(session.scalars(query)) if decision_id else []
    if len(found) != 1:
        recent = session.scalars(select(Decision.id).order_by(Decision.seq.desc()).limit(50)).all()
        raise UnknownName("decision", decision_id, list(recent))
    return found[0]


def latest(session: Session, firm_id: str, product: str = "") -> Decision | None:
    """The decision about a firm written last, under one product or any."""
    query = select(Decision).where(*Filter(firm_id=firm_id, product=product).conditions())
    return session.scalars(query.order_by(Decision.seq.desc()).limit(1)).first()


def every(session: Session) -> Iterator[Decision]:
    """All decisions in the order of writing, read in pieces."""
    yield from session.scalars(select(Decision).order_by(Decision.seq).execution_options(yield_per=500))


def verify(session: Session) -> list[Problem]:
    """Name each decision whose body is not what was written, and each run that lost or gained one.

    Bodies are held against their hashes, and the hashes of a run against the digest in the audit chain, so that a row
    that was changed together with its hash is found as well.
    """
    from windchime.service import audit

    sealed = {r["run_id"]: r["digest"] for r in map(_after, audit.records(session, action="decision.decide")) if r}
    hashes: dict[str, list[str]] = {}
    problems = []
    for row in every(session):
        hashes.setdefault(row.run_id, []).append(row.body_sha256)
        if sha256(row.body.encode()) != row.body_sha256:
            problems.append(_fault("body_changed", CHANGED, row.seq, id=row.id))
    changed = (r for r in sorted(sealed.keys() | hashes.keys()) if sealed.get(r) != _seal(hashes.get(r, [])))
    return [*problems, *(_fault("run_changed", NOT_SEALED, None, run=run_id) for run_id in changed)]


def _fault(code: str, msgid: str, row: int | None, **params: str) -> Problem:
    return Problem(code, msgid, file="decision", row=row, params=params)


def _after(record: Any) -> dict[str, Any] | None:
    import json

    return json.loads(record.after) if record.after else None
