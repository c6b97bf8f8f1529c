"""What has to be said about an allocation: why money is left, what was left out, what the figures rest on."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from windchime.core.text import Text, _
from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import Whole
from windchime.portfolio.allocation.realised import Realised
from windchime.portfolio.allocation.terms import Candidate, Terms
from windchime.risk.findings import Finding

#: how the dimensions that firms are grouped by are called
DIMENSIONS = {"industry": Text("行业", "industry"), "region": Text("地区", "region")}


def _said(dimension: str) -> Text:
    return DIMENSIONS.get(dimension, Text(dimension, dimension))


def unspent(problem: Packing, amounts: Whole, left_out: Counter[str]) -> tuple[Finding, ...]:
    """Why money is left; nothing where none is. Amounts must be such that no single one can be raised."""
    slack = problem.caps - problem.used(amounts)
    left = int(slack[0])
    if not left:
        return ()
    room = np.flatnonzero(amounts < problem.high)
    if not len(room):
        text = _(
            "{unspent} yuan are left: every firm that earns money ({firms}) has its largest amount; "
            "{unprofitable} firms would lose money at every rate, {small} may have less than the minimum"
        )
        return (
            Finding(
                "candidates_exhausted",
                "normal",
                text,
                {
                    "unspent": left,
                    "firms": problem.size,
                    "unprofitable": left_out["not_profitable"],
                    "small": left_out["limit_below_minimum"],
                },
            ),
        )
    by_row = problem.matrix.tocsr()
    found, explained = [], np.zeros(problem.size, dtype=np.bool_)
    for row in range(1, len(problem.names)):
        members = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        held = [
            i
            for i in members.tolist()
            if amounts[i] < problem.high[i] and slack[row] < (problem.low[i] if not amounts[i] else 1)
        ]
        if held:
            explained[held] = True
            dimension, group = problem.names[row].split("=", 1)
            text = _("{unspent} yuan are left: the cap of {cap} yuan on {dimension} {group} holds back {firms} firms")
            found.append(
                Finding(
                    "cap_binds",
                    "watch",
                    text,
                    {
                        "unspent": left,
                        "cap": int(problem.caps[row]),
                        "dimension": _said(dimension),
                        "group": group,
                        "firms": len(held),
                    },
                )
            )
    if rest := int((~explained[room]).sum()):
        text = _(
            "{unspent} yuan are left: less than the minimum of {minimum} yuan, so none of {firms} more firms "
            "can be offered anything"
        )
        found.append(
            Finding(
                "residual_below_minimum",
                "normal",
                text,
                {"unspent": left, "minimum": int(problem.low[room].min()), "firms": rest},
            )
        )
    return tuple(found)


def remarks(candidates: Sequence[Candidate], terms: Terms, gap: Decimal) -> tuple[Finding, ...]:
    """What a reader of the figures must know: groups that are unknown, a proof that was cut short."""
    found = []
    if terms.firm_cap < terms.minimum:
        text = _(
            "one firm may take {cap} yuan of this budget, less than the minimum of {minimum}: nobody can be offered anything"
        )
        found.append(
            Finding("single_share_below_minimum", "high", text, {"cap": terms.firm_cap, "minimum": terms.minimum})
        )
    for dimension in sorted(terms.caps):
        unknown = sum(not c.groups.get(dimension) for c in candidates)
        if unknown:
            text = _("{unknown} of {firms} firms have no known {dimension}: its cap does not count them")
            found.append(
                Finding(
                    "group_unknown",
                    "watch",
                    text,
                    {"unknown": unknown, "firms": len(candidates), "dimension": _said(dimension)},
                )
            )
    if gap > terms.gap:
        text = _("the proof was cut short at {nodes} sub-problems: the gap is {gap}, above the {allowed} asked for")
        found.append(
            Finding(
                "gap_above_target",
                "high",
                text,
                {"nodes": terms.proof_nodes, "gap": str(gap), "allowed": str(terms.gap)},
            )
        )
    return tuple(found)


def outcomes(found: Sequence[Realised]) -> tuple[Finding, ...]:
    """How little the realised figures rest on."""
    if not found:
        return ()
    text = _(
        "realised profit rests on {labelled} firms with a known outcome, {offered} of them offered credit, {defaults} of "
        "these in default: read the interval, not the figure"
    )
    params = {"labelled": found[0].labelled, "offered": found[0].offered_firms, "defaults": found[0].defaults}
    return (Finding("outcomes_few", "watch", text, params),)
