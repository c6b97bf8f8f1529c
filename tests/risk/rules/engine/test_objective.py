"""How good a rule is: the score, its optimistic bound, its band."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.intervals import wilson
from windchime.risk.rules.engine import Effort, Limits
from windchime.risk.rules.engine.limits import Objective
from windchime.risk.rules.engine.objective import Goal

OBJECTIVES = st.sampled_from(["wilson", "wracc"])


def goal(objective: Objective = "wilson") -> Goal:
    limits = Limits(0.01, 0.2, least_bads=5, objective=objective, effort=Effort(bands=4))
    return Goal.of(limits, 1000, 100)


@given(OBJECTIVES, st.integers(1, 1000), st.data())
def test_no_part_of_a_rule_is_better_than_its_bound(objective: Objective, rows: int, data: st.DataObject) -> None:
    bads = data.draw(st.integers(0, min(rows, 100)))
    part_bads = data.draw(st.integers(0, bads))
    part_goods = data.draw(st.integers(0, rows - bads))
    own = goal(objective)
    part = own.scores(np.array([part_bads + part_goods]), np.array([part_bads]))[0]
    assert part <= own.best_within(np.array([rows]), np.array([bads]))[0] + 1e-12


def test_the_score_is_the_lower_bound_of_the_bad_rate_or_the_bads_beyond_the_usual() -> None:
    rows, bads = np.array([50, 200]), np.array([20, 60])
    assert goal().scores(rows, bads) == pytest.approx([wilson(20, 50)[0], wilson(60, 200)[0]])
    assert goal("wracc").scores(rows, bads) == pytest.approx([0.015, 0.04])


def test_what_the_limits_do_not_allow_has_no_score() -> None:
    # too few rows, too many, too few bads, no more bads than usual
    assert goal().scores(np.array([9, 201, 40, 100]), np.array([9, 150, 4, 10])).tolist() == [-1] * 4


def test_bands_of_hit_rates_widen() -> None:
    assert goal().bands_of(np.array([10, 21, 22, 44, 45, 94, 95, 200, 300])).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 3]
