"""Rules as SQL: true or false for every row, never unknown, with the hits that the rules have here."""

from collections.abc import Sequence

from windchime.risk.rules.exports.sql.dialects import Dialect, dialect
from windchime.risk.rules.literals import NotWritable, names, numbers
from windchime.risk.rules.rule import Condition, Rule, Span

TRUE, FALSE = "1 = 1", "1 = 0"


def condition_sql(condition: Condition, to: Dialect) -> str:
    """One condition as a boolean that is never NULL, in parentheses where it has several parts."""
    column = to.name_of(condition.feature)
    return _number(condition, column, to) if condition.kind == "number" else _category(condition, column, to)


def rule_sql(rule: Rule, to: str | Dialect) -> str:
    """A rule as a boolean that is never NULL: for WHERE, CASE and NOT alike.

    Raises:
        UnknownName: no such dialect.
        NotWritable: a name or value that the database cannot take.
    """
    how = dialect(to) if isinstance(to, str) else to
    return " AND ".join(condition_sql(c, how) for c in rule.conditions) or TRUE


def first_hit_sql(rules: Sequence[Rule], to: str | Dialect) -> str:
    """A CASE that gives the place of the first rule that hits, from 0, and −1 where none does. Errors as `rule_sql`."""
    how = dialect(to) if isinstance(to, str) else to
    check_names(rules, how)
    if not rules:
        return "-1"
    whens = "".join(f"\n  WHEN {rule_sql(r, how)} THEN {i}" for i, r in enumerate(rules))
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
) -> str:
    """A query that gives each row of a table one column a rule (1 or 0) and the place of the first rule that hits.

    Args:
        rules: in their order.
        to: dialect.
        table: name of the table; `schema.table` names both.
        said: a sentence a rule, written beside it as a comment.
        about: further comments on top.
        columns: names of the columns of the rules; `rule_1` … by default.

    Raises:
        UnknownName: no such dialect.
        NotWritable: a name or value that the database cannot take.
    """
    how = dialect(to)
    check_names(rules, how)
    made = columns or [f"rule_{i + 1}" for i in range(len(rules))]
    head = [*about, f"{how.name}: {how.columns}", *(f"{i}: {s}" for i, s in enumerate(said))]
    flags = [
        f"CASE WHEN {rule_sql(r, how)} THEN 1 ELSE 0 END AS {how.name_of(n)}" for r, n in zip(rules, made, strict=True)
    ]
    shown = ",\n  ".join(["t.*", *flags, f"{first_hit_sql(rules, how)} AS {how.name_of('first_rule')}"])
    source = ".".join(how.name_of(part) for part in table.split("."))
    return "".join(f"-- {comment(line)}\n" for line in head) + f"SELECT\n  {shown}\nFROM {source} t\n"


def comment(text: str) -> str:
    """Text that stays on the line of its comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _number(condition: Condition, column: str, to: Dialect) -> str:
    found = numbers(condition, to.name)
    nan = to.is_nan(column)
    parts = [p for span in found.spans if (p := _span(span, found.codes_in(span), column, to))]
    if held := _listed(found.specials, to):
        parts.append(f"{column} IN ({held})")
    return _either(column, parts, missing=found.missing, gone=[nan] if nan else [])


def _span(span: Span, without: Sequence[float], column: str, to: Dialect) -> str:
    """One interval; empty where no value of the column can lie in it."""
    low, high = span
    if low is not None and not to.holds(low):
        return ""
    parts = []
    if low is not None:
        parts.append(f"{column} >= {to.number(low)}")
    if high is not None and to.holds(high):
        parts.append(f"{column} < {to.number(high)}")
    elif nan := to.is_nan(column):
        # NaN stands above all numbers
        parts.append(f"NOT {nan}")
    if left_out := _listed(without, to):
        parts.append(f"{column} NOT IN ({left_out})")
    return " AND ".join(parts) or f"{column} IS NOT NULL"


def _listed(values: Sequence[float], to: Dialect) -> str:
    return ", ".join(to.number(v) for v in values if to.holds(v))


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
