"""Nodes by words: ids and names of firms, in the one spelling in which identity compares them."""

from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.identity.spelling import normalised, simplified
from windchime.data.vault.tokens import is_token
from windchime.graph.nodes import Ints

_PERSON = "person"


@cache
def _usual() -> str:
    """What a name looks like that `normalised` leaves as it is, or nearly all of them: no other signs, no traditional ones."""
    odd = simplified()
    signs = "0-9A-Z" + "".join(chr(c) for c in range(0x4E00, 0xA000) if c not in odd)
    return rf"^[{signs}]+(?:\([{signs}]+\)[{signs}]*)*$"


def _normalised(names: pa.StringArray) -> pa.StringArray:
    """`normalised` of each; of tokens null."""
    plain = pc.replace_substring(pc.replace_substring(names, "（", "("), "）", ")")
    is_usual = pc.fill_null(pc.match_substring_regex(plain, _usual()), True).to_numpy(zero_copy_only=False)
    others = np.flatnonzero(~is_usual)
    written = [None if is_token(n) else normalised(n) for n in names.take(pa.array(others)).to_pylist()]
    return pc.replace_with_mask(plain, pa.array(~is_usual), pa.array(written, pa.string()))


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
        return cls(pc.utf8_upper(nodes["node"]).combine_chunks(), _normalised(open_names.combine_chunks()))

    def is_called(self, number: int, name: str) -> bool:
        """Whether a name is that of a node."""
        return bool(self.names[number].as_py() == normalised(name))

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
