"""Who means fraud, and which: drawn from honesty, pressure and chance, so that intent rises before a failure."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints
from windchime.twin.course import Course
from windchime.twin.draws import Draws
from windchime.twin.population import NEVER, Population

#: ways to embellish a statement, as bits
WAYS = ("revenue", "stock", "expenses", "cash", "debt")


@dataclass(frozen=True, slots=True)
class Intents:
    """One entry a firm; all of it is truth."""

    #: changes the list of invoices it hands to the bank
    altered: Bools
    #: takes its invoices back once the loan is drawn
    reversing: Bools
    #: moves the loan to property, securities or itself
    diverting: Bools
    #: bits of `WAYS`, 0 for honest statements; and whether its balance sheet still balances
    embellishing: Ints
    balanced: Bools
    #: how well it hides, 0 to 1
    skill: Floats
    #: money loops: one row a loop and place in it: case, round, place, firm, day, fen paid on to the next
    loops: Ints

    @classmethod
    def of(
        cls, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population, ring: Ints, course: Course
    ) -> Self:
        """Draw the intents of a region whose months have happened."""
        n = len(firms)
        key = rng.key("intents", np.arange(n))
        first = calendar.index(cal.day("loans.drawn_from"))
        pressed = course.liquidity[first] < cal.number("liquidity.distress_below")
        drive = 0.8 * pressed - firms.honesty + np.where(ring >= 0, -99.0, 0.0)

        def most(name: str, among: Bools, stream: int) -> Bools:
            """The share of those among whom it happens that feel most like it; one at least."""
            score = np.where(among, drive + 1.2 * draws.normal(key, stream), -np.inf)
            many = min(int(among.sum()), max(1, round(cal.number(f"intents.{name}") * int(among.sum()))))
            found = np.zeros(n, bool)
            found[np.argsort(-score, kind="stable")[:many]] = among.any()
            return found

        able = (firms.begins <= first - 12) & (ring < 0)
        borrowers = (course.drawn < NEVER) & able
        ways = draws.whole(key, 6, 1, 2 ** len(WAYS) - 1)
        # one to three ways: take the lowest bit away while there are more
        for _step in range(3):
            ways = np.where(np.bitwise_count(ways) > 3, ways & (ways - 1), ways)
        return cls(
            altered=most("altered", course.sought & able, 0),
            reversing=most("reversing", borrowers & (course.default > course.drawn + 1), 1),
            diverting=most("diverting", borrowers, 2),
            embellishing=np.where(most("embellishing", able & (course.ends >= calendar.months - 6), 3), ways, 0),
            balanced=draws.uniform(key, 4) < cal.number("intents.balanced"),
            skill=draws.uniform(key, 5),
            loops=_loops(cal, calendar, rng, firms, able & (course.default == NEVER), course, drive),
        )


def _loops(
    cal: Calibration, calendar: Calendar, rng: Draws, firms: Population, able: Bools, course: Course, drive: Floats
) -> Ints:
    """Money that goes round some firms within days and comes back a little changed."""
    n, begin = len(firms), calendar.history
    noise = draws.normal(rng.key("loop.firm", np.arange(n)), 0)
    score = np.where(able & (firms.begins <= begin), drive + noise, -np.inf)
    queue = np.argsort(-score, kind="stable")[: int((score > -np.inf).sum())].tolist()
    rows: list[tuple[int, int, int, int, int, int]] = []
    for case in range(max(1, round(cal.number("intents.loops_per_firm") * n))):
        key = rng.key("loop", case)
        size = int(draws.whole(key, 0, *cal["intents.loop_size"])[0])
        members, queue = queue[:size], queue[size:]
        if len(members) < size:
            break
        low, high = cal.numbers("intents.loop_share")
        for turn in range(int(draws.whole(key, 1, *cal["intents.loop_rounds"])[0])):
            this = rng.key("loop.turn", case, turn)
            usual = float(course.plan[begin:, members].mean(axis=0).min())
            fen = usual * (low + (high - low) * float(draws.uniform(this, 0)[0]))
            day = int(calendar.first_day[begin + 6]) + int(
                draws.whole(this, 1, 0, 30 * (calendar.months - begin - 8))[0]
            )
            for place, firm in enumerate(members):
                hop = rng.key("loop.hop", case, turn, place)
                rows.append((case, turn, place, firm, day, max(100_000, round(fen / 10_000) * 10_000)))
                fen *= 0.97 + 0.06 * float(draws.uniform(hop, 0)[0])
                day += int(draws.whole(hop, 1, 0, 2)[0])
    return np.array(rows, dtype=np.int64).reshape(-1, 6)
