"""The form of what shall stand, one for each kind: exactly these keys, of these types, no longer than this."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from windchime.service.bank import Bank
from windchime.service.proposals.errors import BadForm
from windchime.service.proposals.kinds import Change

#: no character that leaves no mark in what a checker reads, and that a database may not take
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
#: a short text
Words = Annotated[str, StringConstraints(max_length=255, pattern=_PLAIN)]
#: one that must be there
Named = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_PLAIN)]
#: a day, `2026-01-05`
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


def _only(*, wanted: bool) -> AfterValidator:
    def same(said: bool) -> bool:
        if said is not wanted:
            raise ValueError
        return said

    return AfterValidator(same)


#: what can be proposed in one way alone
Yes = Annotated[bool, _only(wanted=True)]
No = Annotated[bool, _only(wanted=False)]


class Form(BaseModel):
    """What a proposal of a kind wants, nothing left out and nothing besides; a true is no 1 and a 1 no "1"."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def formed(
    form: type[Form], examine: Callable[[Bank, Session, Change], None] | None = None, *, about: str = ""
) -> Callable[[Bank, Session, Change], None]:
    """What a kind examines, begun with its form.

    Args:
        form: of what shall stand.
        examine: what is seen to after that.
        about: how the subject of each such change begins.
    """

    def whole(bank: Bank, session: Session, change: Change) -> None:
        if not change.subject.startswith(about):
            raise BadForm(change.kind)
        held(form, change.kind, change.after)
        if examine is not None:
            examine(bank, session, change)

    return whole


def held(form: type[Form], kind: str, after: Any) -> None:
    """Hold what shall stand against the form of its kind.

    Raises:
        BadForm: it is another; what was sent is not repeated.
    """
    try:
        form.model_validate(after)
    except ValidationError:
        raise BadForm(kind) from None
