"""Facts are read once inside a run and anew outside of it."""

from datetime import date

import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.keeping import keeping, kept


def test_a_fact_is_gathered_once_inside_and_never_for_another_reading() -> None:
    asked: list[Reading] = []

    @kept
    def fact(reading: Reading) -> pa.Table:
        asked.append(reading)
        return pa.table({"n": [len(asked)]})

    one, other = (Reading.over({}, as_of=date(2025, 12, day)) for day in (30, 31))
    assert fact(one) != fact(one)
    with keeping(one):
        assert fact(one) is fact(one)
        assert fact(other) != fact(other)
        with keeping(other):
            assert fact(other) is fact(other)
        assert fact(one) is fact(one)
    assert fact(one) != fact(one)
    assert len(asked) == 8
