"""Tells a person's name from an organisation's, where the source does not say: by words, which are content.

Names of two to four Chinese characters without a word of an organisation are taken for people's, as are Chinese names
with a dot inside and names of two to four words in Latin letters. Who is mistaken for a person loses nothing but the
clear text in the lake; so doubt falls on that side.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Self

from windchime.content import seed
from windchime.core import credit_code, resident_id
from windchime.data.contracts.column import PersonalDataClass

_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_DOT = "·•・‧∙⋅."
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_SHORT = re.compile(f"[{_HAN}]{{2,4}}")
_DOTTED = re.compile(f"[{_HAN}]{{1,8}}(?:[{_DOT}][{_HAN}]{{1,8}}){{1,3}}")
_LATIN = re.compile(r"[^\W\d_][^\W\d_.'’-]*\.?(?:[ ,·.'’-]+[^\W\d_][^\W\d_]*\.?){1,3}")


@dataclass(frozen=True, slots=True)
class Raised:
    """A column that is personal in some rows only."""

    column: str
    kind: PersonalDataClass
    #: the enum column that says so, and its codes
    when: str
    codes: tuple[str, ...]
    #: only values that look like a person's name
    only_names_of_people: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From its line in the lexicon."""
        return cls(
            body["column"], body["class"], body["when"], tuple(body["is"]), bool(body.get("only_names_of_people"))
        )


@dataclass(frozen=True, slots=True)
class Words:
    """The lexicon `personal_data`."""

    organisation: re.Pattern[str]
    latin: frozenset[str]
    not_names: frozenset[str]
    #: by table
    raised: Mapping[str, tuple[Raised, ...]]

    def is_person(self, name: str) -> bool:
        """Whether a name looks like a person's."""
        text = unicodedata.normalize("NFKC", name).strip()
        plain = _UNSEEN.sub("", text)
        if plain in self.not_names or self.organisation.search(plain):
            return False
        if _SHORT.fullmatch(plain) or _DOTTED.fullmatch(plain):
            return True
        words = re.split(r"[^\w]+", text.lower())
        return _LATIN.fullmatch(text) is not None and text.isprintable() and not self.latin.intersection(words)

    def is_organisation(self, name: str) -> bool:
        """Whether a name has a word that only organisations have."""
        text = unicodedata.normalize("NFKC", name).strip()
        words = re.split(r"[^\w]+", text.lower())
        return bool(self.organisation.search(_UNSEEN.sub("", text)) or self.latin.intersection(words))


@cache
def words() -> Words:
    """The lexicon as it ships: what is personal moves with the release, as contracts do."""
    body = seed.documents("lexicons")["personal_data"]
    anywhere, endings = body["organisation_words"], body["organisation_endings"]
    raised: dict[str, tuple[Raised, ...]] = {}
    for line in body["raised"]:
        raised[line["table"]] = (*raised.get(line["table"], ()), Raised.of(line))
    return Words(
        re.compile(f"{'|'.join(map(re.escape, anywhere))}|..(?:{'|'.join(map(re.escape, endings))})$"),
        frozenset(body["organisation_words_latin"]),
        frozenset(body["not_names"]),
        raised,
    )


def party_type(name: str | None, code: str | None) -> Literal["person", "firm"] | None:
    """What a party is whose source does not say: by its code where that proves it, else by its name; None is in doubt."""
    if code and resident_id.check(unicodedata.normalize("NFKC", code)).valid:
        return "person"
    if code and credit_code.check(code).valid:
        return "firm"
    if not name:
        return None
    if words().is_person(name):
        return "person"
    return "firm" if words().is_organisation(name) else None
