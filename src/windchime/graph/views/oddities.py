"""What a network shows of the data behind it before anybody asks: ties that are stored in both directions."""

import numpy as np

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.graph.views.network import Network

#: kinds whose ties say the same from either end
_MUTUAL = frozenset({"kin"})


def stored_both_ways(network: Network) -> tuple[Problem, ...]:
    """Kinds of ties of which some run both ways between two nodes, with the same share and amount.

    Two firms may hold a tenth of each other; where most ties of a kind have such a twin, the source told every tie twice,
    and sums over it count double. The problem says how many of how many.
    """
    rows, found = network.rows, []
    size = np.int64(max(len(network.ids), 1))
    worth = [network.ties[c].combine_chunks().dictionary_encode().indices for c in ("share", "amount")]
    value = np.column_stack([w.fill_null(-1).to_numpy(zero_copy_only=False) for w in worth])
    kinds = np.array(network.ties["kind"].combine_chunks().dictionary_encode().indices, np.int64)
    for number, kind in enumerate(network.ties["kind"].combine_chunks().dictionary_encode().dictionary.to_pylist()):
        of = np.flatnonzero((kinds == number) & (rows.source != rows.target))
        pair = rows.source[of] * size + rows.target[of]
        back = rows.target[of] * size + rows.source[of]
        there = _same(np.column_stack([pair, value[of]]), np.column_stack([back, value[of]]))
        if kind not in _MUTUAL and there:
            msgid = _("{twins} of {ties} ties of the kind {kind} run both ways with the same share and amount")
            params = {"twins": there, "ties": len(of), "kind": kind}
            found.append(Problem("stored_both_ways", msgid, params=params))
    return tuple(found)


def _same(there: np.ndarray, back: np.ndarray) -> int:
    """How many rows of one array are rows of the other."""
    rows, numbers = np.unique(np.vstack([there, back]), axis=0, return_inverse=True)
    counted = np.zeros(len(rows), np.bool_)
    counted[numbers.ravel()[len(there) :]] = True
    return int(counted[numbers.ravel()[: len(there)]].sum())
