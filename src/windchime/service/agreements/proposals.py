"""Signing an agreement as a kind of proposal: one person of the bank proposes the terms, another signs."""

from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Unit
from windchime.service.agreements.errors import BadTerms, SaysNotHow
from windchime.service.agreements.signing import SignedAlready, side_of, sign
from windchime.service.agreements.tables import Agreement
from windchime.service.agreements.terms import Terms
from windchime.service.bank import Bank
from windchime.service.proposals.kinds import Change, Kind

SUBJECT = "agreement:"


def subject(terms: Terms) -> str:
    """What a proposal to sign is about."""
    return f"{SUBJECT}{terms.id}"


def _before(_bank: Bank, session: Session, about: str, _after: Any) -> Any:
    row = session.get(Agreement, about.removeprefix(SUBJECT))
    return None if row is None else {"signed_at": row.signed_at.isoformat()}


def _examine(bank: Bank, session: Session, change: Change) -> None:
    terms = Terms.of(change.after)
    if change.subject != subject(terms):
        raise BadTerms("the terms are not those of the subject")
    side_of(bank, terms)
    if terms.says_not_how:
        raise SaysNotHow(terms.id)
    if session.get(Agreement, terms.id) is not None:
        raise SignedAlready(terms.id)


def _effect(bank: Bank, unit: Unit, change: Change) -> None:
    sign(bank, unit, Terms.of(change.after), change.id)


def _summary(_bank: Bank, _session: Session, change: Change, lang: Lang) -> str:
    terms = Terms.of(change.after)
    said = _("{giving} → {receiving}: {kind} {subject}, until {until}")
    return translate(
        said, lang, giving=terms.giving, receiving=terms.receiving, kind=terms.kind, subject=terms.subject,
        until=terms.valid_until,
    )  # fmt: skip


SIGN = Kind(
    name="agreement.sign",
    label=Text("跨行协议", "Agreement with another bank"),
    propose_permission="agreement.propose",
    check_permission="agreement.sign",
    before=_before,
    effect=_effect,
    examine=_examine,
    fields={
        "giving": Text("提供方", "Giving bank"),
        "receiving": Text("接收方", "Receiving bank"),
        "kind": Text("种类", "What crosses"),
        "subject": Text("对象", "Of it"),
        "purpose": Text("用途", "Purpose"),
        "valid_from": Text("起始日", "First day"),
        "valid_until": Text("截止日", "Last day"),
        "number": Text("编号", "Number"),
        "format": Text("格式", "Format"),
        "answers": Text("汇总口径", "How aggregates are made"),
    },
    summary=_summary,
)
