"""Courts tell one story: parties of cases, judgements before enforcement, publication after the event."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pyarrow as pa
from tests.twin.public.helpers import by, last, rows

from windchime.twin.public.lawsuits import Lawsuits
from windchime.twin.world import World

Tables = Mapping[str, pa.Table]
SHANGHAI = timedelta(hours=8)


def test_every_case_has_its_parties_and_every_party_its_case(tables: Tables) -> None:
    cases = by(rows(tables["court_cases"]), "case_no")
    parties = by(rows(tables["court_parties"]), "case_no")
    assert set(cases) == set(parties)
    for number, own in parties.items():
        roles = by(own, "role")
        assert len({r["party_id"] for r in roles["plaintiff"]}) == len({r["party_id"] for r in roles["defendant"]}) == 1
        assert {r["filed_on"] for r in own} == {cases[number][0]["filed_on"]}
        assert roles["plaintiff"][0]["party_id"] != roles["defendant"][0]["party_id"]


def test_a_case_is_filed_heard_judged_and_told_in_that_order(tables: Tables) -> None:
    states = by(rows(tables["court_cases"]), "case_no")
    assert len({len(v) for v in states.values()}) == 2
    for number, own in states.items():
        first = min(own, key=lambda r: r["known_on"])
        assert first["result"] == "pending"
        assert 30 <= (first["known_on"] - first["filed_on"]).days <= 150
        assert number.startswith(f"（{first['filed_on'].year}）澄")
        for case in own:
            if case["judged_on"]:
                assert case["filed_on"] < case["hearing_on"] < case["judged_on"] <= case["known_on"]
                assert case["awarded_amount"] <= case["claim_amount"]


def test_defendants_lose_what_plaintiffs_win(tables: Tables) -> None:
    other = {"won": "lost", "lost": "won", "partly": "partly", "settled": "settled", "pending": "pending"}
    now = by(last(rows(tables["court_parties"]), "case_no", "party_id", "role").values(), "case_no")
    for own in now.values():
        side = {r["role"]: r["outcome"] for r in own}
        assert side["defendant"] == other[side["plaintiff"]]


def test_enforcement_follows_a_lost_case_and_its_parts_add_up(tables: Tables) -> None:
    cases = last(rows(tables["court_cases"]), "case_no")
    states = rows(tables["enforcement"])
    assert states
    for r in states:
        assert cases[r["basis_doc"]]["result"] in {"plaintiff_won", "plaintiff_partly"}
        assert r["filed_on"] > cases[r["basis_doc"]]["judged_on"]
        assert r["performed_amount"] + r["unperformed_amount"] == r["target_amount"]
        assert r["status"] != "terminated_this" or r["unperformed_amount"] > 0
    open_cases = {r["case_no"] for r in states}
    for table in ("dishonest_debtors", "consumption_limits"):
        assert {r["case_no"] for r in rows(tables[table])} <= open_cases


def test_what_was_performed_leaves_the_list(tables: Tables) -> None:
    for own in by(rows(tables["enforcement"]), "case_no").values():
        states = sorted(own, key=lambda r: r["known_on"])
        assert not [r for r in states if r["is_withdrawn"] and r["status"] != "performed"]
        assert not [r for r in states[:-1] if r["is_withdrawn"]]


def test_lists_of_debtors_name_who_represents_the_firm(world: World, tables: Tables) -> None:
    legal = world.society.posts.legal_rep
    names = world.society.persons.names(legal).to_pylist()
    for r in rows(tables["consumption_limits"]):
        assert r["person_name"] == names[int(r["firm_id"][6:]) - 1]


def test_suits_bunch_and_rise_with_distress(world: World) -> None:
    suits = Lawsuits.of(world, np.arange(len(world.firms)))
    many = np.bincount(suits.firm, minlength=len(world.firms))
    assert many.var() > 2 * many.mean()
    assert (np.diff(suits.firm) >= 0).all()
    failed = world.course.default < 10_000
    assert many[failed].mean() > many[~failed].mean()


def test_bankruptcy_comes_after_failure(world: World, tables: Tables) -> None:
    first_day = world.calendar.first_day
    for r in rows(tables["bankruptcy"]):
        failed = int(world.course.default[int(r["firm_id"][6:]) - 1])
        assert (r["applied_on"] - r["applied_on"].fromordinal(719163)).days > first_day[failed]


def test_bad_news_comes_before_and_after_failure_more_than_otherwise(world: World, tables: Tables) -> None:
    news = rows(tables["news_events"])
    bad = [
        r for r in news if r["event_type"] not in {"new_order", "expansion", "award", "financing", "management_change"}
    ]
    failed = {f"twin:F{i + 1:06d}" for i in np.flatnonzero(world.course.default < 10_000)}
    share = sum(r["firm_id"] in failed for r in bad) / len(bad)
    assert share > 1.5 * len(failed) / len(world.firms)
    wrong = np.mean([r["polarity"] > 0 for r in bad])
    assert 0.1 < wrong < 0.3
    assert all(r["occurred_on"] <= (r["published_at"] + SHANGHAI).date() for r in news)
    assert all(r["published_at"] < r["crawled_at"] for r in news)
    assert len({(r["event_id"], r["firm_id"]) for r in news}) == len(news)
