"""What a look at all bytes of a column of texts proves of its values, so that checks that cannot fail are left out.

A look takes a small part of the time of one regular expression, as it works on whole buffers. It may doubt where there
is nothing to doubt, never the other way round: what it says is true of every value.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

#: bytes of ASCII that show themselves, and how many follow; first bytes of U+4000 to U+9FFF in UTF-8
SHOWN, SHOWN_BYTES, HAN, HAN_BYTES = 0x20, 0x5E, 0xE4, 0x05
#: first bytes of U+3000 to U+3FFF, whose first character is a blank, and of U+F000 to U+FFFF
PUNCTUATION, FORMS = 0xE3, 0xEF
#: digits, signs and points stand between these, with a comma and a slash among them
PLUS, NUMBER_BYTES, COMMA, SLASH = 0x2B, 0x0E, 0x2C, 0x2F

Bytes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint8]]"


@dataclass(frozen=True, slots=True)
class Look:
    """What is true of the values of a column."""

    #: no value but empty texts
    empty: bool = True
    #: some value may be an empty text
    gaps: bool = False
    #: bytes of the longest value
    longest: int = 0
    #: some value may hold an ASCII blank
    blanks: bool = False
    #: some value may begin or end with a blank
    edges: bool = False
    #: some value may hold another character than plain ASCII, Chinese ones and their punctuation
    strange: bool = False
    #: every value is made of digits, signs and points
    numeric: bool = True

    @property
    def tidy(self) -> bool:
        """No value has blanks of any kind around it."""
        return not (self.edges or self.strange)

    def __or__(self, other: "Look") -> "Look":
        """What is true of the values of both."""
        return Look(
            self.empty and other.empty,
            self.gaps or other.gaps,
            max(self.longest, other.longest),
            self.blanks or other.blanks,
            self.edges or other.edges,
            self.strange or other.strange,
            self.numeric and other.numeric,
        )


def look(pieces: Iterable[pa.Array]) -> Look:
    """Look at a column of texts, plain or dictionary-encoded, piece by piece."""
    found, last = Look(), None
    for piece in pieces:
        if isinstance(piece, pa.DictionaryArray):
            words, filled = piece.dictionary, piece.null_count < len(piece)
            if last is None or not words.equals(last):
                found |= replace(_look(words), empty=not filled)
            elif filled:
                found = replace(found, empty=False)
            last = words
        else:
            found |= _look(piece)
    return found


def _look(texts: pa.Array) -> Look:
    if texts.null_count == len(texts):
        return Look()
    wide = pa.types.is_large_string(texts.type)
    _validity, places, data = texts.buffers()
    at = np.frombuffer(places, np.int64 if wide else np.int32)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(at)
    filled = lengths > 0
    gaps = int(filled.sum()) < len(texts) - texts.null_count
    if data is None or at[-1] == at[0]:
        return Look(gaps=gaps)
    every = np.frombuffer(data, np.uint8)
    starts, ends = at[:-1][filled], at[1:][filled]
    edges = bool((every[starts] <= SHOWN).any() or (every[ends - 1] <= SHOWN).any())
    own = every[at[0] : at[-1]]
    numeric = _in_number(every[starts]) and _in_number(own)
    blanks, strange = (False, False) if numeric else (bool((own == SHOWN).any()), _strange(own))
    return Look(False, gaps, int(lengths.max()), blanks, edges, strange, numeric)


def _in_number(own: Bytes) -> bool:
    between = (own - np.uint8(PLUS)) <= NUMBER_BYTES
    return bool((between & (own != COMMA) & (own != SLASH)).all())


def _strange(own: Bytes) -> bool:
    others = own[(own - np.uint8(SHOWN)) > SHOWN_BYTES]
    if not others.size:
        return False
    if (others < 0x80).any():
        return True
    leads = others[others >= 0xC0]
    rest = leads[(leads - np.uint8(HAN)) > HAN_BYTES]
    if not np.isin(rest, (PUNCTUATION, FORMS)).all():
        return True
    padded = np.concatenate([own, np.zeros(2, np.uint8)])
    third = np.flatnonzero(own == PUNCTUATION)
    fullwidth = np.flatnonzero(own == FORMS)
    return bool(
        ((padded[third + 1] == 0x80) & (padded[third + 2] == 0x80)).any()
        or not np.isin(padded[fullwidth + 1], (0xBC, 0xBD)).all()
    )
