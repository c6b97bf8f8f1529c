"""The register agrees with itself on every day: changes with states, stakes with capital, posts with persons."""

from collections.abc import Mapping
from datetime import date, timedelta

import pyarrow as pa
from tests.twin.public.helpers import by, last, rows

Tables = Mapping[str, pa.Table]
DAYS = [date(2023, 6, 30), date(2024, 12, 31), date(2025, 12, 31)]


def test_what_the_register_says_is_what_its_changes_lead_to(tables: Tables) -> None:
    now = last(rows(tables["firms"]), "firm_id")
    changes = by(rows(tables["firm_changes"]), "item")
    assert {"name", "capital", "address", "legal_rep", "scope"} <= set(changes)
    for change in changes["address"]:
        assert now[change["firm_id"]]["address"] == change["after"] != change["before"]
    for change in changes["legal_rep"]:
        assert now[change["firm_id"]]["legal_rep_id"] == change["party_after_id"] != change["party_before_id"]
        assert (change["before"], change["after"]) == (None, None)
    for change in changes["scope"]:
        assert now[change["firm_id"]]["business_scope"] == change["after"]
    for change in changes["name"]:
        assert now[change["firm_id"]]["name"] == change["after"]
        assert now[change["firm_id"]]["former_names"] == change["before"]
    for change in changes["capital"]:
        assert now[change["firm_id"]]["registered_capital"] == int(change["after"].removesuffix("万元")) * 10_000


def test_states_before_a_change_say_what_was_before_it(tables: Tables) -> None:
    states = by(rows(tables["firms"]), "firm_id")
    for change in rows(tables["firm_changes"]):
        if change["item"] == "address":
            early = [s for s in states[change["firm_id"]] if s["known_on"] < change["known_on"]]
            assert all(s["address"] == change["before"] for s in early)


def test_a_firm_has_one_representative_at_a_time(tables: Tables) -> None:
    posts = [r for r in rows(tables["key_persons"]) if r["role"] in {"legal_rep", "operator"}]
    for day in DAYS:
        known = last([r for r in posts if r["known_on"] <= day], "firm_id", "person_id", "valid_from")
        there = [
            r for r in known.values() if r["valid_from"] <= day and (r["valid_to"] is None or day <= r["valid_to"])
        ]
        assert max(len(v) for v in by(there, "firm_id").values()) == 1


def test_supervisors_do_not_direct_the_firm(tables: Tables) -> None:
    for posts in by(rows(tables["key_persons"]), "firm_id").values():
        own = by(posts, "role")
        supervise = {r["person_name"] + (r["person_id"] or "") for r in own.get("supervisor", [])}
        direct = {
            r["person_name"] + (r["person_id"] or "") for role in ("exec_director", "chair") for r in own.get(role, [])
        }
        assert not supervise & direct


def test_shares_of_a_day_are_never_more_than_whole_and_follow_what_was_subscribed(tables: Tables) -> None:
    stakes = rows(tables["shareholdings"])
    firms = last(rows(tables["firms"]), "firm_id")
    for day in DAYS:
        known = last([r for r in stakes if r["known_on"] <= day], "firm_id", "holder_id", "valid_from")
        there = [
            r for r in known.values() if r["valid_from"] <= day and (r["valid_to"] is None or day <= r["valid_to"])
        ]
        assert all(sum(r["share"] for r in v) <= 1 for v in by(there, "firm_id").values())
    for r in stakes:
        capital = firms[r["firm_id"]]["registered_capital"]
        assert abs(r["share"] - r["subscribed_amount"] / capital) <= 1e-3
        assert r["paid_amount"] <= r["subscribed_amount"]


def test_a_stake_taken_over_goes_from_one_holder_to_the_next_without_a_gap(tables: Tables) -> None:
    changes = [r for r in rows(tables["firm_changes"]) if r["item"] == "shareholders"]
    stakes = rows(tables["shareholdings"])
    assert changes
    for change in changes:
        own = [r for r in stakes if r["firm_id"] == change["firm_id"]]
        old = [r for r in own if r["holder_id"] == change["party_before_id"]]
        new = [r for r in own if r["holder_id"] == change["party_after_id"] and r["valid_from"] == change["changed_on"]]
        assert {r["valid_to"] for r in old} == {None, change["changed_on"] - timedelta(days=1)}
        assert [r["share"] for r in new] == [old[0]["share"]]


def test_persons_of_posts_and_stakes_have_a_record_with_their_name(tables: Tables) -> None:
    known = {r["person_id"]: r["name"] for r in rows(tables["persons"])}
    assert all(known[r["person_id"]] == r["person_name"] for r in rows(tables["key_persons"]))
    assert all(
        known[r["holder_id"]] == r["holder_name"] for r in rows(tables["shareholdings"]) if r["holder_type"] == "person"
    )
    assert {r["person_id"] for r in rows(tables["contacts"]) if r["person_id"]} <= set(known)


def test_second_records_are_of_persons_of_the_same_name(tables: Tables, truth: Tables) -> None:
    known = {r["person_id"]: r for r in rows(tables["persons"])}
    second = rows(truth["second_record"])
    assert second
    for pair in second:
        assert known[pair["record_id"]]["name"] == known[pair["person_id"]]["name"]
        assert known[pair["record_id"]]["id_number"] is None


def test_namesakes_are_different_persons_of_one_name(tables: Tables, truth: Tables) -> None:
    names = {r["person_id"]: r["name"] for r in rows(tables["persons"])}
    groups = by(rows(truth["same_name_person"]), "name_id")
    assert groups
    for group in groups.values():
        assert len({r["person_id"] for r in group}) == len(group) >= 2
        assert len({names[r["person_id"]] for r in group}) == 1


def test_branches_bear_the_name_of_their_firm(tables: Tables) -> None:
    names = {r["firm_id"]: r["name"] for r in rows(tables["firms"])}
    assert all(r["branch_name"].startswith(names[r["firm_id"]]) for r in rows(tables["branches"]))


def test_firms_of_a_ring_share_more_than_others_do(tables: Tables, truth: Tables) -> None:
    ring = {r["firm_id"] for r in rows(truth["shell_ring"])}
    assert len(ring) >= 6
    phones = by(
        [r for r in rows(tables["contacts"]) if r["usage"] == "annual_report" and r["kind"] == "mobile"], "firm_id"
    )
    values = [v[0]["value"] for f, v in phones.items() if f in ring]
    assert len(values) - len(set(values)) >= len(values) // 4


def test_held_for_another_is_not_told(tables: Tables, truth: Tables) -> None:
    stakes = {(r["firm_id"], r["holder_id"]) for r in rows(tables["shareholdings"])}
    cases = rows(truth["hidden_control"])
    assert cases
    for case in cases:
        assert case["holder_id"] != case["owner_id"]
    companies = {f for f, _h in stakes}
    assert all((c["firm_id"], c["holder_id"]) in stakes for c in cases if c["firm_id"] in companies)


def test_hidden_groups_have_no_tie_of_equity(tables: Tables, truth: Tables) -> None:
    held = {(r["firm_id"], r["holder_id"]) for r in rows(tables["shareholdings"]) if r["holder_type"] == "firm"}
    members = by(rows(truth["group_member"]), "group_id")
    hidden = [m for m in members.values() if m[0]["hidden"]]
    assert hidden
    for group in hidden:
        ids = {r["firm_id"] for r in group}
        assert not [e for e in held if e[0] in ids and e[1] in ids]
