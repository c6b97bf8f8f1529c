"""Flags of single rows: what a contract and the scheme say of a row, each as one expression that is true of faults."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import ibis

from windchime.data.contracts import Column, Contract, Rule
from windchime.data.quality import codes
from windchime.data.quality.measures import Dimension
from windchime.data.quality.settings import Settings


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that may be true of a row."""

    dimension: Dimension
    #: key of `measures.SENTENCES`
    code: str
    #: column or rule it is about
    column: str
    #: true of faulty rows; null is taken as not at fault
    condition: ibis.Value


def flags(found: Contract, t: ibis.Table, settings: Settings) -> Iterator[Flag]:
    """Every flag of a table's rows, in the order of its columns and rules."""
    for column in found.expected:
        yield from _validity(column, t, settings)
        yield from _plausibility(found, column, t, settings)
    for rule in found.rules:
        if rule.effect == "note" and rule.kind in RULES:
            yield Flag("validity", "rule_broken", rule.code, RULES[rule.kind](rule, t))
    if found.name in settings.longest_lag_days:
        yield Flag("timeliness", "known_late", "", lag_days(t) > settings.longest_lag_days[found.name])
    if "duplicate_of" in t.columns:
        yield Flag("uniqueness", "key_repeated", "", t["duplicate_of"].notnull())
    if found.name in settings.unit_pairs:
        yield _mixed_units(found, t, settings)


def empties(found: Contract, t: ibis.Table, settings: Settings) -> Iterator[tuple[str, float, ibis.Value]]:
    """Columns that should be filled: name, expected share, and what is true of rows that lack them."""
    for name, share in settings.expected_filled.get(found.name, {}).items():
        column = t[name]
        blank = column.isnull()
        yield name, share, (blank | (column == "")) if found[name].type in ("text", "id") else blank


def lag_days(t: ibis.Table) -> ibis.Value:
    """Days from when a row happened to when it was known."""
    found: ibis.Value = t["known_at"].date().delta(t["happened_at"], unit="day")
    return found


def _validity(column: Column, t: ibis.Table, settings: Settings) -> Iterator[Flag]:
    it = t[column.name]
    if column.type == "enum":
        yield Flag("validity", "code_not_accepted", column.name, it.notin(list(column.values)))
    if column.check == "credit_code":
        yield Flag("validity", "credit_code_fails", column.name, codes.credit_code_fails(it))
    if column.check == "cn_patent":
        national = (it.re_search("^(CN)?[0-9]")) & t["ip_kind"].isin(["invention", "utility", "design"])
        yield Flag("validity", "patent_number_fails", column.name, national & codes.patent_number_fails(it))
    if column.type == "text" and column.name.endswith(("region_code", "_region")):
        yield Flag("validity", "region_unknown", column.name, codes.region_unknown(it, settings.provinces))
    if column.name in ("industry_code", "industry_invested"):
        yield Flag("validity", "industry_malformed", column.name, codes.industry_malformed(it))


def _plausibility(found: Contract, column: Column, t: ibis.Table, settings: Settings) -> Iterator[Flag]:
    it = t[column.name]
    if column.type in ("date", "month"):
        furthest = settings.as_of.replace(year=settings.as_of.year + settings.furthest_years, day=1)
        wrong = (it < settings.earliest_day) | (it > furthest)
        yield Flag("plausibility", "date_unbelievable", column.name, wrong)
    bounds = settings.bounds.get(found.name, {}).get(column.name)
    if bounds:
        yield Flag("plausibility", "out_of_bounds", column.name, ~it.between(*bounds))


def _mixed_units(found: Contract, t: ibis.Table, settings: Settings) -> Flag:
    first, second = settings.unit_pairs[found.name]
    a, b = t[first].cast("float64").abs(), t[second].cast("float64").abs()
    low, high = settings.unit_ratio
    mixed = (b > 0) & (a > 0) & ((a / b).between(low, high) | (b / a).between(low, high))
    return Flag("plausibility", "unit_suspect", first, mixed)


def _order(rule: Rule, t: ibis.Table) -> ibis.Value:
    earlier, later = rule.options["columns"]
    return t[earlier] > t[later]


def _distinct(rule: Rule, t: ibis.Table) -> ibis.Value:
    first, second = rule.options["columns"]
    return t[first] == t[second]


def _sum(rule: Rule, t: ibis.Table) -> ibis.Value:
    parts = t[rule.options["parts"][0]]
    for part in rule.options["parts"][1:]:
        parts = parts + t[part]
    return (parts - t[rule.options["whole"]]).abs() > ibis.literal(rule.options["tolerance"]).cast("decimal(18,2)")


def _implies(rule: Rule, t: ibis.Table) -> ibis.Value:
    o = rule.options
    says = t[o["column"]].cast("string").split("|")
    held = ibis.or_(*(says.contains(code) for code in o["is"]))
    wrong = [
        *(t[c].isnull() for c in o.get("filled", ())),
        *(t[c].notnull() for c in o.get("empty", ())),
        *((t[c] <= 0) for c in o.get("positive", ())),
    ]
    return held & ibis.or_(*wrong)


def _matches(rule: Rule, t: ibis.Table) -> ibis.Value:
    return ~t[rule.options["column"]].re_search(f"^(?:{rule.options['pattern']})$")


def _zero(rule: Rule, t: ibis.Table) -> ibis.Value:
    return t[rule.options["column"]] == 0


#: rules whose effect is a note, by kind; rows that break a rejecting rule never reach the lake
RULES: Mapping[str, Callable[[Rule, ibis.Table], ibis.Value]] = {
    "order": _order,
    "distinct": _distinct,
    "sum": _sum,
    "implies": _implies,
    "matches": _matches,
    "zero": _zero,
}
