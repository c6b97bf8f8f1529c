"""Changes of models that want four eyes: publish a version, promote a challenger, let one stand down."""

import json
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Unit
from windchime.risk.scorecards.roles import Comparison, NotBeside, OtherComparison, dismiss, promote
from windchime.risk.scorecards.states import StandsBeside, WrongState
from windchime.risk.scorecards.store import ModelStore, champion, find, publish, standing, validate
from windchime.risk.scorecards.tables import ModelVersion
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Form, Named, formed
from windchime.service.proposals.kinds import Change, Compared, Kind

FIELDS = {
    "champion": Text("在用版本", "Version in use"),
    "comparison": Text("比较结果（哈希）", "Comparison (hash)"),
    "role": Text("角色", "Role"),
}
_CARD, _COMPARISON = Text("模型卡", "Model card"), Text("与在用版本的比较", "Comparison with the version in use")


class Published(Form):
    """A version that shall be in use."""

    champion: Named


class Promoted(Published):
    """One that was compared with the version in use."""

    comparison: Named


class Dismissed(Form):
    """A version that shall have no role."""

    role: None


def subject(row: ModelVersion) -> str:
    """How proposals and audit records name a version."""
    return f"{row.model}:{row.version}"


def publication(row: ModelVersion) -> dict[str, Any]:
    """What a proposal to publish a version wants."""
    return {"champion": row.version}


def promotion(store: ModelStore, comparison: Comparison) -> dict[str, Any]:
    """What a proposal to promote a challenger wants; the comparison is kept."""
    return {"champion": comparison.challenger, "comparison": store.keep(canonical(comparison.as_dict()))}


#: what a proposal to let a challenger stand down wants
DISMISSAL: dict[str, Any] = {"role": None}


def _row(session: Session, about: str) -> ModelVersion:
    return find(session, about.partition(":")[2])


def _in_use(_bank: Bank, session: Session, about: str, _after: Any) -> dict[str, Any]:
    now = champion(session, _row(session, about).model)
    return {"champion": now.version if now else None}


def _publishable(_bank: Bank, session: Session, change: Change) -> None:
    row = _row(session, change.subject)
    if row.state not in ("draft", "validated") or change.after != publication(row):
        raise WrongState(row, "publish", "validated")
    if standing(session, row.version) is not None:
        raise StandsBeside(row)


def _publish(_bank: Bank, unit: Unit, change: Change) -> None:
    row = _row(unit.session, change.subject)
    if row.state == "draft":
        validate(unit, row.version, reason=change.reason)
    publish(unit, row.version, reason=change.reason)


def _promotable(bank: Bank, session: Session, change: Change) -> None:
    row = _row(session, change.subject)
    if standing(session, row.version) is None:
        raise NotBeside(row)
    comparison = _compared(bank, change)
    if (comparison.champion, comparison.challenger) != (change.before["champion"] or "", change.after["champion"]):
        raise OtherComparison(comparison, row.version)


def _promote(bank: Bank, unit: Unit, change: Change) -> None:
    promote(unit, ModelStore(bank.models_dir), change.named, _compared(bank, change), reason=change.reason)


def _compared(bank: Bank, change: Change) -> Comparison:
    return Comparison.of(ModelStore(bank.models_dir).kept(change.after["comparison"]))


def _role(_bank: Bank, session: Session, about: str, _after: Any) -> dict[str, Any]:
    return {"role": "challenger" if standing(session, _row(session, about).version) else None}


def _dismiss(_bank: Bank, unit: Unit, change: Change) -> None:
    dismiss(unit, change.named, reason=change.reason)


def _cards(bank: Bank, session: Session, change: Change, lang: Lang) -> tuple[Compared, ...]:
    """The card of the version in use against the card of the one that shall be."""
    store = ModelStore(bank.models_dir)

    def card(version: str | None) -> str:
        return store.card(session, version).markdown(lang) if version else ""

    return (Compared(_CARD, card(change.before["champion"]), card(change.after["champion"])),)


def _with_comparison(bank: Bank, session: Session, change: Change, lang: Lang) -> tuple[Compared, ...]:
    told = json.dumps(_compared(bank, change).as_dict(), ensure_ascii=False, indent=1, sort_keys=True)
    return (Compared(_COMPARISON, "", told), *_cards(bank, session, change, lang))


def _summary(_bank: Bank, session: Session, change: Change, lang: Lang) -> str:
    row = _row(session, change.subject)
    return translate(
        _("{model} {version} by {author}"), lang, model=row.model, version=row.version[:12], author=row.author
    )


def _kind(name: str, label: Text, **parts: Any) -> Kind:
    return Kind(
        name=name,
        label=label,
        propose_permission="model.train",
        check_permission="model.publish",
        fields=FIELDS,
        summary=_summary,
        page=lambda about: f"/models/{about.partition(':')[2]}",
        **parts,
    )


PUBLISH = _kind(
    "model.publish", Text("发布模型", "Publish a model"),
    before=_in_use, examine=formed(Published, _publishable), effect=_publish, texts=_cards,
)  # fmt: skip
PROMOTE = _kind(
    "model.promote", Text("挑战者晋升", "Promote a challenger"),
    before=_in_use, examine=formed(Promoted, _promotable), effect=_promote, texts=_with_comparison,
)  # fmt: skip
DISMISS = _kind(
    "model.dismiss",
    Text("解除挑战者", "Dismiss a challenger"),
    before=_role,
    examine=formed(Dismissed),
    effect=_dismiss,
)
KINDS = (PUBLISH, PROMOTE, DISMISS)
