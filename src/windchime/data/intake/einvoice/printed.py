"""Reads an invoice from its printed words: the fully digital form, the VAT forms before it, rail tickets."""

import re
from collections.abc import Sequence
from itertools import takewhile

from windchime.data.intake import capitals
from windchime.data.intake.einvoice import table, values
from windchime.data.intake.einvoice.layout import OVERLAP, Layout, layout, overlap
from windchime.data.intake.einvoice.record import Raw
from windchime.data.intake.einvoice.words import Page, Word

YUAN = re.compile(r"[-−]?[¥￥]?[-−]?[\d,]+\.\d{1,2}|[-−]?[¥￥][-−]?[\d,]+")
DAY = re.compile(r"20\d{2}年\d{1,2}月\d{1,2}日")
TRAIN = re.compile(r"[GDCZTKSYL]?\d{1,5}")
RAILWAY = "中国铁路"


def read(pages: Sequence[Page]) -> list[Raw]:
    """The invoices that pages show. A page that bears a title of its own begins a new one; others continue it."""
    found: list[list[Layout]] = []
    for page in map(layout, pages):
        if page.first("number") is not None or not found:
            found.append([page])
        else:
            found[-1].append(page)
    readings = (_rail(group[0]) if _title(group[0]).find("铁路") >= 0 else _vat(group) for group in found)
    return [raw for raw in readings if raw.fields.get("number") or raw.fields.get("total")]


def _title(page: Layout) -> str:
    """The largest title of the page."""
    titles = [x.at for x in page.labels if x.name == "title"]
    return max(titles, key=lambda w: w.height).text if titles else ""


def _common(page: Layout) -> dict[str, str]:
    """Title, number, code and date, which every form has at its top."""
    found = {"title": _title(page)}
    for name in ("number", "code", "check_code"):
        found[name] = _number(page, page.first(name))
    found["date"] = _date(page)
    return found


def _number(page: Layout, label: Word | None, until: float | None = None) -> str:
    """The number beside a label, without the seal or the words that may stand behind it."""
    found = page.beside(label, until=until) if label else []
    return "".join(w.text for w in takewhile(lambda w: w.text.isascii(), found))


def _date(page: Layout) -> str:
    label = page.first("date")
    said = page.said(label).replace(" ", "") if label else ""
    if said and values.day(said):
        return said
    digits = re.findall(r"\d+", said)
    if len(digits) == 3:
        return f"{digits[0]}年{digits[1]:0>2}月{digits[2]:0>2}日"
    days = {m.group() for w in page.values if (m := DAY.fullmatch(w.text))}
    return days.pop() if len(days) == 1 else ""


def _vat(group: list[Layout]) -> Raw:
    page = group[0]
    found = _common(page)
    for side, fields in zip(("buyer", "seller"), _parties(page), strict=False):
        found |= {f"{side}_{name}": said for name, said in fields.items()}
    found |= _sums(page) | _bottom(page)
    lines = _lines(group)
    return Raw("text", {k: v for k, v in found.items() if v}, tuple(lines))


def _parties(page: Layout) -> list[dict[str, str]]:
    """What stands beside the labels of buyer and seller: left and right of each other, or one above the other."""
    names = page.all("name")[:2]
    if len(names) < 2:
        return []
    beside = overlap(*names) > 0
    names.sort(key=lambda w: w.x0 if beside else w.top)
    middle = names[1].x0 if beside else None
    edge = min((w.top for w in page.all("column_amount")), default=names[1].top)
    made = []
    for i, label in enumerate(names):
        fields = {"name": page.said(label, until=middle if beside and i == 0 else None)}
        for name, kind in (("code", "tax_id"), ("contact", "contact"), ("account", "account")):
            mine = [w for w in page.all(kind) if _belongs(w, i, middle, edge)]
            if mine:
                until = middle if beside and i == 0 else None
                fields[name] = _number(page, mine[0], until) if name == "code" else page.said(mine[0], until=until)
        made.append(fields)
    return made


def _belongs(label: Word, side: int, middle: float | None, edge: float) -> bool:
    """Whether a label belongs to the first or second party."""
    if middle is not None:
        return (label.x0 >= middle - label.height) == bool(side)
    return (label.top > edge) == bool(side)


def _sums(page: Layout) -> dict[str, str]:
    found: dict[str, str] = {}
    words = page.first("in_words")
    sums = [w for w in page.all("sum") if words is None or w.top < words.top]
    listed = [v for v in page.values if any(word in v.text for word in table.SEE_LIST)]
    for mark in [*sums[-1:], *listed[:1]]:
        row = sorted((v for v in page.values if overlap(v, mark) > OVERLAP and v.x0 > mark.x1), key=lambda w: w.x0)
        figures = [v.text for v in row if YUAN.fullmatch(v.text) or values.starred(v.text)]
        for name, said in zip(("amount", "tax"), figures, strict=False):
            found.setdefault(name, said)
    if words:
        row = sorted((v for v in page.values if overlap(v, words) > OVERLAP), key=lambda w: w.x0)
        found["capitals"] = next((v.text for v in row if capitals.read(v.text) is not None), "")
        small = page.first("in_figures")
        behind = page.said(small).replace(" ", "") if small else ""
        found["total"] = (
            behind
            if values.money(behind) is not None
            else next((v.text for v in reversed(row) if YUAN.fullmatch(v.text)), "")
        )
    return found


def _bottom(page: Layout) -> dict[str, str]:
    """Drawer and remark."""
    found: dict[str, str] = {}
    label = page.first("drawer")
    if label:
        others = [w for name in ("payee", "checker", "drawer") for w in page.all(name) if overlap(w, label) > 0]
        row = sorted((v for v in page.values if overlap(v, label) > OVERLAP), key=lambda w: w.x0)
        order = sorted(others, key=lambda w: w.x0)
        found["drawer"] = (
            row[order.index(label)].text
            if len(order) > 1 and len(row) == len(order)
            else page.said(label).split(" ")[0]
        )
    words = page.first("in_words")
    marks = [w for w in page.vertical if set(w.text) <= set("备注") and words and w.top > words.bottom]
    if marks and words:
        bottom = label.top if label and label.top > words.bottom else page.page.height
        found["remark"] = page.prose(words.bottom, bottom, max(w.centre for w in marks))
    return found


def _lines(group: list[Layout]) -> list[dict[str, str]]:
    page = group[0]
    titles = table.columns(page)
    made: list[dict[str, str]] = []
    if titles:
        sums = [w.top for w in page.all("sum") if w.top > titles.bottom]
        made = table.lines(page, titles, min(sums, default=page.page.height))
    listed = table.on_lists(iter(group[1:]))
    if listed and (not made or any(word in made[0]["name"] for word in table.SEE_LIST)):
        return listed
    return made + listed


def _rail(page: Layout) -> Raw:
    found = _common(page) | {"kind": "rail"}
    found["total"] = (
        next((w.text for w in page.beside(fare) if YUAN.fullmatch(w.text)), "") if (fare := page.first("fare")) else ""
    )
    buyer, code = page.first("buyer_name_label"), page.first("tax_id")
    found["buyer_name"] = page.said(buyer)
    found["buyer_code"] = _number(page, code)
    if any(w.text.startswith(RAILWAY) for w in page.values):
        found["seller_name"] = RAILWAY
    trains = [w.text for w in page.values if TRAIN.fullmatch(w.text) and not w.text.isdigit()]
    line = {"name": "铁路电子客票", "amount": found["total"], "rate": "*"}
    if trains:
        line["spec"] = trains[0]
    return Raw("text", {k: v for k, v in found.items() if v}, (line,) if found["total"] else ())
