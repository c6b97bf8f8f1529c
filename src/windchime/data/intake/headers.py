"""Headers compared as people read them: without units, marks and empty words, with words of one meaning made one."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz

from windchime.content import seed
from windchime.data.contracts import Column, Contract

#: how alike two headers are at most that are not the same after tidying
ALIKE = 0.92
#: of the ways two headers can be the same: our name or label, a synonym of the trade, the same meaning word by word
SAME = {"name": 1.0, "label": 1.0, "synonym": 0.97, "meaning": 0.94}
#: marks between words, and what stands in front of a header as a number or star
_BRACKETS = re.compile(r"[（(\[【][^（(\[【）)\]】]*[）)\]】]")
_MARKS = re.compile(r"[\s_\-·.,:;/\\|*#'\"“”‘’、，。：；]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBERED = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]|\d{1,2}[.、]|[*※])\s*")


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike a header and a column are, and why."""

    score: float
    #: `name`, `label`, `synonym`, `meaning`, `similar`
    why: str
    #: the form of the column that was most alike
    form: str


@cache
def words() -> Mapping[str, Any]:
    """The words of the trade that ship."""
    found: Mapping[str, Any] = seed.documents("intake")["headers"]
    return found


def unit_of(header: str) -> str:
    """The unit that a header states in brackets; empty for none."""
    parts = [p.strip("（(【[）)】] ").lower() for p in _BRACKETS.findall(unicodedata.normalize("NFKC", header))]
    said = {word: unit for unit, forms in words()["units"].items() for word in forms}
    return next((said[part] for part in parts if part in said), "")


def tidied(header: str) -> str:
    """A header without brackets, numbers in front, marks and case."""
    plain = _NUMBERED.sub("", unicodedata.normalize("NFKC", header).strip())
    bare = _BRACKETS.sub("", plain) or plain
    return _MARKS.sub(" ", _CAMEL.sub(" ", bare)).strip().lower()


@cache
def meaning(header: str) -> str:
    """A header with words of one meaning made one and empty words left out, so that 销售方编号 and 销方代码 are the same."""
    text = tidied(header)
    if text.isascii():
        return " ".join(_first().get(w, w) for w in text.split() if w not in words()["empty"])
    text = text.replace(" ", "")
    for word, first in _chinese():
        text = text.replace(word, first)
    return text


@cache
def _first() -> dict[str, str]:
    return {word: group[0] for group in words()["same"] for word in group if word.isascii()}


@cache
def _chinese() -> list[tuple[str, str]]:
    """Words and the private character that stands for their meaning, the longest first."""
    same = [(word, chr(0xE000 + i)) for i, group in enumerate(words()["same"]) for word in group if not word.isascii()]
    empty = [(word, "") for word in words()["empty"] if not word.isascii()]
    return sorted(same + empty, key=lambda pair: -len(pair[0]))


@cache
def _forms(table: str, column: str, zh: str, en: str) -> tuple[tuple[str, str, str], ...]:
    """Forms of a column: why, as written, tidied."""
    synonyms = words()["synonyms"]
    said = [("name", column), ("label", zh), ("label", en)]
    said += [("synonym", s) for s in (*synonyms.get(f"{table}.{column}", ()), *synonyms.get(column, ()))]
    return tuple((why, form, tidied(form)) for why, form in said)


def alike(header: str, found: Contract, column: Column) -> Alike:
    """How alike a header and a column of a contract are."""
    text, meant = tidied(header), meaning(header)
    forms = _forms(found.name, column.name, column.label.zh, column.label.en)
    same = [Alike(SAME[why], why, form) for why, form, bare in forms if text and bare == text]
    if same:
        return max(same, key=lambda a: a.score)
    for _why, form, _bare in forms:
        if meant and meaning(form) == meant:
            return Alike(SAME["meaning"], "meaning", form)
    scored = [(_likeness(meant, meaning(form)), form) for _why, form, _bare in forms]
    score, form = max(scored)
    return Alike(ALIKE * score, "similar", form)


def _likeness(one: str, other: str) -> float:
    """From 0 to 1: by edits, by shared words where there are several; a part of the other counts less the shorter it is."""
    if not one or not other:
        return 0.0
    edits = fuzz.ratio(one, other)
    if " " in one or " " in other:
        edits = max(edits, fuzz.token_sort_ratio(one, other))
    short, long = sorted((len(one), len(other)))
    part = fuzz.partial_ratio(one, other) * (0.55 + 0.4 * short / long)
    return max(edits, part) / 100.0
