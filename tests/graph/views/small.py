"""Networks of a few ties, written as rows."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.graph.facts.forms import NODES, TIES
from windchime.graph.views.network import Network


def tie(kind: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    """One row of `TIES`; shares and amounts may be text."""
    exact = {k: Decimal(v) if k in ("share", "amount") and v is not None else v for k, v in more.items()}
    return {"kind": kind, "source": source, "target": target, "count": 1, "table": "list", "row": "1"} | exact


def ties_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of the form `TIES`."""
    return pa.Table.from_pylist([dict(r) for r in rows], TIES)


def nodes_table(labels: Mapping[str, str | None], **kinds: str) -> pa.Table:
    """Firms by id and name; `kinds` says what others are."""
    return pa.Table.from_pylist(
        [{"node": n, "kind": kinds.get(n, "firm"), "label": label} for n, label in labels.items()], NODES
    )


def network(*rows: Mapping[str, Any], labels: Mapping[str, str | None] | None = None, **kinds: str) -> Network:
    """A network of ties; nodes are named by their ids unless told otherwise."""
    ends = dict.fromkeys(n for r in rows for n in (r["source"], r["target"]))
    return Network.of(nodes_table({n: n for n in ends} | dict(labels or {}), **kinds), ties_table(rows))


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)
