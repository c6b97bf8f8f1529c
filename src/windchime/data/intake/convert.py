"""From a source column to a contract column, as SQL: the value, whether it was lost on the way, what was tidied.

Every expression works on whole columns in DuckDB; nothing here looks at a single row.
"""

from dataclasses import dataclass, replace
from typing import Literal

from windchime.core.dates import EARLIEST, SHANGHAI
from windchime.data.contracts import Column
from windchime.data.intake import units
from windchime.data.lake.opening import literal

#: what DuckDB says of a source column, reduced to what the conversions tell apart
Kind = Literal["text", "float", "integer", "decimal", "date", "timestamp", "instant", "bool", "null", "other"]
#: pairs of a note's code and the SQL condition it is true under
Notes = tuple[tuple[str, str], ...]

#: blanks that people and systems leave around values: ASCII, no-break, ideographic, zero width, byte order mark
BLANKS = " \t\r\n\v\f\u00a0\u3000\u200b\ufeff"
#: a float further than this from a whole cent does not say which cent it means
CENT_DOUBT = "1e-6"
#: floats of this size and beyond cannot tell neighbouring integers apart (15 significant digits)
INEXACT = "1e15"
#: decimals that a number of a type keeps, and what an unreadable one is called
NUMBERS = {
    "money": (2, "not_an_amount"),
    "int": (0, "not_a_whole_number"),
    "rate": (6, "not_a_rate"),
    "number": (4, "not_a_number"),
    "quantity": (8, "not_a_number"),
    "price": (10, "not_a_number"),
}
#: types of measured numbers: further decimals are rounded away with a note, not refused
MEASURED = ("rate", "number", "quantity", "price")
#: dates as Chinese papers and spreadsheets write them, and moments once such a date is tidied
CHINESE_DATE = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
MOMENT = r"^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.]\d{1,6})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?)?$"
#: marks between thousands that stand where they belong
GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
TRUE = ("true", "1", "是", "yes", "y", "t")
FALSE = ("false", "0", "否", "no", "n", "f")

#: how names of DuckDB types begin, and their kinds
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("VARCHAR", "text"),
    ("ENUM", "text"),
    ("DOUBLE", "float"),
    ("FLOAT", "float"),
    ("DECIMAL", "decimal"),
    ("TIMESTAMP WITH TIME ZONE", "instant"),
    ("TIMESTAMP", "timestamp"),
    ("DATE", "date"),
    ("BOOLEAN", "bool"),
    ('"NULL"', "null"),
    ("NULL", "null"),
    *((f"{sign}{size}INT", "integer") for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")),
    ("INTEGER", "integer"),
    ("UINTEGER", "integer"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A column of a file as DuckDB sees it."""

    #: SQL that names it
    sql: str
    kind: Kind
    #: SQL that names its text without blanks around it, where a layer below has made it (see `trimming`), or where it
    #: is known to have none
    bare: str = ""
    #: no text has blanks around it
    tidy: bool = False
    #: every text is made of digits, signs and points
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one contract column is made from one source column."""

    #: SQL of the value in the contract's type; null where it is missing or could not be read
    value: str
    #: SQL that is true where something stood in the source and could not be read
    unreadable: str
    #: code of the fault of an unreadable value
    code: str
    #: conditions that are worth a note, by code; the value is kept
    notes: Notes = ()


def kind_of(duckdb_type: str) -> Kind:
    """The kind of a DuckDB type name."""
    plain = duckdb_type.upper()
    if plain.endswith("]"):  # lists and arrays of whatever
        return "other"
    return next((kind for start, kind in _KINDS if plain.startswith(start)), "other")


def trimmed(source: Source) -> str:
    """The source as text without blanks around it; null where nothing is left. Whole floats lose their `.0`."""
    match source.kind:
        case "text":
            return source.bare or trimming(source.sql)
        case "float":
            whole = f"{source.sql} = trunc({source.sql}) AND abs({source.sql}) < {INEXACT}"
            return (
                f"CASE WHEN {whole} THEN CAST(CAST({source.sql} AS BIGINT) AS VARCHAR) "
                f"WHEN NOT isnan({source.sql}) THEN CAST({source.sql} AS VARCHAR) END"
            )
        case _:
            return f"CAST({source.sql} AS VARCHAR)"


def trimming(sql: str) -> str:
    """SQL of a text without blanks around it; null where nothing is left.

    Trimming looks at every character; most texts begin and end with none that could be a blank, which two code points tell.
    """
    return (
        f"CASE WHEN ({_no_blank(f'ord({sql})')}) AND ({_no_blank(f'ord({sql}[-1])')}) THEN {sql} "
        f"ELSE nullif(trim({sql}, {literal(BLANKS)}), '') END"
    )


def _no_blank(point: str) -> str:
    """SQL that is true of code points that are surely none of `BLANKS`."""
    return f"{point} BETWEEN 33 AND 159 OR {point} > 12288 AND {point} <> 65279"


def convert(column: Column, source: Source, unit: str = "") -> Conversion:
    """How a source column becomes the contract column; `unit` is the source's unit of a number, a name of `units.UNITS`."""
    if source.kind == "null":
        return Conversion(f"NULL::{SQL[column.type]}", "false", "missing")
    if unit and source.kind in ("float", "integer", "decimal"):
        return _scaled(column, source, unit)
    if column.type in NUMBERS and source.kind == "text":
        return _written(column, source, unit)
    return _BY_TYPE[column.type](column, source)


def _text(_column: Column, source: Source) -> Conversion:
    value = trimmed(source)
    notes: Notes = ()
    if source.kind == "text":
        notes = (("blanks_trimmed", f"{source.sql} <> {value}"),) if not source.tidy else ()
        unreadable = "false"
    elif source.kind == "float":
        unreadable = f"abs({source.sql}) >= {INEXACT} OR isinf({source.sql})"
    else:
        unreadable = "false" if source.kind != "other" else f"{source.sql} IS NOT NULL"
    return Conversion(value, unreadable, "digits_lost" if source.kind == "float" else "not_text", notes)


def _written(column: Column, source: Source, unit: str) -> Conversion:
    """A number that stands as text: plain ones at once, those with units, wide digits or in words the long way."""
    target, (digits, code) = SQL[column.type], NUMBERS[column.type]
    text = trimmed(source)
    exact = rf"^[+-]?\d{{1,16}}(\.\d{{1,{max(digits, 1)}}}0*)?$" if digits else r"^[+-]?\d{1,18}(\.0+)?$"
    if source.numeric and column.type not in MEASURED and not unit:
        value = f"CASE WHEN regexp_matches({text}, {literal(exact)}) THEN TRY_CAST({text} AS {target}) END"
        return Conversion(value, f"{text} IS NOT NULL AND ({value}) IS NULL", code)
    bare = f"replace({text}, ',', '')"
    plain = (
        f"regexp_matches({bare}, {literal(exact)}) AND (NOT contains({source.sql}, ',') "
        f"OR regexp_matches({text}, {literal(GROUPED)}))"
    )
    long_way = f"({units.written(text, column.type, unit)})"
    made = f"TRY_CAST({long_way} AS {target})"
    whole = made if column.type in MEASURED else f"CASE WHEN {made} = {long_way} THEN {made} END"
    value = whole if unit else f"CASE WHEN {plain} THEN TRY_CAST({bare} AS {target}) ELSE {whole} END"
    told = f"{text} IS NOT NULL AND ({value}) IS NOT NULL"
    notes: Notes = (
        ("unit_converted", told if unit else f"{told} AND NOT regexp_matches({bare}, '^[+-]?\\d+(\\.\\d+)?$')"),
    )
    if column.type in MEASURED:
        notes += (("rate_rounded", f"NOT coalesce({plain}, false) AND {made} <> {long_way}"),)
    return Conversion(value, f"{text} IS NOT NULL AND ({value}) IS NULL", code, notes)


def _scaled(column: Column, source: Source, unit: str) -> Conversion:
    """A number cell in a unit of its own."""
    target, (_digits, code) = SQL[column.type], NUMBERS[column.type]
    factor = units.UNITS[unit]
    if source.kind == "float":
        product = f"({source.sql} * {factor}::DOUBLE)"
        made = _number(column, Source(product, "float"))
        return replace(made, notes=(*made.notes, ("unit_converted", f"({made.value}) IS NOT NULL")))
    number = f"TRY_CAST({source.sql} AS DECIMAL(25,10))"
    product = f"({units.times(number, str(factor))})"
    value = f"TRY_CAST({product} AS {target})"
    if column.type not in MEASURED:
        value = f"CASE WHEN {value} = {product} THEN {value} END"
    unreadable = f"{source.sql} IS NOT NULL AND ({value}) IS NULL"
    return Conversion(value, unreadable, code, (("unit_converted", f"({value}) IS NOT NULL"),))


def _number(column: Column, source: Source) -> Conversion:
    target, (_digits, code) = SQL[column.type], NUMBERS[column.type]
    plain = source.sql
    if source.kind not in ("float", "integer", "decimal"):
        return Conversion(f"NULL::{target}", f"{plain} IS NOT NULL", code)
    if source.kind == "float":
        there = f"{plain} IS NOT NULL AND NOT isnan({plain})"
        cast = f"TRY_CAST(CASE WHEN isfinite({plain}) THEN {plain} END AS {target})"
        if column.type in MEASURED:  # rounded to the lake's digits
            return Conversion(
                cast,
                f"{there} AND {cast} IS NULL",
                code,
                (("rate_rounded", f"abs({plain} - CAST({cast} AS DOUBLE)) > 1e-9"),),
            )
        near = f"abs({plain} - CAST({cast} AS DOUBLE)) <= {CENT_DOUBT} AND abs({plain}) < {INEXACT}"
        value = f"CASE WHEN {near} THEN {cast} END"
        return Conversion(value, f"{there} AND ({value}) IS NULL", code)
    value = f"CASE WHEN TRY_CAST({plain} AS {target}) = {plain} THEN TRY_CAST({plain} AS {target}) END"
    if column.type in MEASURED:
        value = f"TRY_CAST({plain} AS {target})"
    return Conversion(value, f"{plain} IS NOT NULL AND ({value}) IS NULL", code)


def _codes(column: Column, source: Source) -> Conversion:
    """Several codes in one text, however they are separated: sorted, each once, joined by a bar."""
    made = _text(column, source)
    split = f"string_split_regex({made.value}, '\\s*[|,;、，；]\\s*')"
    value = f"nullif(array_to_string(list_sort(list_distinct(list_filter({split}, lambda c: c <> ''))), '|'), '')"
    return Conversion(f"CASE WHEN {made.value} IS NOT NULL THEN {value} END", made.unreadable, made.code, made.notes)


def _month(column: Column, source: Source) -> Conversion:
    """The first day of the month; a month without a day (`2024-05`, `202405`, `2024年5月`) is one too."""
    if source.kind == "text":
        text = trimmed(source)
        shape = r"^(\d{4})[-/.年]?(\d{1,2})月?$"
        bare = f"regexp_matches({text}, {literal(shape)})"
        source = Source(
            f"CASE WHEN {bare} THEN regexp_replace({text}, {literal(shape)}, '\\1-\\2-1') ELSE {source.sql} END", "text"
        )
    made = _date(column, source)
    return Conversion(f"CAST(date_trunc('month', {made.value}) AS DATE)", made.unreadable, made.code, made.notes)


def _date(_column: Column, source: Source) -> Conversion:
    notes: Notes = ()
    match source.kind:
        case "date":
            value = source.sql
        case "timestamp" | "instant":
            there_and_then = source.sql if source.kind == "timestamp" else _shanghai(source.sql)
            value = f"CAST({there_and_then} AS DATE)"
            notes = (("time_of_day_dropped", f"CAST({value} AS TIMESTAMP) <> CAST({there_and_then} AS TIMESTAMP)"),)
        case "text":
            text = trimmed(source)
            pattern = r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$"
            value = f"TRY_CAST(regexp_replace({text}, {literal(pattern)}, '\\1-\\2-\\3') AS DATE)"
            shaped = rf"regexp_matches({text}, '^\d{{8}}$|^\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?$')"
            value = f"CASE WHEN {text} LIKE '____-__-__' THEN TRY_CAST({text} AS DATE) WHEN {shaped} THEN {value} END"
        case _:
            return Conversion("NULL::DATE", f"{source.sql} IS NOT NULL", "not_a_date")
    there = trimmed(source) if source.kind == "text" else source.sql
    kept = f"CASE WHEN isfinite({value}) AND {value} >= DATE '{EARLIEST}' THEN {value} END"
    return Conversion(kept, f"{there} IS NOT NULL AND ({kept}) IS NULL", "not_a_date", notes)


def _bool(_column: Column, source: Source) -> Conversion:
    if source.kind == "bool":
        return Conversion(source.sql, "false", "not_yes_or_no")
    text = f"lower({trimmed(source)})"
    value = f"CASE WHEN {text} IN {_set(TRUE)} THEN true WHEN {text} IN {_set(FALSE)} THEN false END"
    return Conversion(value, f"{trimmed(source)} IS NOT NULL AND ({value}) IS NULL", "not_yes_or_no")


def _instant(_column: Column, source: Source) -> Conversion:
    """A moment; without a time zone it is Shanghai time, a date alone is its first moment."""
    code = "not_an_instant"
    match source.kind:
        case "instant":
            return Conversion(source.sql, "false", code)
        case "timestamp" | "date":
            return Conversion(_shanghai(f"CAST({source.sql} AS TIMESTAMP)"), "false", code)
        case "text":
            plain = f"regexp_replace({trimmed(source)}, {literal(CHINESE_DATE)}, '\\1-\\2-\\3')"
            zoned = f"regexp_matches({plain}, '(Z|[+-]\\d{{2}}(:?\\d{{2}})?)$') AND contains({plain}, ':')"
            value = (
                f"CASE WHEN NOT regexp_matches({plain}, {literal(MOMENT)}) THEN NULL "
                f"WHEN {zoned} THEN TRY_CAST({plain} AS TIMESTAMPTZ) "
                f"ELSE {_shanghai(f'TRY_CAST({plain} AS TIMESTAMP)')} END"
            )
            return Conversion(value, f"{trimmed(source)} IS NOT NULL AND ({value}) IS NULL", code)
        case _:
            return Conversion("NULL::TIMESTAMPTZ", f"{source.sql} IS NOT NULL", code)


def _shanghai(naive: str) -> str:
    return f"timezone({literal(SHANGHAI.key)}, {naive})"


def _set(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(map(literal, values)) + ")"


SQL = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "enum": "VARCHAR",
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "date": "DATE",
    "money": "DECIMAL(18,2)",
    "rate": "DECIMAL(9,6)",
    "number": "DECIMAL(18,4)",
    "quantity": "DECIMAL(24,8)",
    "price": "DECIMAL(24,10)",
    "codes": "VARCHAR",
    "month": "DATE",
    "instant": "TIMESTAMPTZ",
}
_BY_TYPE = {
    "id": _text,
    "text": _text,
    "enum": _text,
    "bool": _bool,
    "int": _number,
    "date": _date,
    "money": _number,
    "rate": _number,
    "number": _number,
    "quantity": _number,
    "price": _number,
    "codes": _codes,
    "month": _month,
    "instant": _instant,
}
