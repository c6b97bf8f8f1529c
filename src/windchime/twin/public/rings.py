"""Shell rings: young firms set up by one hand, which share what honest firms have of their own."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Floats, Ints, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.groups import Groups
from windchime.twin.public.persons import Persons


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings; members are companies that begin within the history."""

    #: ring of each firm, -1 for none
    ring: Ints
    #: who runs each ring: a registration agent no firm of the ring names as owner
    runner: Ints
    #: how skilfully each ring hides, from 0 to 1: the lower, the more marks are shared
    skill: Floats

    def __len__(self) -> int:
        return len(self.runner)

    @classmethod
    def of(cls, rng: Draws, firms: Population, groups: Groups, persons: Persons) -> Self:
        """Choose the members: the least honest newcomers among companies outside groups."""
        cal, n = shipped("registry"), len(firms)
        key = rng.key("ring.firm", np.arange(n))
        fits = (firms.kind == 0) & (groups.group < 0) & (groups.parent < 0) & (firms.begins > 0)
        queue = np.flatnonzero(fits)
        queue = queue[np.argsort((firms.honesty + 0.5 * draws.normal(key, 0))[queue], kind="stable")]
        least, most = cal["rings.size"]
        wanted = min(max(least, round(cal.number("rings.share") * n)), len(queue))
        number = rng.key("ring", np.arange(1 + wanted // least))
        u = draws.uniform(number, 0)
        sizes = np.minimum(np.floor(least * u**-0.8), most).astype(np.int64)
        ends = np.minimum(np.cumsum(sizes), wanted)
        sizes = np.diff(ends, prepend=0)
        sizes = sizes[sizes >= least]
        ring = np.full(n, -1)
        ring[queue[: int(sizes.sum())]] = np.repeat(np.arange(len(sizes)), sizes)
        agents = len(persons) - persons.agents
        runner = persons.agents + np.floor(draws.uniform(number, 1)[: len(sizes)] * agents).astype(np.int64)
        return cls(ring, runner, draws.uniform(number, 2)[: len(sizes)])
