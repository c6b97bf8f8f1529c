"""Lists in parts: a cursor says after which entry to go on, so that what is added meanwhile moves nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request

from windchime.core.errors import BadCall
from windchime.core.text import _

#: entries of one part, where the caller names none, and at most
USUAL, MOST = 50, 200
#: largest whole number of the databases' own keys
LARGEST = 2**31 - 1
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=MOST, description="entries of one part", examples=[50])]
Cursor = Annotated[
    str | None,
    Query(max_length=600, description="where to go on: `next` of the part before", examples=[None]),
]


class BadCursor(BadCall):
    """A cursor that is none of ours."""

    msgid = _("the cursor is none that this list gave out")
    hint = _("begin again without a cursor")

    def __init__(self) -> None:
        super().__init__()


def after_number(cursor: str | None) -> int | None:
    """The number after which to go on; None at the beginning.

    Raises:
        BadCursor: none of ours.
    """
    found = _read(cursor)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST:
        raise BadCursor
    return found


def after_text(cursor: str | None) -> str | None:
    """The text after which to go on; None at the beginning.

    Raises:
        BadCursor: none of ours.
    """
    found = _read(cursor)
    if found is None:
        return None
    if not isinstance(found, str) or not found.isprintable():
        raise BadCursor
    return found


def part(rows: Sequence[Row], limit: int, key: Callable[[Row], Any]) -> tuple[Sequence[Row], str | None]:
    """Of `limit` + 1 rows asked for the first `limit`, and the cursor of what follows; None where nothing does."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _written(key(rows[limit - 1]))


def link(request: Request, following: str | None) -> dict[str, str]:
    """The header that says where the list goes on (RFC 8288)."""
    if following is None:
        return {}
    address = request.url.include_query_params(cursor=following)
    return {"link": f'<{address.path}?{address.query}>; rel="next"'}


def _written(key: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=True).encode()).decode().rstrip("=")


def _read(cursor: str | None) -> Any:
    if cursor is None:
        return None
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = json.loads(data.decode("ascii"))
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor from None
    if found is None:
        raise BadCursor
    return found
