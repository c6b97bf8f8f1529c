"""JSON as we take it: one meaning or none. What parsers read differently, or databases cannot keep, is refused."""

import json
import re
from typing import Any, NoReturn

from windchime.core.errors import BadCall
from windchime.core.text import Text, _

#: no body of ours is deeper
DEEPEST = 20
#: largest whole number that every reader of JSON keeps exact (RFC 8259 §6)
LARGEST = 2**53 - 1
#: what a text column cannot hold, or what is no character at all
UNFIT = re.compile("[\x00\ud800-\udfff]")


class BadJson(BadCall):
    """A body that is no JSON, or none with one meaning."""

    msgid = _("the body is not JSON we can take: {why}")

    def __init__(self, why: Text) -> None:
        super().__init__(why=why)


_NO_JSON = Text("无法解析", "it cannot be parsed")
_NOT_FINITE = Text("数值不是有限数", "a number is not finite")
_TOO_LARGE = Text("整数超出可精确表示的范围", "a whole number is too large to be kept exact")
_TWICE = Text("同一对象里有重复的键", "a key stands twice in one object")
_TOO_DEEP = Text("嵌套过深", "it is nested too deeply")
_UNFIT = Text("文本里有空字符或不成对的代理项", "a text has a NUL or half of a surrogate pair")


def parse(data: bytes) -> Any:
    """The value a body stands for.

    Raises:
        BadJson: not UTF-8, no JSON, a key twice, a number that is not finite or not exact, too deep, a text with NUL or half a surrogate pair.
    """
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_not_finite,
            parse_float=_float,
            parse_int=_int,
        )
    except (ValueError, RecursionError):
        raise BadJson(_NO_JSON) from None
    _looked_at(found, DEEPEST)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadJson(_TWICE)
    return found


def _not_finite(_word: str) -> NoReturn:
    raise BadJson(_NOT_FINITE)


def _float(text: str) -> float:
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise BadJson(_NOT_FINITE)
    return found


def _int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST:
        raise BadJson(_TOO_LARGE)
    return int(text)


def _looked_at(value: Any, left: int) -> None:
    if isinstance(value, str) and UNFIT.search(value):
        raise BadJson(_UNFIT)
    if isinstance(value, dict | list):
        if not left:
            raise BadJson(_TOO_DEEP)
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _looked_at(part, left - 1)
