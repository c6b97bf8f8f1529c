"""A card as one SQL expression: the same points for the same row, also where values are missing, not a number or infinite."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from windchime.risk.binning.bins import Bin
from windchime.risk.scorecards.card import Card, CardFeature

Dialect = Literal["duckdb", "postgresql", "spark", "mysql", "oracle"]


@dataclass(frozen=True, slots=True)
class _Tongue:
    """What differs between dialects."""

    #: around names; doubled inside them
    quote: str
    #: whether a column may hold NaN, and how to ask
    is_nan: Callable[[str], str] | None
    #: whether a backslash in a text is one of itself
    plain_backslash: bool = True
    #: a quote inside a text; doubled, Spark reads it as the end of one text and the beginning of another
    inner: str = "''"
    #: whether a text compares with blanks at its end left out, or without regard to case, unless told otherwise
    text: Callable[[str], str] = str


_TONGUES: dict[Dialect, _Tongue] = {
    "duckdb": _Tongue('"', lambda c: f"isnan({c})"),
    "postgresql": _Tongue('"', lambda c: f"{c} = 'NaN'"),
    "spark": _Tongue("`", lambda c: f"isnan({c})", plain_backslash=False, inner="\\'"),
    "mysql": _Tongue("`", None, plain_backslash=False, text=lambda c: f"CAST({c} AS BINARY)"),
    "oracle": _Tongue('"', lambda c: f"{c} IS NAN"),
}


def score_sql(card: Card, dialect: Dialect = "duckdb") -> str:
    """The score of a row as an expression over the columns of its features, named by their codes.

    Args:
        card: the card.
        dialect: of the database. Number columns are taken as double precision; in Oracle as BINARY_DOUBLE.
    """
    tongue = _TONGUES[dialect]
    terms = "".join(f"\n  + {_feature(f, tongue)}" for f in card.features)
    return f"{card.base_points}{terms}"


def _feature(f: CardFeature, tongue: _Tongue) -> str:
    q = tongue.quote
    column = q + f.feature.code.replace(q, q + q) + q
    missing = f"{column} IS NULL"
    if not f.bins.categorical and tongue.is_nan:
        missing = f"{missing} OR {tongue.is_nan(column)}"
    by_kind = {kind: [(b, p) for b, p in zip(f.bins.bins, f.points, strict=True) if b.kind == kind] for kind in
               ("missing", "special", "interval", "categories", "other")}  # fmt: skip
    whens = [f"WHEN {missing} THEN {by_kind['missing'][0][1]}"]
    whens += [f"WHEN {column} = {_number(b.code)} THEN {p}" for b, p in by_kind["special"]]
    whens += [f"WHEN {column} < {_number(b.high)} THEN {p}" for b, p in by_kind["interval"] if b.high is not None]
    whens += [f"WHEN {tongue.text(column)} IN ({_texts(b, tongue)}) THEN {p}" for b, p in by_kind["categories"]]
    (rest,) = [p for b, p in (*by_kind["interval"], *by_kind["other"]) if b.kind == "other" or b.high is None]
    return f"CASE {' '.join(whens)} ELSE {rest} END"


def _number(value: float | None) -> str:
    return "NULL" if value is None else f"{value:.17g}" if "e" in f"{value:.17g}" else f"{value:.17g}e0"


def _texts(b: Bin, tongue: _Tongue) -> str:
    def quoted(name: str) -> str:
        text = name if tongue.plain_backslash else name.replace("\\", "\\\\")
        return "'" + text.replace("'", tongue.inner) + "'"

    return ", ".join(tongue.text(quoted(c)) for c in b.categories)
