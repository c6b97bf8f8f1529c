"""Scores and the gate: the formula by hand, floors by the most specific entry, runs over time, what is closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from windchime.core.unit import Actor
from windchime.data.quality import Examination, Schemes, Score, Tally, gate, record, run_for, runs
from windchime.data.quality.overtime import below, lines
from windchime.data.quality.scoring import scores
from windchime.data.quality.settings import Floor, Settings
from windchime.service.bank import Bank

AS_OF = date(2025, 12, 31)
SETTINGS = Settings.of(Schemes.shipped().scores, AS_OF)
NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)


def a_tally(dimension: str, checked: int, failed: int, weight: str = "rows", *, scored: bool = True) -> Tally:
    return Tally(dimension, "key_repeated", "loans", "twin", checked, failed, scored=scored, weight=weight)  # type: ignore[arg-type]  # words of the tests


def an_examination(score: str, *, lake_version: int = 1, as_of: date = AS_OF, floor: str = "0.80") -> Examination:
    one = Score("loans", "twin", "overall", Decimal(score), 10, 1, Decimal(floor))
    return Examination(lake_version, as_of, (one,), (a_tally("validity", 10, 3),), (), ())


class Ticking:
    """A clock that goes on by a minute each time it is read."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank.open(tmp_path, clock=Ticking())


def test_the_formula_by_hand() -> None:
    tallies = [
        a_tally("validity", 100, 10),
        a_tally("validity", 100, 90, scored=False),
        a_tally("consistency", 10, 5, "identity"),
        a_tally("consistency", 10, 10, "band"),
        a_tally("timeliness", 0, 0),
    ]
    found = {s.dimension: s for s in scores(tallies, {("loans", "twin"): 100}, SETTINGS)}
    assert found.keys() == {"validity", "consistency", "overall"}
    assert found["validity"].score == Decimal("0.900000")
    # (1 × 0.5 + 0.25 × 0) ÷ 1.25
    assert found["consistency"].score == Decimal("0.400000")
    # both dimensions weigh 0.20
    assert found["overall"].score == Decimal("0.650000")
    assert (found["overall"].floor, found["overall"].below, found["overall"].rows) == (Decimal("0.80"), True, 100)


def test_the_more_specific_floor_prevails() -> None:
    entries = [("*", "*", "0.1"), ("loans", "*", "0.2"), ("*", "twin", "0.3"), ("loans", "twin", "0.4")]
    floors = tuple(Floor(t, s, "overall", Decimal(f)) for t, s, f in entries)
    settings = replace(SETTINGS, floors=floors)
    asked = [("loans", "twin"), ("loans", "x"), ("firms", "twin"), ("firms", "x")]
    assert [str(settings.floor(t, s, "overall")) for t, s in asked] == ["0.4", "0.2", "0.3", "0.1"]
    assert settings.floor("loans", "twin", "validity") is None


def test_a_run_is_kept_with_its_scores_findings_and_audit(bank: Bank) -> None:
    found = an_examination("0.75")
    run_id = record(bank, Actor("anna"), found)
    with bank.session() as session:
        (run,) = runs(session)
    assert (run.id, run.actor, run.lake_version, run.as_of) == (run_id, "anna", 1, AS_OF)
    assert [(s.table_name, s.dimension, s.score, s.floor, s.below) for s in run.scores] == [
        ("loans", "overall", Decimal("0.75"), Decimal("0.80"), True)
    ]
    assert run.findings == found.findings


def test_the_gate_reads_the_nearest_check_that_knew_no_more(bank: Bank) -> None:
    for score, version, day in (("0.75", 1, AS_OF), ("0.95", 3, AS_OF), ("0.10", 3, AS_OF + timedelta(days=9))):
        record(bank, Actor("anna"), an_examination(score, lake_version=version, as_of=day))
    with bank.session() as session:
        early, late = gate(session, as_of=AS_OF, lake_version=2), gate(session, as_of=AS_OF, lake_version=4)
        assert gate(session, as_of=date(2025, 1, 1), lake_version=4) is None
        assert run_for(session, as_of=AS_OF, lake_version=0) is None
    assert early
    assert [(c.table, c.source, c.score, c.floor) for c in early.closed] == [
        ("loans", "twin", Decimal("0.75"), Decimal("0.80"))
    ]
    assert late
    assert late.closed == ()
    assert "75.0%" in early.closed[0].sentence("zh")
    assert "80.0%" in early.closed[0].sentence("en")
    assert early.over(frozenset({("loans", "twin")})) == early.closed
    assert early.over(frozenset({("invoices", "twin")})) == ()


def test_since_when_a_score_is_below_its_floor(bank: Bank) -> None:
    for score in ("0.70", "0.90", "0.60", "0.50"):
        record(bank, Actor("anna"), an_examination(score))
    with bank.session() as session:
        found = runs(session)
        (now,) = below(found)
    assert (now.score.score, now.since.id) == (Decimal("0.50"), found[2].id)
    assert lines(found) == {("loans", "twin"): tuple(map(Decimal, ("0.70", "0.90", "0.60", "0.50")))}
    assert below(found[:2]) == () == below([])
