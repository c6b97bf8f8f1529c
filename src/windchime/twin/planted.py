"""What is planted on purpose: circular and mutual invoicing, honest trade that looks like it, duplicate rows."""

from dataclasses import dataclass

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints
from windchime.twin.rows import BENIGN, CIRCULAR, DIGITAL_GENERAL, DIGITAL_SPECIAL, GENERAL, SPECIAL, Rows
from windchime.twin.world import World

#: planted rows are ordered after all trades of their day, and found again by this number
FIRST_ORDER = 10**9


@dataclass(frozen=True, slots=True)
class Plan:
    """Planted invoices; row r has order `FIRST_ORDER + r`."""

    rows: Rows
    #: which case each row belongs to, its round and its place in the round
    case: Ints
    turn: Ints
    hop: Ints
    #: number of firms of each case, and whether it is honest
    length: Ints
    honest: Bools


@dataclass(frozen=True, slots=True)
class _Case:
    members: Ints
    honest: bool


def plan(world: World) -> Plan:
    """Draw the cases: cycles of firms, mutual pairs, and as many honest look-alikes of each."""
    cases = _cases(world)
    found: list[tuple[int, int, int, int, int, int, int]] = []
    for number, case in enumerate(cases):
        found += _honest(world, number, case) if case.honest else _circular(world, number, case)
    table = np.array(found, dtype=np.int64).reshape(-1, 7)
    table = table[table[:, 5] < world.end]
    seller, buyer, day, total = table[:, 3], table[:, 4], table[:, 5], table[:, 6]
    honest = np.array([c.honest for c in cases])
    small = world.firms.small[seller]
    paper = day < world.switch
    kind = np.where(paper, np.where(small, GENERAL, SPECIAL), np.where(small, DIGITAL_GENERAL, DIGITAL_SPECIAL))
    rows = Rows.make(
        seller=seller,
        buyer=buyer,
        day=day,
        total=total,
        rate=world.firms.rate[seller],
        kind=kind,
        mark=np.where(honest[table[:, 0]], BENIGN, CIRCULAR),
        order=FIRST_ORDER + np.arange(len(table)),
    )
    return Plan(rows, table[:, 0], table[:, 1], table[:, 2], np.array([len(c.members) for c in cases]), honest)


def _cases(world: World) -> list[_Case]:
    """Members: dishonest firms that trade to the end of the history for fraud, any for honest trade; no firm twice."""
    cal, firms, course = world.cal, world.firms, world.course
    n = len(firms)
    history = world.calendar.history
    usable = (firms.begins <= history + 3) & (course.ends >= world.calendar.months) & (firms.trades > 3)
    noise = draws.normal(world.rng.key("intent", np.arange(n)), 0)
    queue = list(np.flatnonzero(usable)[np.argsort((firms.honesty + 0.8 * noise)[usable], kind="stable")])
    honest = queue[len(queue) // 2 :]
    queue = queue[: len(queue) // 2]
    least, most = cal["planted.cycle_length"]
    cycles = max(1, round(cal.number("planted.cycles_per_firm") * n))
    lengths = draws.whole(world.rng.key("cycle", np.arange(cycles)), 0, least, most)
    pairs = max(1, round(cal.number("planted.pairs_per_firm") * n))
    wanted = [*lengths.tolist(), *[2] * pairs]
    found = []
    for pool, is_honest in ((queue, False), (honest, True)):
        ends = [e for e in np.cumsum(wanted).tolist() if e <= len(pool)]
        found += [_Case(np.array(pool[e - length : e]), is_honest) for e, length in zip(ends, wanted, strict=False)]
    return found


def _circular(world: World, number: int, case: _Case) -> list[tuple[int, int, int, int, int, int, int]]:
    """Rounds of invoices that go once around within the limit of days, each hop a little dearer."""
    cal, length = world.cal, len(case.members)
    key = world.rng.key("case", number)
    low, high = cal["planted.cycle_rounds"] if length > 2 else cal["planted.pair_months"]
    rounds = int(draws.whole(key, 0, low, high)[0])
    first = int(world.calendar.first_day[world.calendar.history])
    days = cal.count("planted.cycle_days")
    span = (world.end - first - days) // rounds
    plan_of = world.course.plan[world.calendar.history :, case.members].mean(axis=0).min()
    share_low, share_high = cal.numbers("planted.cycle_share")
    margin_low, margin_high = cal.numbers("planted.cycle_margin")
    found = []
    for turn in range(rounds):
        this = world.rng.key("case.round", number, turn)
        total = plan_of * (share_low + (share_high - share_low) * float(draws.uniform(this, 0)[0]))
        day = first + turn * span + int(draws.whole(this, 1, 0, max(span - days, 1))[0])
        step = (days - 4) // length
        for hop in range(length):
            hop_key = world.rng.key("case.hop", number, turn, hop)
            fen = max(100_000, round(total / 10_000) * 10_000)
            found.append((number, turn, hop, int(case.members[hop]), int(case.members[(hop + 1) % length]), day, fen))
            total *= 1.0 + margin_low + (margin_high - margin_low) * float(draws.uniform(hop_key, 0)[0])
            day += int(draws.whole(hop_key, 1, 1, step)[0])
    return found


def _honest(world: World, number: int, case: _Case) -> list[tuple[int, int, int, int, int, int, int]]:
    """Trade in both directions, or along a ring, that has nothing of a round: own sizes, own times, unlike counts."""
    length = len(case.members)
    first = int(world.calendar.first_day[world.calendar.history])
    found = []
    for hop in range(length):
        key = world.rng.key("benign", number, hop)
        seller, buyer = int(case.members[hop]), int(case.members[(hop + 1) % length])
        level = world.firms.log_batch[seller] - 0.5 + 0.8 * float(draws.normal(key, 0)[0])
        for turn in range(int(draws.whole(key, 1, 2, 9)[0])):
            this = world.rng.key("benign.row", number, hop, turn)
            day = first + int(draws.whole(this, 0, 0, world.end - first - 1)[0])
            fen = max(100, round(float(np.exp(level + 0.7 * draws.normal(this, 1)[0]))))
            found.append((number, turn, hop, seller, buyer, day, fen))
    return found


def duplicates(world: World, reporter: Ints, direction: Ints, rows: Rows) -> Bools:
    """Which rows of the firms' lists stand there twice: the slip of a careless export."""
    careless = draws.uniform(world.rng.key("careless", np.arange(len(world.firms))), 0)
    chosen = careless[reporter] < world.cal.number("planted.duplicates_firms")
    key = world.rng.key("duplicate", reporter, direction, rows.seller, rows.number, rows.day)
    found: Bools = chosen & (draws.uniform(key, 0) < world.cal.number("planted.duplicates_rows"))
    return found
