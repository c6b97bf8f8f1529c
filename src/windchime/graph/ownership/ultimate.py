"""The ultimate controller of a company: up the relation of control to whom nobody controls; a loop at the top is the answer.

Control is transitive, so those at the top of a company are among its own controllers, and firms that control each other
are controlled by the same others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.graph.csr import Floats, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.control import Control

PERSON, COMPANY, LOOP = "person", "company", "loop"
ULTIMATE = pa.schema(
    [
        pa.field("company", pa.string(), nullable=False),
        #: id of the controller; of a loop the smallest id of its members
        pa.field("controller", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        #: of a loop all that control each other, else the controller alone
        pa.field("members", pa.list_(pa.string()), nullable=False),
        pa.field("votes", pa.float64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Ultimate:
    """Who stands at the top of each company that is controlled; several where votes are over-issued or the threshold is low."""

    #: (answers,) numbers of nodes; of a loop one of its members
    company: Ints
    controller: Ints
    #: (answers,) votes commanded in the company
    votes: Floats
    #: (nodes,) the first of those who control each other with it; itself where nobody does
    loop: Ints


def ultimate(controls: Control) -> Ultimate:
    """The ultimate controllers by the pairs of control alone (`Control.controlled`), each pair of company and top once."""
    nodes = len(controls.nodes)
    key = controls.controller.astype(np.int64) * nodes + controls.company
    back = controls.company.astype(np.int64) * nodes + controls.controller
    mutual = _within(back, np.sort(key))
    below = np.zeros(nodes, bool)
    below[controls.company[~mutual]] = True
    loop = np.arange(nodes, dtype=np.int32)
    np.minimum.at(loop, controls.company[mutual], controls.controller[mutual])
    # of a loop, and of its own members, one answer
    top = np.flatnonzero(~below[controls.controller])
    answer = controls.company[top].astype(np.int64) * nodes + loop[controls.controller[top]]
    order = np.lexsort((-controls.votes[top], answer))
    first = np.ones(len(order), bool)
    first[1:] = answer[order][1:] != answer[order][:-1]
    chosen = top[order[first]]
    return Ultimate(controls.company[chosen], loop[controls.controller[chosen]], controls.votes[chosen], loop)


def table(found: Ultimate, controls: Control, is_person: NDArray[np.bool_]) -> pa.Table:
    """In the form `ULTIMATE`, sorted by company and controller."""
    ids = controls.nodes.ids
    looped = np.flatnonzero(np.bincount(found.loop, minlength=len(found.loop))[found.loop] > 1).astype(np.int32)
    grouped = csr(len(found.loop), found.loop[looped], looped)

    def members(top: int) -> Sequence[str]:
        numbers = grouped.target[grouped.start[top] : grouped.start[top + 1]]
        return sorted(ids.take(pa.array(numbers)).to_pylist()) if len(numbers) else [ids[top].as_py()]

    tops, place = np.unique(found.controller, return_inverse=True)
    lists = [members(int(top)) for top in tops]
    kinds = [LOOP if len(m) > 1 else PERSON if is_person[t] else COMPANY for m, t in zip(lists, tops, strict=True)]
    at = pa.array(place)
    rows = pa.table(
        [
            controls.nodes.named(found.company),
            pa.array([m[0] for m in lists], pa.string()).take(at),
            pa.array(kinds, pa.string()).take(at),
            pa.array(lists, pa.list_(pa.string())).take(at),
            pa.array(found.votes),
        ],
        schema=ULTIMATE,
    )
    return rows.sort_by([("company", "ascending"), ("controller", "ascending")])


def _within(values: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    place = np.searchsorted(ordered, values)
    place[place == len(ordered)] = 0
    return ordered[place] == values if len(ordered) else np.zeros(len(values), bool)
