"""Articulation 勾稽关系 of statements: every declared rule on every statement, with both sides and their difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

import ibis
from ibis import _

from windchime.content.scheme import Scheme
from windchime.core.text import Text
from windchime.data.quality import restating
from windchime.data.quality.held import hold
from windchime.data.quality.measures import Tally
from windchime.data.quality.restating import STATEMENT
from windchime.data.reading import Reading

#: the scheme that declares the rules
SCHEME = "articulation"
#: parameters of the scheme that are no rules
NUMBERS = ("tolerance", "restated_share", "round_numbers", "unit_ratio")
PRIOR = "@prior"


@dataclass(frozen=True, slots=True)
class Relation:
    """One rule: a combination of items against another."""

    code: str
    label: Text
    #: its place in the reference list of fourteen
    number: int
    test: Literal["equal", "at_most", "ratio", "zero"]
    #: items with their factors; `item@prior` is the printed value of the beginning
    left: Mapping[str, Decimal]
    right: Mapping[str, Decimal]
    #: item whose size the tolerance follows; empty: the larger side
    total: str = ""
    #: every item of the right side must be there too
    whole: bool = False
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    #: only statements over so many months; 0 is any
    months: int = 0
    #: only statements of this scope; empty is any
    scope: str = ""

    @classmethod
    def of(cls, code: str, label: Text, body: Mapping[str, Any]) -> Self:
        """Read the value of a parameter."""
        return cls(
            code=code,
            label=label,
            number=int(body["number"]),
            test=body["test"],
            left={k: Decimal(v) for k, v in body["left"].items()},
            right={k: Decimal(v) for k, v in body["right"].items()},
            total=body.get("total", ""),
            whole=body.get("all", False),
            low=Decimal(body.get("low", 0)),
            high=Decimal(body.get("high", 0)),
            months=int(body.get("months", 0)),
            scope=body.get("scope", ""),
        )


def relations(scheme: Scheme, as_of: date) -> tuple[Relation, ...]:
    """The rules as declared at a date."""
    found = [scheme.at(code, as_of) for code in scheme.parameters if code not in NUMBERS]
    return tuple(Relation.of(p.name, p.label, p.value) for p in found)


def articulation(reading: Reading, scheme: Scheme) -> ibis.Table:
    """Every rule on every statement of the reading.

    Returns:
        A table with the columns of `STATEMENT`, then `rule`, `left`, `right`, `difference`, `tolerance` (yuan; for ratios
        `left` and `right` in yuan and no tolerance), `assessable` and `broken`.
    """
    rules, held = relations(scheme, reading.as_of), hold(reading)
    wide = held.kept("statement_items", lambda: _wide(held.table("statements"), rules))
    parts = [_judged(wide, rule, scheme, reading.as_of) for rule in rules]
    return ibis.union(*parts, *restating.between(held, scheme))


def tallies(found: ibis.Table, scheme: Scheme, as_of: date) -> list[Tally]:
    """How many statements were assessed and how many break each rule, by source."""
    exact = {r.code for r in relations(scheme, as_of) if r.test == "equal"}
    rows = (
        found.group_by("source", "rule")
        .aggregate(assessable=_["assessable"].sum(), broken=_["broken"].sum())
        .order_by("source", "rule")
        .to_pyarrow()
        .to_pylist()
    )
    return [
        Tally(
            "consistency",
            "articulation_broken",
            "statements",
            r["source"],
            r["assessable"],
            r["broken"],
            r["rule"],
            weight="identity" if r["rule"] in exact else "band",
        )
        for r in rows
        if r["assessable"]
    ]


def _wide(t: ibis.Table, rules: tuple[Relation, ...]) -> ibis.Table:
    """One row a statement, one column an item and one its prior value."""
    used = sorted({i for r in rules for i in (*r.left, *r.right, r.total) if i})
    return t.group_by(*STATEMENT).aggregate(**dict(_columns(t, used)))


def _columns(t: ibis.Table, used: list[str]) -> Iterator[tuple[str, ibis.Value]]:
    for name in used:
        item = name.removesuffix(PRIOR)
        column = "value_prior" if name.endswith(PRIOR) else "value"
        yield name, t[column].sum(where=t["item"] == item)


def _judged(wide: ibis.Table, rule: Relation, scheme: Scheme, as_of: date) -> ibis.Table:
    left, right = _combined(wide, rule.left), _combined(wide, rule.right)
    needed = [wide[i].notnull() for i in rule.left] + [wide[i].notnull() for i in rule.right if rule.whole]
    there = ibis.and_(*needed)
    if rule.right and not rule.whole:
        there &= ibis.or_(*(wide[i].notnull() for i in rule.right))
    if rule.months:
        there &= wide["period_months"] == rule.months
    if rule.scope:
        there &= wide["scope"] == rule.scope
    if rule.test == "ratio":
        there &= right > 0
    size = (
        wide[rule.total].cast("float64").abs().fill_null(0.0) if rule.total else ibis.greatest(left.abs(), right.abs())
    )
    numbers = scheme.at("tolerance", as_of).value
    allowed = ibis.greatest(ibis.literal(float(numbers["absolute"])), size * float(numbers["relative"]))
    return wide.select(
        *STATEMENT,
        rule=ibis.literal(rule.code),
        left=left,
        right=right,
        difference=left - right,
        tolerance=(ibis.literal(0.0) if rule.test == "ratio" else allowed),
        assessable=there.fill_null(False),
        broken=(there & _wrong(left, right, allowed, rule)).fill_null(False),
    )


def _combined(wide: ibis.Table, factors: Mapping[str, Decimal]) -> Any:
    """The sum of items by their factors, in the order of the rule; an empty item counts as zero.

    Items are summed exactly before; a combination of a dozen of them in one fixed order is the same on every engine.
    """
    total: Any = ibis.literal(0.0)
    for item, factor in factors.items():
        total = total + wide[item].cast("float64").fill_null(0.0) * float(factor)
    return total


def _wrong(left: Any, right: Any, allowed: Any, rule: Relation) -> Any:
    match rule.test:
        case "equal":
            return (left - right).abs() > allowed
        case "at_most":
            return left - right > allowed
        case "ratio":
            return (left < right * float(rule.low)) | (left > right * float(rule.high))
        case "zero":
            return left.abs() > allowed
