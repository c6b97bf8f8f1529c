"""Words on a page with their places: the one form in which PDF and OFD text reach the readers of layouts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: a word belongs to a row when at least this part of the lower of both lies beside it
BESIDE = 0.5
#: blanks that separate words
BLANK = " \u00a0\u3000\t\r\n"


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without blanks, and where it stands; y grows downwards, units are those of the page."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half way down."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Half way across."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one page and its size."""

    width: float
    height: float
    words: tuple[Word, ...]


def split(text: str, x0: float, top: float, x1: float, bottom: float) -> Iterator[Word]:
    """The words of a line of which only the whole box is known.

    Characters take the room that their height lets expect, full-width ones twice that of others; what the box has over
    is shared out among the blanks, so first and last word stand where they are printed.
    """
    parts = text.split()
    if not parts:
        return
    natural = [wide(part) * (bottom - top) / 2 for part in parts]
    over = (x1 - x0) - sum(natural)
    if over < 0 or len(parts) == 1:
        scale, gap = (x1 - x0) / (sum(natural) or 1.0), 0.0
    else:
        scale, gap = 1.0, over / (len(parts) - 1)
    at = x0
    for part, width in zip(parts, natural, strict=True):
        yield Word(part, at, top, at + width * scale, bottom)
        at += width * scale + gap


def wide(text: str) -> int:
    """Width of a text in halves of a full-width character."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def cut(word: Word, first: int, last: int) -> Word:
    """The characters of a word from `first` until before `last`, where they stand."""
    scale = (word.x1 - word.x0) / (wide(word.text) or 1)
    x0 = word.x0 + wide(word.text[:first]) * scale
    return Word(word.text[first:last], x0, word.top, x0 + wide(word.text[first:last]) * scale, word.bottom)


def rows(words: Iterable[Word]) -> list[list[Word]]:
    """Words in rows from top to bottom, each from left to right. Tall words, such as vertical text, make no row wider."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.middle, w.x0)):
        if found and _beside(found[-1], word):
            found[-1].append(word)
        else:
            found.append([word])
    return [sorted(row, key=lambda w: w.x0) for row in found]


def _beside(row: list[Word], word: Word) -> bool:
    first = row[0]
    overlap = min(first.bottom, word.bottom) - max(first.top, word.top)
    return overlap >= BESIDE * min(first.height, word.height) and overlap > 0
