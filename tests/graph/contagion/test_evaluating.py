import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from tests.graph.contagion.helpers import settings, stakes

from windchime.graph.contagion import telling
from windchime.graph.contagion.cascade import cascade
from windchime.graph.contagion.evaluating import area_under, foretold

HELD = stakes(
    [("b", "a", "supply", 9e5), ("c", "b", "guarantee", 2e6), ("d", "a", "supply", 2e4)], {"b": 5e5, "c": 1e6}
)


def truth(edges: list[tuple[str, str, date]], events: list[tuple[str, date, str | None]]) -> dict[str, pa.Table]:
    return {
        "contagion_edge": pa.table(
            {"failed_id": [e[0] for e in edges], "loser_id": [e[1] for e in edges], "month": [e[2] for e in edges]}
        ),
        "default_event": pa.table(
            {
                "firm_id": [e[0] for e in events],
                "default_on": [e[1] for e in events],
                "brought_down_by": pa.array([e[2] for e in events], pa.string()),
            }
        ),
        "firm": pa.table({"firm_id": list("abcdef")}),
    }


def test_only_failures_after_the_date_count_and_losers_are_ranked() -> None:
    late, early = date(2025, 3, 1), date(2024, 3, 1)
    happened = truth([("a", "b", late), ("a", "f", late), ("a", "e", early)], [("b", late, "a"), ("c", early, "b")])
    found = foretold(HELD.network, settings(), happened, date(2024, 12, 31))
    losers, down = found.scores
    assert (losers.planted, losers.hit, down.planted, down.hit) == (2, 1, 1, 1)
    # by loss: c, b, d; f level with e
    assert list(found.areas) == pytest.approx([(2 / 3 + 0.5 / 3) / 2])
    mean, low, high = found.area()
    assert low <= mean <= high


def test_a_failure_of_a_firm_that_nobody_knows_ranks_nobody() -> None:
    day = date(2025, 3, 1)
    found = foretold(HELD.network, settings(), truth([("f", "b", day)], [("b", day, "f")]), date(2024, 12, 31))
    assert found.areas == (0.5,)
    assert [s.hit for s in found.scores] == [0, 0]
    nothing = foretold(HELD.network, settings(), truth([("f", "b", day)], []), day)
    assert math.isnan(nothing.area()[0])


def test_area_under_the_curve_counts_ties_half() -> None:
    assert area_under(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, False])) == pytest.approx(3.5 / 4)


def test_cascade_in_words() -> None:
    found = cascade(HELD.network, {"a": 1.0}, alpha=0.0, least=0.0, rounds=9, listed_from=0.01)
    names = {"a": "甲", "b": "乙", "c": "丙"}
    assert (
        telling.of_cascade(found, names, "en")
        == "if 甲 fails, 2 more fall and 3 lose in all 1.52 million yuan, in 3 rounds"
    )
    assert telling.of_hit(found.hits[0], HELD, names, "zh") == (
        "丙 损失 100.00 万元，第 2 轮倒下：甲 →（应收账款，50.00 万元）乙 →（担保，100.00 万元）丙"
    )
    assert "4.00% of its means" in telling.of_hit(found.hits[-1], HELD, names, "en")
