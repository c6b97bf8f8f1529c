"""Documents: canonical, read by the reader of their format, without clock or sentence."""

import json

import pytest
from tests.decision.helpers import a_case, decided, rulebook

from windchime.decision.document import DamagedDocument, UnknownFormat, read, score_body, score_of
from windchime.risk.findings import Contribution, Score


def test_what_is_written_is_read_again() -> None:
    found = decided(a_case(void_rate_12m="0.3000"))
    again = read(found.bytes.decode())
    assert again.bytes == found.bytes
    for field in (
        "firm_id",
        "entity_id",
        "verdict",
        "limit",
        "rate",
        "term_months",
        "band",
        "probability",
        "as_of",
        "lake_version",
        "cites",
        "scores",
        "findings",
    ):
        assert getattr(again, field) == getattr(found, field), field
    assert [r.code for r in again.reasons] == ["void_share_high"]


def test_the_same_case_gives_the_same_bytes() -> None:
    assert decided(a_case()).bytes == decided(a_case()).bytes
    assert decided(a_case("twin:F2")).bytes != decided(a_case()).bytes


def test_it_holds_neither_sentence_nor_clock_nor_id() -> None:
    body = json.loads(decided(a_case(void_rate_12m="0.5000")).bytes)
    text = json.dumps(body, ensure_ascii=False)
    policy = rulebook().policy
    for reason in decided(a_case(void_rate_12m="0.5000")).reasons:
        assert policy.sentence(reason, "zh") not in text
        assert policy.sentence(reason, "en") not in text
    assert not {"id", "decision_id", "made_at", "actor"} & body.keys()


def test_a_later_format_is_named() -> None:
    body = json.loads(decided(a_case()).bytes) | {"format": 99}
    with pytest.raises(UnknownFormat, match="format 99"):
        read(json.dumps(body))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format":1}', '{"format":1,"limit":0.5}'])
def test_what_is_no_document_is_damaged(text: str) -> None:
    with pytest.raises(DamagedDocument):
        read(text)


def test_a_score_comes_back_as_it_was() -> None:
    parts = (
        Contribution("void_rate_12m", 0.25, "[0.2, 0.3)", -12.0, "{feature}", {"feature": "x"}),
        Contribution("months_known", 36, "", 4.0, "{feature}", {"feature": "y"}),
        Contribution("sales_growth_12m", None, "", 0.0, "{feature}", {"feature": "z"}),
    )
    score = Score("scorecard", "v", 592.0, 0.031416, "B", parts, 600.0)
    assert score_of(json.loads(json.dumps(score_body(score), default=str))) == score
