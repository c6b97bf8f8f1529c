"""Publishing content, as a change that wants four eyes: a draft is the proposal, who publishes it is the checker."""

from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from windchime.content.store import ContentStore, NotPublished
from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Unit
from windchime.decision.publication import publish
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Day, Form, Named, formed
from windchime.service.proposals.kinds import Change, Compared, Kind

FIELDS = {"version": Text("版本（哈希）", "Version (hash)"), "valid_from": Text("生效日", "Valid from")}
DOCUMENTS = {
    "schemes": Text("参数方案", "Scheme"),
    "products": Text("产品", "Product"),
    "policies": Text("策略", "Policy"),
}


class Wanted(Form):
    """A version, and the day from which it is valid."""

    version: Named
    valid_from: Day


def subject(kind: str, name: str) -> str:
    """How proposals and audit records name a document."""
    return f"{kind}:{name}"


def wanted(version: str, valid_from: date) -> dict[str, Any]:
    """What a proposal to publish a draft wants."""
    return {"version": version, "valid_from": valid_from.isoformat()}


def _named(about: str) -> tuple[str, str]:
    kind, _colon, name = about.partition(":")
    return kind, name


def _before(bank: Bank, session: Session, about: str, after: Any) -> dict[str, Any] | None:
    with suppress(NotPublished):
        found = ContentStore(bank.content_dir).published(
            session, *_named(about), date.fromisoformat(after["valid_from"])
        )
        return wanted(found.version, found.valid_from)
    return None


def _examine(bank: Bank, session: Session, change: Change) -> None:
    day = date.fromisoformat(change.after["valid_from"])
    ContentStore(bank.content_dir).draft(session, *_named(change.subject), change.after["version"], day)


def _effect(bank: Bank, unit: Unit, change: Change) -> None:
    day = date.fromisoformat(change.after["valid_from"])
    store = ContentStore(bank.content_dir)
    publish(store, unit, *_named(change.subject), change.after["version"], valid_from=day, reason=change.reason)


def _texts(bank: Bank, _session: Session, change: Change, _lang: Lang) -> tuple[Compared, ...]:
    store = ContentStore(bank.content_dir)
    before = store.bytes_of(change.before["version"]).decode() if change.before else ""
    return (Compared(_named(change.subject)[1], before, store.bytes_of(change.after["version"]).decode()),)


def _summary(_bank: Bank, _session: Session, change: Change, lang: Lang) -> str:
    kind, name = _named(change.subject)
    said = _("{kind} {name} from {valid_from}")
    label = DOCUMENTS.get(kind, Text.of(kind))
    return translate(said, lang, kind=label, name=name, valid_from=change.after["valid_from"])


PUBLISH = Kind(
    name="content.publish",
    label=Text("发布内容", "Publish content"),
    propose_permission="content.propose",
    check_permission="content.publish",
    before=_before,
    effect=_effect,
    examine=formed(Wanted, _examine),
    fields=FIELDS,
    texts=_texts,
    summary=_summary,
    page=lambda about: f"/content?q={_named(about)[1]}",
)
