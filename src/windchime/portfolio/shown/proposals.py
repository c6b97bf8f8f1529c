"""A proposal as people read it side by side, and in the form that programs read: the API and `--json` alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Lang, Text
from windchime.service.bank import Bank
from windchime.service.proposals.reading import Broken, Seen, history
from windchime.service.proposals.words import STATES


@dataclass(frozen=True, slots=True)
class Side:
    """One field, before and after."""

    label: Text | str
    #: empty for nothing
    before: str
    after: str
    changed: bool


def sides(bank: Bank, session: Session, seen: Seen, lang: Lang) -> tuple[Side, ...]:
    """Every field of before and after, in the kind's order; a value that is no object stands as one field without name."""
    given, wanted = seen.change.before, seen.change.after
    plain = isinstance(wanted, Mapping) and (given is None or isinstance(given, Mapping))
    before, after = (given or {}, wanted) if plain else ({"": given}, {"": wanted})
    order = [f for f in seen.kind.fields if f in before or f in after]
    order += sorted((before.keys() | after.keys()) - set(order))

    def said(name: str, side: Mapping[str, Any]) -> str:
        return seen.kind.value(bank, session, name, side.get(name), lang)

    return tuple(
        Side(seen.kind.fields.get(f, f), said(f, before), said(f, after), before.get(f) != after.get(f)) for f in order
    )


def as_json(seen: Seen) -> dict[str, Any]:
    """One proposal, without its history."""
    row, revision, change = seen.row, seen.revision, seen.change
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "summary": dict(seen.summary),
        "state": seen.state,
        "state_label": STATES[seen.state].as_dict(),
        "revision": row.revision,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "maker": revision.maker,
        "before": change.before,
        "after": change.after,
        "attachments": dict(change.attachments),
        "reason": change.reason,
        "digest": revision.digest,
        "checker": row.checker,
        "checked_at": row.checked_at,
        "comment": row.comment,
        "may_check": seen.may_check,
        "own": seen.own,
    }


def broken_as_json(broken: Broken) -> dict[str, Any]:
    """One proposal whose stored form is damaged."""
    row, why = broken.row, broken.why
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "problem": {"zh": why.message("zh"), "en": why.message("en")},
        "may_close": broken.may_close,
    }


def steps(session: Session, proposal_id: str) -> list[dict[str, Any]]:
    """What happened to a proposal, oldest first."""
    fields = ("seq", "at", "actor", "action", "reason", "origin")
    return [{f: getattr(r, f) for f in fields} for r in history(session, proposal_id)]
