"""Findings and scores keep codes and parameters, and speak both languages."""

import json

from windchime.core.canonical import canonical
from windchime.core.text import Text
from windchime.risk.findings import SEVERITIES, Contribution, Evidence, Finding, Score
from windchime.risk.scorecards.card import SEEN

FINDING = Finding(
    "void_share_high",
    "high",
    "{feature} is {value}",
    {"feature": Text("作废率", "share of void invoices"), "value": "0.41"},
    (Evidence("invoices", "sales.parquet", 12), Evidence.of_indicator("void_share_12m", 0.41)),
)


def contribution(feature: str, points: float) -> Contribution:
    return Contribution(feature, 1.0, "< 2", points, SEEN, {"feature": Text(feature, feature), "points": f"{points:+}"})


def test_a_sentence_is_made_from_the_message_and_its_parameters() -> None:
    assert FINDING.sentence("en") == "share of void invoices is 0.41"
    assert FINDING.sentence("zh").startswith("作废率")


def test_what_is_stored_holds_no_sentence_and_comes_back_whole() -> None:
    stored = json.loads(canonical(FINDING.as_dict()))
    assert "sentence" not in stored
    assert Finding.of(stored) == FINDING


def test_evidence_is_a_row_or_a_figure() -> None:
    row, figure = (e.as_dict() for e in FINDING.evidence)
    assert row == {"table": "invoices", "source_file": "sales.parquet", "row_no": 12}
    assert figure == {"indicator": "void_share_12m", "value": 0.41}


def test_severities_are_ranked_from_harmless_to_grave() -> None:
    ranks = [Finding("x", s, "x").rank for s in SEVERITIES]
    assert ranks == sorted(ranks) == [0, 1, 2, 3]


def test_reasons_are_what_costs_points_dearest_first() -> None:
    parts = tuple(contribution(f, p) for f, p in (("a", -3.0), ("b", 5.0), ("c", -9.0), ("d", 0.0)))
    score = Score("scorecard", "v", 593.0, 0.1, "C", parts, 600.0)
    assert [c.feature for c in score.reasons(4)] == ["c", "a"]
    assert [c.feature for c in score.reasons(1)] == ["c"]
    assert Score.of(json.loads(canonical(score.as_dict()))) == score
