"""Rules of a contract about one row, as SQL that is true of faulty rows."""

from collections.abc import Callable

from windchime.core.errors import UnknownName
from windchime.data.contracts import Column, Contract, Rule
from windchime.data.contracts.column import LONGEST
from windchime.data.intake.looks import Look
from windchime.data.lake.opening import identifier, literal


def value(column: str) -> str:
    """SQL of a converted value in the layer where rules are tested."""
    return identifier(f"v:{column}")


def _sum(rule: Rule) -> str:
    parts = " + ".join(f"CAST({value(part)} AS DECIMAL(38,2))" for part in rule.options["parts"])
    return f"abs({parts} - {value(rule.options['whole'])}) > {rule.options['tolerance']}"


def _sign(rule: Rule) -> str:
    amount = value(rule.options["column"])
    ((column, code),) = rule.options["negative_when"].items()
    return (
        f"({amount} < 0 AND {value(column)} <> {literal(code)}) OR ({amount} > 0 AND {value(column)} = {literal(code)})"
    )


def _not_after_known(rule: Rule) -> str:
    return f"{value(rule.options['column'])} > __as_of"


def _zero(rule: Rule) -> str:
    return f"{value(rule.options['column'])} = 0"


def _distinct(rule: Rule) -> str:
    first, second = rule.options["columns"]
    return f"{value(first)} = {value(second)}"


def _order(rule: Rule) -> str:
    earlier, later = rule.options["columns"]
    return f"{value(earlier)} > {value(later)}"


def _any_of(rule: Rule) -> str:
    return f"coalesce({', '.join(value(c) for c in rule.options['columns'])}) IS NULL"


def _implies(rule: Rule) -> str:
    """Where the column has one of the codes, others must be filled, empty or positive."""
    codes = ", ".join(literal(code) for code in rule.options["is"])
    says = f"list_has_any(string_split(CAST({value(rule.options['column'])} AS VARCHAR), '|'), [{codes}])"
    wrong = [
        *(f"{value(c)} IS NULL" for c in rule.options.get("filled", ())),
        *(f"{value(c)} IS NOT NULL" for c in rule.options.get("empty", ())),
        *(f"{value(c)} <= 0" for c in rule.options.get("positive", ())),
    ]
    return f"{says} AND ({' OR '.join(wrong)})"


def _matches(rule: Rule) -> str:
    return f"NOT regexp_full_match({value(rule.options['column'])}, {literal(rule.options['pattern'])})"


KINDS: dict[str, Callable[[Rule], str]] = {
    "sum": _sum,
    "sign": _sign,
    "not_after_known": _not_after_known,
    "zero": _zero,
    "distinct": _distinct,
    "order": _order,
    "any_of": _any_of,
    "implies": _implies,
    "matches": _matches,
}


def condition(rule: Rule) -> str:
    """SQL that is true of rows the rule speaks of.

    Raises:
        UnknownName: a kind of rule that this release cannot test.
    """
    if rule.kind not in KINDS:
        raise UnknownName("kind of rule", rule.kind, list(KINDS))
    return KINDS[rule.kind](rule)


def column_of(rule: Rule) -> str:
    """The contract column a rule is shown at."""
    options = rule.options
    return str(options.get("whole") or options.get("column") or options["columns"][0])


def column_faults(column: Column, look: Look | None = None) -> list[tuple[str, str]]:
    """Faults of one converted column: code and SQL; unreadable values are added by the caller.

    Args:
        column: the column.
        look: what is known of its values, where they stand as they stood in the source; faults they cannot have are
            left out.
    """
    it = value(column.name)
    found = []
    if look and column.type in ("id", "text") and not look.strange and not (column.type == "id" and look.blanks):
        pass
    elif column.type == "id":
        found.append(("not_an_id", f"regexp_matches({it}, '[\\s\\pC\\pZ]')"))
    elif column.type == "text":
        found.append(("control_characters", f"regexp_matches({it}, '[\\pC\\p{{Zl}}\\p{{Zp}}]')"))
    elif column.type == "codes":
        known = ", ".join(map(literal, column.values))
        found.append(("not_accepted", f"len(list_filter(string_split({it}, '|'), lambda c: c NOT IN ({known}))) > 0"))
    elif column.type == "enum":
        accepted = ", ".join(map(literal, column.values))
        found.append(("not_accepted", f"{it} NOT IN ({accepted})"))
    if column.type in LONGEST and not (look and look.longest <= LONGEST[column.type]):
        found.append(("too_long", f"length({it}) > {LONGEST[column.type]}"))
    if column.minimum is not None:
        found.append(("below_minimum", f"{it} < {column.minimum}"))
    if column.maximum is not None:
        found.append(("above_maximum", f"{it} > {column.maximum}"))
    return found


def contract_rules(found: Contract, effect: str) -> list[tuple[str, str, str]]:
    """Code, contract column and SQL of the contract's rules with one effect."""
    return [(r.code, column_of(r), condition(r)) for r in found.rules if r.effect == effect]


__all__ = ["LONGEST", "column_faults", "column_of", "condition", "contract_rules", "value"]
