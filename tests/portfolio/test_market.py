"""Terms from content and the library: curves as known at the date, segments by rating, products of another term."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.decision.helpers import AS_OF, rulebook

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.portfolio.allocation import Point
from windchime.portfolio.market import NotOneYear, churn_curves, terms
from windchime.portfolio.segment import groups_of, rated_firms


def lake_rows(name: str, rows: list[dict[str, Any]], known: date = date(2020, 1, 1)) -> pa.Table:
    """Rows of a lake table with the shared columns filled in."""
    shared = {"source": "t", "happened_at": known, "known_at": datetime(known.year, known.month, known.day, tzinfo=UTC),
              "source_file": "t", "source_sheet": None, "row_no": 1, "load_id": "l", "supersedes": None}  # fmt: skip
    return pa.Table.from_pylist([shared | r for r in rows], schema=contract(name).arrow_schema())


def point(band: str, rate: str, churn: str, known: date = date(2020, 1, 1)) -> pa.Table:
    row = {"band": band, "rate": Decimal(rate), "churn": Decimal(churn), "known_on": known}
    return lake_rows("rate_churn", [row], known)


def test_curves_are_those_known_at_the_date_and_the_later_statement_counts() -> None:
    later, too_late = date(2020, 2, 1), date(2020, 3, 1)
    rows = [point("A", "0.05", "0.2"), point("B", "0.04", "0"), point("A", "0.04", "0"),
            point("A", "0.05", "0.3", later), point("A", "0.05", "0.9", too_late)]  # fmt: skip
    curves = churn_curves(Reading.over({"rate_churn": pa.concat_tables(rows)}, as_of=AS_OF))
    assert curves == {
        "A": (Point(Decimal("0.04"), Decimal(0)), Point(Decimal("0.05"), Decimal("0.3"))),
        "B": (Point(Decimal("0.04"), Decimal(0)),),
    }


def test_without_a_churn_table_there_are_no_curves() -> None:
    assert churn_curves(Reading.over({}, as_of=AS_OF)) == {}


def test_a_firm_is_unrated_when_no_rating_is_known() -> None:
    rows = lake_rows("ratings", [{"firm_id": "t:a", "rating": "B", "rated_on": date(2020, 1, 1)}])
    assert rated_firms(Reading.over({"ratings": rows}, as_of=AS_OF)) == {"t:a"}
    assert rated_firms(Reading.over({"ratings": rows}, as_of=date(2019, 1, 1))) == set()
    assert rated_firms(Reading.over({}, as_of=AS_OF)) == set()


def test_groups_are_the_beginning_of_the_codes_learnt_last() -> None:
    def row(industry: str | None, region: str | None, known: date) -> pa.Table:
        own = {"firm_id": "t:a", "name": "a", "credit_code": None, "firm_kind": None, "industry_code": industry,
               "region_code": region, "established_on": None, "known_on": known}  # fmt: skip
        return lake_rows("firms", [own], known)

    table = pa.concat_tables([row("C1311", "330106", date(2020, 2, 1)), row("F51", None, date(2019, 1, 1))])
    lengths = {"industry": 1, "region": 4}
    assert groups_of(Reading.over({"firms": table}, as_of=AS_OF), lengths) == {
        "t:a": {"industry": "C", "region": "3301"}
    }
    assert groups_of(Reading.over({"firms": table}, as_of=date(2019, 6, 1)), lengths) == {"t:a": {"industry": "F"}}


def test_profit_of_a_year_is_not_counted_for_loans_of_two() -> None:
    book, scheme = rulebook(), Scheme.of(seed.documents("schemes")["allocation"])
    with pytest.raises(NotOneYear, match="24 months"):
        terms(Decimal(1), replace(book.product, term_months=24), book.price, scheme, {}, AS_OF, {})


def test_the_shipped_terms_are_those_of_product_and_schemes() -> None:
    book, scheme = rulebook(), Scheme.of(seed.documents("schemes")["allocation"])
    on = terms(Decimal(100_000_000), book.product, book.price, scheme, {}, AS_OF, {})
    assert (on.minimum, on.maximum) == (100_000, 1_000_000)
    assert [on.minimum_rate, on.maximum_rate] == [Decimal("0.04"), Decimal("0.15")]
    assert on.loss_given_default == Decimal("0.60")
    assert set(on.caps) == {"industry", "region"}
