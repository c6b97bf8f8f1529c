"""Business groups: which companies belong together, who is whose parent, and which groups show no tie."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population

DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Groups:
    """Arrays of one entry a firm."""

    #: number of the business group, -1 for none; a parent with one child is no group
    group: Ints
    #: head of the own group; the firm itself outside groups
    head: Ints
    #: companies above the firm
    depth: Ints
    #: the company that holds the firm, -1 for none; for hidden groups the tie is real but not registered
    parent: Ints
    hidden: Bools

    @classmethod
    def of(cls, rng: Draws, firms: Population) -> Self:
        """Draw the groups of a region; companies of like quality come together."""
        cal, n = shipped("registry"), len(firms)
        key = rng.key("group.firm", np.arange(n))
        taste = cal.number("persons.group_likeness") * firms.quality + draws.normal(key, 0)
        companies = np.flatnonzero(firms.kind == 0)
        queue = companies[np.argsort(taste[companies], kind="stable")]
        sizes = _sizes(cal, rng, len(companies))
        # groups stand in the queue at places drawn anew, each a run of neighbours
        gap_key = rng.key("group.gap", np.arange(len(sizes)))
        rest = max(len(queue) - int(sizes.sum()), 0)
        cuts = np.sort(np.floor(draws.uniform(gap_key, 0) * (rest + 1)).astype(np.int64))
        order = np.argsort(draws.uniform(gap_key, 1), kind="stable")
        sizes = sizes[order]
        start = cuts + np.cumsum(sizes) - sizes
        number = np.repeat(np.arange(len(sizes)), sizes)
        place = np.repeat(start, sizes) + np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        member = queue[place]
        group = np.full(n, -1)
        group[member] = number
        return cls(*_trees(cal, rng, firms, group, member, number, len(sizes)))


def _sizes(cal: Calibration, rng: Draws, companies: int) -> Ints:
    """Sizes of groups: a Pareto law from three on, and pairs."""
    law = cal["ownership.group_sizes"]
    wanted = cal.number("ownership.in_groups") * companies
    u = _even(draws.uniform(rng.key("group", 0), 0), np.arange(max(2, int(wanted))))
    sizes = np.minimum(np.floor(law["least"] * u ** (-1 / law["exponent"])), law["most"]).astype(np.int64)
    many = max(1, int(np.searchsorted(np.cumsum(sizes), wanted, side="right")))
    pairs = max(1, round(cal.number("ownership.in_pairs") * companies / 2))
    found = np.concatenate([sizes[:many], np.full(pairs, 2)])
    return found[np.cumsum(found) <= companies]


def _trees(
    cal: Calibration, rng: Draws, firms: Population, group: Ints, member: Ints, number: Ints, many: int
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Head (the largest), depth by the law of chains, and a parent one level above, for each member."""
    n = len(firms)
    key: Keys = rng.key("group.member", member)
    order = np.lexsort((-firms.scale[member], number))
    member, number, key = member[order], number[order], key[order]
    first = np.concatenate([[True], number[1:] != number[:-1]])
    u = _even(draws.uniform(rng.key("group.depth", 0), 0), np.arange(len(member)))
    depth = np.where(first, 0, 1 + draws.pick(u, cal.numbers("ownership.chain")))
    for level in range(2, DEEPEST + 1):
        above = np.bincount(number[depth == level - 1], minlength=many) > 0
        depth = np.where((depth >= level) & ~above[number], level - 1, depth)
    # members sorted by group and depth, so that one index finds a parent
    order = np.lexsort((depth, number))
    member, number, depth, key = member[order], number[order], depth[order], key[order]
    rung = number * (DEEPEST + 1) + depth
    counts = np.bincount(rung, minlength=many * (DEEPEST + 1))
    begins = np.cumsum(counts) - counts
    upper = np.maximum(rung - 1, 0)
    at = begins[upper] + np.floor(draws.uniform(key, 1) * np.maximum(counts[upper], 1)).astype(np.int64)
    parent, head, depths = np.full(n, -1), np.arange(n), np.zeros(n, np.int64)
    parent[member] = np.where(depth == 0, -1, member[np.minimum(at, len(member) - 1)])
    heads = member[depth == 0]
    head[member] = heads[number]
    depths[member] = depth
    # the last stands for no group at all
    size = np.bincount(number, minlength=many + 1)
    secret = draws.uniform(rng.key("group.secret", np.arange(many + 1)), 0) < cal.number("ownership.hidden_groups")
    secret &= size > 2
    if many and not secret.any():
        secret[int(np.argmax(size))] = size.max() > 2
    hidden = (group >= 0) & secret[np.maximum(group, 0)]
    paired = (group >= 0) & (size[np.maximum(group, 0)] == 2)
    return np.where(paired, -1, group), np.where(paired, np.arange(n), head), depths, parent, hidden


def _even(start: Floats, index: Ints) -> Floats:
    """Numbers spread evenly over (0, 1): few groups are enough to follow a law."""
    return np.asarray(np.clip((start + index * 0.6180339887498949) % 1.0, 1e-9, 1 - 1e-9))
