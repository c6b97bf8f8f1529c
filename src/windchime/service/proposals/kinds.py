"""A kind of change: who may propose and check it, what stands now, and how it takes effect.

The mechanism knows none by name; upper floors register theirs (`portfolio.four_eyes.KINDS`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.text import Lang, Text
from windchime.core.unit import Unit
from windchime.service.access.answering import Resource
from windchime.service.bank import Bank
from windchime.service.proposals.asking import CLOSE


@dataclass(frozen=True, slots=True)
class Change:
    """One proposed change as a kind's functions see it."""

    #: id of the proposal
    id: str
    kind: str
    #: what it is about: `decision:0192…`
    subject: str
    #: what stands, and what shall stand; plain JSON values (decimals and dates as texts)
    before: Any
    after: Any
    #: why
    reason: str
    #: who made the form that stands now
    maker: str
    #: SHA-256 of each attachment by its name
    attachments: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """The subject without its kind: the id."""
        return self.subject.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts that a page shows line by line."""

    label: Text | str
    before: str
    after: str


def _nowhere(_bank: Bank, _session: Session, _subject: str) -> Resource | None:
    return None


def _nothing(_bank: Bank, _session: Session, _change: Change) -> None:
    return None


def _no_texts(_bank: Bank, _session: Session, _change: Change, _lang: Lang) -> tuple[Compared, ...]:
    return ()


def _plainly(_bank: Bank, _session: Session, change: Change, _lang: Lang) -> str:
    return change.subject


def written(_bank: Bank, _session: Session, _field: str, value: Any, lang: Lang) -> str:
    """A JSON value as people read it; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, list):
        return ("、" if lang == "zh" else ", ").join(str(v) for v in value)
    return canonical(value).decode() if isinstance(value, dict) else str(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change that wants four eyes."""

    #: `noun.verb`, the same for ever: stored with each proposal
    name: str
    label: Text
    #: permissions of makers and of checkers (`service.access.permissions`)
    propose_permission: str
    check_permission: str
    #: what stands now, as plain JSON: from bank, session, subject and what shall stand; None where there is nothing.
    #: A proposal whose `before` no longer is what this gives is overtaken.
    before: Callable[[Bank, Session, str, Any], Any]
    #: makes the change, in the transaction of the approval, in the checker's name; it writes its own audit record. What it
    #: gives back, by name, the checker is told once, and nothing keeps it
    effect: Callable[[Bank, Unit, Change], Mapping[str, str] | None]
    #: raises where the change could not take effect: asked when it is proposed, and again before it does
    examine: Callable[[Bank, Session, Change], None] = _nothing
    #: the record it is about, for rules of reach: from bank, session and subject; None where it is about no firm
    resource: Callable[[Bank, Session, str], Resource | None] = _nowhere
    #: how the fields of before and after are called; one that is missing stands under its own name
    fields: Mapping[str, Text] = field(default_factory=dict)
    #: how the value of a field reads: from bank, session, field, value and language
    value: Callable[[Bank, Session, str, Any, Lang], str] = written
    #: texts to be shown line by line, such as two versions of a scheme
    texts: Callable[[Bank, Session, Change, Lang], tuple[Compared, ...]] = _no_texts
    #: one line that says what is proposed
    summary: Callable[[Bank, Session, Change, Lang], str] = _plainly
    #: address of the subject's page in the console; empty where it has none
    page: Callable[[str], str] = lambda _subject: ""
    #: false for the stand-in of a kind that this release does not know
    known: bool = True


def unknown(name: str) -> Kind:
    """The stand-in for a kind that this release does not know: what is stored under its name can only be closed."""
    return Kind(name, Text("未知种类", "Unknown kind"), CLOSE, CLOSE, lambda *_of: None, lambda *_of: None, known=False)
