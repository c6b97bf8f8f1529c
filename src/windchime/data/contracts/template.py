"""A workbook for a table: who has no system to send rows fills it in, and intake reads it back.

The first sheet bears the table's name and one header row with the labels of its columns; what a cell may hold is said
by its validation and in a note on its header. Two further sheets explain the columns and list the codes.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from windchime.core.dates import EARLIEST, SHANGHAI
from windchime.core.text import Lang, _, translate
from windchime.data.contracts.column import LONGEST, Column
from windchime.data.contracts.contract import Contract
from windchime.data.contracts.meanings import MEANINGS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

#: rows below the header that are prepared for typing; intake reads more
ROWS = 10_000
#: how cells of a type look; without one, as the spreadsheet likes
FORMATS = {
    **dict.fromkeys(("id", "text", "enum", "codes", "quantity", "price"), "@"),
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "money": "#,##0.00",
}
#: numbers of more digits than a spreadsheet keeps, written as text
LONG_NUMBERS = ("quantity", "price")
#: beyond what any number of the library reaches, where a contract sets no bound
FAR = 10**15
HEADINGS = (_("column"), _("label"), _("type"), _("required"), _("personal data"), _("unit"), _("description"))


def template(found: Contract, lang: Lang = "zh", rows: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The workbook as the bytes of an .xlsx file, always the same for the same contract, language and rows.

    Args:
        found: the table.
        lang: language of labels and notes; codes are the same in both.
        rows: rows in contract form to fill in.
    """
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": found.label[lang], "created": datetime.combine(EARLIEST, time())})
        names = (found.name, translate(_("columns"), lang), translate(_("codes"), lang))
        sheet, columns, codes = (book.add_worksheet(name) for name in names)
        _prepare(book, sheet, found, lang)
        for number, row in enumerate(rows, 1):
            for i, column in enumerate(found.expected):
                _cell(sheet, number, i, column, row.get(column.name), lang)
        _explain(book, columns, found, lang)
        _list_codes(codes, found, lang)
    return stream.getvalue()


def _prepare(book: "Workbook", sheet: "Worksheet", found: Contract, lang: Lang) -> None:
    """Headers with their notes, and for each column how its cells look and what they accept."""
    must, may = book.add_format({"bold": True, "bg_color": "#D5E8E4"}), book.add_format({"bold": True})
    coded = [c.name for c in found.expected if c.values]
    for i, column in enumerate(found.expected):
        sheet.write_string(0, i, column.label[lang], may if column.nullable else must)
        sheet.write_comment(0, i, _note(column, lang), {"x_scale": 2})
        shape = book.add_format({"num_format": FORMATS[column.type]}) if column.type in FORMATS else None
        sheet.set_column(i, i, max(12, 2 * len(column.label[lang])), shape)
        place = 2 * coded.index(column.name) if column.values else 0
        if accepted := _validation(column, place, lang):
            sheet.data_validation(1, i, ROWS, i, accepted)
    sheet.freeze_panes(1, 0)


def _note(column: Column, lang: Lang) -> str:
    """What a person who fills the column should know."""
    told = [
        f"{column.name}: {translate(MEANINGS[column.type], lang)}",
        translate(_("may be empty"), lang) if column.nullable else translate(_("required"), lang),
        column.unit,
        column.description[lang] if column.description else "",
        *(f"{code}  {label[lang]}" for code, label in column.values.items()),
    ]
    return "\n".join(line for line in told if line)


def _validation(column: Column, codes_at: int, lang: Lang) -> dict[str, Any]:
    """The rule of the spreadsheet for a column; empty where it has none for such cells."""
    if column.type in LONGEST:
        return {"validate": "length", "criteria": "<=", "value": LONGEST[column.type]}
    if column.type in ("date", "month", "instant"):
        return {"validate": "date", "criteria": ">=", "value": datetime.combine(EARLIEST, time())}
    if column.type == "enum":
        from xlsxwriter.utility import xl_range_abs

        cells = xl_range_abs(1, codes_at, len(column.values), codes_at)
        return {"validate": "list", "source": f"='{translate(_('codes'), lang)}'!{cells}"}
    if column.type == "bool":
        return {"validate": "list", "source": [_yes_no(value, lang) for value in (True, False)]}
    if column.type in ("codes", *LONG_NUMBERS):
        return {}
    low, high = (
        float(far if bound is None else bound) for bound, far in ((column.minimum, -FAR), (column.maximum, FAR))
    )
    validate = "integer" if column.type == "int" else "decimal"
    return {"validate": validate, "criteria": "between", "minimum": low, "maximum": high}


def _cell(sheet: "Worksheet", row: int, place: int, column: Column, value: Any, lang: Lang) -> None:
    """One value; text is never taken for a formula, moments stand in Shanghai time."""
    match value:
        case None:
            return
        case bool():
            sheet.write_string(row, place, _yes_no(value, lang))
        case datetime():
            sheet.write_datetime(row, place, value.astimezone(SHANGHAI).replace(tzinfo=None))
        case date():
            sheet.write_datetime(row, place, datetime.combine(value, time()))
        case int() | Decimal() if column.type not in LONG_NUMBERS:
            sheet.write_number(row, place, value)
        case _:
            sheet.write_string(row, place, format(value, "f") if isinstance(value, Decimal) else str(value))


def _explain(book: "Workbook", sheet: "Worksheet", found: Contract, lang: Lang) -> None:
    bold = book.add_format({"bold": True})
    for i, heading in enumerate(HEADINGS):
        sheet.write_string(0, i, translate(heading, lang), bold)
    for row, c in enumerate(found.expected, 1):
        told = (
            c.name,
            c.label[lang],
            translate(MEANINGS[c.type], lang),
            _yes_no(not c.nullable, lang),
            "" if c.personal == "none" else c.personal,
            c.unit,
            c.description[lang] if c.description else "",
        )
        for i, text in enumerate(told):
            sheet.write_string(row, i, text)
    sheet.set_column(0, len(HEADINGS) - 1, 24)


def _list_codes(sheet: "Worksheet", found: Contract, lang: Lang) -> None:
    """Two columns a coded column: its codes, and what they mean; the lists to choose from point here."""
    for i, column in enumerate(c for c in found.expected if c.values):
        said = [(column.name, column.label), *column.values.items()]
        for row, (code, label) in enumerate(said):
            sheet.write_string(row, 2 * i, code)
            sheet.write_string(row, 2 * i + 1, label[lang])


def _yes_no(value: bool, lang: Lang) -> str:
    return translate(_("yes"), lang) if value else translate(_("no"), lang)
