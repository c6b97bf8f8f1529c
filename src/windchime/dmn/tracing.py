"""How a table came to its outputs, rule by rule: plain data with codes, for a page that lights the policy up."""

from collections.abc import Mapping
from typing import Any

from windchime.dmn.errors import NoMatch, OutputsDiffer, SeveralHits
from windchime.dmn.table import DecisionTable
from windchime.dmn.values import Value, plain


def traced(table: DecisionTable, values: Mapping[str, Value | None]) -> dict[str, Any]:
    """One table's trace: `table`, `hit_policy`, `inputs`, `result`, `outputs`, `rules`.

    `state` of a rule is `hit` (its outputs stand), `matched` (it holds, another decides) or `missed`, then with the
    first input that fails, its value and the cell's text. `result` is `decided`, `default` or the code of the error.
    """
    mask = table.matching(values)
    try:
        outputs, hits = table.conclude(mask)
        result = "decided" if mask else "default"
    except (NoMatch, SeveralHits, OutputsDiffer) as error:
        outputs, hits, result = {}, (), error.code
    return {
        "table": table.name,
        "hit_policy": table.hit + (f" {table.parts.aggregator}" if table.parts.aggregator else ""),
        "inputs": {name: plain(values[name]) for name in table.input_names},
        "result": result,
        "outputs": {name: plain(v) for name, v in outputs.items()},
        "rules": _rules(table, values, mask, set(hits)),
    }


def _rules(table: DecisionTable, values: Mapping[str, Value | None], mask: int, hits: set[str]) -> list[dict[str, Any]]:
    segments = [1 << axis.index(values[axis.variable.name]) for axis in table.axes]
    found: list[dict[str, Any]] = []
    for rule, r in zip(table.parts.rules, table.places_of_rules, strict=True):
        if mask >> r & 1:
            found.append({"rule": rule.id, "state": "hit" if rule.id in hits else "matched"})
            continue
        at = next(i for i, segment in enumerate(segments) if not table.covers[i][r] & segment)
        name = table.input_names[at]
        found.append(
            {
                "rule": rule.id,
                "state": "missed",
                "input": name,
                "value": plain(values[name]),
                "cell": table.texts[r][at],
            }
        )
    return found
