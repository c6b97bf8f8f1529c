"""From tables of shareholdings to holdings: forms of tables, faulty rows, duplicates, dates, votes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from windchime.graph.ownership.faulty_rows import LISTED
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.reading_shares import NoShareholdings, NoTable, UnreadableFile
from windchime.graph.ownership.shares import holdings_of


def table(*rows: tuple[Any, ...], columns: tuple[str, ...] = ("owner", "company", "share")) -> pa.Table:
    return pa.table({c: list(values) for c, values in zip(columns, zip(*rows, strict=True), strict=True)})


def stakes(holdings: Holdings) -> dict[tuple[str, str], Fraction]:
    ids = holdings.nodes.ids.to_pylist()
    return {
        (ids[holdings.owner[e]], ids[holdings.company[e]]): holdings.exact_share(e) for e in range(len(holdings.owner))
    }


SMALL = table(("ann", "x", 0.25), ("x", "y", 0.5), ("bob", "y", 0.3), ("ann", "x", 0.125))


@pytest.mark.parametrize(
    "form",
    [
        lambda t, folder: t,
        lambda t, folder: pl.from_arrow(t),
        lambda t, folder: t.to_pandas(),
        lambda t, folder: t.to_pydict(),
        lambda t, folder: pa.concat_tables([t.slice(0, 1), t.slice(1)]),
        lambda t, folder: (pa.csv.write_csv(t, folder / "s.csv"), folder / "s.csv")[1],
        lambda t, folder: (pa.parquet.write_table(t, folder / "s.parquet"), str(folder / "s.parquet"))[1],
    ],
    ids=["arrow", "polars", "pandas", "columns", "chunks", "csv", "parquet"],
)
def test_every_form_of_table_says_the_same(form: Callable[[pa.Table, Path], object], tmp_path: Path) -> None:
    holdings, problems = holdings_of(form(SMALL, tmp_path))
    assert problems == []
    assert stakes(holdings) == {
        ("ann", "x"): Fraction(3, 8),
        ("x", "y"): Fraction(1, 2),
        ("bob", "y"): Fraction(3, 10),
    }
    assert [holdings.nodes.ids[i].as_py() for i in np.flatnonzero(holdings.is_person)] == ["ann", "bob"]
    assert holdings.rows.tolist() == [0, 3, 1, 2] or holdings.rows.tolist() == [0, 3, 2, 1]
    assert holdings.votes is holdings.share


def test_shares_are_exact_in_the_text_they_were_given_in() -> None:
    for given in ([0.1, 0.2], ["0.1", " .2 "], [Decimal("0.1"), Decimal("0.2")], pa.array([0.1, 0.2], pa.float32())):
        holdings, problems = holdings_of({"owner": ["a", "a"], "company": ["x", "x"], "share": given})
        assert problems == []
        assert stakes(holdings) == {("a", "x"): Fraction(3, 10)}
        assert holdings.share[0] == pytest.approx(0.3)


def test_faulty_rows_are_problems_and_hide_nothing() -> None:
    given = table(
        ("a", "x", "0.5"),
        (None, "x", "0.1"),
        ("a", "", "0.1"),
        ("b", "x", "much"),
        ("b", "x", "-0.1"),
        ("b", "x", "0"),
        ("b", "x", "inf"),
        ("c", "z", None),
        ("x", "x", "0.05"),
    )
    holdings, problems = holdings_of(given)
    assert stakes(holdings) == {("a", "x"): Fraction(1, 2), ("x", "x"): Fraction(1, 20)}
    assert [(p.row, p.code) for p in problems] == [
        (2, "owner_missing"),
        (3, "company_missing"),
        (4, "share_not_a_number"),
        (5, "share_not_positive"),
        (6, "share_not_positive"),
        (7, "share_not_a_number"),
        (8, "share_undisclosed"),
    ]
    ids = holdings.nodes.ids.to_pylist()
    assert not holdings.is_person[ids.index("z")], "all of z is undisclosed: it is a company all the same"
    assert "'much'" in problems[2].sentence("en")
    assert all(p.sentence("zh") for p in problems)


def test_many_rows_with_one_fault_are_counted() -> None:
    _, problems = holdings_of({"owner": ["a"] * 3000, "company": ["x"] * 3000, "share": [-1.0] * 3000})
    assert len(problems) == LISTED + 1
    assert problems[-1].params == {"count": 3000 - LISTED, "code": "share_not_positive"}


def test_a_csv_counts_its_header_as_row_1(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("owner,company,share\na,x,0.5\nNA,x,\n,x,0.1\n")
    holdings, problems = holdings_of(path)
    assert [(p.row, p.code) for p in problems] == [(3, "share_undisclosed"), (4, "owner_missing")]
    assert "NA" in holdings.nodes.ids.to_pylist()


def test_of_dated_rows_the_last_counts() -> None:
    given = table(
        ("a", "x", 0.3, date(2020, 1, 1)),
        ("a", "x", 0.4, date(2021, 1, 1)),
        ("a", "x", 0.1, date(2021, 1, 1)),
        ("b", "x", 0.2, None),
        ("b", "x", 0.0, date(2022, 1, 1)),
        columns=("owner", "company", "share", "as_of"),
    )
    a, b = ("a", "x"), ("b", "x")
    for day, expected in (
        (date(2019, 12, 31), {b: Fraction(1, 5)}),
        (date(2020, 1, 1), {a: Fraction(3, 10), b: Fraction(1, 5)}),
        (date(2021, 6, 1), {a: Fraction(1, 2), b: Fraction(1, 5)}),
        (None, {a: Fraction(1, 2)}),
    ):
        holdings, problems = holdings_of(given, as_of=day)
        assert (stakes(holdings), problems) == (expected, [])
        as_text = given.set_column(3, "as_of", given["as_of"].cast(pa.string()))
        assert stakes(holdings_of(as_text, as_of=day)[0]) == expected


def test_a_row_whose_date_cannot_be_read_does_not_count() -> None:
    given = table(("a", "x", 0.3, "soon"), columns=("owner", "company", "share", "as_of"))
    holdings, problems = holdings_of(given)
    assert stakes(holdings) == {}
    assert [p.code for p in problems] == ["not_a_date"]


def test_votes_are_told_apart() -> None:
    given = table(
        ("a", "x", "0.3", "0.6"),
        ("b", "x", "0.2", None),
        ("c", "x", "0.1", "0"),
        ("d", "x", None, "0.1"),
        ("e", "x", "0.1", "-1"),
        columns=("owner", "company", "share", "votes"),
    )
    holdings, problems = holdings_of(given)
    assert holdings.share.tolist() == [0.3, 0.2, 0.1, 0.0]
    assert holdings.votes.tolist() == [0.6, 0.2, 0.0, 0.1]
    assert [holdings.exact_votes(e) for e in range(4)] == [Fraction(3, 5), Fraction(1, 5), 0, Fraction(1, 10)]
    assert [p.code for p in problems] == ["share_undisclosed", "votes_not_a_share"]


def test_persons_are_named_and_nobody_holds_them() -> None:
    given = table(("a", "x", 0.5), ("fund", "x", 0.5), ("x", "a", 0.1))
    holdings, problems = holdings_of(given, persons=["a", "elsewhere"])
    ids = holdings.nodes.ids.to_pylist()
    assert [i for i, person in zip(ids, holdings.is_person, strict=True) if person] == ["a"]
    assert [i for i, held in zip(ids, holdings.is_held, strict=True) if held] == ["x"]
    assert [(p.row, p.code) for p in problems] == [(3, "person_held")]


def test_what_is_no_table_is_a_bad_call(tmp_path: Path) -> None:
    with pytest.raises(NoShareholdings, match="share"):
        holdings_of({"owner": ["a"], "company": ["x"]})
    with pytest.raises(NoTable):
        holdings_of(3)
    with pytest.raises(NoTable):
        holdings_of("shares.txt")
    with pytest.raises(NoTable):
        holdings_of({"owner": [["a"]], "company": ["x"], "share": [0.5]})
    with pytest.raises(UnreadableFile):
        holdings_of(tmp_path / "absent.csv")
    (tmp_path / "odd.parquet").write_bytes(b"none")
    with pytest.raises(UnreadableFile):
        holdings_of(tmp_path / "odd.parquet")


def test_an_empty_table_holds_nothing() -> None:
    holdings, problems = holdings_of(SMALL.slice(0, 0))
    assert (len(holdings.nodes), len(holdings.owner), problems) == (0, 0, [])
