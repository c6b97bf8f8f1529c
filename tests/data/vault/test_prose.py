"""What is personal in free text is found by its form; what only looks like it stays."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.data.vault.helpers import card, id_number, person

from windchime.data.vault.prose import Scrubber, in_brackets, spans
from windchime.data.vault.tokens import TOKEN, Tokeniser

TOKENISER = Tokeniser(bytes(32))


def scrub(text: str, *names: str) -> str:
    (done,), _found = Scrubber(TOKENISER, names).scrub([text])
    return done


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("identity", id_number(1), "身份证号码为{}的被执行人"),
        ("identity", id_number(2), "({})"),
        ("identity", "E12345678", "护照号：{}"),
        ("identity", "990101600101001", "原号{}已换"),
        ("contact", "19912345678", "请致电{}联系"),
        ("contact", "+86 199-1234-5678", "手机 {}"),
        ("contact", "１９９１２３４５６７８", "手机{}"),
        ("contact", "0999-8812345", "办公电话{}。"),
        ("contact", "88812345", "电话：{}"),
        ("contact", "nobody@example.invalid", "信箱{}收"),
        ("account", card(7), "转入{}"),
        ("account", "1234567890", "账号：{}，开户行某某银行"),
        ("account", "1234 5678 9012 3", "卡号 {}"),
    ],
)
def test_forms_are_found_and_nothing_around_them_is_touched(kind: str, value: str, text: str) -> None:
    made = TOKENISER.token(kind, value)  # type: ignore[arg-type]  # a class by its name
    assert scrub(text.format(value)) == text.format(in_brackets(made))


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码91350100M000100Y43",
        "合同金额 1,234,567.89 元，期限 2024-01-01 至 2025-12-31",
        "发票号码 24502000000012345678 代码 050002100113",
        "案号（2024）渝0112民初1234号",
        "订单 20240101123456 已发货",
        "99010119600101001X 校验位不对",
        "",
    ],
)
def test_numbers_of_things_stay(text: str) -> None:
    assert scrub(text) == text


def test_known_names_are_found_the_longest_first_and_firms_are_not_names() -> None:
    text = "原告慕容翯淼诉慕容翯、岚溪市示例商贸有限公司一案"
    done = scrub(text, "慕容翯", "慕容翯淼", "岚溪市示例商贸有限公司", "手续费")
    long, short = (in_brackets(TOKENISER.token("identity", n)) for n in ("慕容翯淼", "慕容翯"))
    assert done == f"原告{long}诉{short}、岚溪市示例商贸有限公司一案"


@given(st.lists(st.sampled_from([*person(3).values().values(), "，", "与", " ", "有限公司", "100.00"]), max_size=8))
def test_scrubbing_twice_changes_nothing_and_leaves_no_number(parts: list[str]) -> None:
    text = "；".join(parts)
    done = scrub(text, person(3).name)
    assert scrub(done, person(3).name) == done
    assert not any(v in done for k, v in person(3).values().items() if k != "address")


@given(st.text(max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    found = spans(text)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_values_are_given_once_with_their_text() -> None:
    texts = ["无", f"电话{person(4).mobile}，卡{person(4).account}", f"电话{person(5).mobile}"]
    _done, found = Scrubber(TOKENISER).scrub(texts)
    assert [(f.number, f.value) for f in found] == [
        (1, person(4).mobile),
        (1, person(4).account),
        (2, person(5).mobile),
    ]
    assert all(TOKEN.fullmatch(f.token) for f in found)
    assert person(4).mobile not in repr(found)


@pytest.mark.parametrize("piece", ["a", "1", "a.", "1-", "a@b.cc ", "13800138000 ", "身份证", "账号1 "])
def test_long_texts_take_no_longer_than_their_length(piece: str) -> None:
    found = spans(piece * (400_000 // len(piece)))
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
