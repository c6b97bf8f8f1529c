"""What is label and what is value on a page of an invoice, and which value belongs to a label by its place."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from windchime.data.intake.einvoice.words import Page, Word, cut, rows

#: a value stands beside its label when this part of the lower of both overlaps
OVERLAP = 0.35
#: labels by name; they are looked for in rows without blanks, in this order at each place
LABELS: Mapping[str, str] = {
    "title": r"电子发票[(（][^()（）]{2,20}[)）]|[一-鿿]{0,6}增值税(?:电子)?(?:普通|专用)发票|通行费电子普通发票",
    "number": r"发票号码[:：]",
    "code": r"发票代码[:：]",
    "date": r"(?:开票|填开)日期[:：]",
    "check_code": r"校验码[:：]",
    "machine": r"机器编号[:：]",
    "buyer_name_label": r"购买方名称[:：]",
    "name": r"(?<!方)名称[:：]",
    "tax_id": r"(?:统一社会信用代码/)?纳税人识别号[:：]|统一社会信用代码[:：]",
    "contact": r"地址、?电话[:：]",
    "account": r"开户行及账号[:：]",
    "drawer": r"开票人[:：]",
    "payee": r"收款人[:：]",
    "checker": r"复核人?[:：]",
    "seal": r"销售方[:：]?[(（]章[)）]",
    "in_words": r"价税合计[(（]大写[)）]",
    "in_figures": r"[(（]小写[)）]",
    "sum": r"(?<!税)合计",
    "fare": r"票价[:：]",
    "e_ticket": r"电子客票号码?[:：]",
    "column_index": r"序号",
    "column_name": r"项目名称|货物或应税劳务、服务名称|货物\(劳务\)名称",
    "column_spec": r"规格型号",
    "column_plate": r"车牌号",
    "column_unit": r"单位(?!编)",
    "column_quantity": r"数量",
    "column_price": r"单价",
    "column_amount": r"金额",
    "column_rate": r"税率/征收率|税率|征收率",
    "column_tax": r"税额",
}
#: labels that count only in the row of column titles, and what such a row must have
COLUMNS = tuple(name for name in LABELS if name.startswith("column_"))
HEADER = ("column_amount", "column_tax")
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in LABELS.items()))
#: titles of blocks that run down the page, one character below the other
VERTICAL = frozenset("购买方销售信息密码区备注")
#: words taller than this many usual ones are no lines: seals, and text that runs down the margin
TALL = 3.0
#: how far a block's title reaches above and below its characters, in heights of a label
REACH = 4
#: the encrypted block of the years before 2022 stands beside the buyer
_CIPHER = re.compile(r"[0-9+\-*/<>]{12,}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Label:
    """A label and where it stands."""

    name: str
    at: Word


@dataclass(frozen=True, slots=True)
class Layout:
    """A page whose words were told apart."""

    page: Page
    labels: tuple[Label, ...]
    values: tuple[Word, ...]
    #: titles that run down the page, whole or character by character
    vertical: tuple[Word, ...]
    #: every word, label or not
    words: tuple[Word, ...]

    def all(self, name: str) -> list[Word]:
        """Where the labels of a name stand, from top to bottom."""
        return sorted((x.at for x in self.labels if x.name == name), key=lambda w: (w.top, w.x0))

    def first(self, name: str) -> Word | None:
        """Where the first label of a name stands."""
        return next(iter(self.all(name)), None)

    def beside(self, label: Word, *, until: float | None = None) -> list[Word]:
        """The values to the right of a label, up to the next label beside it or the given place, from left to right."""
        stops = [x.at.x0 for x in self.labels if x.at.x0 > label.x1 and overlap(x.at, label) >= OVERLAP]
        reach = REACH * label.height
        stops += [w.x0 for w in self.vertical if w.x0 > label.x1 and -reach < w.middle - label.middle < reach]
        stop = min([*stops, until if until is not None else self.page.width * 2])
        found = (v for v in self.values if label.centre < v.x0 < stop - 0.01 and overlap(v, label) >= OVERLAP)
        return sorted(found, key=lambda w: w.x0)

    def said(self, label: Word | None, *, until: float | None = None) -> str:
        """The text beside a label; empty where there is none."""
        return spaced(self.beside(label, until=until)) if label else ""

    def between(self, top: float, bottom: float, *, left: float = -1e9) -> list[list[Word]]:
        """Rows of values whose middle lies between two heights, right of a place."""
        return rows(v for v in self.values if top < v.middle < bottom and v.x0 >= left)

    def prose(self, top: float, bottom: float, left: float) -> str:
        """All words of a block as one text, whatever they look like."""
        block = rows(w for w in self.words if top < w.middle < bottom and w.x0 >= left and not set(w.text) <= VERTICAL)
        return " ".join(map(spaced, block))


def overlap(one: Word, other: Word) -> float:
    """Which part of the lower of two words stands beside the other."""
    low = min(one.height, other.height) or 1.0
    return (min(one.bottom, other.bottom) - max(one.top, other.top)) / low


def spaced(found: Iterable[Word]) -> str:
    """Words as one text, blanks where the page has room for one."""
    parts = list(found)
    text = parts[0].text if parts else ""
    for left, right in pairwise(parts):
        text += (" " if right.x0 - left.x1 > left.height / 5 else "") + right.text
    return text


def layout(page: Page) -> Layout:
    """Tell labels from values."""
    labels: list[Label] = []
    values: list[Word] = []
    words = [Word(modern(w.text), w.x0, w.top, w.x1, w.bottom) for w in page.words]
    usual = sorted(w.height for w in words)[len(words) // 2] if words else 0.0
    words = [w for w in words if w.height <= TALL * usual or set(w.text) <= VERTICAL]
    vertical = [w for w in words if set(w.text) <= VERTICAL]
    for row in rows(w for w in words if w.text and not set(w.text) <= VERTICAL):
        found, rest = _row(row)
        labels += found
        values += [w for w in _with_sign(rest) if not _encrypted(w.text)]
    return Layout(page, tuple(labels), tuple(values), tuple(vertical), tuple(words))


def _encrypted(text: str) -> bool:
    return bool(_CIPHER.fullmatch(text)) and sum(c in "+-*/<>" for c in text) >= 3


def _with_sign(row: list[Word]) -> list[Word]:
    """Words of a row, a currency sign that stands alone put before the figure behind it."""
    made: list[Word] = []
    for word in row:
        if made and made[-1].text in "¥￥" and word.text[:1].isdigit() | (word.text[:1] in "-−"):
            sign = made.pop()
            word = Word(sign.text + word.text, sign.x0, word.top, word.x1, word.bottom)  # noqa: PLW2901 - the two are one
        made.append(word)
    return made


def modern(text: str) -> str:
    """A text in which signs that look like Chinese characters are those characters."""
    return "".join(
        unicodedata.normalize("NFKC", c) if 0x2E80 <= ord(c) <= 0x2FDF or 0xF900 <= ord(c) <= 0xFAFF else c
        for c in _BLANKS.sub("", text)
    )


def _row(row: list[Word]) -> tuple[list[Label], list[Word]]:
    """Labels of a row, and what is left of its words."""
    text = "".join(w.text for w in row)
    starts = [0]
    for word in row:
        starts.append(starts[-1] + len(word.text))
    matches = [m for m in _ANY.finditer(text) if m.lastgroup]
    names = {m.lastgroup for m in matches}
    if not all(name in names for name in HEADER):
        matches = [m for m in matches if m.lastgroup not in COLUMNS]
    labels = []
    taken: list[tuple[int, int]] = []
    for m in matches:
        parts = [
            cut(word, max(m.start() - begin, 0), min(m.end() - begin, len(word.text)))
            for word, begin, end in zip(row, starts[:-1], starts[1:], strict=True)
            if begin < m.end() and end > m.start()
        ]
        box = Word(m.group(), parts[0].x0, min(p.top for p in parts), parts[-1].x1, max(p.bottom for p in parts))
        labels.append(Label(str(m.lastgroup), box))
        taken.append(m.span())
    rest = []
    for word, begin in zip(row, starts[:-1], strict=True):
        at = 0
        for first, last in [*taken, (begin + len(word.text), begin + len(word.text))]:
            first, last = max(first - begin, 0), max(last - begin, 0)  # noqa: PLW2901 - places inside this word
            if at < min(first, len(word.text)):
                rest.append(cut(word, at, min(first, len(word.text))))
            at = max(at, last)
    return labels, rest
