"""The text objects of one page of an OFD document: their texts, and where each of their words stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from windchime.data.intake.einvoice.limits import DocumentLimits
from windchime.data.intake.einvoice.words import BLANK, Word
from windchime.data.intake.einvoice.xmlfile import Node

#: part of the size of a font that a half-width character takes
HALF = 0.5
#: steps between characters that one text may state in short form
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class TextObject:
    """A text object of a page."""

    #: ids of page and object, by which tags refer to it
    key: tuple[str, str]
    text: str
    words: tuple[Word, ...]


def texts(page: Node, page_id: str, limits: DocumentLimits) -> list[TextObject]:
    """The text objects of a page or template, in document order, up to the accepted number of characters."""
    found, left = [], limits.page_characters
    for node in page.all("TextObject"):
        codes = [c for c in node.children if c.name == "TextCode" and c.text]
        text = "".join(c.text for c in codes)
        left -= len(text)
        if left < 0:
            break
        words = tuple(w for c in codes for w in _words(node, c))
        found.append(TextObject((page_id, node.attributes.get("ID", "")), text, words))
    return found


def _words(node: Node, code: Node) -> Iterator[Word]:
    box = _numbers(node.attributes.get("Boundary", ""))
    if len(box) != 4:
        return
    size = next(iter(_numbers(node.attributes.get("Size", ""))), 3.0)
    ctm = _numbers(node.attributes.get("CTM", ""))
    across, down = (ctm[0] or 1.0, ctm[3] or 1.0) if len(ctm) == 6 else (1.0, 1.0)
    x = next(iter(_numbers(code.attributes.get("X", ""))), 0.0)
    y = next(iter(_numbers(code.attributes.get("Y", ""))), size)
    text = code.text
    widths = [size if ord(c) > 0x2E7F else size * HALF for c in text]
    steps = _steps(code.attributes.get("DeltaX", ""), len(text) - 1)
    moves = steps or widths[:-1]
    moves = [*moves, *widths[len(moves) : -1]][: len(text) - 1]
    starts = [0.0, *accumulate(moves)]
    top, bottom = box[1] + (y - size) * down, box[1] + y * down
    if _steps(code.attributes.get("DeltaY", ""), 1):
        bottom = max(bottom, box[1] + box[3])
    for first, last in _runs(text):
        x0 = box[0] + (x + starts[first]) * across
        yield Word(
            text[first : last + 1], x0, top, max(x0, box[0] + (x + starts[last] + widths[last]) * across), bottom
        )


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """First and last index of each run without blanks."""
    first = None
    for i, c in enumerate(text):
        if c in BLANK:
            if first is not None:
                yield first, i - 1
            first = None
        elif first is None:
            first = i
    if first is not None:
        yield first, len(text) - 1


def _numbers(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split()[:16]]
    except ValueError:
        return []
    return found if all(abs(v) < 1e6 for v in found) else []


def _steps(text: str, wanted: int) -> list[float]:
    """Distances between characters; `g n d` stands for n times d."""
    parts = text.split()[: 3 * LONGEST]
    found: list[float] = []
    i = 0
    try:
        while i < len(parts) and len(found) < wanted:
            if parts[i] == "g":
                count, step = int(parts[i + 1]), float(parts[i + 2])
                found += [step] * max(0, min(count, wanted - len(found)))
                i += 3
            else:
                found.append(float(parts[i]))
                i += 1
    except (ValueError, IndexError, OverflowError):
        return []
    return found if all(abs(v) < 1e6 for v in found) else []
