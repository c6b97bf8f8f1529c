"""One feed of one sheet into one contract table, compiled to one SQL pass: values, faults and notes of every row.

Four layers: the source columns under our names; their texts without blanks; the converted values; then what is asked of
them: the values alone, or the rows of which anything is to be said, with two lists which say by number which faults and
which notes are true of each.
"""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from windchime.core.text import Text
from windchime.data.contracts import Column, Contract, contract
from windchime.data.intake import rules, times
from windchime.data.intake.convert import SQL, Conversion, Kind, Source, convert, trimmed, trimming
from windchime.data.intake.looks import Look
from windchime.data.intake.mapping import Maker, TableOf
from windchime.data.intake.rough import DAMAGES
from windchime.data.intake.sheets import DAMAGE, FILE, ROW, TEXT, Matched, Sheet
from windchime.data.lake.opening import identifier, literal

#: SQL type of the number of a flag
NUMBER = "SMALLINT"
#: SQL of a row without flags
NONE = f"NULL::{NUMBER}[]"
#: the number of a row among all rows of the pass, in their order: parts of a sheet that is unpivoted, then its rows
PLACE = "__place"
#: more than any sheet has rows
PART = 1 << 34
#: in the place of a fault's code: the source has no such column
ABSENT = "absent"
#: how a column is read whose sign decides about another
_MONEY = Column("", Text("", ""), "money")


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is true of some rows."""

    code: str
    #: contract column it is about; empty for the row
    column: str
    #: SQL condition in the layer of converted values
    condition: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mapping takes from the pack as a whole."""

    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Compiled:
    """The pass over one sheet for one table."""

    contract: Contract
    matched: Matched
    made: TableOf
    facts: Facts
    #: SQL of all rows: contract columns, times, place
    rows: str
    #: the same with `__said`: anything is to be said of the row
    judged: str
    #: SQL of the rows of which anything is to be said: `PLACE`, `row_no`, `__faults`, `__notes`
    told: str
    #: values, `__faults` and `__notes` of all rows at once, which is planned faster
    whole: str
    #: contract columns that are null in all rows
    empty: frozenset[str]
    #: in the order of their numbers; the first that is true of a row is the one shown
    faults: tuple[Flag, ...]
    notes: tuple[Flag, ...]

    def header(self, column: str) -> str:
        """The header of the source column that a contract column is made from; the column's own name if none."""
        maker = self.made.columns.get(column)
        return self.matched.headers.get(maker.source_column, column) if maker else column

    def source_column(self, column: str) -> str:
        """Our name of the source column a contract column is made from; empty if none."""
        maker = self.made.columns.get(column)
        name = maker.source_column if maker else ""
        return name if name in self.matched.headers else ""


def compile_table(matched: Matched, made: TableOf, facts: Facts) -> Compiled:
    """Compile the pass of one sheet into one table."""
    found = contract(made.table)
    sources = {name: _source(name, matched.sheet, header) for name, header in matched.headers.items()}
    sources |= _unpivoted(matched, made)
    makers = {c.name: made.columns.get(c.name, Maker()) for c in found.expected}
    conversions = {c.name: _make(c, makers[c.name], sources, facts) for c in found.expected}
    # a column of a kind that cannot be read at all has no value either, but every cell of it is a fault
    empty = frozenset(
        name
        for name, kind in ((c.name, SQL[c.type]) for c in found.expected)
        if conversions[name].value == f"NULL::{kind}" and conversions[name].unreadable == "false"
    )
    looks = _looks(matched, makers)
    faults = (
        *(Flag(code, "", f"{DAMAGE} = {literal(code)}") for code in (DAMAGES if matched.sheet.damaged else ())),
        *(
            flag
            for c in found.expected
            for flag in _column_flags(c, conversions[c.name], looks.get(c.name), empty=c.name in empty)
        ),
        *_foreign(found, makers, facts),
        *(Flag(*rule) for rule in rules.contract_rules(found, "reject")),
    )
    notes = tuple(
        Flag(code, name, identifier(f"n:{name}:{i}"))
        for name, made_ in conversions.items()
        for i, (code, _sql) in enumerate(made_.notes)
    ) + tuple(Flag(*rule) for rule in rules.contract_rules(found, "note"))
    bare = "".join(f", {_bare(s)} AS {s.bare}" for s in sources.values() if s.bare not in ("", s.sql))
    texts = f"SELECT *{bare} FROM ({source_layer(matched, made)})"
    layer = _layer(matched, facts, texts, _values(conversions))
    said = " OR ".join(f"({flag.condition})" for flag in (*faults, *notes)) or "false"
    return Compiled(
        found,
        matched,
        made,
        facts,
        _rows(found, matched, _layer(matched, facts, texts, _values(conversions, plain=True))),
        _rows(found, matched, layer, f", coalesce({said}, false) AS __said"),
        f"SELECT {PLACE}, {ROW} AS row_no{_lists(matched, faults, notes)} FROM ({layer}) WHERE {said}",
        _rows(found, matched, layer, _lists(matched, faults, notes)),
        empty,
        faults,
        notes,
    )


def _source(name: str, sheet: Sheet, header: str) -> Source:
    look, sql = sheet.looks.get(header), identifier(f"s:{name}")
    if look and look.empty:
        return Source(sql, "null")
    if sheet.kinds[header] != "text":
        return Source(sql, sheet.kinds[header])
    as_it_is = look is not None and look.tidy and not look.gaps
    bare = sql if as_it_is else identifier(f"t:{name}")
    return Source(sql, "text", bare, tidy=look is not None and look.tidy, numeric=look is not None and look.numeric)


def _bare(source: Source) -> str:
    return f"nullif({source.sql}, '')" if source.tidy else trimming(source.sql)


def _looks(matched: Matched, makers: Mapping[str, Maker]) -> dict[str, Look]:
    """What is known of the values of contract columns that are texts as the source has them."""
    found = {}
    for column, maker in makers.items():
        header = matched.headers.get(maker.source_column, "")
        if header in matched.sheet.looks and not (maker.firm or maker.values or maker.constant or maker.pack):
            found[column] = matched.sheet.looks[header]
    return found


def source_layer(matched: Matched, made: TableOf) -> str:
    """SQL of the sheet's columns under our names, one row a result row, with the row number."""
    names = [f"{identifier(header)} AS {identifier(f's:{name}')}" for name, header in matched.headers.items()]
    names += [DAMAGE, TEXT] if matched.sheet.damaged else []
    names += [FILE] if matched.sheet.many else []
    place = "row_number() OVER ()" if matched.sheet.many else ROW
    base = f"SELECT {ROW}, {place} AS {PLACE}, {', '.join(names)} FROM {matched.sheet.relation}"
    if made.unpivot is None:
        return base
    kind = _unpivoted(matched, made)[made.unpivot.value].kind
    cast = "CAST({} AS VARCHAR)" if kind == "text" else "{}"
    return " UNION ALL ".join(
        f"SELECT * REPLACE ({PLACE} + {part * PART} AS {PLACE}), {literal(label)} AS {identifier(f's:{made.unpivot.name}')}, "
        f"{cast.format(identifier(f's:{column}'))} AS {identifier(f's:{made.unpivot.value}')} FROM ({base})"
        for part, (column, label) in enumerate(made.unpivot.columns.items())
    )


def _unpivoted(matched: Matched, made: TableOf) -> dict[str, Source]:
    if made.unpivot is None:
        return {}
    kinds = {matched.sheet.kinds[matched.headers[column]] for column in made.unpivot.columns}
    kind = kinds.pop() if len(kinds) == 1 else "text"
    parts: tuple[tuple[str, Kind], ...] = ((made.unpivot.name, "text"), (made.unpivot.value, kind))
    return {
        name: Source(identifier(f"s:{name}"), of, identifier(f"t:{name}") if of == "text" else "") for name, of in parts
    }


def _make(column: Column, maker: Maker, sources: Mapping[str, Source], facts: Facts) -> Conversion:
    if maker.constant or maker.pack:
        said = maker.constant or str(getattr(facts, maker.pack))
        return Conversion(f"CAST({literal(said)} AS {SQL[column.type]})", "false", "")
    if maker.source_column not in sources:
        return Conversion(f"NULL::{SQL[column.type]}", "false", ABSENT)
    return _from_source(column, maker, sources[maker.source_column], facts)


def _from_source(column: Column, maker: Maker, source: Source, facts: Facts) -> Conversion:
    if maker.sign_of:
        amount = f"({convert(_MONEY, source).value})"
        return Conversion(
            f"CASE WHEN {amount} < 0 THEN {literal(maker.negative)} ELSE {literal(maker.otherwise)} END", "false", ""
        )
    made = convert(column, source, maker.unit)
    if maker.firm:
        return Conversion(f"{literal(facts.source + ':')} || {made.value}", made.unreadable, made.code, made.notes)
    if maker.values:
        cases = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in maker.values.items())
        text = trimmed(source)
        value = f"CASE {text} {cases} END"
        return Conversion(value, f"{text} IS NOT NULL AND ({value}) IS NULL", "not_accepted", made.notes)
    return made


def _column_flags(column: Column, made: Conversion, look: Look | None, *, empty: bool) -> list[Flag]:
    """What may be wrong with the values of a column; what is known not to be is left out."""
    unknown = _unknown(column)
    if empty:
        return [] if column.nullable else [Flag("missing", column.name, unknown or "true")]
    unreadable = identifier(f"u:{column.name}") if made.unreadable != "false" else ""
    flags = [Flag(made.code, column.name, unreadable)] if unreadable else []
    if not column.nullable:
        missing = f"{rules.value(column.name)} IS NULL"
        missing += f" AND NOT coalesce({unreadable}, false)" if unreadable else ""
        flags.append(Flag("missing", column.name, f"{missing} AND {unknown}" if unknown else missing))
    return flags + [Flag(code, column.name, sql) for code, sql in rules.column_faults(column, look)]


def _unknown(column: Column) -> str:
    """SQL of a party without a code or name from which the vault makes its id; empty for columns that are no such id."""
    if column.type != "id" or not column.party:
        return ""
    code, name = (rules.value(f"{column.party}_{part}") for part in ("code", "name"))
    return f"({name} IS NULL AND NOT coalesce(regexp_matches({code}, '^[0-9A-Za-z]{{6,}}$'), false))"


def _foreign(found: Contract, makers: Mapping[str, Maker], facts: Facts) -> tuple[Flag, ...]:
    """Rows that speak in the name of a firm of another source; where the id is not made here, it is held against ours."""
    name = found.firm_column
    if name is None or makers[name].firm:
        return ()
    own = f"starts_with({rules.value(name)}, {literal(facts.source + ':')}) AND length({rules.value(name)}) > {len(facts.source) + 1}"
    return (Flag("not_of_source", name, f"NOT ({own})"),)


def _values(conversions: Mapping[str, Conversion], *, plain: bool = False) -> str:
    """SQL of the layer of converted values, each with what was unreadable and worth a note unless they are wanted plain."""
    values = []
    for name, conversion in conversions.items():
        values.append(f"{conversion.value} AS {rules.value(name)}")
        if not plain:
            if conversion.unreadable != "false":
                values.append(f"{conversion.unreadable} AS {identifier(f'u:{name}')}")
            values += [f"{sql} AS {identifier(f'n:{name}:{i}')}" for i, (_code, sql) in enumerate(conversion.notes)]
    return ", ".join(values)


def _layer(matched: Matched, facts: Facts, texts: str, values: str) -> str:
    beside = [ROW, PLACE, *([DAMAGE] if matched.sheet.damaged else []), *([FILE] if matched.sheet.many else [])]
    return f"SELECT *, DATE '{facts.as_of}' AS __as_of FROM (SELECT {', '.join(beside)}, {values} FROM ({texts}))"


def _rows(found: Contract, matched: Matched, layer: str, beside: str = "") -> str:
    own = [f"{rules.value(c.name)} AS {identifier(c.name)}" for c in found.expected]
    happened, known, basis = times.of(found)
    return (
        f"SELECT {', '.join(own)}, {happened} AS happened_at, {known} AS __known_on, {basis} AS __known_basis, "
        f"{FILE if matched.sheet.many else literal(matched.sheet.file)} AS source_file, {text(matched.sheet.sheet)} AS source_sheet, "
        f"{ROW} AS row_no, {PLACE}{beside} FROM ({layer})"
    )


def _lists(matched: Matched, faults: tuple[Flag, ...], notes: tuple[Flag, ...]) -> str:
    damages = len(DAMAGES) if matched.sheet.damaged else 0
    wrong = numbers(faults[damages:], damages)
    if damages:  # of a row that could not be told apart nothing else is said
        wrong = f"CASE WHEN {DAMAGE} IS NULL THEN {wrong} ELSE {numbers(faults[:damages])} END"
    return f", {wrong} AS __faults, {numbers(notes)} AS __notes"


def numbers(flags: tuple[Flag, ...], first: int = 0) -> str:
    """SQL of the numbers, from `first` on, of the flags that are true of a row; null where none is, which costs little."""
    if not flags:
        return NONE
    any_of = " OR ".join(f"({flag.condition})" for flag in flags)
    each = ", ".join(f"CASE WHEN {flag.condition} THEN {i}::{NUMBER} END" for i, flag in enumerate(flags, first))
    return f"CASE WHEN {any_of} THEN list_filter([{each}], lambda i: i IS NOT NULL) END"


def text(value: str | None) -> str:
    """A text, or none, as an SQL literal."""
    return "NULL::VARCHAR" if value is None else literal(value)
