"""Nodes by words: ids and names of firms, in the one spelling in which identity compares them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.identity.spelling import normalised
from windchime.data.vault.tokens import is_token
from windchime.graph.nodes import Ints

_PERSON = "person"


@dataclass(frozen=True, slots=True)
class Names:
    """The words of each node, ready to be searched."""

    #: (nodes,) capitals
    ids: pa.StringArray
    #: (nodes,) normalised; null of persons and of whoever has no name
    names: pa.StringArray

    @classmethod
    def of(cls, nodes: pa.Table) -> Self:
        """Of nodes of the form `NODES`."""
        open_names = pc.if_else(pc.equal(nodes["kind"], _PERSON), None, nodes["label"])
        names = [None if n is None or is_token(n) else normalised(n) for n in open_names.to_pylist()]
        return cls(pc.utf8_upper(nodes["node"]).combine_chunks(), pa.array(names, pa.string()))

    def find(self, words: str, limit: int) -> Ints:
        """Numbers of the nodes that hold all the words: the same first, then those that begin so, then the shortest."""
        parts = [p for p in map(normalised, words.split()) if p]
        whole = "".join(parts)
        if not parts or limit < 1:
            return np.empty(0, np.int32)
        in_id = pc.match_substring(self.ids, words.strip().upper())
        in_name = pc.fill_null(pc.match_substring(self.names, parts[0]), False)
        for part in parts[1:]:
            in_name = pc.and_(in_name, pc.fill_null(pc.match_substring(self.names, part), False))
        found = np.flatnonzero(pc.or_(in_id, in_name).to_numpy(zero_copy_only=False)).astype(np.int32)
        names, ids = (c.take(pa.array(found)) for c in (self.names, self.ids))
        same = pc.or_(pc.fill_null(pc.equal(names, whole), False), pc.equal(ids, words.strip().upper()))
        begins = pc.fill_null(pc.starts_with(names, whole), False)
        length = pc.coalesce(pc.utf8_length(names), pc.utf8_length(ids))
        order = np.lexsort((found, *(np.asarray(k) for k in (length, pc.invert(begins), pc.invert(same)))))
        return found[order[:limit]]
