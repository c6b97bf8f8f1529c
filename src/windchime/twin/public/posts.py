"""Who holds which post in which firm."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.groups import Groups
from windchime.twin.public.holdings import Holdings
from windchime.twin.public.persons import Persons
from windchime.twin.public.rings import Rings


@dataclass(frozen=True, slots=True)
class Posts:
    """Person numbers, one entry a firm, -1 where the post does not exist."""

    legal_rep: Ints
    director: Ints
    supervisor: Ints
    manager: Ints
    finance: Ints
    #: who files for the firm: often a registration agent
    liaison: Ints
    #: registration agent of the firm, -1 for none
    agent: Ints
    #: the director chairs a board
    board: Bools

    @classmethod
    def of(
        cls, rng: Draws, firms: Population, persons: Persons, groups: Groups, holdings: Holdings, rings: Rings
    ) -> Self:
        """Fill the posts from among the holders, others, and agents."""
        cal, n = shipped("registry"), len(firms)
        key = rng.key("posts", np.arange(n))
        u = [draws.uniform(key, s) for s in range(16)]
        first, second = holdings.person(n, 0), holdings.person(n, 1)
        staff = _others(persons, np.arange(n))
        company = firms.kind == 0
        # where companies hold everything, the boss of the head sends whom it trusts
        boss = first[np.where(groups.parent >= 0, groups.parent, groups.head)]
        sent = np.where((boss >= 0) & (u[0] < 0.4), boss, staff(0))
        top = np.where(first >= 0, first, sent)
        holds = (u[1] < cal.number("posts.legal_rep_is_holder")) | ~company | (first < 0)
        legal = np.where(holds, top, staff(1))
        stays = (u[2] < cal.number("posts.director_is_legal_rep")) | ~company
        other = np.where((u[3] < cal.number("posts.other_director_is_holder")) & (first >= 0), top, staff(2))
        director = np.where(stays, legal, other)
        agents = len(persons) - persons.agents
        agent = persons.agents + np.floor(agents * u[4] ** 2).astype(np.int64)
        filed = u[5] < cal.number("posts.liaison_is_agent")
        in_ring = rings.ring >= 0
        runner = rings.runner[np.maximum(rings.ring, 0)] if len(rings) else agent
        agent = np.where(in_ring, runner, np.where(filed, agent, -1))
        supervisor = np.where(
            (u[6] < cal.number("posts.supervisor_is_holder")) & (second >= 0) & (second != director), second, staff(3)
        )
        lent = (u[7] < cal.number("posts.supervisor_is_agent")) | (in_ring & (u[7] < 0.5))
        supervisor = np.where(lent & (agent >= 0), agent, supervisor)
        supervisor = np.where(supervisor == director, staff(7), supervisor)
        manager = np.where(u[8] < cal.number("posts.manager_is_director"), director, staff(4))
        manager = np.where(manager == supervisor, director, manager)
        large = firms.scale > cal.number("posts.finance_from_scale")
        finance = np.where(large & company, staff(5), -1)
        finance = np.where(finance == supervisor, -1, finance)
        liaison = np.where(agent >= 0, agent, np.where(u[9] < 0.5, legal, staff(6)))
        none = np.full(n, -1)
        return cls(
            legal_rep=legal,
            director=np.where(company, director, none),
            supervisor=np.where(company, supervisor, none),
            manager=np.where(company, manager, none),
            finance=finance,
            liaison=liaison,
            agent=agent,
            board=company & (firms.scale > cal.number("posts.board_from_scale")),
        )


class _others:  # noqa: N801 - used as a function
    """Persons who own nothing, eight of them at most for a firm, no two of a firm alike."""

    def __init__(self, persons: Persons, firm: Ints) -> None:
        self._begin, self._many, self._firm = persons.owners, persons.agents - persons.owners, firm

    def __call__(self, post: int) -> Ints:
        # a stride near 0.618 of the range spreads the few posts of a firm, and of its neighbours
        return np.asarray(self._begin + (self._firm * 5 + post * max(1, self._many * 618 // 1000)) % self._many)
