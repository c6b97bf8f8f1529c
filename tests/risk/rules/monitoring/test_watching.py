"""A list of rules watched: counts, intervals, findings, proposals."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.risk.rules.exports.builders import rule_set
from tests.risk.rules.planted import planted

from windchime.core.errors import UnknownName
from windchime.risk.rules.figures import figures, rate
from windchime.risk.rules.forest import RuleForest
from windchime.risk.rules.monitoring import Expected, Settings, Watched, expected, watch
from windchime.risk.rules.outcomes import NotMonths, NotOutcomes
from windchime.risk.rules.ruleset import NONE

SETTINGS = Settings.shipped()
#: two rules that hit 4 % and 6 % of applications, 30 % and 20 % of them bad; of the rest 5 % are
MINED = (
    Expected(0, "ra", rate(400, 10_000, 0.95), rate(120, 400, 0.95), 10_000),
    Expected(1, "rb", rate(600, 10_000, 0.95), rate(120, 600, 0.95), 10_000),
    Expected(NONE, "", rate(9000, 10_000, 0.95), rate(450, 9000, 0.95), 10_000),
)


def book(seed: int, months: int = 12, rows: int = 3000, **changes: float) -> pl.DataFrame:
    """Applications; from month 5 on the share of a rule (`hit_0`) or its bad rate (`bad_0`, `bad_rest`) is another."""
    rng = np.random.default_rng(seed)
    shown = []
    for m in range(months):
        new = changes if m >= 4 else {}
        share = [new.get("hit_0", 0.04), 0.06]
        rule = rng.choice([0, 1, NONE], rows, p=[*share, 1 - sum(share)])
        bad_rate = np.array([new.get("bad_0", 0.3), 0.2, new.get("bad_rest", 0.05)])[np.where(rule == NONE, 2, rule)]
        day = date(2025 + m // 12, m % 12 + 1, 15)
        shown.append(pl.DataFrame({"rule": rule, "month": [day] * rows, "bad": rng.random(rows) < bad_rate}))
    return pl.concat(shown)


def codes(found: Watched) -> list[tuple[str, object]]:
    return [(f.code, f.params.get("rule")) for f in found.findings]


def test_a_steady_book_raises_no_alarm() -> None:
    """Twenty years of three rules: at most 5 % of years may alarm, and here none does."""
    found = [watch(book(seed), MINED, SETTINGS) for seed in range(20)]
    assert [codes(f) for f in found] == [[]] * 20
    assert found[0].threshold == pytest.approx(10 / 0.025)


def test_the_table_counts_what_is_there() -> None:
    table = book(1, months=2)
    got = watch(table, MINED, SETTINGS).table
    for row in got.iter_rows(named=True):
        own = table.filter((pl.col("rule") == row["rule"]) & (pl.col("month").dt.strftime("%Y-%m") == row["month"]))
        assert (row["hits"], row["bads"], row["rows"]) == (len(own), own["bad"].sum(), 3000)
        assert row["bad_rate_low"] < row["bad_rate"] < row["bad_rate_high"]
        assert row["hit_rate"] == len(own) / 3000
    assert got["rule"].to_list() == [0, 0, 1, 1, -1, -1]
    assert got.filter(pl.col("rule") == NONE)["hit_rate_rose"].is_null().all()


def test_a_rule_that_decays_is_to_be_loosened() -> None:
    found = watch(book(2, bad_0=0.1), MINED, SETTINGS)
    assert codes(found) == [("rule_bad_rate_fell", 1)]
    (proposal,) = found.proposals
    assert (proposal.kind, proposal.rule, proposal.since) == ("loosen", 0, "2025-05")
    assert proposal.found.low < 0.1 < proposal.found.high
    # 120 hits a month: 108 goods and 12 bads
    assert proposal.goods_a_month == pytest.approx(108, abs=12)
    assert proposal.bads_a_month == pytest.approx(12, abs=5)
    assert "第 1 条" in proposal.sentence("zh")
    assert "class A" in proposal.sentence("en")


def test_what_no_rule_hits_gets_worse() -> None:
    found = watch(book(3, bad_rest=0.08), MINED, SETTINGS)
    assert codes(found) == [("no_rule_bad_rate_rose", None)]
    (proposal,) = found.proposals
    assert proposal.kind == "tighten"
    assert proposal.bads_a_month == pytest.approx(2700 * 0.03, rel=0.25)
    assert "class D" in proposal.sentence("en")


def test_a_hit_rate_that_drifts() -> None:
    found = watch(book(4, hit_0=0.08), MINED, SETTINGS)
    assert codes(found)[0] == ("rule_hit_rate_rose", 1)
    assert found.proposals[0].kind == "look"
    assert "8." in found.findings[0].sentence("zh") or "7." in found.findings[0].sentence("zh")
    # within the ratio that the scheme allows nothing is said
    assert codes(watch(book(5, hit_0=0.05), MINED, SETTINGS)) == []
    assert ("rule_hits_moved", None) in codes(watch(book(6, hit_0=0.3), MINED, SETTINGS))


def test_a_month_is_tested_when_it_has_matured() -> None:
    """Bads are known at once, goods after their time: unripe months would look all bad."""
    table = book(7).with_columns(matured=(pl.col("month") < date(2025, 9, 1)) | pl.col("bad"))
    found = watch(table, MINED, SETTINGS)
    assert codes(found) == []
    ripe = found.table.filter(pl.col("rule") == 0)["ripe"].to_list()
    assert ripe == [True] * 8 + [False] * 4
    assert codes(watch(table.drop("matured"), MINED, SETTINGS)) == []
    unknown = table.with_columns(bad=pl.when(pl.col("matured")).then("bad")).drop("matured")
    assert watch(unknown, MINED, SETTINGS).table["bads"].sum() == found.table["bads"].sum()


def test_old_alarms_end_with_their_year() -> None:
    table = pl.concat([book(8, bad_0=0.1), book(9).with_columns(pl.col("month").dt.offset_by("1y"))])
    assert codes(watch(table, MINED, SETTINGS)) == []


def test_months_may_be_numbers_or_texts() -> None:
    numbered = book(10, months=11).with_columns(month=pl.col("month").dt.month())
    assert watch(numbered, MINED, SETTINGS).table["month"].to_list()[:11] == [str(m) for m in range(1, 12)]


def test_nothing_to_watch() -> None:
    assert watch(book(1, months=1), (), SETTINGS).findings == ()
    empty = watch(book(1, months=1).head(0), MINED, SETTINGS)
    assert (len(empty.table), empty.findings) == (0, ())
    with pytest.raises(UnknownName):
        watch(pl.DataFrame({"rule": [1]}), MINED, SETTINGS)


@pytest.mark.parametrize(
    ("bad", "row", "said"), [([0, 1, 2], 3, "(2)"), ([-1, 1, 0], 1, "(-1)"), (["0", "Y", "0"], 2, "(String)")]
)
def test_what_is_no_outcome_is_named(bad: list[Any], row: int, said: str) -> None:
    table = {"rule": [0, 0, 0], "month": [1, 1, 1], "bad": bad}
    with pytest.raises(NotOutcomes) as caught:
        watch(table, MINED, SETTINGS)
    assert caught.value.params["row"] == row
    assert said in str(caught.value)
    with pytest.raises(NotOutcomes):
        watch(table | {"bad": [0, 1, 0], "matured": bad}, MINED, SETTINGS)


def test_no_outcome_may_be_known_yet() -> None:
    unknown = pl.DataFrame({"rule": [0, 0], "month": [1, 1], "bad": pl.Series([None, None], dtype=pl.String)})
    assert watch(unknown, MINED, SETTINGS).table["matured"].sum() == 0


def test_an_unknown_outcome_is_not_bad() -> None:
    found = watch({"rule": [0] * 4, "month": [1] * 4, "bad": [1.0, 0.0, None, float("nan")]}, MINED, SETTINGS).table
    assert found.row(0, named=True)["matured"] == 2
    assert found.row(0, named=True)["bads"] == 1


@pytest.mark.parametrize(
    ("months", "row"),
    [(["2月", "10月"], 1), (["2025-01", "10月"], 2), ([1.0, 1.5], 2), ([1.0, 1e300], 2), ([True, False], 1)],
)
def test_months_without_an_order_are_refused(months: list[Any], row: int) -> None:
    with pytest.raises(NotMonths) as caught:
        watch({"rule": [0, 0], "month": months, "bad": [0, 1]}, MINED, SETTINGS)
    assert caught.value.params["row"] == row


def test_texts_of_months_are_months() -> None:
    table = pl.DataFrame({"rule": [0, 0], "month": ["2025-10", "2025-02"], "bad": [0, 1]})
    assert watch(table, MINED, SETTINGS).table["month"].to_list()[:2] == ["2025-02", "2025-10"]


def test_rows_that_did_not_choose_the_rules_tell_what_is_expected() -> None:
    """Held back before those that tested, these before the rule's own, which is told."""
    mined = rule_set()
    own = expected(mined, SETTINGS)
    assert {e.source for e in own} == {"own"}
    assert len(watch(book(1, months=1), own, SETTINGS).warnings) == len(mined.rules)
    rng = np.random.default_rng(3)
    bad, first = rng.random(2000) < 0.1, rng.integers(-1, len(mined.rules), 2000)
    hits = [np.isin(first, range(i + 1)) for i in range(len(mined.rules))]
    seen = [figures(first == i, bad, level=0.95) for i in range(len(mined.rules))]
    tested = replace(mined, rules=tuple(replace(m, unseen=f) for m, f in zip(mined.rules, seen, strict=True)))
    assert {e.source for e in expected(tested, SETTINGS)} == {"unseen"}
    held = [figures(h, bad, level=0.95, weight=np.full(2000, 2.0)) for h in hits]
    both = replace(
        tested, rules=tuple(replace(m, cumulative_out_of_time=f) for m, f in zip(tested.rules, held, strict=True))
    )
    found = expected(both, SETTINGS)
    for e in found:
        assert e.source == "out_of_time"
        assert e.rows == pytest.approx(2000)
        assert e.hit_rate.value == pytest.approx((first == e.rule).mean())
        assert e.bad_rate.value == pytest.approx(bad[first == e.rule].mean())
        assert e.bad_rate.low < e.bad_rate.value < e.bad_rate.high
    assert watch(book(1, months=1), found, SETTINGS).warnings == ()


def test_small_months_do_not_move_by_chance() -> None:
    """Thirty rows a month: a bare index of 0.1 was exceeded nearly always."""
    found = [c for seed in range(100) for c in codes(watch(book(seed, months=1, rows=30), MINED, SETTINGS))]
    assert found == []


def alarmed(lists: int, *, timed: bool, lifted: float, now: float, rows: int) -> int:
    """How many of so many mined lists raise any alarm in a year of fresh rows; `lifted` to `now`: bad rate of what was planted."""
    found = 0
    for seed in range(lists):
        table, bad = planted(3000, seed, lifted=lifted)
        time = np.random.default_rng([seed, 9]).integers(1, 13, 3000) if timed else None
        forest = RuleForest(budget=0.07, specials={"debt": (-9999.0,)}, threads=1, seed=seed).fit(table, bad, time=time)
        fresh, turned = planted(12 * rows, seed + 10_000, lifted=now)
        year = {"rule": forest.apply(fresh), "month": np.repeat(np.arange(1, 13), rows), "bad": turned}
        found += bool(watch(year, expected(forest.rule_set, SETTINGS), SETTINGS).findings)
    return found


@pytest.mark.soak
@pytest.mark.parametrize("timed", [True, False])
def test_mined_lists_keep_the_promise_on_fresh_rows(timed: bool) -> None:
    """5 % of 40 lists are 2; rates of the rows that chose the rules alarmed in 6, because months are large and the lift small."""
    assert alarmed(40, timed=timed, lifted=0.35, now=0.35, rows=4000) <= 4


@pytest.mark.soak
@pytest.mark.parametrize(("timed", "least"), [(True, 1), (False, 12)])
def test_mined_lists_that_no_longer_hold_are_found(timed: bool, least: int) -> None:
    assert alarmed(40, timed=timed, lifted=0.6, now=0.2, rows=500) >= least
