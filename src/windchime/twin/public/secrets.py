"""Truth of people and ownership: controllers, groups, nominees, shell rings, hubs, namesakes, second records, spellings."""

import numpy as np
import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import common, posted, records
from windchime.twin.public.holdings import NOMINEES
from windchime.twin.public.life import Life
from windchime.twin.public.persons import CHILD, HEAD, SIBLING, SPOUSE
from windchime.twin.public.stakes import Transfers
from windchime.twin.source import NO_DAY, codes, dates, firm_ids, fraction
from windchime.twin.world import World

KIN = {HEAD: "head", SPOUSE: "spouse", CHILD: "child", SIBLING: "sibling"}
#: firms of one agent from which the agent counts as a hub
HUB = 20


def tables(world: World) -> dict[str, pa.Table]:
    """All tables by name."""
    return {
        "controller": controller(world),
        "group_member": group_member(world),
        "hidden_control": hidden_control(world),
        "shell_ring": shell_ring(world),
        "benign_hub": benign_hub(world),
        "family_member": family_member(world),
        "same_name_person": same_name_person(world),
        "second_record": second_record(world),
        "lookalike_name": records.lookalike_name(world),
    }


def controller(world: World) -> pa.Table:
    """Who controls each firm, and since when where the first stake was taken over within the history."""
    society, every = world.society, np.arange(len(world.firms))
    life = Life.of(world, every)
    moved = Transfers.of(life)
    held = society.holdings
    first = (moved.row >= 0) & (held.slot[np.maximum(moved.row, 0)] == 0) & (moved.after == society.controller)
    old = np.flatnonzero(first)
    firm = np.concatenate([every, old])
    before = np.repeat([False, True], [len(every), len(old)])
    order = np.lexsort((~before, firm))
    firm, before = firm[order], before[order]
    known = society.controller[firm] >= 0
    since = np.where(first[firm] & ~before, moved.day[firm], life.established[firm])
    rows = pa.table(
        {
            "firm_id": firm_ids(world, firm),
            "person_id": common.person_ids(np.where(before, moved.before[firm], society.controller[firm])),
            "votes": fraction(society.votes[firm] / 1_000_000),
            "valid_from": dates(since),
            "valid_to": dates(np.where(before, moved.day[firm] - 1, NO_DAY)),
        }
    )
    return rows.filter(pa.array(known))


def group_member(world: World) -> pa.Table:
    """Members of business groups, those whose tie no register shows among them."""
    groups = world.society.groups
    firm = np.flatnonzero(groups.group >= 0)
    return pa.table(
        {
            "group_id": groups.group[firm],
            "firm_id": firm_ids(world, firm),
            "head_id": firm_ids(world, groups.head[firm]),
            "depth": groups.depth[firm],
            "hidden": groups.hidden[firm],
        }
    )


def hidden_control(world: World) -> pa.Table:
    """Stakes registered for somebody who holds them for another."""
    held, groups = world.society.holdings, world.society.groups
    row = np.flatnonzero(held.nominee >= 0)
    return pa.table(
        {
            "firm_id": firm_ids(world, held.firm[row]),
            "holder_id": common.person_ids(held.holder[row]),
            "owner_id": common.person_ids(held.owner[row]),
            "how": codes(NOMINEES, held.nominee[row]),
            "share": fraction(held.share[row] / 1_000_000),
            "of_hidden_group": groups.hidden[held.firm[row]],
        }
    )


def shell_ring(world: World) -> pa.Table:
    """Members of shell rings, who runs each, and what the members share."""
    rings, points = world.society.rings, world.society.points
    firm = np.flatnonzero(rings.ring >= 0)
    ring = rings.ring[firm]
    return pa.table(
        {
            "ring_id": ring,
            "firm_id": firm_ids(world, firm),
            "runner_id": common.person_ids(rings.runner[ring]),
            "skill": np.round(rings.skill[ring], 6),
            "shares_phone": points.phone[firm] >= points.persons + points.firms,
            "shares_address": points.office[firm] >= points.firms + points.incubators,
        }
    )


def benign_hub(world: World) -> pa.Table:
    """Firms that share a point for a good reason: clients of one agent, tenants of one incubator."""
    points, posts = world.society.points, world.society.posts
    tenant = np.flatnonzero((points.office >= points.firms) & (points.office < points.firms + points.incubators))
    many = np.bincount(np.maximum(posts.agent, 0), posts.agent >= 0)
    client = np.flatnonzero((posts.agent >= 0) & (world.society.rings.ring < 0))
    client = client[many[posts.agent[client]] >= HUB]
    kind = np.repeat([0, 1], [len(tenant), len(client)])
    hub = np.concatenate([points.office[tenant] - points.firms, posts.agent[client]])
    firm = np.concatenate([tenant, client])
    return pa.table({"kind": codes(("incubator", "agent"), kind), "hub": hub, "firm_id": firm_ids(world, firm)})


def family_member(world: World) -> pa.Table:
    """Families, told of or not."""
    people = world.society.persons
    who = np.flatnonzero(people.family >= 0)
    who = who[np.lexsort((who, people.family[who]))]
    kin = codes([KIN[k] for k in range(len(KIN))], people.kin[who])
    return pa.table({"family_id": people.family[who], "person_id": common.person_ids(who), "kin": kin})


def same_name_person(world: World) -> pa.Table:
    """Different persons who bear one name: a number for each name that two or more bear."""
    people = world.society.persons
    name = (people.surname * 1000 + people.given) * 1000 + people.second + 1
    _names, at, many = np.unique(name, return_inverse=True, return_counts=True)
    who: Ints = np.flatnonzero(many[at] > 1)
    who = who[np.lexsort((who, at[who]))]
    return pa.table(
        {
            "name_id": at[who],
            "person_id": common.person_ids(who),
            "place": common.place_codes().take(pa.array(people.place[who])),
        }
    )


def second_record(world: World) -> pa.Table:
    """Second records of persons, and whose they are."""
    every = np.arange(len(world.society.persons))
    who = every[posted.second_record(world, every)]
    return pa.table({"record_id": posted.second_ids(who), "person_id": common.person_ids(who)})
