"""Overrides 人工改判: verdict, limit, rate or term of a decision replaced by people, with four eyes and coded reasons.

The decision stays as it was written, and its replay knows nothing of overrides. What stands is the newest override, or the
decision itself. Only the newest decision about a firm under a product can be overridden.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force
from windchime.core.errors import BadCall
from windchime.core.problems import Problem
from windchime.core.text import Text, _
from windchime.decision import document as documents
from windchime.decision.tables import Decision, DecisionOverride
from windchime.service import audit
from windchime.service.bank import Bank

#: scheme that says for which reasons, and how long a term may be
SCHEME = "overrides"
#: what an override says, in the order it is shown
FIELDS = {
    "verdict": Text("结论", "Verdict"),
    "limit": Text("额度（元）", "Limit (yuan)"),
    "rate": Text("年利率", "Rate a year"),
    "term_months": Text("期限（月）", "Term (months)"),
    "reason_codes": Text("改判理由", "Reasons"),
}
#: of the records in the audit chain
ACTION = "decision.override"
_PLACES = {"limit": 2, "rate": 6}


class BadOverride(BadCall):
    """Terms that cannot stand."""

    msgid = _("these terms cannot stand: {why}")

    def __init__(self, why: Text) -> None:
        super().__init__(why=why)


@dataclass(frozen=True, slots=True)
class Terms:
    """What stands of a decision."""

    #: approve, refer or decline
    verdict: str
    #: yuan; None when declined
    limit: Decimal | None
    #: annual, a fraction; None when declined
    rate: Decimal | None
    #: None when declined
    term_months: int | None
    #: codes of the reasons of the override; empty where the decision itself stands
    reason_codes: tuple[str, ...] = ()

    @property
    def overridden(self) -> bool:
        """Whether people replaced the decision."""
        return bool(self.reason_codes)

    def as_dict(self) -> dict[str, Any]:
        """The form proposals hold: plain JSON values, decimals as texts."""
        texts = {k: None if getattr(self, k) is None else f"{getattr(self, k):.{n}f}" for k, n in _PLACES.items()}
        return asdict(self) | texts | {"reason_codes": sorted(self.reason_codes)}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form of `as_dict`.

        Raises:
            BadOverride: another form.
        """
        try:
            amounts = {k: None if body[k] is None else Decimal(str(body[k])) for k in _PLACES}
            codes = tuple(sorted({str(c) for c in body["reason_codes"]}))
            term = body["term_months"]
            found = cls(
                str(body["verdict"]), **amounts, term_months=None if term is None else int(term), reason_codes=codes
            )
        except (KeyError, TypeError, ValueError, InvalidOperation):
            raise BadOverride(Text("字段缺失或不是数值", "a part is missing or no number")) from None
        numbers = [(n, _PLACES[k]) for k, n in amounts.items() if n is not None]
        if any(not n.is_finite() or n != round(n, places) for n, places in numbers):
            raise BadOverride(Text("额度至多两位小数，利率至多六位", "a limit has two decimals at most, a rate six"))
        return found


def overrides(session: Session, decision_id: str) -> list[DecisionOverride]:
    """The overrides of a decision, oldest first."""
    query = select(DecisionOverride).where(DecisionOverride.decision_id == decision_id)
    return list(session.scalars(query.order_by(DecisionOverride.number)))


def overridden(session: Session, decisions: Iterable[str] | None = None) -> dict[str, Terms]:
    """What people put in the place of decisions, by decision; of those named, or of all."""
    newest = select(DecisionOverride.decision_id, func.max(DecisionOverride.number).label("number"))
    last = newest.group_by(DecisionOverride.decision_id).subquery()
    query = select(DecisionOverride).join(
        last, (DecisionOverride.decision_id == last.c.decision_id) & (DecisionOverride.number == last.c.number)
    )
    wanted = None if decisions is None else set(decisions)
    if wanted is not None and len(wanted) < 500:
        query = query.where(DecisionOverride.decision_id.in_(wanted))
    return {o.decision_id: _terms(o) for o in session.scalars(query) if wanted is None or o.decision_id in wanted}


def standing(session: Session, row: Decision) -> Terms:
    """What stands of a decision: its newest override, or itself."""
    made = overrides(session, row.id)
    if made:
        return _terms(made[-1])
    declined = row.verdict == "decline"
    return Terms(row.verdict, row.limit, row.rate, None if declined else documents.read(row.body).term_months)


def reasons(bank: Bank, session: Session, day: date) -> dict[str, Text]:
    """The reasons an override can have on a date, by code."""
    scheme, _version = scheme_in_force(bank.content_dir, session, SCHEME, day)
    return {str(r["code"]): Text.of(r["label"]) for r in scheme.at("reasons", day).value}


def verify(session: Session) -> list[Problem]:
    """Name each override that is not the one its approval wrote into the audit chain, and each that is missing."""
    told = {}
    for record in audit.records(session, action=ACTION):
        after = json.loads(record.after or "{}")
        told[after["override"]] = {k: after[k] for k in FIELDS}
    kept = {o.id: _terms(o).as_dict() for o in session.scalars(select(DecisionOverride))}
    changed = sorted(k for k in told.keys() | kept.keys() if told.get(k) != kept.get(k))
    said = _("override {id} is not the one that was approved")
    return [Problem("override_changed", said, file="decision_override", params={"id": k}) for k in changed]


def _terms(row: DecisionOverride) -> Terms:
    return Terms(row.verdict, row.limit, row.rate, row.term_months, tuple(row.reason_codes.split()))
