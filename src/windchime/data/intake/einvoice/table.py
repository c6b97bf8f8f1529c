"""The lines of an invoice from the printed table: columns by their titles, figures by their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from windchime.data.intake.einvoice import values
from windchime.data.intake.einvoice.layout import HEADER, Layout, spaced
from windchime.data.intake.einvoice.words import Word

RATE = re.compile(r"\d{1,2}(\.\d{1,4})?%|免税|不征税|(普通|出口)?零税率|[*＊]{1,6}")
CENTS = re.compile(r"[-−]?[¥￥]?[-−]?\d{1,3}(,?\d{3})*\.\d{2}")
NUMBER = re.compile(r"[-−]?\d{1,16}(\.\d{1,20})?")
#: a line of goods begins with its tax class between stars
CLASS = re.compile(r"[*＊][^*＊]{1,40}[*＊]")
#: a first page that refers to the pages behind it
SEE_LIST = ("详见销货清单", "详见清单", "详见销售清单")
#: rows between the lines and their sum on pages of a list
SUBTOTALS = ("小计", "总计")


@dataclass(slots=True)
class _Line:
    """A line while its rows are gathered."""

    name: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns stand, by the centres of their titles."""

    bottom: float
    centres: dict[str, float]
    #: quantity and price in the order in which they are printed
    figures: tuple[str, str]
    #: where the texts of the column of names end
    names_end: float
    #: where the column of running numbers ends; at the left margin where there is none
    numbers_end: float
    #: it is a table of tolls: plates and days of passage stand in the place of quantities
    tolls: bool


def columns(page: Layout) -> Columns | None:
    """The titles of the table of lines; None where the page has none."""
    amounts = page.first(HEADER[0])
    if amounts is None:
        return None
    titles = {x.name: x.at for x in page.labels if x.name.startswith("column_")}
    first = titles.get("column_name")
    below = page.between(amounts.bottom, amounts.bottom + 8 * amounts.height)
    index = titles.get("column_index")
    numbers_end = index.x1 if index else -1e9
    left = min((w.x0 for row in below for w in row if w.x0 >= numbers_end), default=0.0)
    after = titles.get("column_spec") or titles.get("column_plate")
    end = 2 * first.centre - left if first else 0.0
    if after and (not first or end > after.x0 or end < first.x1):
        end = after.x0
    centres = {name: w.centre for name, w in titles.items()}
    # passenger transport has a form of its own, without specification and with the price first
    price_first = "column_spec" not in titles and centres.get("column_price", 0.0) < centres.get("column_quantity", 0.0)
    return Columns(
        max(w.bottom for w in titles.values()),
        centres,
        ("price", "quantity") if price_first else ("quantity", "price"),
        end,
        numbers_end,
        "column_plate" in titles,
    )


def lines(page: Layout, found: Columns, bottom: float) -> list[dict[str, str]]:
    """The lines between the titles and the row of sums."""
    made: list[_Line] = []
    before = ""
    bottom = min([bottom, *(w.top for w in page.values if w.text in SUBTOTALS and w.top > found.bottom)])
    for row in page.between(found.bottom, bottom, left=found.numbers_end):
        figures = _figures(row)
        if figures is None:
            name, spec = _texts(row, found)
            if CLASS.match(name) or not made:
                before += name
            else:
                made[-1].name += name
                if spec:
                    made[-1].fields["spec"] = made[-1].fields.get("spec", "") + spec
            continue
        line = _line(row, figures, found)
        line.name, before = before + line.name, ""
        made.append(line)
    return [{"name": line.name} | {k: v for k, v in line.fields.items() if v} for line in made]


def _figures(row: list[Word]) -> int | None:
    """Index of the rate in a row that has an amount before it; None for rows of text."""
    for i, word in enumerate(row[1:], 1):
        if RATE.fullmatch(word.text) and CENTS.fullmatch(row[i - 1].text):
            return i
    return None


def _line(row: list[Word], rate: int, found: Columns) -> _Line:
    fields = {"amount": row[rate - 1].text, "rate": row[rate].text}
    if rate + 1 < len(row):
        fields["tax"] = row[rate + 1].text
    left = row[: rate - 1]
    if found.tolls:
        names = [w for w in left if w.x0 < found.names_end] or left[:1]
        return _Line("".join(w.text for w in names), fields)
    figures: list[Word] = []
    if left and NUMBER.fullmatch(left[0].text) and len(left) <= 2:
        figures, left = left, []  # a row that continues no name
    while len(left) > 1 and len(figures) < 2 and NUMBER.fullmatch(left[-1].text):
        if not figures and left[-1].x0 <= found.names_end:
            break  # a name that ends in a number
        figures.insert(0, left.pop())
    if len(figures) == 2:
        fields |= dict(zip(found.figures, (w.text for w in figures), strict=True))
    elif figures:
        fields[_nearer(figures[0].x1, found, "column_quantity", "column_price")] = figures[0].text
    if left and left[-1].x0 >= found.names_end and _is_unit(left[-1], found):
        fields["unit"] = left.pop().text
    name = [w for w in left if w.x0 < found.names_end]
    fields["spec"] = spaced(w for w in left if w.x0 >= found.names_end)
    return _Line(spaced(name), fields)


def _is_unit(word: Word, found: Columns) -> bool:
    """Whether a text before the figures is the unit: one or two Chinese characters, or nearer to the title of units."""
    return (len(word.text) <= 2 and all("一" <= c <= "鿿" for c in word.text)) or (
        _nearer(word.centre, found, "column_spec", "column_unit") == "unit"
    )


def _texts(row: list[Word], found: Columns) -> tuple[str, str]:
    """Name and specification of a row without figures."""
    name = [w for w in row if w.x0 < found.names_end]
    return spaced(name), spaced(w for w in row if w.x0 >= found.names_end and not values.starred(w.text))


def _nearer(x: float, found: Columns, one: str, other: str) -> str:
    """Which of two columns a place is nearer to, by its field."""
    far = float("inf")
    near = one if abs(x - found.centres.get(one, far)) <= abs(x - found.centres.get(other, far)) else other
    return near.removeprefix("column_")


def on_lists(pages: Iterator[Layout]) -> list[dict[str, str]]:
    """The lines of the pages behind the first, which list what it sums up."""
    made = []
    for page in pages:
        found = columns(page)
        if found:
            sums = [w.top for w in page.all("sum") if w.top > found.bottom]
            made += lines(page, found, min(sums, default=page.page.height * 2))
    return made
