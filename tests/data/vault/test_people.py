"""A person's name is told from an organisation's."""

import pytest

from windchime.data.vault.people import party_type, words


@pytest.mark.parametrize(
    "name", ["张三", "欧阳某凡", "买买提·艾力", "张 三", "張三豐", "John Smith", "Wang Xiao Ming", "李行"]
)
def test_names_of_people(name: str) -> None:
    assert party_type(name, None) == "person"


@pytest.mark.parametrize(
    "name",
    [
        "岚溪市示例商贸有限公司",
        "张三五金店",
        "建设银行",
        "示例科技",
        "某某厂",
        "Acme Trading Ltd",
        "Example Bank",
        "国库",
        "税务局",
    ],
)
def test_names_of_organisations(name: str) -> None:
    assert party_type(name, None) == "firm"


@pytest.mark.parametrize("name", ["手续费", "现金", "不详", "Acme", "1234", "", "岚溪市望川区示例某某"])
def test_names_that_say_nothing(name: str) -> None:
    assert party_type(name, None) is None


def test_a_code_that_proves_it_goes_before_the_name() -> None:
    assert party_type("示例商贸有限公司", "11010519491231002X") == "person"
    assert party_type("张三", "91350100M000100Y43") == "firm"
    assert party_type("张三", "12345") == "person"


def test_raised_columns_are_columns_of_their_tables() -> None:
    from windchime.data.contracts import contract

    for table, raised in words().raised.items():
        for one in raised:
            assert contract(table)[one.column].type in ("text", "id")
            assert set(one.codes) <= set(contract(table)[one.when].values)
