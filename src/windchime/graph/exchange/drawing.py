"""What is exported: nodes and ties of a view or of the whole network, names of persons masked, and where it all comes from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.canonical import canonical
from windchime.graph.facts.forms import NODES, TIES
from windchime.graph.views.network import Network
from windchime.graph.views.sentences import name_of
from windchime.graph.views.view import Node, View
from windchime.present.exports import Provenance

#: of nodes and ties, in the order in which files write them; a node's id is its `node`
NODE_COLUMNS = ("kind", "label", "industry", "region", "status")
TIE_COLUMNS = ("kind", "share", "amount", "count", "detail", "since", "until", "table", "row")
#: what columns hold, where it is not text
TYPES: Mapping[str, str] = {"share": "number", "amount": "number", "count": "count", "since": "date", "until": "date"}


@dataclass(frozen=True)
class Drawing:
    """A graph on its way out."""

    #: of the form `NODES`; labels as pages show them
    nodes: pa.Table
    #: of the form `TIES`
    ties: pa.Table
    provenance: Provenance

    @classmethod
    def of_view(cls, view: View, provenance: Provenance) -> Self:
        """What a page shows."""
        nodes = [{c: getattr(n, c) for c in ("node", *NODE_COLUMNS)} | {"label": name_of(n)} for n in view.nodes]
        ties = [{c: getattr(t, c) for c in TIES.names} for t in view.ties]
        return cls(pa.Table.from_pylist(nodes, NODES), pa.Table.from_pylist(ties, TIES), provenance)

    @classmethod
    def of_network(
        cls,
        network: Network,
        provenance: Provenance,
        kinds: Collection[str] | None = None,
        on: date | None = None,
    ) -> Self:
        """Every node, and every tie of some kinds that holds on a day; all by default."""
        ties = network.ties
        if kinds is not None:
            ties = ties.filter(pc.is_in(ties["kind"], pa.array(sorted(kinds), pa.string())))
        if on is not None:
            begun = pc.fill_null(pc.less_equal(ties["since"], on), True)
            ties = ties.filter(pc.and_(begun, pc.fill_null(pc.greater_equal(ties["until"], on), True)))
        return cls(_masked(network.nodes), ties, provenance)

    def node_rows(self) -> Iterator[dict[str, Any]]:
        """Nodes as dictionaries."""
        return _rows(self.nodes.select(["node", *NODE_COLUMNS]))

    def tie_rows(self) -> Iterator[dict[str, Any]]:
        """Ties as dictionaries."""
        return _rows(self.ties)

    @property
    def said(self) -> dict[str, str]:
        """Where it comes from: generator, release, day, lake version, who made it and when."""
        told = self.provenance
        found = {
            "generator": "Windchime",
            "release": told.release,
            "generated_at": told.generated_at.isoformat(),
            "generated_by": told.by,
            "as_of": told.as_of,
            "lake_version": told.lake_version,
            "simulated": told.simulated,
        }
        return {
            k: v if isinstance(v, str) else canonical(v).decode().strip('"') for k, v in found.items() if v is not None
        }


def text_of(value: Any) -> str:
    """A value as files write it: numbers exact, dates in ISO form."""
    return value if isinstance(value, str) else canonical(value).decode().strip('"')


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _masked(nodes: pa.Table) -> pa.Table:
    """Nodes with the names of persons and contact points masked; other names stay as they are."""
    is_open = pc.and_(pc.equal(nodes["kind"], "firm"), pc.invert(pc.starts_with(pc.coalesce(nodes["label"], ""), "t_")))
    others = np.flatnonzero(~is_open.to_numpy())
    rows = nodes.select(["node", "kind", "label"]).take(pa.array(others)).to_pylist()
    written = pa.array([name_of(Node(r["node"], r["kind"], r["label"])) for r in rows], pa.string())
    label = pc.replace_with_mask(nodes["label"].combine_chunks(), pc.invert(is_open).combine_chunks(), written)
    return nodes.set_column(nodes.schema.get_field_index("label"), "label", label)
