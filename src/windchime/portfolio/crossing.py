"""What crosses from one bank to another: under an agreement both have signed, on record at both, never personal data.

Two kinds cross. Published content arrives as a draft, which the receiving bank checks as any other. Portfolio aggregates are
counts and sums over cells of at least so many firms, none of which has too large a part in a sum; cells below are left out, and
no total is told from which they could be computed. There is one answer a period, in steps that hide what one firm adds: the
agreement says how (`service.agreements.answers`), and no less strictly than the giving bank's scheme `access` (`crossing_…`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.content.in_force import service_scheme
from windchime.content.store import PUBLISHED_KINDS, ContentStore
from windchime.core.canonical import canonical, digest, sha256
from windchime.core.clock import today
from windchime.core.dates import parse_date
from windchime.core.errors import Refused, UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.decision.tables import Decision
from windchime.service.agreements.answers import Answers
from windchime.service.agreements.errors import AnotherAnswer, NotAgreed, NotBothSigned, TellsTooMuch
from windchime.service.agreements.signing import standing
from windchime.service.agreements.tables import Crossing
from windchime.service.agreements.terms import Terms
from windchime.service.bank import Bank

#: the one subject of aggregates there is
DECISIONS = "aggregates:decisions"


class NothingToGive(Refused):
    """No cell has enough firms."""

    msgid = _("nothing of {subject} can be given: no cell has {least} firms")

    def __init__(self, subject: str, least: int) -> None:
        super().__init__(subject=subject, least=least)


@dataclass(frozen=True, slots=True)
class Payload:
    """What one bank hands to another; made by `content` and `aggregates` alone."""

    #: `content` or `aggregates`, as the terms name it
    kind: str
    #: `schemes:access`, `aggregates:decisions`
    subject: str
    data: bytes
    #: from when published content shall hold, as the giving bank has it; None for aggregates
    valid_from: date | None = None


def content(giving: Bank, kind: str, name: str) -> Payload:
    """A document that the giving bank has in force today.

    Raises:
        UnknownName: not a kind that is published.
        NotPublished: none is in force.
    """
    if kind not in PUBLISHED_KINDS:
        raise UnknownName("kind of content", kind, PUBLISHED_KINDS)
    store = ContentStore(giving.content_dir)
    with giving.session() as session:
        found = store.published(session, kind, name, today(giving.clock))
    return Payload("content", f"{kind}:{name}", store.bytes_of(found.version), found.valid_from)


def manner(bank: Bank, session: Session) -> Answers:
    """How a bank lets aggregates be made at least, by its rule in force today."""
    day = today(bank.clock)
    scheme = service_scheme(bank.content_dir, session, "access", day)
    return Answers(
        months=int(scheme.number("crossing_months", day)),
        least_firms=int(scheme.number("crossing_firms", day)),
        largest_share=scheme.number("crossing_share", day),
        firms_step=int(scheme.number("crossing_firms_step", day)),
        amount_step=scheme.number("crossing_amount_step", day),
    )


def aggregates(giving: Bank, agreement_id: str) -> Payload:
    """The newest decision of each firm under each product, as the policy made it, counted by product, band and verdict.

    Made as the agreement says. The answer that was first given in a period is the answer of that period, whatever has been
    decided since, under each agreement and to every bank.

    Raises:
        NotBothSigned, AgreementChanged, NotTheirSignature, Revoked, NotInTime: the agreement does not stand here.
        NotAgreed: it is not about aggregates.
        TellsTooMuch: it hides less than the bank's own rule wants by now.
        AnotherAnswer: another answer of this period was given.
        NothingToGive: no cell has enough firms.
    """
    day = today(giving.clock)
    with giving.session() as session:
        terms, _side = standing(session, agreement_id, day)
        answers = terms.answers
        if answers is None:
            raise NotAgreed(agreement_id, DECISIONS, terms.giving, terms.receiving)
        if not answers.hides(manner(giving, session)):
            raise TellsTooMuch(agreement_id)
        given = _given(session, day)
        if given is not None:
            return Payload("aggregates", DECISIONS, _same(given, answers))
        newest = select(func.max(Decision.seq)).group_by(Decision.firm_id, Decision.product)
        rows = session.execute(
            select(Decision.product, Decision.band, Decision.verdict, Decision.limit)
            .where(Decision.seq.in_(newest))
            .order_by(Decision.product, Decision.band, Decision.verdict)
        ).all()
    cells: dict[tuple[str, str, str], list[Decimal]] = {}
    for product, band, verdict, limit in rows:
        cells.setdefault((product, band, verdict), []).append(limit or Decimal("0.00"))
    told = [
        {"product": key[0], "band": key[1], "verdict": key[2], "firms": answers.firms(len(limits)),
         "limit": answers.total(limits)}
        for key, limits in cells.items() if len(limits) >= answers.least_firms
    ]  # fmt: skip
    if not told:
        raise NothingToGive(DECISIONS, answers.least_firms)
    body = {"as_of": day, "until": answers.until(day), "answers": answers.as_dict(), "cells": told}
    return Payload("aggregates", DECISIONS, canonical(body))


def _given(session: Session, day: date) -> bytes | None:
    """The answer that was given in the period a day lies in, to whichever bank; None for none yet."""
    rows = session.scalars(
        select(Crossing)
        .where(Crossing.way == "given", Crossing.subject == DECISIONS, Crossing.body.is_not(None))
        .order_by(Crossing.at.desc(), Crossing.id)
        .limit(1)
    )
    found = next((row.body.encode() for row in rows if row.body is not None), None)
    return found if found is not None and parse_date(json.loads(found)["until"]) >= day else None


def _same(given: bytes, answers: Answers) -> bytes:
    """The answer of the period, if it was made in this manner."""
    body = json.loads(given)
    if body["answers"] != answers.as_dict():
        raise AnotherAnswer(parse_date(body["until"]))
    return given


def hand_over(giving: Bank, receiving: Bank, actor: Actor, agreement_id: str, payload: Payload) -> str:
    """Hand something over; gives the crossing's id. The same again changes nothing.

    The giving bank's record is written first: nothing arrives that its chain does not know of. A hand-over that was cut off
    between the two is completed by the next call.

    Args:
        giving: the bank it leaves.
        receiving: the bank it reaches.
        actor: who hands over.
        agreement_id: the agreement it stands on.
        payload: what; see `content` and `aggregates`.

    Raises:
        NotBothSigned, AgreementChanged, NotTheirSignature, Revoked, NotInTime: the agreement does not stand, at either bank.
        NotAgreed: it is between others, the other way round, or about something else.
        AnotherAnswer: another answer of this period was given meanwhile.
    """
    crossing = digest([agreement_id, payload.kind, payload.subject, payload.valid_from, sha256(payload.data)])
    with receiving.session() as session:
        _agreed(session, receiving, giving, receiving, agreement_id, payload)

    def leaves(unit: Unit) -> None:
        _agreed(unit.session, giving, giving, receiving, agreement_id, payload)
        given = _given(unit.session, today(giving.clock)) if payload.kind == "aggregates" else None
        if given is not None and given != payload.data:
            raise AnotherAnswer(parse_date(json.loads(given)["until"]))
        _write(unit, crossing, agreement_id, "given", payload, {"to": receiving.name})

    def arrives(unit: Unit) -> None:
        _agreed(unit.session, receiving, giving, receiving, agreement_id, payload)
        _write(unit, crossing, agreement_id, "received", payload, {"from": giving.name})
        if payload.kind == "content" and payload.valid_from is not None:
            kind, _colon, name = payload.subject.partition(":")
            store = ContentStore(receiving.content_dir)
            store.propose(unit, kind, name, payload.data, valid_from=payload.valid_from)

    _once(giving, actor, crossing, leaves)
    # the other bank's people are nobody here: what arrives is the bank's, and any of this bank's persons may check it
    _once(receiving, Actor(f"bank:{giving.name}", "system", f"agreement {agreement_id[:12]}"), crossing, arrives)
    return crossing


def received(session: Session, agreement_id: str) -> list[dict[str, Any]]:
    """Aggregates that arrived under an agreement, the newest last."""
    query = select(Crossing).where(Crossing.agreement_id == agreement_id, Crossing.way == "received")
    rows = session.scalars(query.order_by(Crossing.at, Crossing.id))
    return [{"at": row.at, "subject": row.subject, **json.loads(row.body)} for row in rows if row.body is not None]


def _once(bank: Bank, actor: Actor, crossing: str, write: Callable[[Unit], None]) -> None:
    with bank.unit(actor) as unit:
        if unit.session.get(Crossing, crossing) is None:
            write(unit)


def _agreed(session: Session, bank: Bank, giving: Bank, receiving: Bank, agreement_id: str, payload: Payload) -> Terms:
    """The terms as this bank holds them, if they are about this."""
    terms, side = standing(session, agreement_id, today(bank.clock))
    mine = giving if side == "giving" else receiving
    wanted = (giving.name, receiving.name, payload.kind)
    if mine is not bank or (terms.giving, terms.receiving, terms.kind) != wanted or not terms.covers(payload.subject):
        raise NotAgreed(agreement_id, payload.subject, giving.name, receiving.name)
    if terms.answers is not None and json.loads(payload.data)["answers"] != terms.answers.as_dict():
        raise NotAgreed(agreement_id, payload.subject, giving.name, receiving.name)
    if terms.id != agreement_id:
        raise NotBothSigned(agreement_id)
    return terms


def _write(unit: Unit, crossing: str, agreement_id: str, way: str, payload: Payload, other: dict[str, str]) -> None:
    # the giving bank keeps it too: it is the answer of the period, for others that ask
    body = payload.data.decode() if payload.kind == "aggregates" else None
    sha = sha256(payload.data)
    unit.session.add(
        Crossing(
            id=crossing,
            agreement_id=agreement_id,
            way=way,
            subject=payload.subject,
            sha256=sha,
            body=body,
            at=unit.now,
        )
    )
    unit.session.flush()
    after = {"agreement": agreement_id, "subject": payload.subject, "sha256": sha, **other}
    unit.record(f"agreement.{'give' if way == 'given' else 'receive'}", f"crossing:{crossing}", after=after)
