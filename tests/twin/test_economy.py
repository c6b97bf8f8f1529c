import numpy as np
import pytest

from windchime.twin.course import CAUSES
from windchime.twin.generate import make_world
from windchime.twin.population import NEVER
from windchime.twin.statistics import auc
from windchime.twin.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(800, 17)


def test_default_comes_only_after_three_dry_months(world: World) -> None:
    course, line = world.course, world.cal.number("liquidity.line")
    failed = np.flatnonzero(course.default < NEVER)
    assert len(failed) > 30
    for firm in failed:
        month = course.default[firm]
        assert (course.liquidity[month - 2 : month + 1, firm] < -line).all()


def test_nobody_fails_before_the_history(world: World) -> None:
    assert (world.course.default >= world.calendar.history).all()


def test_each_default_has_a_cause(world: World) -> None:
    failed = world.course.default < NEVER
    assert (world.course.cause[failed] >= 0).all()
    assert (world.course.cause[~failed] == -1).all()
    assert len(set(world.course.cause[failed])) >= 3
    assert max(world.course.cause) < len(CAUSES)


def test_poor_quality_fails_more_often_but_does_not_decide(world: World) -> None:
    found, _n = auc(world.firms.quality, world.course.default < NEVER)
    assert found is not None
    assert 0.08 < found < 0.35


def test_a_firm_trades_only_from_its_beginning_to_its_end(world: World) -> None:
    month = np.arange(world.calendar.months)[:, None]
    outside = (month < world.firms.begins) | (month > world.course.ends)
    assert (world.course.number[outside] == 0).all()
    assert (world.course.sales[outside] == 0).all()


def test_dormant_firms_sell_next_to_nothing(world: World) -> None:
    course = world.course
    assert course.number[course.dormant].mean() < 0.1 * course.number[~course.dormant].mean()


def test_the_stress_year_is_worse_than_the_years_before(world: World) -> None:
    course, history = world.course, world.calendar.history
    per_year = [
        int(((course.default >= history + 12 * y) & (course.default < history + 12 * (y + 1))).sum()) for y in range(3)
    ]
    assert per_year[2] > 2 * max(per_year[:2])


def test_loans_go_to_living_firms_once(world: World) -> None:
    course = world.course
    borrowers = course.drawn < NEVER
    assert course.sought[borrowers].all()
    assert 0.3 < borrowers.mean() < 0.8
    assert (course.default[borrowers] > course.drawn[borrowers]).all()
    assert (course.principal[borrowers] > 0).all()
    assert (course.principal[~borrowers] == 0).all()
    low, high = world.cal["loans.rate"]
    assert ((course.rate[borrowers] >= low) & (course.rate[borrowers] <= high)).all()
