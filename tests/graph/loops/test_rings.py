from datetime import timedelta
from math import exp, log10

import pytest
from tests.graph.loops.helpers import transfers

from windchime.graph.loops.finding import find
from windchime.graph.loops.rings import Keep, Ring, rings
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import Transfers

HOW = Search(window=timedelta(days=1))


def found(*rows: tuple[str, str, int, float]) -> list[Ring]:
    of = Transfers.of(transfers(*rows))
    return rings(of, find(of, HOW), HOW)


def test_no_loops_are_no_rings() -> None:
    assert found(("a", "b", 1, 1)) == []


def test_two_rounds_are_one_ring_and_what_chance_would_give_is_the_formula() -> None:
    hundred_days = ("x", "y", 1, 2400.0)
    (ring,) = found(
        ("a", "b", 100, 0), ("b", "a", 100, 5), ("a", "b", 100, 1000), ("b", "a", 90, 1005), hundred_days
    )  # fmt: skip
    assert ring.rounds == ((0, 1), (2, 3))
    mean = 2 * 2 * 1 / 100  # both first transfers, both second ones would do, a window of one in a hundred days
    tail = 1 - exp(-mean) * (1 + mean)
    assert ring.surprise == pytest.approx(-log10(tail), rel=1e-9)
    assert ring.share == 1


def test_a_second_transfer_of_another_size_would_not_do_and_does_not_count_as_chance() -> None:
    far = ("x", "y", 1, 2400.0)
    alone = found(("a", "b", 100, 0), ("b", "a", 100, 5), far)[0]
    beside = found(("a", "b", 100, 0), ("b", "a", 100, 5), ("b", "a", 1_000_000, 500), far)[0]
    assert beside.surprise == alone.surprise
    assert beside.share == pytest.approx(100 / 1_000_100)


def test_pairs_that_pay_each_other_every_day_surprise_nobody() -> None:
    rows = [("a", "b", 100, 24.0 * d) for d in range(60)] + [("b", "a", 100, 24.0 * d + 12) for d in range(60)]
    (ring,) = found(*rows)
    assert ring.surprise < 0.5


def test_rounds_share_no_transfer() -> None:
    (ring,) = found(("a", "b", 100, 0), ("b", "a", 100, 1), ("b", "a", 100, 2), ("a", "b", 100, 0.5))
    assert len(ring.rounds) == 2
    assert len({row for rows in ring.rounds for row in rows}) == 4


def test_a_ring_is_the_same_whoever_begins() -> None:
    (ring,) = found(
        ("a", "b", 100, 0), ("b", "c", 100, 1), ("c", "a", 100, 2),
        ("b", "c", 100, 100), ("c", "a", 100, 101), ("a", "b", 100, 102),
    )  # fmt: skip
    assert [len(r) for r in ring.rounds] == [3, 3]
    assert ring.nodes == (0, 1, 2)


def test_what_is_kept() -> None:
    keep = Keep(alone=6, least=2, share=0.5)

    def ring(surprise: float, share: float) -> Ring:
        return Ring((0, 1), ((0, 1),), surprise, share)

    assert [ring(s, p).is_kept(keep) for s, p in ((6, 0), (5.9, 0.4), (2, 0.5), (1.9, 1))] == [True, False, True, False]
