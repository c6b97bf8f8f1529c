"""Entries of changes in the register, in agreement with what the register says before and after them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints
from windchime.twin.public import common
from windchime.twin.public.common import Columns
from windchime.twin.public.life import Life
from windchime.twin.public.register import Turns, former_names, office
from windchime.twin.public.stakes import Transfers
from windchime.twin.source import NO_DAY, codes, dates
from windchime.twin.world import World

ITEMS = ("name", "capital", "address", "legal_rep", "scope", "shareholders")


def firm_changes(life: Life, turns: Turns, transfers: Transfers) -> pa.Table:
    """All entries of some firms, in the order of firm and day."""
    world, many = life.world, len(life.firms)
    everybody = np.arange(many)
    named, capital = _long_ago(life)
    day = np.concatenate([named, capital, turns.moved, turns.represented, turns.widened, transfers.day])
    at, item = np.tile(everybody, len(ITEMS)), np.repeat(np.arange(len(ITEMS)), many)
    use = day < NO_DAY
    at, item, day = at[use], item[use], day[use]
    order = np.lexsort((item, day, at))
    at, item, day = at[order], item[order], day[order]
    firm = life.firms[at]
    columns = {
        **common.subject(world, firm),
        "changed_on": dates(day),
        "item": codes(ITEMS, item),
        "seq": np.ones(len(at), np.int64),
        **_texts(life, turns, at, item),
        **_people(life, turns, transfers, at, item),
    }
    return common.told(world, "firm_changes", columns, day + turns.lag[at])


def _long_ago(life: Life) -> tuple[Ints, Ints]:
    """Days of a change of name and of a raise of capital, both before the history begins."""
    cal, world = common.registry(), life.world
    key = world.rng.key("changes", life.firms)
    first = int(world.calendar.first_day[world.calendar.history])
    span = np.maximum(first - life.established - 60, 0)
    old = (world.firms.kind[life.firms] == 0) & (span > 300)
    day = life.established + 30 + np.floor(span * (0.2 + 0.8 * draws.uniform(key, 0))).astype(np.int64)
    named = ~np.asarray(former_names(world, life.firms).is_null())
    other = life.established + 30 + np.floor(span * draws.uniform(key, 1)).astype(np.int64)
    raised = old & (draws.uniform(key, 2) < cal.number("firms.capital_raised"))
    return np.where(named, day, NO_DAY), np.where(raised, other, NO_DAY)


def _texts(life: Life, turns: Turns, at: Ints, item: Ints) -> Columns:
    """What was written before and after, but for people."""
    cal, world, firm = common.registry(), life.world, life.firms[at]
    society, key = world.society, world.rng.key("changes", firm)
    now = society.capital[firm] // 1_000_000
    share = np.array([0.1, 0.2, 0.5, 0.5])[draws.whole(key, 3, 0, 3)]
    less = np.maximum(np.floor(now * share), 1).astype(np.int64)
    place, desk = world.firms.place[firm], society.points.desk[firm]
    early = office(turns, at, firm, society.points.office, np.zeros(len(at), np.int64))
    late = society.points.office[firm]
    scope = pa.array([cal["firms.scope"][s["code"]] for s in world.cal["sectors"]])
    scope = scope.take(pa.array(world.firms.sector[firm]))
    added = common.one_of(cal["firms.scope_added"], world.rng.key("register", firm), 7)
    before = (
        former_names(world, firm),
        common.text(less, "万元"),
        society.points.addresses(world.rng, place, early, desk),
        scope,
    )
    after = (
        world.names.take(pa.array(firm)),
        common.text(now, "万元"),
        society.points.addresses(world.rng, place, late, desk),
        common.text(scope, "、", added),
    )
    choice = pa.array(np.array([0, 1, 2, 4, 3, 4])[item])
    none = pa.nulls(len(at), pa.string())
    return {"before": pc.choose(choice, *before, none), "after": pc.choose(choice, *after, none)}


def _people(life: Life, turns: Turns, transfers: Transfers, at: Ints, item: Ints) -> Columns:
    """Who it was before and after, for representatives and holders."""
    world: World = life.world
    legal, holder = item == 3, item == 5
    before = np.select([legal, holder], [turns.before[at], transfers.before[at]], -1)
    after = np.select([legal, holder], [world.society.posts.legal_rep[life.firms[at]], transfers.after[at]], -1)
    return common.person(world, "party_before", before) | common.person(world, "party_after", after)
