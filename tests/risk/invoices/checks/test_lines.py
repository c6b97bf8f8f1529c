"""Lines of invoices: their arithmetic, their sum with the head, their rates and names."""

from typing import Any

import pytest
from tests.risk.invoices.checks.builders import FIRM, Row, day, hit, judged, ran, sale

from windchime.core.money import round_yuan

Line = dict[str, Any]


def line(no: str, n: int = 1, price: float = 100.0, quantity: float = 2.0, rate: float = 0.13, **other: Any) -> Line:
    """A line of the firm's sale `no`; tax and amount follow from price, quantity and rate unless said otherwise."""
    amount = float(round_yuan(price * quantity))
    row: Line = {
        "reporting_firm_id": FIRM,
        "direction": "sale",
        "invoice_no": no,
        "line_no": n,
        "item_name": "*金属制品*螺纹钢",
        "tax_class_short": "金属制品",
        "quantity": quantity,
        "unit_price": price,
        "amount": amount,
        "tax_rate": rate,
        "tax": float(round_yuan(amount * rate)),
        "line_kind": "normal",
    }
    return row | other


def head(no: str, *lines: Line, on: int = 0) -> Row:
    """The sale that the lines add up to."""
    amount, tax = (round(sum(x[c] for x in lines), 2) for c in ("amount", "tax"))
    return sale(no, on) | {"amount": amount, "tax": tax, "total": round(amount + tax, 2)}


def test_lines_that_agree_say_nothing() -> None:
    lines = [line("1"), line("1", 2, price=33.333333, quantity=3), line("1", 3, price=-5.0, quantity=1)]
    found = ran([head("1", *lines)], lines)
    assert {c for c in found.hits["code"] if "line" in c or "item" in c} == set()
    assert judged(found, "lines_disagree_with_head") == 1


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("line_price_disagrees", {"unit_price": 101.0}),
        ("line_tax_disagrees", {"tax": 26.5}),
        ("line_rate_not_in_force", {"tax_rate": 0.17, "tax": 34.0}),
        ("line_rate_unlike_class", {"tax_rate": 0.09, "tax": 18.0}),
        ("item_disagrees_with_class", {"item_name": "*餐饮服务*餐费"}),
        ("item_is_vague", {"item_name": "*金属制品*详见销货清单"}),
    ],
)
def test_one_faulty_line_makes_the_invoice_so(code: str, fault: dict[str, Any]) -> None:
    lines = [line("1"), line("2"), line("2", 2) | fault, line("2", 3)]
    found = ran([head("1", lines[0]), head("2", *lines[1:], on=1)], lines)
    assert hit(found, code) == [1]
    assert found.hits.filter(code=code)["detail"].to_list() == ["2"]
    assert judged(found, code) == 2


def test_a_sum_that_is_not_the_head() -> None:
    lines = [line("1"), line("2"), line("2", 2)]
    short = head("2", *lines[1:2], on=1)
    found = ran([head("1", lines[0]), short], lines)
    assert hit(found, "lines_disagree_with_head") == [1]
    assert found.hits.filter(code="lines_disagree_with_head")["figure"].to_list() == [200.0]


def test_levy_rates_suit_every_class() -> None:
    lines = [line("1", rate=0.01), line("1", 2, rate=0.03)]
    assert hit(ran([head("1", *lines)], lines), "line_rate_unlike_class") == []


def test_several_rates_are_legal_when_lines_explain_them() -> None:
    lines = [
        line("1", price=1000.0),
        line("1", 2, price=500.0, rate=0.06, tax_class_short="现代服务", item_name="*现代服务*安装"),
    ]
    mixed = head("1", *lines)
    assert hit(ran([mixed], lines), "rate_unexplained") == []
    assert hit(ran([mixed]), "rate_unexplained") == [0]
    lines[1]["tax_rate"] = 0.07
    assert hit(ran([mixed], lines), "rate_unexplained") == [0]


def test_an_item_that_elsewhere_is_of_another_class() -> None:
    rest = [line(f"{n}", item_name="螺纹钢") for n in range(1, 61)]
    odd = line("99", item_name="螺纹钢", tax_class_short="家具")
    found = ran([*(head(x["invoice_no"], x) for x in rest), head("99", odd, on=3)], [*rest, odd])
    assert hit(found, "item_of_another_class") == [60]
    assert judged(found, "item_of_another_class") == 61


def test_lines_listed_twice_with_their_invoice_count_once() -> None:
    lines = [line("1"), line("1", 2, price=7.0)]
    row = head("1", *lines)
    found = ran([row, dict(row)], [*lines, *lines])
    assert hit(found, "lines_disagree_with_head") == []


def test_lines_of_other_firms_and_numbers_belong_to_nobody() -> None:
    strange = [line("1"), line("1") | {"reporting_firm_id": "own:Z"}, line("77")]
    found = ran([head("1", strange[0], on=1)], strange)
    assert judged(found, "lines_disagree_with_head") == 1
    assert hit(found, "lines_disagree_with_head") == []


def test_without_lines_their_checks_are_not_run() -> None:
    codes = {c.code for c in ran([sale(on=day(3))]).not_run}
    assert {"line_tax_disagrees", "item_is_vague", "lines_disagree_with_head"} <= codes
