"""A decision table compiled: each input's segment names the rules that hold there, and their intersection decides.

The rules of a table are bits of one integer, in the order in which they decide (rule order; for P, priority first). A case
costs one search an input and as many ANDs, whatever the number of rules.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from windchime.dmn.axis import Axis
from windchime.dmn.errors import NoMatch, OutputsDiffer, SeveralHits
from windchime.dmn.intake import taker
from windchime.dmn.parts import HitPolicy, Outcome, Rule, TableParts, Variable
from windchime.dmn.reading import output_digits
from windchime.dmn.values import EXACT, Value

#: conclusions kept a table; a full store is emptied
_KEPT = 20_000

Conclusion = tuple[dict[str, Any], tuple[str, ...]]


def as_result(output: Variable, aggregator: str) -> Variable:
    """An output as others see it: a count or a sum is a number, whatever its column allows."""
    return Variable(output.name, output.label, "number") if aggregator in {"sum", "count"} else output


def bits(mask: int) -> list[int]:
    """The places of the set bits, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


class DecisionTable:
    """One decision table, ready to decide; made by `DecisionModel.of` or, standing alone, by `DecisionTable.of`."""

    def __init__(self, parts: TableParts, possible: Mapping[str, tuple[Value | None, ...]] | None = None) -> None:
        self.parts = parts
        self.axes = tuple(
            Axis.of(v, (r.when[i] for r in parts.rules), (possible or {}).get(v.name))
            for i, v in enumerate(parts.inputs)
        )
        #: the rules in the order in which they decide
        self.rules = _in_order(parts)
        #: for each axis, the segments each rule holds on
        self.covers = tuple(tuple(axis.cover(r.when[i]) for r in self.rules) for i, axis in enumerate(self.axes))
        #: for each axis and segment, the rules that hold there
        self.holds = tuple(
            tuple(sum(1 << r for r, cover in enumerate(covers) if cover >> s & 1) for s in range(axis.size))
            for axis, covers in zip(self.axes, self.covers, strict=True)
        )
        self._index = tuple(axis.index for axis in self.axes)
        self._lookups = tuple(zip(self.input_names, self._index, self.holds, strict=True))
        self._kept: dict[int, Conclusion] = {}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read one table on its own: as in a model, with `table` for its name and inputs that carry their declaration.

        Raises:
            BrokenModel: with every fault of the table.
        """
        from windchime.dmn.model import DecisionModel

        inputs = body.get("inputs")
        rest = {k: v for k, v in body.items() if k not in {"table", "inputs"}}
        name = str(body.get("table", "table"))
        names = list(inputs) if isinstance(inputs, Mapping) else []
        model = DecisionModel.of(
            {"model": name, "label": body.get("label"), "inputs": inputs, "tables": {name: rest | {"inputs": names}}}
        )
        return cls(model.tables[name].parts)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.parts.name

    @property
    def hit(self) -> HitPolicy:
        """The hit policy's letter."""
        return self.parts.hit

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs, in order."""
        return tuple(v.name for v in self.parts.inputs)

    @cached_property
    def results(self) -> tuple[Variable, ...]:
        """The outputs as cases and other tables see them."""
        return tuple(as_result(o, self.parts.aggregator) for o in self.parts.outputs)

    @cached_property
    def outputs(self) -> tuple[tuple[Value | None, ...], ...]:
        """The outputs of each rule in deciding order, numbers of one column with equally many digits after the point."""
        return tuple(tuple(self._even(at, v) for at, v in enumerate(r.then)) for r in self.rules)

    @cached_property
    def default(self) -> tuple[Any, ...] | None:
        """The default outputs, evened like the rules'."""
        if self.parts.default is None:
            return None
        return tuple(
            tuple(self._even(at, v) for v in entry) if isinstance(entry, tuple) else self._even(at, entry)
            for at, entry in enumerate(self.parts.default)
        )

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Digits after the point of each output (0 where it is no number)."""
        return tuple(
            0 if self.parts.aggregator == "count" or o.kind != "number" else output_digits(self.parts, at)[1]
            for at, o in enumerate(self.parts.outputs)
        )

    def _even(self, at: int, value: Value | None) -> Value | None:
        if not isinstance(value, Decimal):
            return value
        return value.quantize(Decimal(1).scaleb(-self.places[at]), context=EXACT)

    @cached_property
    def same(self) -> tuple[int, ...]:
        """For each rule, the rules with equal outputs."""
        groups: dict[tuple[Any, ...], int] = {}
        for r, outputs in enumerate(self.outputs):
            groups[outputs] = groups.get(outputs, 0) | 1 << r
        return tuple(groups[outputs] for outputs in self.outputs)

    @cached_property
    def places_of_rules(self) -> tuple[int, ...]:
        """For each rule as written, its place in deciding order."""
        at = {rule.id: r for r, rule in enumerate(self.rules)}
        return tuple(at[rule.id] for rule in self.parts.rules)

    @cached_property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The cells of each rule in deciding order, as text."""
        return tuple(tuple(c.text for c in rule.when) for rule in self.rules)

    def matching(self, values: Mapping[str, Value | None]) -> int:
        """The rules that match, as bits."""
        mask = -1
        for name, index, holds in self._lookups:
            mask &= holds[index(values[name])]
        return mask if self._lookups else (1 << len(self.rules)) - 1

    def conclude(self, mask: int) -> Conclusion:
        """The outputs and the rules that stand, given the rules that match.

        Raises:
            NoMatch, SeveralHits, OutputsDiffer: as the hit policy says.
        """
        kept = self._kept.get(mask)
        if kept is None:
            kept = self._conclude(mask)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[mask] = kept
        return kept

    def deciding(self, mask: int) -> int:
        """Of the rules that match, those whose outputs stand.

        Raises:
            SeveralHits, OutputsDiffer: as the hit policy says.
        """
        first = mask & -mask
        same = self.same[first.bit_length() - 1]
        if self.hit == "U" and mask != first:
            raise SeveralHits(self.name, rules=self._names(mask))
        if self.hit == "A" and mask & ~same:
            raise OutputsDiffer(self.name, rules=self._names(mask))
        if self.hit == "F":
            return first
        return mask & same if self.hit == "P" else mask

    def _conclude(self, mask: int) -> Conclusion:
        names = [o.name for o in self.parts.outputs]
        if not mask:
            if self.default is None:
                raise NoMatch(self.name)
            return dict(zip(names, self.default, strict=True)), ()
        hits = bits(self.deciding(mask))
        found = [tuple(self.outputs[r][at] for r in hits) for at in range(len(names))]
        results = found if self.parts.collects else [self._aggregated(entries) for entries in found]
        return dict(zip(names, results, strict=True)), tuple(self.rules[r].id for r in hits)

    def _aggregated(self, entries: tuple[Any, ...]) -> Any:
        if self.parts.aggregator == "count":
            return Decimal(len(entries))
        if self.parts.aggregator == "sum":
            total = Decimal(0)
            for entry in entries:
                total = EXACT.add(total, entry)
            return total
        if self.parts.aggregator:
            return (min if self.parts.aggregator == "min" else max)(entries)
        return entries[0]

    def _names(self, mask: int) -> str:
        return ", ".join(self.rules[r].id for r in bits(mask))

    @cached_property
    def _takers(self) -> tuple[Any, ...]:
        return tuple((v.name, taker(v)) for v in self.parts.inputs)

    def decide(self, case: Mapping[str, Any], *, trace: bool = False) -> Outcome:
        """Decide one case by this table alone; see `DecisionModel.decide`."""
        from windchime.dmn.tracing import traced

        values = {name: take(case) for name, take in self._takers}
        outputs, hits = self.conclude(self.matching(values))
        return Outcome(outputs, {self.name: hits}, (traced(self, values),) if trace else None)

    def expression(self, batch: Any) -> Any:
        """The batch with this table's results; see `DecisionModel.expression`."""
        from windchime.dmn.batch import decided

        return decided((self,), self.parts.inputs, batch)


def _in_order(parts: TableParts) -> tuple[Rule, ...]:
    if parts.hit != "P":
        return parts.rules
    ranks = [{v: n for n, v in enumerate(o.values)} for o in parts.outputs]
    return tuple(
        sorted(
            parts.rules, key=lambda r: tuple(rank[v] for rank, v in zip(ranks, r.then, strict=True) if v is not None)
        )
    )
