"""Single sources: a supplier of more than half, where nobody near sells the like."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.supply.flows import Flows

#: answers: no, yes, not known what the partner sells
NO, YES, UNKNOWN = 0, 1, 2


def single_sources(flows: Flows, firm: Longs, partner: Longs, ware: Ints) -> NDArray[np.int8]:
    """For each pair of a firm and a supplier of more than half whether no other seller of the like is within two hops.

    Two hops of trade, whatever its direction: a supplier or customer of the firm, or of one of these.

    Args:
        flows: of the window.
        firm: (pairs,) node.
        partner: (pairs,) node.
        ware: (nodes,) what each mainly sells, -1 where unknown.
    """
    both = csr(
        len(flows.nodes),
        np.concatenate([flows.seller, flows.buyer]),
        np.concatenate([flows.buyer, flows.seller]),
    )
    return _search(both, firm, partner, ware)


def _search(both: Csr, firm: Longs, partner: Longs, ware: Ints) -> NDArray[np.int8]:
    return _nobody(both.start, both.target, firm, partner, ware)


@kernel
def _nobody(start: Longs, target: Ints, firm: Longs, partner: Longs, ware: Ints) -> NDArray[np.int8]:
    answer = np.ones(len(firm), np.int8)
    for p in range(len(firm)):
        wanted = ware[partner[p]]
        if wanted < 0:
            answer[p] = 2
            continue
        for e in range(start[firm[p]], start[firm[p] + 1]):
            near = target[e]
            if near != partner[p] and ware[near] == wanted:
                answer[p] = 0
                break
            for f in range(start[near], start[near + 1]):
                far = target[f]
                if far not in (partner[p], firm[p]) and ware[far] == wanted:
                    answer[p] = 0
                    break
            if answer[p] == 0:
                break
    return answer
