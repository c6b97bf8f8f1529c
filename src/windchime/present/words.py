"""The few words every page and report shares: how bad (severity) and what was decided (verdict), each with a shape.

The shape stands beside the word so that both read without colour; all shapes are in the vendored font.
"""

from dataclasses import dataclass

from windchime.core.errors import UnknownName
from windchime.core.text import Text


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a fixed list."""

    #: name used in data and in CSS classes
    code: str
    #: what people read
    label: Text
    #: one character that reads in grey
    shape: str
    #: position from harmless to grave
    rank: int


SEVERITIES = {
    w.code: w
    for w in (
        Word("normal", Text("正常", "normal"), "○", 0),
        Word("watch", Text("关注", "watch"), "△", 1),
        Word("high", Text("较高", "high"), "◆", 2),
        Word("severe", Text("严重", "severe"), "■", 3),
    )
}

VERDICTS = {
    w.code: w
    for w in (
        Word("approve", Text("通过", "approve"), "●", 0),
        Word("refer", Text("转人工", "refer"), "◎", 1),
        Word("decline", Text("拒绝", "decline"), "□", 2),
    )
}

STATUSES = {
    w.code: w
    for w in (
        Word("official", Text("官方", "official"), "●", 0),
        Word("illustrative", Text("示例", "illustrative"), "○", 1),
    )
}

#: what stands on every page and report made from the simulated region
SIMULATED = Text("仿真数据", "simulated data")


def severity(code: str) -> Word:
    """The severity by its code.

    Raises:
        UnknownName: no such severity.
    """
    return _find("severity", SEVERITIES, code)


def verdict(code: str) -> Word:
    """The verdict by its code.

    Raises:
        UnknownName: no such verdict.
    """
    return _find("verdict", VERDICTS, code)


def status(code: str) -> Word:
    """Whether a parameter is official or illustrative.

    Raises:
        UnknownName: no such status.
    """
    return _find("status", STATUSES, code)


def _find(kind: str, words: dict[str, Word], code: str) -> Word:
    if code not in words:
        raise UnknownName(kind, code, tuple(words))
    return words[code]
