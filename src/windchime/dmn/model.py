"""A decision model (requirement graph): typed inputs and decision tables that feed each other, decided in order."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self

from windchime.core.canonical import digest
from windchime.core.problems import Problem
from windchime.core.text import Text, _
from windchime.dmn.declarations import read_variable
from windchime.dmn.errors import BrokenModel, CaseError
from windchime.dmn.faults import Faults
from windchime.dmn.intake import taker
from windchime.dmn.parts import Outcome, Variable
from windchime.dmn.reading import read_table
from windchime.dmn.table import DecisionTable, as_result
from windchime.dmn.tracing import traced
from windchime.dmn.values import Value


class DecisionModel:
    """A published policy, compiled: decides one case, or a million as one expression, alike."""

    def __init__(self, name: str, label: Text, inputs: tuple[Variable, ...], tables: Iterable[DecisionTable]) -> None:
        self.name = name
        self.label = label
        self.inputs = inputs
        #: tables by name, each after those it needs
        self.tables: dict[str, DecisionTable] = {t.name: t for t in tables}
        self._takers = tuple((v.name, taker(v)) for v in inputs)

    @classmethod
    def of(cls, body: Any) -> Self:
        """Read and compile the form of exchange, as parsed from YAML or JSON (docs/reference/decision-tables.md).

        Raises:
            BrokenModel: with every fault of the model, not only the first.
        """
        faults = Faults(str(body.get("model", "")) if isinstance(body, Mapping) else "")
        found = _read(body, faults)
        if found is None:
            raise BrokenModel(faults.model, tuple(faults.found))
        return cls(faults.model, *found)

    @cached_property
    def outputs(self) -> tuple[Variable, ...]:
        """Every output of every table, as cases receive them."""
        return tuple(v for t in self.tables.values() for v in t.results)

    @cached_property
    def requirements(self) -> dict[str, tuple[str, ...]]:
        """For each table, the inputs and tables it needs."""
        makers = {v.name: t.name for t in self.tables.values() for v in t.results}
        return {t.name: tuple(dict.fromkeys(makers.get(i, i) for i in t.input_names)) for t in self.tables.values()}

    def as_dict(self) -> dict[str, Any]:
        """The form of exchange in its one canonical way: equal for every way of writing the same model."""
        return {
            "model": self.name,
            "label": self.label.as_dict(),
            "inputs": {v.name: v.as_dict() for v in self.inputs},
            "tables": {name: t.parts.as_dict() for name, t in self.tables.items()},
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return digest(self.as_dict())

    def decide(self, case: Mapping[str, Any], *, trace: bool = False) -> Outcome:
        """Decide one case.

        Args:
            case: a value for every input; others are ignored. Absent values are present keys holding None.
            trace: whether the outcome (or the error) shall tell of every rule of every table.

        Raises:
            MissingInput, WrongType, ValueNotAllowed: an input, the first in the order of declaration.
            NoMatch, SeveralHits, OutputsDiffer: a table, the first in the order of evaluation.
        """
        values: dict[str, Any] = {name: take(case) for name, take in self._takers}
        outputs: dict[str, Any] = {}
        hits: dict[str, tuple[str, ...]] = {}
        traces: list[dict[str, Any]] = []
        for name, table in self.tables.items():
            if trace:
                traces.append(traced(table, values))
            try:
                found, hits[name] = table.conclude(table.matching(values))
            except CaseError as error:
                error.trace = tuple(traces) if trace else None
                raise
            outputs |= found
            values |= found
        return Outcome(outputs, hits, tuple(traces) if trace else None)

    def expression(self, batch: Any) -> Any:
        """The batch (an Ibis table with a column for every input) with the decisions of all its rows.

        Returns:
            The batch with a column for every output, `<table>_hits` (ids of the rules that stand), `error` (the code of the
            error that `decide` would raise, or null) and `error_at` (its input or table). Where there is an error, outputs
            and hits are null.

        Raises:
            UnknownName: an input has no column.
            ColumnNotUsable: a column has another type than its input.
            ColumnTaken: the batch has a column of a name that would be added.
        """
        from windchime.dmn.batch import decided

        return decided(tuple(self.tables.values()), self.inputs, batch)

    def check(self) -> tuple[Problem, ...]:
        """Gaps, overlaps and rules that never decide, as notes; see `dmn.analysis`."""
        from windchime.dmn.analysis import unused, weaknesses

        notes = [n for t in self.tables.values() for n in weaknesses(self.name, t)]
        return (*unused(self), *notes)


_Read = tuple[Text, tuple[Variable, ...], list[DecisionTable]]


def _read(body: object, faults: Faults) -> _Read | None:
    """The compiled parts of a model; None, with every fault noted, where it is broken."""
    found = faults.mapping(body, "model")
    if found is None or not faults.keys(found, ["model", "label", "inputs", "tables"], []):
        return None
    declared = faults.mapping(found["inputs"], "inputs") or {}
    bodies = faults.mapping(found["tables"], "tables")
    tables = {n: faults.at(table=n).mapping(t, n) for n, t in (bodies or {}).items()}
    if bodies == {}:
        faults.add("no_tables", _("the model has no tables"))
    inputs = {n: read_variable(n, b, faults) for n, b in declared.items()}
    shaped = {n: t for n, t in tables.items() if t is not None and _shaped(t, n, faults.at(table=n))}
    outputs = {
        n: {o: read_variable(o, b, faults.at(table=n), ("default",)) for o, b in t["outputs"].items()}
        for n, t in shaped.items()
    }
    _names([*declared], tables, shaped, faults)
    order = _order(shaped, faults)
    known = {n: v for n, v in inputs.items() if v is not None}
    for name, columns in outputs.items():
        if shaped[name]["hit"] not in {"R", "C"}:
            aggregator = str(shaped[name]["hit"]).partition(" ")[2]
            known |= {o: as_result(v, aggregator) for o, v in columns.items() if v is not None}
    declared_names = {*declared, *(o for b in shaped.values() for o in b["outputs"])}
    for name in shaped:
        _inputs(name, shaped, declared_names, faults)
    read = {n: read_table(n, shaped[n], known, outputs[n], faults) for n in shaped}
    label = faults.label(found["label"], faults.model)
    faults.name(faults.model)
    if faults.found:
        return None
    possible: dict[str, tuple[Value | None, ...]] = {}
    compiled: list[DecisionTable] = []
    for parts in (read[n] for n in order):
        assert parts is not None
        table = DecisionTable(parts, possible)
        compiled.append(table)
        possible |= _possible(table)
    return label, tuple(known[n] for n in declared), compiled


def _shaped(body: dict[str, Any], name: str, faults: Faults) -> bool:
    """Whether a table's body has its parts in their shapes; faults are noted."""
    faults.name(name)
    if not faults.keys(body, ["label", "hit", "inputs", "outputs", "rules"], []):
        return False
    wrong = [
        k
        for k, shape in (("hit", str), ("inputs", list), ("outputs", dict), ("rules", list))
        if not isinstance(body[k], shape)
    ]
    for key in wrong:
        faults.add(
            "wrong_shape",
            _("'{key}' has not the shape expected"),
            key=key,
            expected=_("hit: a text; inputs: a list of names; outputs: a mapping; rules: a list"),
        )
    if wrong:
        return False
    names = [*body["inputs"], *body["outputs"]]
    if not body["inputs"] or not body["outputs"] or not all(isinstance(n, str) for n in names):
        faults.add("wrong_shape", _("a table has at least one input and one output, by name"))
        return False
    for twice in sorted({i for i in body["inputs"] if body["inputs"].count(i) > 1}):
        faults.at(column=twice).add("input_twice", _("input '{value}' stands twice"), value=twice)
    return len(set(body["inputs"])) == len(body["inputs"])


def _names(declared: list[str], tables: Mapping[str, Any], shaped: Mapping[str, Any], faults: Faults) -> None:
    """One name, one thing: inputs, outputs, and the columns a batch receives."""
    owned = [("", n) for n in declared] + [(t, o) for t, b in shaped.items() for o in b["outputs"]]
    taken = {"error", "error_at", *(f"{t}_hits" for t in tables)}
    for table, name in owned:
        if name in taken:
            faults.at(table=table, column=name).add(
                "name_taken", _("the name '{value}' is already used in the model, or reserved"), value=name
            )
        taken.add(name)


def _order(shaped: Mapping[str, Any], faults: Faults) -> list[str]:
    """Tables each after those it needs, else as written; tables on a cycle are left out with a fault."""
    makers = {o: n for n, b in shaped.items() for o in b["outputs"]}
    needs = {n: {makers[i] for i in b["inputs"] if i in makers} for n, b in shaped.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        faults.add(
            "cycle", _("tables need each other in a circle: {circle}"), circle=" → ".join(reversed(error.args[1]))
        )
        return []
    order: list[str] = []
    while len(order) < len(needs):
        order.append(next(n for n in needs if n not in order and needs[n] <= set(order)))
    return order


def _inputs(name: str, shaped: Mapping[str, Any], declared: set[str], faults: Faults) -> None:
    lists = {o for b in shaped.values() if b["hit"] in {"R", "C"} for o in b["outputs"]}
    for used in shaped[name]["inputs"]:
        at = faults.at(table=name, column=used)
        if used not in declared:
            at.add(
                "unknown_input",
                _("'{value}' is neither an input of the model nor an output of a table"),
                value=used,
                expected=_("one of {known}"),
                known=", ".join(sorted(declared)),
            )
        if used in lists:
            at.add(
                "input_is_list",
                _("'{value}' is a list and cannot serve as input; only aggregated ones can"),
                value=used,
            )


def _possible(table: DecisionTable) -> dict[str, tuple[Value | None, ...]]:
    """The values each output can take, where they are finitely many by the table's own rules."""
    if table.parts.aggregator in {"sum", "count"}:
        return {}
    rows = [*table.outputs, *([table.default] if table.default else [])]
    return {o.name: tuple(dict.fromkeys(row[at] for row in rows)) for at, o in enumerate(table.parts.outputs)}
