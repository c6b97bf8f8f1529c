"""An override as a kind of change that wants four eyes: what it may say, and how it takes effect."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force
from windchime.content.store import ContentStore
from windchime.core.clock import today
from windchime.core.errors import Refused, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Unit
from windchime.decision import document as documents
from windchime.decision import log
from windchime.decision.document import VERDICTS
from windchime.decision.overriding import ACTION, FIELDS, SCHEME, BadOverride, Terms, overrides, reasons, standing
from windchime.decision.product import Range
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision, DecisionOverride
from windchime.present import formats, words
from windchime.service.access.answering import Resource
from windchime.service.access.customers import resource_of
from windchime.service.bank import Bank
from windchime.service.proposals.kinds import Change, Kind, written

#: beginning of a subject
SUBJECT = "decision:"
#: what `before` says of a decision that another has followed
_SUPERSEDED = "superseded_by"


class NotTheNewest(Refused):
    """An older decision that another has followed."""

    msgid = _("decision {id} was followed by another about the same firm and product")
    hint = _("override the newest: {newest}")

    def __init__(self, decision_id: str, newest: str) -> None:
        super().__init__(id=decision_id, newest=newest)


def subject(decision_id: str) -> str:
    """How proposals and audit records name a decision."""
    return f"{SUBJECT}{decision_id}"


def of_subject(session: Session, about: str) -> Decision:
    """The decision that a subject names, in full.

    Raises:
        UnknownName: there is none.
    """
    wanted = about.removeprefix(SUBJECT)
    found = log.get(session, wanted) if about.startswith(SUBJECT) else None
    if found is None or found.id != wanted:
        raise UnknownName("decision", wanted, ())
    return found


def _before(_bank: Bank, session: Session, about: str, _after: Any) -> dict[str, Any]:
    row = of_subject(session, about)
    newest = log.latest(session, row.firm_id, row.product)
    assert newest is not None
    return standing(session, row).as_dict() | ({_SUPERSEDED: newest.id} if newest.id != row.id else {})


def _examine(bank: Bank, session: Session, change: Change) -> None:
    """See that terms can stand: complete, within the product, for reasons that the bank knows.

    Raises:
        BadOverride, NotTheNewest: as named.
    """
    row = of_subject(session, change.subject)
    if _SUPERSEDED in change.before:
        raise NotTheNewest(row.id, change.before[_SUPERSEDED])
    wanted, stands = Terms.of(change.after), Terms.of(change.before)
    day = today(bank.clock)
    known = reasons(bank, session, day)
    document = documents.read(row.body)
    product = Rulebook.cited(ContentStore(bank.content_dir), document.cites, document.as_of).product
    scheme, _version = scheme_in_force(bank.content_dir, session, SCHEME, day)
    longest = int(scheme.number("longest_term", day))
    given = (wanted.limit, wanted.rate, wanted.term_months)
    why: Text | None = None
    if wanted.as_dict() != dict(change.after):
        why = Text("形式不规范：小数位或理由顺序", "not in their plain form: decimals, order of reasons")
    elif wanted.verdict not in VERDICTS:
        why = Text(f"结论只能是 {'、'.join(VERDICTS)}", f"a verdict is one of {', '.join(VERDICTS)}")
    elif not wanted.reason_codes or set(wanted.reason_codes) - known.keys():
        why = Text(f"至少选一项理由：{'、'.join(known)}", f"name at least one reason of {', '.join(known)}")
    elif wanted.verdict == "decline" and any(g is not None for g in given):
        why = Text("拒绝时没有额度、利率与期限", "a declined firm has no limit, rate or term")
    elif wanted.verdict != "decline" and any(g is None for g in given):
        why = Text("批准或转人工时须有额度、利率与期限", "limit, rate and term are needed unless it is declined")
    elif (wanted.verdict, *given) == (stands.verdict, stands.limit, stands.rate, stands.term_months):
        why = Text("与现行结论相同", "this is what stands already")
    elif wanted.limit is not None and not _inside(product.amount, wanted.limit):
        why = _outside(Text("额度", "the limit"), product.amount)
    elif wanted.rate is not None and not _inside(product.rate, wanted.rate):
        why = _outside(Text("利率", "the rate"), product.rate)
    elif wanted.term_months is not None and not 1 <= wanted.term_months <= longest:
        why = Text(f"期限须在 1 至 {longest} 个月之间", f"the term is between 1 and {longest} months")
    if why is not None:
        raise BadOverride(why)


def _inside(bounds: Range, value: Decimal) -> bool:
    return bounds.minimum <= value <= bounds.maximum and value % bounds.step == 0


def _outside(label: Text, bounds: Range) -> Text:
    ends = f"{bounds.minimum} – {bounds.maximum}"
    return Text(
        f"{label.zh}超出产品范围 {ends}，步长 {bounds.step}",
        f"{label.en} is not within {ends} in steps of {bounds.step}",
    )


def _effect(_bank: Bank, unit: Unit, change: Change) -> None:
    row, wanted = of_subject(unit.session, change.subject), Terms.of(change.after)
    one = DecisionOverride(
        id=uuid7(unit.clock),
        decision_id=row.id,
        number=len(overrides(unit.session, row.id)) + 1,
        proposal_id=change.id,
        verdict=wanted.verdict,
        limit=wanted.limit,
        rate=wanted.rate,
        term_months=wanted.term_months,
        reason_codes=f" {' '.join(wanted.reason_codes)} ",
        note=change.reason,
        maker=change.maker,
        checker=unit.actor.name,
        made_at=unit.now,
    )
    unit.session.add(one)
    unit.session.flush()
    after = {**change.after, "override": one.id, "proposal": change.id, "maker": change.maker}
    unit.record(ACTION, change.subject, before=change.before, after=after, reason=change.reason)
    unit.emit("decision.overridden", f"decision:{row.id}", {"decision": row.id, "override": one.id})


def _resource(bank: Bank, session: Session, about: str) -> Resource:
    return resource_of(session, bank.name, of_subject(session, about).firm_id)


def _summary(_bank: Bank, session: Session, change: Change, lang: Lang) -> str:
    said = _("{firm}: {before} → {after}, limit {limit}")
    terms = Terms.of(change.after)
    shown: Mapping[str, Any] = {
        "firm": of_subject(session, change.subject).firm_id,
        "before": words.verdict(change.before["verdict"]).label,
        "after": words.verdict(terms.verdict).label,
        "limit": "-" if terms.limit is None else f"{terms.limit:,.2f}",
    }
    return translate(said, lang, **shown)


def _value(bank: Bank, session: Session, field: str, value: Any, lang: Lang) -> str:
    if value is None:
        return ""
    if field == "verdict":
        return words.verdict(value).label[lang]
    if field == "limit":
        return formats.money(Decimal(value), lang)
    if field == "rate":
        return formats.percent(Decimal(value))
    if field == "reason_codes":
        known = reasons(bank, session, today(bank.clock))
        return written(bank, session, field, [known.get(c, Text.of(c))[lang] for c in value], lang)
    return str(value)


OVERRIDE = Kind(
    name="decision.override",
    label=Text("人工改判", "Override of a decision"),
    propose_permission="decision.override",
    check_permission="decision.override.check",
    before=_before,
    effect=_effect,
    examine=_examine,
    resource=_resource,
    fields=FIELDS,
    value=_value,
    summary=_summary,
    page=lambda about: f"/decisions/{about.removeprefix(SUBJECT)}",
)
