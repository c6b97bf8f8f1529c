from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.graph.library import Row, reading
from tests.graph.supply.helpers import flows

from windchime.content.scheme import Scheme
from windchime.content.seed import sources
from windchime.content.yamlfile import parse
from windchime.graph.facts.wares import wares
from windchime.graph.supply.positions import positions
from windchime.graph.supply.results import results
from windchime.graph.supply.sources import single_sources
from windchime.graph.supply.tiers import tiers

SCHEME = Scheme.of(parse(sources("schemes")["supply_chain"], "supply_chain.yaml"))


def _sale(seller: str, buyer: str, yuan: str, no: str, *, side: str = "purchase") -> Row:
    return {
        "reporting_firm_id": buyer if side == "purchase" else seller, "direction": side,
        "copy": "buyer" if side == "purchase" else "seller", "seller_id": seller, "buyer_id": buyer, "invoice_no": no,
        "kind": "digital_special", "status": "normal", "colour": "blue", "issue_date": date(2025, 6, 3),
        "amount": yuan, "tax": "0", "total": yuan,
    }  # fmt: skip


def _firm(firm: str, industry: str) -> Row:
    return {"firm_id": firm, "name": firm, "industry_code": industry, "status": "active"}


def _links(*invoices: Row, **others: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
    tables: dict[str, Any] = {"invoices": invoices} if invoices else {}
    rows = results(reading(**tables, **others), SCHEME).tables["supply_links"].to_pylist()
    return {(r["firm_id"], r["partner_id"], r["side"]): r for r in rows}


def test_an_empty_library_depends_on_nobody() -> None:
    assert _links() == {}


def test_a_buyer_with_its_list_depends_on_its_sellers_and_its_sellers_without_lists_on_nobody_known() -> None:
    rows = _links(_sale("a", "b", "60", "1"), _sale("c", "b", "40", "2"))
    assert set(rows) == {("b", "a", "supplier"), ("b", "c", "supplier")}
    row = rows["b", "a", "supplier"]
    assert (row["share"], row["integrated"], row["amount"]) == (Decimal("0.6"), Decimal("0.6"), Decimal(60))
    assert (row["since"], row["until"], row["invoice_count"]) == (date(2025, 1, 1), date(2025, 12, 31), 1)
    assert '"row":"b|purchase|list|1"' in row["evidence"]


@pytest.mark.parametrize(("other", "answer"), [("31", True), ("30", False)])
def test_a_single_source_sells_what_nobody_near_sells(other: str, answer: bool) -> None:
    sold = [_sale("a", "b", "60", "1"), _sale("c", "b", "40", "2")]
    firms = [_firm("a", "30"), _firm("c", other), _firm("b", "36")]
    assert _links(*sold, firms=firms)["b", "a", "supplier"]["is_single_source"] is answer
    assert _links(*sold)["b", "a", "supplier"]["is_single_source"] is None
    assert _links(*sold)["b", "c", "supplier"]["is_single_source"] is False


def test_an_alternative_two_hops_away_counts_and_one_three_hops_away_does_not() -> None:
    def of(*sales: tuple[str, str, int]) -> list[int]:
        got = flows(*sales)
        ware = np.array([0 if n in {"a", "k"} else 1 for n in got.nodes.ids.to_pylist()], np.int32)
        pair = [np.array([got.nodes.number(n)], np.int64) for n in ("b", "a")]
        return [int(a) for a in single_sources(got, pair[0], pair[1], ware)]

    assert of(("a", "b", 9), ("m", "b", 1), ("k", "m", 1)) == [0]
    assert of(("a", "b", 9), ("m", "b", 1), ("o", "m", 1), ("k", "o", 1)) == [1]


def test_goods_say_more_than_the_industry() -> None:
    line = {
        "reporting_firm_id": "a", "direction": "sale", "invoice_no": "1", "line_no": 1, "issue_date": date(2025, 6, 3),
        "item_name": "x", "amount": "5", "tax": "0", "line_kind": "normal",
    }  # fmt: skip
    lines = [line | {"tax_class_code": "11"}, line | {"tax_class_code": "22", "line_no": 2, "amount": "9"}]
    found = wares(reading(invoice_lines=lines, firms=[_firm("a", "30"), _firm("b", "31")]))
    assert [tuple(r.values()) for r in found.to_pylist()] == [("a", "goods:22"), ("b", "industry:31")]


def test_a_closed_circle_is_a_problem_that_is_told() -> None:
    found = results(reading(invoices=[_sale("a", "b", "1", "1"), _sale("b", "a", "1", "2")]), SCHEME)
    assert [p.code for p in found.problems] == ["closed_circle"]
    assert {r["integrated"] for r in found.tables["supply_links"].to_pylist()} == {None}


def test_tiers_go_upstream_with_the_shares_along_the_way_and_say_what_they_leave_out() -> None:
    of = flows(
        ("ore", "steel", 10), ("coal", "steel", 30), ("steel", "car", 60), ("glass", "car", 30), ("ore", "car", 10)
    )
    ids = of.nodes.ids.to_pylist()
    found = tiers(of.side("supplier"), ids.index("car"), depth=2, width=2)
    assert [(ids[k.node], k.tier, ids[k.via]) for k in found.links] == [
        ("steel", 1, "car"), ("glass", 1, "car"), ("coal", 2, "steel"),
    ]  # fmt: skip
    assert found.left_out == (1, 0)
    coal = found.links[-1]
    assert (coal.share, coal.along, coal.visits) == pytest.approx((0.75, 0.45, 0.45))


def test_upstreamness_counts_the_sales_to_the_last_buyer() -> None:
    """A line of three industries: 3, 2, 1 (Antràs and others 2012); half of the second's sales to last buyers."""
    of = flows(("ore", "steel", 100), ("steel", "car", 50), ("steel", "home", 50), ("car", "home", 100))
    industry = np.array([{"ore": 0, "steel": 1, "car": 2}.get(n, -1) for n in of.nodes.ids.to_pylist()], np.int32)
    found = positions(of, industry, ["mining", "metal", "vehicles"])
    assert [(p.industry, p.upstreamness, p.known) for p in found] == [
        ("mining", 2.5, 1.0), ("metal", 1.5, 0.5), ("vehicles", 1.0, 0.0),
    ]  # fmt: skip


def test_industries_that_sell_to_each_other_alone_have_no_distance() -> None:
    of = flows(("a", "b", 1), ("b", "a", 1))
    assert [p.upstreamness for p in positions(of, np.array([0, 1], np.int32), ["x", "y"])] == [np.inf, np.inf]
