"""The cards are complete, the version follows the definitions, the page says what the registry says."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import pytest
from ibis.config import Config
from tests.indicators.helpers import AS_OF, busy, invoice, reading

from windchime.content.scheme import Scheme
from windchime.content.seed import documents
from windchime.core.errors import UnknownName
from windchime.indicators import indicators, rows_behind, version
from windchime.indicators.operators import ALLOWED, used
from windchime.indicators.parameters import Parameters, shipped
from windchime.indicators.plan import measured, named
from windchime.indicators.reference import reference_page
from windchime.indicators.registry import definitions


class SparkOptions(Config):  # type: ignore[misc]  # ibis is read without types
    """What the Spark compiler asks its backend for."""

    treat_nan_as_null: bool = False


CHINESE = re.compile(r"[\u4e00-\u9fff]")
DOCS = Path(__file__).parents[2] / "docs" / "reference" / "indicators.md"


def test_there_are_at_least_fifty_and_codes_are_unique() -> None:
    codes = Counter(c.code for c in indicators())
    assert len(codes) >= 50
    assert max(codes.values()) == 1
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", code) for code in codes)


def test_a_card_says_everything_in_both_languages() -> None:
    for c in indicators():
        for text in (c.name, c.missing):
            assert text.en, c.code
            assert CHINESE.search(text.zh), c.code
        assert c.formula.zh, c.code
        assert not any(CHINESE.search(t.en) for t in (c.name, c.missing, c.formula)), c.code
        assert c.source, c.code
        assert (c.digits == 0) == (c.unit in {"count", "months", "days"}), c.code
        assert c.window_months is None or 1 <= c.window_months <= 24, c.code
        assert c.recent or c.window_months is None or c.window_months > 6, c.code


def test_the_version_follows_definitions_and_parameters() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", version())
    assert version() == version()
    body = documents("schemes")["invoice_indicators"]
    assert version(Scheme.of(body)) == version()
    body["parameters"]["near_cap"]["values"][0]["value"] = "0.95"
    assert version(Scheme.of(body)) != version()


def test_rows_behind_a_figure_lie_in_its_window_and_add_up() -> None:
    found = reading(busy(5), AS_OF)
    rows = rows_behind(found, "t:F01", "sales_3m", 10_000)
    assert set(rows["reporting_firm_id"].to_pylist()) == {"t:F01"}
    assert all(date(2020, 12, 1) <= d <= date(2021, 2, 28) for d in rows["issue_date"].to_pylist())
    from windchime.indicators import measure_one

    assert float(sum(rows["total"].to_pylist())) == measure_one(found, "t:F01")["sales_3m"]
    assert rows_behind(found, "t:F01", "sales_3m", 2).num_rows == 2


def test_rows_behind_a_void_rate_are_the_void_ones() -> None:
    rows = [invoice("t:A", date(2021, 2, 1), 5, status="void"), invoice("t:A", date(2021, 2, 2), 6)]
    assert rows_behind(reading(rows, AS_OF), "t:A", "void_rate_12m", 9)["status"].to_pylist() == ["void"]
    with pytest.raises(UnknownName, match="void_rate_12m"):
        rows_behind(reading(rows, AS_OF), "t:A", "void_rate_12", 9)


def test_each_kind_of_evidence_can_be_shown() -> None:
    found = reading(busy(6, firms=1, rows=400), AS_OF)
    kinds = {d.behind: d.indicator.code for d in definitions()}
    assert len(kinds) >= 8
    for code in kinds.values():
        assert 0 < rows_behind(found, "t:F00", code, 3).num_rows <= 3, code


def test_the_plan_uses_listed_operators_that_compile_for_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    # the option is registered by the backend, which needs Java; the compiler alone does not
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    plan = measured(named(AS_OF), Parameters.of(shipped(), AS_OF))
    assert used(plan) <= ALLOWED
    assert "EXPLODE" in str(ibis.to_sql(plan, dialect="pyspark"))


def test_parameters_are_values_that_can_be_replaced() -> None:
    p = Parameters.of(shipped(), AS_OF)
    assert replace(p, minimum_invoices=5) != p
    assert p.window_days(12) == 365
    assert p.festival_days(12) == 18


def test_the_reference_page_is_generated_from_the_registry() -> None:
    assert DOCS.read_text(encoding="utf-8") == reference_page()
