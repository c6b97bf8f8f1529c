"""Interests of a BODS relationship as shares of profits and of votes: exact, a range, or not told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from windchime.core.text import _
from windchime.graph.exchange.bods_statements import Found, Statement

#: names before 0.4
_OLD_TYPES = {"voting-rights": "votingRights", "": "unknownInterest"}
#: what counts as a share of profits and what as a share of votes
SHARES = {"shareholding": "share", "votingRights": "votes"}
#: an interest of an unknown type may be a stake: it is kept, without a share
UNKNOWN = "unknownInterest"
_WHOLE = Decimal(100)
_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Interest:
    """One direct interest that is, or may be, a stake."""

    #: `shareholding`, `votingRights` or `unknownInterest`
    kind: str
    #: fractions; all None where no share is told, least and most alone where a range is
    exact: Decimal | None
    least: Decimal | None
    most: Decimal | None
    since: date | None
    #: last day
    until: date | None
    #: `declared` or `suspected`
    nominee: str | None


def interests(statement: Statement, found: Found) -> Iterator[Interest]:
    """The direct stakes of a relationship; interests of other kinds and indirect ones become problems."""
    written = statement.details.get("interests")
    if not isinstance(written, list) or not written:
        found.add("no_interests", _("the relationship tells no interest"), f"{statement.path}.interests")
        return
    for number, interest in enumerate(written):
        path = f"{statement.path}.interests[{number}]"
        if not isinstance(interest, Mapping):
            found.add("not_an_interest", _("this is no interest"), path)
            continue
        kind = str(interest.get("type") or "")
        kind = _OLD_TYPES.get(kind, kind)
        if "indirect" in (interest.get("directOrIndirect"), interest.get("interestLevel")):
            found.add("indirect_interest", _("an indirect interest is no tie of its own; its chain is"), path)
        elif kind not in SHARES and kind != UNKNOWN:
            found.add("not_a_stake", _("an interest of type {type} is no share"), path, type=kind)
        else:
            if kind == UNKNOWN:
                found.add("interest_without_type", _("the type of the interest is not told"), path)
            yield _interest(interest, kind, path, found)


def _interest(interest: Mapping[str, Any], kind: str, path: str, found: Found) -> Interest:
    share = interest.get("share", {})
    if not isinstance(share, Mapping):
        found.add("not_a_share", _("the share is no number from 0 to 100"), f"{path}.share")
        share = {}
    exact, least, most = _range(share, f"{path}.share", found)
    if kind in SHARES and exact is None:
        code, msgid = ("share_not_told", _("the share is not told"))
        if least is not None or most is not None:
            code, msgid = ("share_is_a_range", _("the share is told as a range: {least} to {most}"))
        found.add(code, msgid, f"{path}.share", least=str(least or 0), most=str(1 if most is None else most))
    since = day(interest.get("startDate"), f"{path}.startDate", found)
    ended = day(interest.get("endDate"), f"{path}.endDate", found)
    until = None if ended is None else max(day_before(ended), since or date.min)
    return Interest(kind, exact, least, most, since, until, _nominee(interest))


def _range(share: Mapping[str, Any], path: str, found: Found) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Exact, least and most. Bounds that the range leaves out count as its ends: no share is lost by it."""
    given = {n: _fraction(share, n, path, found) for n in ("exact", "minimum", "maximum")}
    # from 0.4 on a bound of its own; before a yes or no about `minimum` and `maximum`
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if given[bound] is None and not isinstance(share.get(name), bool):
            given[bound] = _fraction(share, name, path, found)
    exact, least, most = given["exact"], given["minimum"], given["maximum"]
    if exact is None and least is not None and least == most:
        exact = least
    if exact is not None:
        return exact, exact, exact
    if least is not None and most is not None and least > most:
        found.add("range_is_empty", _("the least share is above the greatest"), path)
        return None, None, None
    return None, least, most


def _fraction(share: Mapping[str, Any], name: str, path: str, found: Found) -> Decimal | None:
    value = share.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= _WHOLE:
        found.add("not_a_share", _("the share is no number from 0 to 100"), f"{path}.{name}")
        return None
    exact = Decimal(value) / _WHOLE
    rounded = exact.quantize(_DIGITS)
    if rounded != exact:
        found.add("share_rounded", _("the share has more digits than are kept"), f"{path}.{name}")
    return rounded


def day(value: Any, path: str, found: Found) -> date | None:
    """A date; of a month or year alone the first day, as the standard rounds it."""
    if value is None or value == "":
        return None
    text = value[:10] if isinstance(value, str) else ""
    padded = text + "-01-01"[: max(0, 10 - len(text))] if len(text) == 4 else text + "-01" if len(text) == 7 else text
    try:
        return date.fromisoformat(padded)
    except ValueError:
        found.add("not_a_date", _("this is no date"), path)
        return None


def day_before(ended: date) -> date:
    """The last day of what had ended by a day; before the first day there is none."""
    return ended - timedelta(days=1) if ended > date.min else ended


def _nominee(interest: Mapping[str, Any]) -> str | None:
    details = interest.get("details")
    lead = "nominee: "
    return details.removeprefix(lead) if isinstance(details, str) and details.startswith(lead) else None
