"""What a decision's page shows of overrides: what stands, who replaced what and why, what waits, and the form for another."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from windchime.console.frame import Frame
from windchime.console.proposed import href_of, waiting_about
from windchime.core.clock import today
from windchime.core.text import Text
from windchime.decision import log
from windchime.decision.document import VERDICTS
from windchime.decision.override_proposals import OVERRIDE, subject
from windchime.decision.overriding import BadOverride, Terms, overrides, reasons, standing
from windchime.decision.tables import Decision, DecisionOverride
from windchime.service.proposals.asking import asker, refusal

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Replaced:
    """One override."""

    row: DecisionOverride
    #: labels of its reasons
    reasons: tuple[Text, ...]
    #: page of its proposal; empty where it is not the reader's to see
    href: str


@dataclass(frozen=True, slots=True)
class Overriding:
    """The part of a decision's page about overrides."""

    #: what stands now
    terms: Terms
    #: oldest first
    made: tuple[Replaced, ...]
    #: proposals that wait or came back, as far as the reader may see them: page and whether it came back
    waiting: tuple[tuple[str, bool], ...]
    #: whether the reader may propose another now
    may_propose: bool
    verdicts: tuple[str, ...]
    #: reasons there are, by code
    reasons: Mapping[str, Text]
    #: what the form holds
    form: Mapping[str, str]
    #: why it was refused; empty for nothing
    error: str


def overriding(
    frame: Frame, session: Session, row: Decision, *, form: Mapping[str, str] | None = None, error: str = ""
) -> Overriding:
    """The part about one decision."""
    terms, known = standing(session, row), reasons(frame.bank, session, today(frame.bank.clock))
    newest = log.latest(session, row.firm_id, row.product)
    who = asker(session, frame.bank, frame.actor, frame.scopes)
    resource = OVERRIDE.resource(frame.bank, session, subject(row.id))
    may = refusal(who, OVERRIDE.propose_permission, resource) is None and frame.visitor is not None
    made = tuple(
        Replaced(
            o, tuple(known.get(c, Text.of(c)) for c in o.reason_codes.split()), href_of(frame, session, o.proposal_id)
        )
        for o in overrides(session, row.id)
    )
    return Overriding(
        terms=terms,
        made=made,
        waiting=waiting_about(frame, session, subject(row.id)),
        may_propose=may and newest is not None and newest.id == row.id,
        verdicts=VERDICTS,
        reasons=known,
        form=form if form is not None else _form(terms),
        error=error,
    )


def wanted(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, in the form a proposal wants; the rate stands in it in percent.

    Raises:
        BadOverride: a figure that is none.
    """
    declined = form.get("verdict") == "decline"
    rate = "" if declined else form.get("rate", "").removesuffix("%").strip()
    try:
        fraction = Decimal(rate) / _HUNDRED if rate else None
    except InvalidOperation:
        raise BadOverride(Text("利率不是数值", "the rate is no number")) from None
    told = {
        "verdict": form.get("verdict", ""),
        "limit": None if declined else form.get("limit", "").replace(",", "").strip() or None,
        "rate": fraction,
        "term_months": None if declined else form.get("term_months", "").strip() or None,
        "reason_codes": form.get("reason_codes", "").split(),
    }
    return Terms.of(told).as_dict()


def _form(terms: Terms) -> dict[str, str]:
    rate = "" if terms.rate is None else f"{(terms.rate * _HUNDRED).normalize():f}"
    limit = "" if terms.limit is None else f"{terms.limit:.2f}"
    term = "" if terms.term_months is None else str(terms.term_months)
    return {"verdict": terms.verdict, "limit": limit, "rate": rate, "term_months": term}
