"""Beneficial owners as a law defines them: persons by share, votes, control, by both on different layers; else managers.

Every person who meets any route is told once for each company, with all routes met, the first of the law's order in front.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.control import Control, control
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS
from windchime.graph.ownership.settings import Rule

#: in the order in which laws check them
ROUTES = ("share", "votes", "control", "coexistence_a", "coexistence_b")
MANAGER = "manager"
OWNERS = pa.schema(
    [
        pa.field("person", pa.string(), nullable=False),
        pa.field("company", pa.string(), nullable=False),
        #: integrated share of profits, where it is enough by itself
        pa.field("share", pa.float64()),
        #: votes of the person and of all it controls, where they are enough by themselves or are control
        pa.field("votes", pa.float64()),
        #: the first route met, and all of them
        pa.field("route", pa.string(), nullable=False),
        pa.field("routes", pa.list_(pa.string()), nullable=False),
        #: article of the rule for the first route
        pa.field("article", pa.string()),
        #: the post of a manager
        pa.field("role", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Met:
    """Pairs that meet one route."""

    route: int
    #: (pairs,) numbers of nodes
    person: Ints
    company: Ints
    #: (pairs,) nan where the route has none
    share: Floats
    votes: Floats


def beneficial_owners(
    holdings: Holdings, owned: pa.Table, rule: Rule, posts: pa.Table | None = None, *, found: Control | None = None
) -> pa.Table:
    """Beneficial owners of every company under a rule, in the form `OWNERS`, sorted by company and person.

    Persons who act in concert are told from the start under one id (see `concert.together`).

    Args:
        holdings: who holds what in whom.
        owned: pairs of integrated ownership that meet `rule.share`, decided there: columns `owner`, `company` (ids) and
            `share`; unused by rules without a share. Over-issued companies are absent.
        rule: the law.
        posts: who holds which post, in the form `POSTS`, those of the day asked about; None: no managers stand in. Firms
            without any shareholding are answered from here.
        found: `control(holdings, rule.control, told_from=rule.votes)` where the caller has it already.
    """
    found = found or control(holdings, rule.control, told_from=rule.votes)
    met = list(_routes(holdings, owned, rule, found))
    person = np.concatenate([m.person for m in met])
    company = np.concatenate([m.company for m in met])
    own = _table(holdings, person, company, met, rule)
    if posts is None or not rule.managers:
        return own.sort_by([("company", "ascending"), ("person", "ascending")])
    stand_in = _managers(holdings, own["company"], posts, rule)
    return pa.concat_tables([own, stand_in]).sort_by([("company", "ascending"), ("person", "ascending")])


def _routes(holdings: Holdings, owned: pa.Table, rule: Rule, found: Control) -> Iterator[_Met]:
    """What each route of the rule finds of persons."""
    is_person = holdings.is_person
    controls = found.controlled
    owner, company, share = _numbered(holdings, owned) if rule.share else (_NONE, _NONE, np.empty(0))
    of_person = is_person[owner]
    owner, company, share = owner[of_person], company[of_person], share[of_person]
    yield _Met(0, owner, company, share, _nan(len(owner)))
    theirs = found.chosen(is_person[found.controller])
    if rule.votes:
        yield _Met(1, theirs.controller, theirs.company, _nan(len(theirs)), theirs.votes)
    theirs = theirs.controlled
    yield _Met(2, theirs.controller, theirs.company, _nan(len(theirs)), theirs.votes)
    if rule.coexistence and rule.share:
        yield _Met(3, *_direct_stakes_of_controlled(holdings, theirs, rule.share.units))
        yield _Met(4, *_shares_in_controllers(holdings, controls, owner, company))


def _direct_stakes_of_controlled(holdings: Holdings, theirs: Control, enough: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Persons and the companies in which the entities they control hold directly, each or together, enough.

    Stakes are added in whole units of 1e-12.
    """
    graph = holdings.by_owner
    pair, edge = _beyond(theirs.company, graph)
    person, company = theirs.controller[pair], graph.target[edge]
    units = np.rint(holdings.share[graph.edge[edge]] * UNITS).astype(np.int64)
    key, place = np.unique(_key(holdings, person, company), return_inverse=True)
    total = np.zeros(len(key), np.int64)
    np.add.at(total, place, units)
    met = key[total >= enough]
    return *_ends(holdings, met), _nan(len(met)), _nan(len(met))


def _shares_in_controllers(
    holdings: Holdings, controls: Control, person: Ints, entity: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """Persons with enough of an entity, and the companies which that entity controls."""
    graph = csr(len(holdings.nodes), controls.controller, controls.company)
    pair, edge = _beyond(entity, graph)
    met = np.unique(_key(holdings, person[pair], graph.target[edge]))
    return *_ends(holdings, met), _nan(len(met)), _nan(len(met))


def _table(holdings: Holdings, person: Ints, company: Ints, met: Sequence[_Met], rule: Rule) -> pa.Table:
    key, place = np.unique(_key(holdings, person, company), return_inverse=True)
    mask = np.zeros(len(key), np.int64)
    np.bitwise_or.at(mask, place, np.concatenate([np.full(len(m.person), 1 << m.route) for m in met]))
    share, votes = _nan(len(key)), _nan(len(key))
    np.fmax.at(share, place, np.concatenate([m.share for m in met]))
    np.fmax.at(votes, place, np.concatenate([m.votes for m in met]))
    persons, companies = _ends(holdings, key)
    kinds, kind = np.unique(mask, return_inverse=True)
    routes = [[r for n, r in enumerate(ROUTES) if k >> n & 1] for k in kinds.tolist()]
    told = pa.array(routes, pa.list_(pa.string())).take(pa.array(kind))
    first = pa.array([r[0] for r in routes], pa.string()).take(pa.array(kind))
    return pa.table(
        [
            holdings.nodes.named(persons),
            holdings.nodes.named(companies),
            pa.array(share, from_pandas=True),
            pa.array(votes, from_pandas=True),
            first,
            told,
            _articles(first, rule.articles),
            pa.nulls(len(key), pa.string()),
        ],
        schema=OWNERS,
    )


def _managers(holdings: Holdings, answered: pa.ChunkedArray, posts: pa.Table, rule: Rule) -> pa.Table:
    """The holders of the first post of the rule's order that is held, of companies without any other owner."""
    ids = holdings.nodes.ids
    companies = ids.filter(pa.array(holdings.is_held))
    rank = pc.index_in(posts["role"], value_set=pa.array(rule.managers, pa.string()))
    kept = posts.select(["person", "firm", "role"]).append_column("rank", rank)
    kept = kept.filter(
        pc.and_(
            pc.and_(rank.is_valid(), pc.invert(pc.is_in(posts["firm"], value_set=answered))),
            pc.invert(pc.is_in(posts["person"], value_set=companies)),
        )
    )
    first = kept.group_by("firm").aggregate([("rank", "min")])
    kept = kept.join(first, ["firm", "rank"], ["firm", "rank_min"], "inner")
    kept = kept.group_by(["firm", "person", "role"]).aggregate([])
    many, said = len(kept), pa.array([MANAGER], pa.string())
    route = said.take(pa.array(np.zeros(many, np.int64)))
    return pa.table(
        [
            kept["person"],
            kept["firm"],
            pa.nulls(many, pa.float64()),
            pa.nulls(many, pa.float64()),
            route,
            pa.array([[MANAGER]] * many, pa.list_(pa.string())),
            _articles(route, rule.articles),
            kept["role"],
        ],
        schema=OWNERS,
    )


def _articles(route: pa.Array, articles: Mapping[str, str]) -> pa.Array:
    place = pc.index_in(route, value_set=pa.array(list(articles), pa.string()))
    return pa.array(list(articles.values()), pa.string()).take(place)


_NONE = np.empty(0, np.int32)


def _numbered(holdings: Holdings, owned: pa.Table) -> tuple[Ints, Ints, Floats]:
    """The pairs as numbers of nodes."""
    owner, company = (
        pc.index_in(owned[c], value_set=holdings.nodes.ids).fill_null(-1).to_numpy().astype(np.int32)
        for c in ("owner", "company")
    )
    known = (owner >= 0) & (company >= 0)
    return owner[known], company[known], owned["share"].cast(pa.float64()).to_numpy()[known]


def _beyond(node: Ints, graph: Csr) -> tuple[Longs, Longs]:
    """The places of all edges that leave each node, and which node of the list each leaves."""
    many = graph.start[node + 1] - graph.start[node]
    which = np.repeat(np.arange(len(node)), many)
    within = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
    return which, graph.start[node][which] + within


def _key(holdings: Holdings, person: Ints, company: Ints) -> Longs:
    return person.astype(np.int64) * len(holdings.nodes) + company


def _ends(holdings: Holdings, key: Longs) -> tuple[Ints, Ints]:
    person, company = np.divmod(key, max(len(holdings.nodes), 1))
    return person.astype(np.int32), company.astype(np.int32)


def _nan(many: int) -> Floats:
    return np.full(many, np.nan)
