"""Pairs that share clues, against a count by hand over sets."""

from itertools import combinations
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.graph.ties.sharing import Incidence, common, shared, weights

FIRMS, CLUES, KINDS = 7, 9, 4
#: kinds 0 and 1 are of class 0; classes 1 and 2 are not independent
CLASS_OF, LEAST = [0, 0, 1, 2], [1, 1, 2, 1]
INDEPENDENT = [0b110, 0b001, 0b001]

holdings = st.dictionaries(
    st.tuples(st.integers(0, FIRMS - 1), st.integers(0, CLUES - 1)), st.integers(0, KINDS - 1), max_size=40
)


def incidence(rows: dict[tuple[int, int], int]) -> Incidence:
    keys = list(rows)
    clue = np.array([c for _f, c in keys], np.int32)
    degree = np.maximum(np.bincount(clue, minlength=CLUES), 1)
    return Incidence(
        FIRMS,
        CLUES,
        np.array([f for f, _c in keys], np.int32),
        clue,
        np.array(list(rows.values()), np.int8),
        weights(degree),
    )


def by_hand(rows: dict[tuple[int, int], int], score: float) -> dict[tuple[int, int], tuple[float, int]]:
    degree = {c: sum(clue == c for _f, clue in rows) for c in range(CLUES)}
    found = {}
    for a, b in combinations(range(FIRMS), 2):
        of_kind: dict[int, list[float]] = {}
        for c in range(CLUES):
            if (a, c) in rows and (b, c) in rows:
                kind = max(rows[a, c], rows[b, c])
                of_kind.setdefault(kind, []).append(1 / log2(1 + degree[c]))
        counted = {k: w for k, w in of_kind.items() if len(w) >= LEAST[k]}
        classes = {CLASS_OF[k] for k in counted}
        proven = any(INDEPENDENT[x] >> y & 1 for x in classes for y in classes)
        total = sum(sum(w) for w in counted.values())
        if proven and total >= score:
            found[a, b] = (total, sum(1 << x for x in classes))
    return found


@given(holdings, st.sampled_from([0.0, 1.3]))
def test_pairs_are_those_counted_by_hand(rows: dict[tuple[int, int], int], score: float) -> None:
    found = shared(incidence(rows), CLASS_OF, LEAST, INDEPENDENT, score)
    told = {
        (int(a), int(b)): (float(s), int(c))
        for a, b, s, c in zip(found.a, found.b, found.score, found.classes, strict=True)
    }
    expected = by_hand(rows, score)
    assert list(told) == sorted(expected)
    assert {k: v[1] for k, v in told.items()} == {k: v[1] for k, v in expected.items()}
    assert [v[0] for v in told.values()] == pytest.approx([expected[k][0] for k in told])


@given(holdings)
def test_what_a_pair_shares_is_the_intersection_of_what_both_have(rows: dict[tuple[int, int], int]) -> None:
    table = incidence(rows)
    pairs = shared(table, CLASS_OF, LEAST, INDEPENDENT)
    place, first, second = common(table, pairs)
    for n in range(len(pairs)):
        mine = place == n
        have = [{int(c) for f, c in rows if f == firm} for firm in (pairs.a[n], pairs.b[n])]
        assert sorted(table.clue[first[mine]]) == sorted(have[0] & have[1])
        assert (table.clue[first[mine]] == table.clue[second[mine]]).all()
        assert set(table.firm[first[mine]]) == {pairs.a[n]}
        assert set(table.firm[second[mine]]) == {pairs.b[n]}


def test_a_rarer_clue_weighs_more() -> None:
    assert list(weights(np.array([3, 7, 15]))) == pytest.approx([1 / 2, 1 / 3, 1 / 4])


def test_more_pairs_than_there_is_room_for_at_first() -> None:
    firms = 60
    firm = np.tile(np.arange(firms, dtype=np.int32), 2)
    clue = np.repeat(np.array([0, 1], np.int32), firms)
    table = Incidence(firms, 2, firm, clue, clue.astype(np.int8) * 2, weights(np.array([firms, firms])))
    assert len(shared(table, CLASS_OF, [1, 1, 1, 1], INDEPENDENT)) == firms * (firms - 1) // 2
