"""The register of persons in posts, with those who left; persons and their second records; relatives told of."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.public.persons import CHILD, HEAD, SPOUSE
from windchime.twin.public.register import Turns
from windchime.twin.source import NO_DAY, codes, dates, fraction
from windchime.twin.world import SOURCE, World

ROLES = ("legal_rep", "exec_director", "supervisor", "gm", "cfo", "liaison", "chair", "operator")
POSTS = ("legal_rep", "director", "supervisor", "manager", "finance", "liaison")
HOW = ("elected", "elected", "elected", "hired", "hired", "appointed", "elected", "elected")
RELATIONS = ("spouse", "child", "sibling")


def key_persons(life: Life, turns: Turns) -> pa.Table:
    """One row a post and state: as it is; and for a legal representative who left, as that one stood, open and closed."""
    world, many = life.world, len(life.firms)
    posts, at = world.society.posts, np.arange(many)
    role = np.tile(np.arange(len(POSTS)), many)
    at = np.repeat(at, len(POSTS))
    who = np.stack([getattr(posts, p)[life.firms] for p in POSTS], axis=1).ravel()
    left = np.flatnonzero(turns.represented < NO_DAY)
    at, role = np.concatenate([at, left, left]), np.concatenate([role, np.zeros(2 * len(left), np.int64)])
    who = np.concatenate([who, turns.before[left], turns.before[left]])
    state = np.repeat([0, 1, 2], [many * len(POSTS), len(left), len(left)])
    order = np.lexsort((state, role, at))
    order = order[who[order] >= 0]
    at, role, who, state = at[order], role[order], who[order], state[order]
    firm = life.firms[at]
    since, until, changed = _terms(life, turns, at, role, state)
    alone = world.firms.kind[firm] == 1
    shown = np.select([(role == 0) & alone, (role == 1) & posts.board[firm]], [7, 6], role)
    keep = ~alone | (role == 0) | (role == 5)
    columns = {
        **common.subject(world, firm),
        **common.person(world, "person", who),
        "role": codes(ROLES, shown),
        "appointed_by": codes(HOW, shown),
        "valid_from": dates(since),
        "valid_to": dates(until),
    }
    columns["person_id"] = _as_written(world, firm, who, shown)
    return common.told(world, "key_persons", columns, np.where(keep, changed, world.end))


def _terms(life: Life, turns: Turns, at: Ints, role: Ints, state: Ints) -> tuple[Ints, Ints, Ints]:
    """Since when, until when, and when the register told."""
    world = life.world
    first = int(world.calendar.first_day[world.calendar.history])
    key = world.rng.key("post", life.firms[at], role)
    years = common.registry().count("posts.terms_years")
    begun = np.maximum(life.established[at], first - common.later(key, 0, 30, years * 365))
    turned = turns.represented[at]
    since = np.where((role == 0) & (state == 0) & (turned < NO_DAY), turned, begun)
    until = np.where(state == 2, turned - 1, NO_DAY)
    return since, until, np.where(state == 2, turned, since) + turns.lag[at]


def doubled(world: World) -> Bools:
    """Firms whose manager is who represents them: the register may have two records of that person."""
    posts = world.society.posts
    return np.asarray((posts.manager == posts.legal_rep) & (posts.manager >= 0))


def second_record(world: World, who: Ints) -> Bools:
    """Persons of whom the register has a second record without a number, used where they manage what they represent."""
    able = np.zeros(len(world.society.persons), bool)
    able[world.society.posts.manager[doubled(world)]] = True
    share = common.registry().number("persons.second_records")
    return np.asarray(able[who] & common.chance(world.rng.key("second_record", who), 0, share))


def second_ids(who: Ints) -> pa.Array:
    """Ids of second records, which say nothing of the first."""
    number = pa.array((np.maximum(who, 0) * 7_654_321 + 1_234_567) % 10**7 + 10**7).cast(pa.string())
    return pc.binary_join_element_wise(f"{SOURCE}:Q", pc.utf8_slice_codeunits(number, 1), "")


def _as_written(world: World, firm: Ints, who: Ints, shown: Ints) -> pa.Array:
    """Ids of the records that the register uses: managers who represent the firm may stand under a second one."""
    second = second_record(world, who) & (shown == 3) & doubled(world)[firm]
    return pc.if_else(pa.array(second), second_ids(who), common.person_ids(who))


def homed(world: World, some: Ints) -> Ints:
    """Persons whose records come with these firms: each person has one such firm."""
    people, n = len(world.society.persons), len(world.firms)
    low, high = -(-some * people // n), -(-(some + 1) * people // n)
    many = high - low
    return np.asarray(np.repeat(low, many) + np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many))


def persons(life: Life) -> pa.Table:
    """Records of persons: by number where the source has it; second records have a name alone."""
    cal, world = common.registry(), life.world
    who = homed(world, life.firms)
    twice = second_record(world, who)
    person = np.concatenate([who, who[twice]])
    second = np.repeat([False, True], [len(who), int(twice.sum())])
    order = np.lexsort((second, person))
    person, second = person[order], second[order]
    people = world.society.persons
    numbered = ~second & ~common.chance(world.rng.key("person.record", person), 0, cal.number("persons.no_number"))
    first = int(world.calendar.first_day[world.calendar.history])
    known = pa.array(numbered)
    columns = {
        "person_id": pc.if_else(pa.array(second), second_ids(person), common.person_ids(person)),
        "name": people.names(person),
        "id_kind": pc.if_else(known, "resident", common.NONE),
        "id_number": pc.if_else(known, people.numbers(person), common.NONE),
        "id_valid": pc.if_else(known, True, pa.scalar(None, pa.bool_())),
        "resolution": pc.if_else(known, "by_id", "placeholder"),
    }
    return common.told(world, "persons", columns, np.full(len(person), first))


def relatives(life: Life) -> pa.Table:
    """Ties to the head of the family that were declared or are in a register; others nobody told of."""
    cal, world = common.registry(), life.world
    people, who = world.society.persons, homed(world, life.firms)
    heads = np.full(int(people.family.max()) + 2, -1)
    lead = np.flatnonzero((people.family >= 0) & (people.kin == HEAD))
    heads[people.family[lead]] = lead
    who = who[(people.family[who] >= 0) & (people.kin[who] != HEAD)]
    key = world.rng.key("relative", who)
    who = who[common.chance(key, 0, cal.number("persons.ties_told"))]
    key, head = world.rng.key("relative", who), heads[people.family[who]]
    first, second = np.minimum(head, who), np.maximum(head, who)
    kin = people.kin[who]
    relation = np.where(kin == SPOUSE, 0, np.where(kin == CHILD, 1, 2))
    # the relation is what the first is to the second
    word = np.where((relation == 1) & (first == head), 3, relation)
    low, high = int(world.calendar.first_day[world.calendar.history]), world.end - 30
    declared = low + np.floor(draws.uniform(key, 1) * (high - low)).astype(np.int64)
    told = common.chance(key, 2, 0.7)
    columns = {
        **common.person(world, "person_a", first),
        **common.person(world, "person_b", second),
        "relation": codes((*RELATIONS, "parent"), word),
        "degree": np.where(relation == 2, 2, 1),
        "basis": codes(("registry", "declared"), told.astype(np.int64)),
        "confidence": fraction(np.ones(len(who))),
        "declared_on": dates(np.where(told, declared, NO_DAY)),
    }
    return common.told(world, "relatives", columns, declared + 1)
