"""What is known of columns, from a file."""

from pathlib import Path

import pytest
from tests.risk.rules.exports.builders import rule_set

from windchime.core.errors import BadInput
from windchime.core.text import Text
from windchime.risk.rules.about import About, BadAbout, read_about, with_names
from windchime.risk.rules.sentences import sentence

TEXT = """
sales: {label: {zh: 销售, en: sales}, unit: yuan, specials: {-9999: {zh: 无记录, en: no record}, 99.5: 其他}}
行业: {label: 行业门类}
age: {}
"""


def test_names_reach_the_sentences(tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(TEXT, encoding="utf8")
    about = read_about(path)
    assert about["sales"].specials == {-9999.0: Text("无记录", "no record"), 99.5: Text("其他", "其他")}
    assert about["age"] == About(Text("age", "age"))
    rules = rule_set()
    named = with_names(rules, about)
    assert sentence(named.rules[0].rule, "zh", named.features) == "销售 < 5 万元，或 为“无记录 (-9999)”"
    assert named.feature("age").unit == "months"
    assert named.rules == rules.rules


@pytest.mark.parametrize(
    "text", ["[1]", "a: 1", "a: {lable: x}", "a: {label: {zh: x}}", "a: {specials: {x: y}}", "a: {specials: 3}", "{"]
)
def test_what_tells_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(text, encoding="utf8")
    with pytest.raises(BadInput):
        read_about(path)
    assert issubclass(BadAbout, BadInput)
