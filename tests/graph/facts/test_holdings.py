from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.graph.library import Row, reading, stake

from windchime.graph.facts.forms import HOLDINGS
from windchime.graph.facts.holdings import holdings


def _stakes(*written: Row, as_of: date = date(2025, 12, 31), **others: Sequence[Row]) -> dict[tuple[str, str], Any]:
    found = holdings(reading(as_of, shareholdings=written, **others))
    assert found.schema == HOLDINGS
    return {(r["owner"], r["company"]): r for r in found.to_pylist()}


def test_a_library_without_shareholdings_has_no_edges() -> None:
    assert holdings(reading()).equals(HOLDINGS.empty_table())


def test_a_stake_says_who_how_much_since_when_and_which_row() -> None:
    found = _stakes(stake("p1", "f1", "0.6", nominee="declared"))["p1", "f1"]
    assert (found["share"], found["votes"]) == (Decimal("0.6"), Decimal("0.6"))
    assert (found["owner_type"], found["nominee"], found["since"]) == ("person", "declared", date(2020, 1, 1))
    assert (found["table"], found["row"]) == ("shareholdings", "f1|p1|ordinary|registry|2020-01-01")


def test_votes_that_the_source_tells_apart_and_shares_it_does_not_tell_stay_so() -> None:
    found = _stakes(stake("p1", "f1", "0.1", voting_share="0.7"), stake("p2", "f1", None))
    assert found["p1", "f1"]["votes"] == Decimal("0.7")
    assert (found["p2", "f1"]["share"], found["p2", "f1"]["votes"]) == (None, None)


def test_stakes_that_ended_stay_with_their_last_day() -> None:
    found = _stakes(stake("p1", "f1", "1", valid_to=date(2022, 5, 31)), stake("p2", "f1", "1"))
    assert found["p1", "f1"]["until"] == date(2022, 5, 31)


def test_of_several_rolls_of_one_company_the_one_known_last_counts_alone() -> None:
    old = stake("p1", "f1", "1", known_on=date(2023, 1, 1))
    new = [stake(p, "f1", "0.5", basis="annual_report", known_on=date(2024, 6, 1)) for p in ("p1", "p2")]
    other = stake("p1", "f2", "1", known_on=date(2023, 1, 1))
    found = _stakes(old, *new, other)
    assert {k: r["share"] for k, r in found.items()} == {
        ("p1", "f1"): Decimal("0.5"),
        ("p2", "f1"): Decimal("0.5"),
        ("p1", "f2"): Decimal(1),
    }
    before = _stakes(old, *new, other, as_of=date(2024, 1, 1))
    assert before["p1", "f1"]["share"] == 1
    assert ("p2", "f1") not in before


def test_of_two_rolls_known_on_one_day_the_register_goes_first() -> None:
    found = _stakes(stake("p1", "f1", "0.9", basis="declared"), stake("p1", "f1", "0.8"))
    assert found["p1", "f1"]["share"] == Decimal("0.8")


def test_two_sources_are_two_rolls() -> None:
    found = _stakes(stake("p1", "f1", "1"), stake("p1", "f1", "1", source="vendor", known_on=date(2023, 1, 1)))
    assert len(found) == 1


def test_filings_of_beneficial_owners_are_no_shareholders() -> None:
    assert not _stakes(stake("p1", "f1", "0.4", basis="filing"))


def test_limited_partners_have_no_votes_and_general_partners_one_each() -> None:
    """Partnership Enterprise Law: limited partners do not execute affairs (68); one partner, one vote (30)."""
    partners = [stake("p1", "f1", "0.01", share_class="gp"), stake("p2", "f1", "0.01", share_class="gp")]
    found = _stakes(*partners, stake("p3", "f1", "0.98", share_class="lp"))
    assert [found[p, "f1"]["votes"] for p in ("p1", "p2", "p3")] == [Decimal("0.5"), Decimal("0.5"), Decimal(0)]
    assert found["p3", "f1"]["share"] == Decimal("0.98")


def test_three_general_partners_never_have_more_than_all_votes() -> None:
    found = _stakes(*[stake(f"p{n}", "f1", "0.01", share_class="gp") for n in range(3)])
    assert {r["votes"] for r in found.values()} == {Decimal("0.333333")}


def test_owners_and_companies_go_by_their_nodes() -> None:
    link = {"kind": "person", "entity_id": "e1", "method": "code", "run_id": "r"}
    links = [link | {"mention_id": m} for m in ("p1", "p9")]
    persons = [{"person_id": "p1", "resolution": "by_id"}]
    found = _stakes(stake("p9", "f1", "1"), entity_links=links, persons=persons)
    assert list(found) == [("p1", "f1")]
    assert found["p1", "f1"]["row"].startswith("f1|p9|")
