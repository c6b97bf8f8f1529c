"""Rules as SQL: true or false for every row, never unknown, with the hits that the rules have here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from windchime.risk.rules.exports.sql.dialect import Dialect
from windchime.risk.rules.exports.sql.dialects import dialect
from windchime.risk.rules.literals import NotWritable, names, numbers
from windchime.risk.rules.rule import Condition, Rule, Span
from windchime.risk.rules.sentences import Named

TRUE, FALSE = "1 = 1", "1 = 0"


def condition_sql(condition: Condition, to: Dialect, unit: str = "") -> str:
    """One condition as a boolean that is never NULL, in parentheses where it has several parts.

    Args:
        condition: any.
        to: dialect.
        unit: `date` where the column holds dates or instants, `boolean` where it holds truth values.
    """
    if condition.kind == "category":
        return _category(condition, to.name_of(condition.feature), to)
    return _number(condition, unit, to)


def rule_sql(rule: Rule, to: str | Dialect, features: Iterable[Named] = ()) -> str:
    """A rule as a boolean that is never NULL: for WHERE, CASE and NOT alike.

    Args:
        rule: any.
        to: dialect.
        features: what is known of the columns: dates and truth values are told by their unit.

    Raises:
        UnknownName: no such dialect.
        NotWritable: a name or value that the database cannot take.
    """
    how = dialect(to) if isinstance(to, str) else to
    units = {f.code: f.unit for f in features}
    return " AND ".join(condition_sql(c, how, units.get(c.feature, "")) for c in rule.conditions) or TRUE


def first_hit_sql(rules: Sequence[Rule], to: str | Dialect, features: Sequence[Named] = ()) -> str:
    """A CASE that gives the place of the first rule that hits, from 0, and −1 where none does; see `rule_sql`."""
    how = dialect(to) if isinstance(to, str) else to
    check_names(rules, how)
    if not rules:
        return "-1"
    whens = "".join(f"\n  WHEN {rule_sql(r, how, features)} THEN {i}" for i, r in enumerate(rules))
    return f"CASE{whens}\n  ELSE -1\nEND"


def check_names(rules: Sequence[Rule], to: Dialect) -> None:
    """Refuse features that the database would take for one column.

    Raises:
        NotWritable: names that differ in case alone, where case does not count.
    """
    seen: dict[str, str] = {}
    for feature in dict.fromkeys(f for r in rules for f in r.features) if to.folds else ():
        other = seen.setdefault(feature.casefold(), feature)
        if other != feature:
            raise NotWritable(feature, to.name, f"= {other}")


def script(
    rules: Sequence[Rule],
    to: str,
    *,
    table: str = "applications",
    said: Sequence[str] = (),
    about: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    features: Sequence[Named] = (),
) -> str:
    """A query that gives each row of a table one column a rule (1 or 0) and the place of the first rule that hits.

    Args:
        rules: in their order.
        to: dialect.
        table: name of the table; `schema.table` names both.
        said: a sentence a rule, written beside it as a comment.
        about: further comments on top.
        columns: names of the columns of the rules; `rule_1` … by default.
        features: what is known of the table's columns; see `rule_sql`.

    Raises:
        UnknownName: no such dialect.
        NotWritable: a name or value that the database cannot take.
    """
    how = dialect(to)
    check_names(rules, how)
    made = columns or [f"rule_{i + 1}" for i in range(len(rules))]
    head = [*about, f"{how.name}: {how.columns}", *(f"{i}: {s}" for i, s in enumerate(said))]
    flags = [
        f"CASE WHEN {rule_sql(r, how, features)} THEN 1 ELSE 0 END AS {how.name_of(n)}"
        for r, n in zip(rules, made, strict=True)
    ]
    shown = ",\n  ".join(["t.*", *flags, f"{first_hit_sql(rules, how, features)} AS {how.name_of('first_rule')}"])
    source = ".".join(how.name_of(part) for part in table.split("."))
    return "".join(f"-- {comment(line)}\n" for line in head) + f"SELECT\n  {shown}\nFROM {source} t\n"


def comment(text: str) -> str:
    """Text that stays on the line of its comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of quantities as one dialect asks it."""

    #: the column, as a number or a date
    sql: str
    #: a bound as a literal; a day number that is no whole one as the day after
    bound: Callable[[float], str]
    #: whether a value of the column can be this one
    holds: Callable[[float], bool]
    #: whether it is NaN; empty where none can be
    nan: str


def _column(condition: Condition, unit: str, to: Dialect) -> _Column:
    name = to.name_of(condition.feature)
    if unit == "date":
        return _Column(to.day(name), lambda v: _day(v, condition.feature, to), lambda v: v == ceil(v), "")
    if unit == "boolean":
        return _Column(to.truth(name), to.number, to.holds, "")
    return _Column(name, to.number, to.holds, to.is_nan(name))


def _day(value: float, feature: str, to: Dialect) -> str:
    try:
        return f"DATE '{date(1970, 1, 1) + timedelta(ceil(value))}'"
    except OverflowError:
        raise NotWritable(feature, to.name, f"{value:g}") from None


def _number(condition: Condition, unit: str, to: Dialect) -> str:
    found, column = numbers(condition, to.name), _column(condition, unit, to)
    parts = [p for span in found.spans if (p := _span(span, found.codes_in(span), column, to))]
    if held := _listed(found.specials, column):
        parts.append(f"{column.sql} IN ({held})")
    return _either(column.sql, parts, missing=found.missing, gone=[column.nan] if column.nan else [])


def _span(span: Span, without: Sequence[float], column: _Column, to: Dialect) -> str:
    """One interval; empty where no value of the column can lie in it."""
    low, high = span
    if low is not None and not to.holds(low):
        return ""
    parts = []
    if low is not None:
        parts.append(f"{column.sql} >= {column.bound(low)}")
    if high is not None and to.holds(high):
        parts.append(f"{column.sql} < {column.bound(high)}")
    elif column.nan:
        # NaN stands above all numbers
        parts.append(f"NOT {column.nan}")
    if left_out := _listed(without, column):
        parts.append(f"{column.sql} NOT IN ({left_out})")
    return " AND ".join(parts) or f"{column.sql} IS NOT NULL"


def _listed(values: Sequence[float], column: _Column) -> str:
    return ", ".join(column.bound(v) for v in values if column.holds(v))


def _category(condition: Condition, column: str, to: Dialect) -> str:
    found = names(condition)
    listed = ", ".join(text for n in found.listed if (text := to.text(n)) is not None)
    if found.all_but:
        part = f"{to.exact(column)} NOT IN ({listed})" if listed else f"{column} IS NOT NULL"
    else:
        part = f"{to.exact(column)} IN ({listed})" if listed else ""
    return _either(column, [part] * bool(part), missing=found.missing, gone=[])


def _either(column: str, parts: list[str], *, missing: bool, gone: list[str]) -> str:
    """Any of the parts. A comparison with NULL is unknown: each way through is therefore asked for NULL first."""
    if missing:
        return "(" + " OR ".join([f"{column} IS NULL", *gone, *(f"({p})" for p in parts)]) + ")"
    if not parts:
        return FALSE
    some = parts[0] if len(parts) == 1 else "(" + " OR ".join(f"({p})" for p in parts) + ")"
    return some if some == f"{column} IS NOT NULL" else f"({column} IS NOT NULL AND {some})"
