"""Moments as sources write them: without a zone in Shanghai time, stored in UTC; the day of a moment is Shanghai's."""

import duckdb
import pytest

from windchime.core.text import Text
from windchime.data.contracts import Column
from windchime.data.intake.convert import Source, convert, kind_of


def converted(written: str, kind: str) -> tuple[str | None, bool]:
    """The value that a SQL expression becomes in a column of the type, and whether it could not be read."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"CREATE TABLE t AS SELECT {written} AS a")
        ((_name, found, *_rest),) = con.execute("DESCRIBE t").fetchall()
        made = convert(Column("x", Text("时刻", "moment"), kind), Source("a", kind_of(found)))  # type: ignore[arg-type]  # text from the table below
        ((value, unreadable),) = con.execute(
            f"SELECT CAST({made.value} AS VARCHAR), {made.unreadable} FROM t"
        ).fetchall()
        return value, bool(unreadable)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("'2024-05-01 08:30'", "2024-05-01 00:30:00+00"),
        ("'2024/5/1 8:30:15'", "2024-05-01 00:30:15+00"),
        ("'2024年5月1日 12:30'", "2024-05-01 04:30:00+00"),
        ("'2024-05-01T00:30:00Z'", "2024-05-01 00:30:00+00"),
        ("'2024-05-01T08:30:00+08:00'", "2024-05-01 00:30:00+00"),
        ("'2024-05-01'", "2024-04-30 16:00:00+00"),
        ("TIMESTAMP '2024-05-01 08:00:00'", "2024-05-01 00:00:00+00"),
        ("TIMESTAMPTZ '2024-05-01 08:00:00+00'", "2024-05-01 08:00:00+00"),
        ("DATE '2024-05-01'", "2024-04-30 16:00:00+00"),
        ("NULL::VARCHAR", None),
    ],
)
def test_a_moment_is_read(written: str, moment: str | None) -> None:
    assert converted(written, "instant") == (moment, False)


@pytest.mark.parametrize("written", ["'x'", "'2024-13-01'", "'2024-05-01 25:00'", "'8:30'", "45413.5", "20240501"])
def test_what_is_no_moment_is_said_to_be_none(written: str) -> None:
    assert converted(written, "instant") == (None, True)


def test_the_day_of_a_moment_is_the_day_in_shanghai() -> None:
    assert converted("TIMESTAMPTZ '2024-05-01 20:00:00+00'", "date") == ("2024-05-02", False)
    assert converted("TIMESTAMP '2024-05-01 20:00:00'", "date") == ("2024-05-01", False)
