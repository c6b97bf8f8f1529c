"""Search by words, and ties, views and paths in words; persons and contact points masked."""

import pytest
from tests.graph.views.small import day, network, tie

from windchime.data.identity.spelling import normalised
from windchime.graph.views import sentences
from windchime.graph.views.naming import SeveralNodes, node_called
from windchime.graph.views.network import Network, UnknownNode
from windchime.graph.views.view import Node, View

TOKEN = "t_abcdefabcdefabcdefabcdefabcdefab"


def made() -> Network:
    return network(
        tie("holds", "p1", "a", share="0.51", since=day("2019-03-01")),
        tie("holds", "q", "a"),
        tie("leads", "p1", "b", detail="legal_rep", since=day("2018-01-01"), until=day("2020-05-31")),
        tie("contact", "a", f"mobile:{TOKEN}", until=day("2021-01-01")),
        tie("contact", "b", f"mobile:{TOKEN}"),
        tie("sells", "a", "b", amount="1234567.89", count=12),
        tie("guarantees", "a", "c", amount="100", detail="joint_several"),
        tie("holds", "q", "b", share="0.1", detail="declared"),
        tie("odd", "a", "c"),
        labels={
            "p1": TOKEN,
            "q": "张某某",
            "a": "澄岭铭达（集团）有限公司",
            "b": "澄岭銘達贸易有限公司",
            "c": "云汀食品厂",
            f"mobile:{TOKEN}": TOKEN,
        },
        p1="person",
        q="person",
        **{f"mobile:{TOKEN}": "mobile"},
    )


def names(view: View) -> dict[str, str]:
    return {n.node: sentences.called(n, "zh") for n in view.nodes}


def test_every_tie_in_words() -> None:
    view = made().neighbourhood("a", 2)
    assert {sentences.of_tie(t, names(view), "zh") for t in view.ties} == {
        "****abcdef 持有 澄岭铭达（集团）有限公司 51.00%，自 2019-03-01",
        "张** 是 澄岭铭达（集团）有限公司 的股东，持股比例未披露",
        "张** 持有 澄岭銘達贸易有限公司 10.00%（代持：已申报）",
        "****abcdef 任 澄岭銘達贸易有限公司 法定代表人，2018-01-01 至 2020-05-31",
        "澄岭铭达（集团）有限公司 使用 手机 ****abcdef，至 2021-01-01",
        "澄岭銘達贸易有限公司 使用 手机 ****abcdef",
        "澄岭铭达（集团）有限公司 向 澄岭銘達贸易有限公司 销售 123.46 万元（发票 12 张）",
        "澄岭铭达（集团）有限公司 为 云汀食品厂 担保 100.00 元",
        "澄岭铭达（集团）有限公司 与 云汀食品厂 有关联（odd）",
    }
    english = sentences.of_tie(view.ties[0], {}, "en")
    assert english == "p1 holds 51.00% of a, since 2019-03-01"
    assert sentences.of_tie(view.ties[0], {}, "en", days=False) == "p1 holds 51.00% of a"


def test_a_view_and_a_path_in_words() -> None:
    network_made = made()
    view = network_made.neighbourhood("c", 2, cap=3)
    assert sentences.of_view(view, "zh")[:2] == (
        "云汀食品厂：周围 2 个主体，关联 3 条",
        "按种类：持股 1、担保 1、odd 1",
    )
    assert sentences.of_view(view, "en")[-1] == "not everything is shown: the nodes here have 4 more ties"
    assert sentences.of_view(View((), ()), "zh") == ()
    assert not any(TOKEN in s for s in sentences.of_view(network_made.neighbourhood("a", 2), "zh"))
    path = network_made.path("c", "p1")
    assert path is not None
    assert sentences.of_path(path, {}, "zh") == ("a 为 c 担保 100.00 元", "p1 持有 a 51.00%，自 2019-03-01")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("铭达", ["b", "a"]),
        ("铭达 贸易", ["b"]),
        ("澄嶺銘達(集團)有限公司", ["a"]),
        ("云汀食品厂", ["c"]),
        ("P1", ["p1"]),
        ("张某某", []),
        (TOKEN, [f"mobile:{TOKEN}"]),
        ("  ", []),
        ("没有这家", []),
    ],
)
def test_search(words: str, found: list[str]) -> None:
    assert [n.node for n in made().search(words)] == found


def test_the_same_name_comes_first_and_the_limit_holds() -> None:
    many = network(
        *(tie("holds", "x", f"f{n}") for n in range(9)), labels={f"f{n}": f"甲{'乙' * n}有限公司" for n in range(9)}
    )
    assert [n.node for n in many.search("甲有限公司", 3)] == ["f0"]
    assert [n.node for n in many.search("乙", 3)] == ["f1", "f2", "f3"]
    assert many.search("乙", 3)[0].degree == 1


def test_names_that_need_no_look_are_written_as_identity_writes_them() -> None:
    written = [
        "重慶銘達（集團）有限公司。",
        "甲（）乙",
        "ａｂ１ 有限公司",
        "(甲)乙",
        "甲·乙",
        "乾元（上海）",
        "A&amp;B",
    ]
    from windchime.graph.views.searching import Names

    made_names = Names.of(network(labels={str(n): name for n, name in enumerate(written)}).nodes)
    assert made_names.names.to_pylist() == [normalised(w) for w in written]


def test_which_node_is_meant() -> None:
    network_made = made()
    assert node_called(network_made, "a") == "a"
    assert node_called(network_made, "食品") == "c"
    with pytest.raises(UnknownNode):
        node_called(network_made, "没有")
    with pytest.raises(SeveralNodes) as several:
        node_called(network_made, "铭达")
    assert "(b)" in str(several.value)


def test_a_name_that_is_no_token_is_masked_if_a_person_s() -> None:
    assert sentences.name_of(Node("p", "person", "李四")) == "李*"
    assert sentences.name_of(Node("f", "firm", "李四商店")) == "李四商店"
    assert sentences.name_of(Node("f", "firm")) == "f"
