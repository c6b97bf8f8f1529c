"""Numbers as sources write them (万元, %, bp, ￥1,234.50, １２３, 大写金额), as SQL that makes exact decimals of them."""

from decimal import Decimal

import duckdb
from duckdb.func import FunctionNullHandling

from windchime.data.intake import capitals
from windchime.data.lake.opening import literal

#: units a mapping may name, and what one of them is in the contract's unit (yuan, a fraction, a piece)
UNITS: dict[str, Decimal] = {
    "thousand": Decimal(1_000),
    "wan": Decimal(10_000),
    "million": Decimal(1_000_000),
    "yi": Decimal(100_000_000),
    "percent": Decimal("0.01"),
    "permille": Decimal("0.001"),
    "bp": Decimal("0.0001"),
}
#: units that make sense for a type of column
OF_TYPE: dict[str, tuple[str, ...]] = {
    "money": ("thousand", "wan", "million", "yi"),
    "int": ("thousand", "wan", "million", "yi"),
    "number": ("thousand", "wan", "million", "yi"),
    "quantity": ("thousand", "wan", "million", "yi"),
    "price": (),
    "rate": ("percent", "permille", "bp"),
}
#: how texts write a unit behind their number
WRITTEN = {
    "千元": "thousand",
    "千": "thousand",
    "万元": "wan",
    "万": "wan",
    "百万元": "million",
    "百万": "million",
    "亿元": "yi",
    "亿": "yi",
    "%": "percent",
    "‰": "permille",
    "bp": "bp",
    "个基点": "bp",
}
#: units of the contract itself, which texts may repeat
PLAIN = ("元", "圆", "元整", "圆整")
#: full-width digits and signs, and their plain forms
WIDE, NARROW = "０１２３４５６７８９．，－＋（）％￥−–", "0123456789.,-+()%¥--"
#: a number with or without marks between thousands, brackets around negative ones as accountants write them
SHAPE = r"^(\(?)(?:¥|RMB|CNY)?([+-]?)(?:¥|RMB|CNY)?(\d{1,3}(?:,\d{3}){1,4}|\d{1,14})(\.\d{1,10})?([^\d)]{0,4})(\)?)$"
#: digits of Chinese capitals; common digits of prose are not amounts
CAPITAL = "[壹贰叁肆伍陆柒捌玖拾佰仟零]"
#: SQL name of the function that reads amounts in Chinese capitals
READ_CAPITALS = "amount_in_capitals"


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Let a connection read amounts in Chinese capitals."""
    text, amount = duckdb.sqltype("VARCHAR"), duckdb.sqltype("DECIMAL(18,2)")
    con.create_function(READ_CAPITALS, _in_capitals, [text], amount, null_handling=FunctionNullHandling.SPECIAL)


def _in_capitals(text: str | None) -> Decimal | None:
    found = capitals.read(text) if text else None
    return found if found is not None and abs(found) < Decimal(10) ** 16 else None


def written(text: str, kind: str, unit: str) -> str:
    """SQL of the exact number (DECIMAL(38,12)) that a text states with its marks, words and units; null where it states none.

    Args:
        text: SQL of the text without blanks around it.
        kind: type of the column.
        unit: unit of the column, for texts that name none; empty for the contract's own.
    """
    plain = f"replace(translate({text}, {literal(WIDE)}, {literal(NARROW)}), ' ', '')"

    def part(i: int) -> str:
        return f"regexp_extract({plain}, {literal(SHAPE)}, {i})"

    sign = f"CASE WHEN {part(2)} = '-' THEN '-' WHEN {part(1)} = '(' THEN '-' ELSE '' END"
    number = f"TRY_CAST({sign} || replace({part(3)}, ',', '') || {part(4)} AS DECIMAL(25,10))"
    units = {word: UNITS[name] for word, name in WRITTEN.items() if name in OF_TYPE[kind]}
    units |= dict.fromkeys(PLAIN, Decimal(1)) if kind in ("money", "price") else {}
    factors = " ".join(f"WHEN {literal(word)} THEN {factor}" for word, factor in units.items())
    factor = f"CASE lower({part(5)}) WHEN '' THEN {UNITS[unit] if unit else 1} {factors} END"
    brackets = f"({part(1)} = '(') = ({part(6)} = ')') AND NOT ({part(1)} = '(' AND {part(2)} <> '')"
    read = f"CASE WHEN {brackets} THEN {times(number, factor)} END"
    if kind != "money":
        return read
    return f"CASE WHEN regexp_matches({text}, {literal(CAPITAL)}) THEN {READ_CAPITALS}({text}) ELSE {read} END"


def times(number: str, factor: str) -> str:
    """SQL of an exact product of a DECIMAL(25,10) and a factor of `UNITS`: both together have room for all digits."""
    return f"CAST({number} * CAST({factor} AS DECIMAL(13,4)) AS DECIMAL(38,12))"
