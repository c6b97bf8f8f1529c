"""Tables by typed columns: filtering, order and pages lose no row; an address says its question again."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from windchime.core.text import Text
from windchime.present.web import Column, Empty, Going, Query, Table, environment
from windchime.present.web.table import matching

COLUMNS = (
    Column("name", Text("企业", "Firm"), href="/firms/{id}"),
    Column("sales", Text("销项", "Sales"), "short_money"),
    Column("risk", Text("风险", "Risk"), "risk", choose=True),
    Column("points", Text("分", "Points"), "number", digits=1),
)
EMPTY = Empty(Text("还没有企业", "No firm yet"), Text("先导入数据", "Load a pack first"), "/loads")

row = st.fixed_dictionaries(
    {
        "id": st.integers(0, 99).map(str),
        "name": st.sampled_from(["甲公司", "乙公司", "Acme 有限公司", "acme 二厂"]),
        "sales": st.none() | st.decimals("-1000000", "100000000", places=2),
        "risk": st.none() | st.sampled_from(["normal", "watch", "high", "severe"]),
        "points": st.none() | st.floats(-5, 5),
    }
)
rows = st.lists(row, max_size=40)
queries = st.builds(
    Query,
    words=st.sampled_from(["", "公司", "ACME", "acme 二", "无"]),
    chosen=st.sampled_from([{}, {"risk": "high"}]),
    sort=st.sampled_from(["", "name", "sales", "risk", "points"]),
    descending=st.booleans(),
    page=st.integers(1, 6),
    size=st.integers(1, 15),
)


def table(found: list[dict[str, Any]], query: Query) -> Table:
    return Table.of("firms", "/firms", COLUMNS, found, query=query, empty=EMPTY, export="/firms/export")


@given(rows, queries)
def test_pages_together_are_all_matching_rows(found: list[dict[str, Any]], query: Query) -> None:
    first = table(found, query)
    pages = [table(found, Query(**_fields(query) | {"page": n})) for n in range(1, first.pages + 1)]
    assert [r for p in pages for r in p.rows] == matching(found, COLUMNS, query)
    assert first.total == len(found)


def _fields(query: Query) -> dict[str, Any]:
    return {n: getattr(query, n) for n in ("words", "chosen", "sort", "descending", "page", "size")}


@given(rows, queries)
def test_only_matching_rows_in_order_missing_last(found: list[dict[str, Any]], query: Query) -> None:
    kept = matching(found, COLUMNS, query)
    oracle = [
        r
        for r in found
        if all(w in r["name"].lower() for w in query.words.lower().split()) and query.chosen.items() <= r.items()
    ]
    assert sorted(map(repr, kept)) == sorted(map(repr, oracle))
    if query.sort in {"sales", "points"}:
        values = [r[query.sort] for r in kept]
        present = [v for v in values if v is not None]
        assert values == present + [None] * (len(values) - len(present))
        assert present == sorted(present, reverse=query.descending)


def test_risk_is_ordered_by_gravity_not_by_letters() -> None:
    found = [{"name": c, "risk": c} for c in ("severe", "normal", "high", "watch")]
    assert [r["risk"] for r in matching(found, COLUMNS, Query(sort="risk"))] == ["normal", "watch", "high", "severe"]


@given(queries)
def test_an_address_says_its_question_again(query: Query) -> None:
    assert Query.read(query.params(), COLUMNS, size=query.size) == query


@given(st.dictionaries(st.sampled_from(["q", "page", "sort", "order", "risk", "x"]), st.text(max_size=12)))
def test_a_strange_address_is_understood_as_far_as_possible(params: dict[str, str]) -> None:
    asked = Query.read(params, COLUMNS)
    assert asked.page >= 1
    assert asked.sort in {"", "name", "sales", "risk", "points"}


def test_a_second_click_turns_the_order() -> None:
    name, sales = COLUMNS[:2]
    found = [{"id": "1", "name": "甲公司", "sales": Decimal(1)}]
    once = table(found, Query(words="甲"))
    assert _asked(once.ordered(sales)) == {"q": "甲", "sort": "sales", "order": "desc"}, "amounts: largest first"
    assert _asked(once.ordered(name)) == {"q": "甲", "sort": "name"}
    twice = table(found, Query(sort="sales", descending=True))
    assert _asked(twice.ordered(sales)) == {"sort": "sales"}
    assert (twice.order(sales), twice.order(name)) == ("descending", "none")


def _asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_exports_ask_for_all_matching_rows() -> None:
    asked = table([{"name": "甲公司", "risk": "high"}] * 9, Query(words="甲", page=3, size=3))
    assert {f: _asked(a) for f, a in asked.exports.items()} == {f: {"q": "甲", "format": f} for f in ("csv", "xlsx")}


def test_a_money_column_names_its_one_unit() -> None:
    asked = table([{"name": "甲", "sales": Decimal(s)} for s in ("5", "1230000", "99000000")], Query())
    assert asked.header(COLUMNS[1], "zh") == "销项 (万元)"
    scale = asked.scale(COLUMNS[1], "zh")
    assert [COLUMNS[1].write(r["sales"], "zh", scale) for r in asked.rows] == ["0.00", "123.00", "9,900.00"]


def test_coded_values_are_shown_filtered_and_exported_by_their_words() -> None:
    column = Column("state", Text("状态", "State"), choose=True, words={"open": Text("待处理", "open")}, sortable=False)
    query = Query.read({"sort": "state", "state": "open"}, [column])
    made = Table.of(
        "t", "/t", [column], [{"state": "open"}, {"state": "odd"}], query=query, empty=Empty(Text("", ""), Text("", ""))
    )
    assert query.sort == ""
    assert [column.write(r["state"], "zh") for r in made.rows] == ["待处理"]
    assert column.write("odd", "zh") == "odd"
    assert [made.word(column, v) for v in made.choices["state"]] == ["odd", Text("待处理", "open")]


def test_work_at_hand_has_a_bar_and_a_state_its_shape() -> None:
    columns = (
        Column("state", Text("状态", "State"), words={"on": Text("开", "running")}, shapes={"on": "◎"}),
        Column("now", Text("进展", "Now"), "going"),
    )
    rows: list[dict[str, Any]] = [
        {"state": "on", "now": Going("reading", 1, 3)},
        {"state": "on", "now": Going("reading", 0, 0)},
        {"state": "on", "now": "<waits>"},
    ]
    empty = Empty(Text("无", "none"), Text("无", "none"))
    found = Table.of("t", "/t", columns, rows, query=Query(), empty=empty)
    macro = environment("en").get_template("macros/table.html").module.data_table  # type: ignore[attr-defined]  # a macro
    html = str(macro(found))
    assert html.count('<span class="work on"><i aria-hidden="true">◎</i> running</span>') == 3
    assert '<progress value="1" max="3"></progress>' in html
    assert "<progress></progress>" in html
    assert "&lt;waits&gt;" in html
    assert str(rows[0]["now"]) == "reading 1/3"
