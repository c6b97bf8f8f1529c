"""Formats: each written form says the value again, one unit a column, missing is never zero."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.dates import Month
from windchime.core.text import LANGS, Lang
from windchime.present import formats

amounts = st.decimals("-9999999999999.99", "9999999999999.99", places=2)
langs = st.sampled_from(LANGS)


@pytest.mark.parametrize(
    ("value", "lang", "detail", "overview"),
    [
        ("1234567.89", "zh", "1,234,567.89 元", "123.46 万元"),
        ("123456789", "zh", "123,456,789.00 元", "1.23 亿元"),
        ("9999.99", "zh", "9,999.99 元", "1.00 万元"),
        ("9949.99", "zh", "9,949.99 元", "9,949.99 元"),
        ("-45600", "zh", "-45,600.00 元", "-4.56 万元"),
        ("0", "zh", "0.00 元", "0.00 元"),
        ("1234567.89", "en", "1,234,567.89 yuan", "1.23 million yuan"),
        ("4560", "en", "4,560.00 yuan", "4.56 thousand yuan"),
    ],
)
def test_money(value: str, lang: Lang, detail: str, overview: str) -> None:
    assert formats.money(Decimal(value), lang) == detail
    assert formats.short_money(Decimal(value), lang) == overview


@given(amounts)
def test_detail_says_every_cent(amount: Decimal) -> None:
    assert Decimal(formats.number(amount, 2).replace(",", "")) == amount


@given(amounts, langs)
def test_an_overview_is_within_half_of_its_last_digit(amount: Decimal, lang: Lang) -> None:
    scale = formats.scale_of(amount, lang)
    assert abs(Decimal(scale.write(amount).replace(",", "")) * scale.yuan - amount) <= Decimal("0.005") * scale.yuan


@given(st.lists(st.none() | amounts, max_size=30), langs)
def test_a_column_has_one_scale_whatever_the_order(column: list[Decimal | None], lang: Lang) -> None:
    assert formats.scale_for(column, lang) == formats.scale_for(column[::-1], lang)
    assert formats.scale_for([*column, None, Decimal(0)], lang) == formats.scale_for(column, lang)


@given(st.decimals("-10", "10", places=6))
def test_a_percentage_is_the_fraction_rounded_half_up(fraction: Decimal) -> None:
    expected = (fraction * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(formats.percent(fraction).rstrip("%").replace(",", "")) == expected


@given(st.floats())
def test_any_float_has_a_form_and_no_negative_zero(value: float) -> None:
    for written in (
        formats.number(value, 2),
        formats.percent(value),
        formats.money(value),
        formats.measured(value, "ratio", 4),
    ):
        assert written
        assert not written.startswith("-") or set("123456789") & set(written)
    assert (formats.number(value, 2) == formats.MISSING) == (not math.isfinite(value))


@pytest.mark.parametrize(
    "write",
    [
        formats.money,
        formats.short_money,
        formats.percent,
        formats.basis_points,
        formats.count,
        formats.day,
        formats.month,
    ],
)
def test_missing_is_a_dash(write: object) -> None:
    assert write(None) == "—"  # type: ignore[operator]  # functions of one argument, of different types


def test_a_float_is_read_as_it_is_printed() -> None:
    assert formats.number(1.005, 2) == "1.01"
    assert formats.percent(0.28505) == "28.51%"


@pytest.mark.parametrize(
    ("value", "unit", "digits", "zh", "en"),
    [
        (0.4321, "fraction", 4, "43.21%", "43.21%"),
        (1234.5, "yuan", 2, "1,234.50 元", "1,234.50 yuan"),
        (12, "count", 0, "12", "12"),
        (7, "months", 0, "7 个月", "7 months"),
        (1.23456, "ratio", 3, "1.235", "1.235"),
        (3, "invoices", 0, "3 invoices", "3 invoices"),
        (None, "fraction", 4, "—", "—"),
    ],
)
def test_an_indicator_is_written_in_its_unit(value: float | None, unit: str, digits: int, zh: str, en: str) -> None:
    assert (formats.measured(value, unit, digits, "zh"), formats.measured(value, unit, digits, "en")) == (zh, en)


def test_times_are_those_of_china() -> None:
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert formats.instant(late) == "2026-11-21 02:30"
    assert formats.day(late) == formats.day(date(2026, 11, 21)) == "2026-11-21"
    assert formats.month(Month(2026, 1)) == formats.month(date(2026, 1, 31)) == "2026-01"


def test_spreads_are_in_basis_points() -> None:
    assert formats.basis_points(Decimal("0.0125")) == "125 BP"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-5, "< 1 秒", "< 1 s"),
        (0.9, "< 1 秒", "< 1 s"),
        (59.9, "59 秒", "59 s"),
        (60, "1 分", "1 min"),
        (192, "3 分 12 秒", "3 min 12 s"),
        (3605, "1 小时", "1 h"),
        (11_279, "3 小时 7 分", "3 h 7 min"),
        (200_000, "2 天 7 小时", "2 d 7 h"),
    ],
)
def test_how_long_something_took_is_written_in_its_two_largest_units(seconds: float, zh: str, en: str) -> None:
    took = timedelta(seconds=seconds)
    assert (formats.lasting(took, "zh"), formats.lasting(took, "en")) == (zh, en)
    assert formats.lasting(None) == formats.MISSING
