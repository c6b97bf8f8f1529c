"""Patents with right check digits, spending that adds up, collateral worth what it secures, pledges within stakes."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
from tests.twin.public.helpers import by, last, rows

from windchime.twin.world import World

Tables = Mapping[str, pa.Table]
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def test_patent_numbers_have_a_right_check_digit_and_a_serial_no_office_reached(tables: Tables) -> None:
    for r in rows(tables["patents"]):
        if r["ip_kind"] == "software":
            assert "SR99" in r["application_no"]
            continue
        body, check = r["application_no"].split(".")
        assert check == "0123456789X"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]
        assert body[:4] == str(r["filed_on"].year)
        assert body[5:7] == "99"


def test_rights_are_granted_after_they_were_filed_and_lapse_after_that(tables: Tables) -> None:
    for own in by(rows(tables["patents"]), "application_no", "firm_id").values():
        status = [r["legal_status"] for r in sorted(own, key=lambda r: r["known_on"])]
        assert status in (
            ["pending"],
            ["granted"],
            ["pending", "granted"],
            ["granted", "lapsed_fee"],
            ["pending", "granted", "lapsed_fee"],
        )
        assert all((r["granted_on"] is None) == (r["legal_status"] == "pending") for r in own)


def test_only_companies_that_search_spend_on_it_and_the_items_add_up(world: World, tables: Tables) -> None:
    spending = by(rows(tables["rnd_spending"]), "firm_id", "period_end", "basis")
    for (firm, _end, basis), own in spending.items():
        assert world.firms.research[int(firm[6:]) - 1] > 0
        value = {r["item"]: r["value"] for r in own}
        if basis == "statement":
            total = value.pop("total")
            assert sum(value.values()) == total
        if basis == "declared":
            assert value["rnd_staff"] <= value["total_staff"]


def test_staff_by_training_is_part_of_the_staff(tables: Tables) -> None:
    composition = [r for r in rows(tables["talents"]) if r["row_kind"] == "composition"]
    for own in by(composition, "firm_id", "period_end").values():
        value = {r["measure"]: r["value"] for r in own}
        assert value["doctor"] <= value["master_plus"] <= value["rnd"] <= value["total"]


def test_titles_of_a_kind_do_not_overlap(tables: Tables) -> None:
    for own in by(rows(tables["qualifications"]), "firm_id", "title").values():
        ordered = sorted(own, key=lambda r: r["valid_from"])
        assert all(a["valid_to"] < b["valid_from"] for a, b in pairwise(ordered))


def test_a_round_is_worth_its_share(tables: Tables) -> None:
    for r in rows(tables["equity_financing"]):
        assert abs(r["share"] - r["amount"] / (r["pre_money"] + r["amount"])) < 0.01


def test_nothing_secures_more_than_its_worth(tables: Tables) -> None:
    found = rows(tables["collateral"])
    assert all(0 < r["secured_amount"] <= r["valuation"] for r in found)
    assert {r["owner_type"] for r in found} == {"firm", "person"}
    assert all((r["area"] is None) == (r["area_unit"] is None) for r in found)


def test_no_more_of_a_stake_is_pledged_than_is_held(tables: Tables) -> None:
    stakes = last(rows(tables["shareholdings"]), "firm_id", "holder_id", "valid_from")
    held = {(r["firm_id"], r["holder_id"]): r["share"] for r in stakes.values()}
    pledged = [r for r in last(rows(tables["pledges"]), "registration_no").values() if r["kind"] == "equity"]
    assert pledged
    assert all(r["share"] <= held[r["object_firm_id"], r["pledgor_id"]] for r in pledged)


def test_pledged_patents_are_the_firms_own_and_granted(tables: Tables) -> None:
    granted = {(r["firm_id"], r["application_no"]): r["granted_on"] for r in rows(tables["patents"]) if r["granted_on"]}
    for r in rows(tables["pledges"]):
        if r["kind"] == "patent":
            assert granted[r["pledgor_id"], r["object_ref"]] < r["registered_on"]


def test_technology_is_not_sold_to_oneself(world: World, tables: Tables) -> None:
    assert all(r["seller_id"] != r["buyer_id"] for r in rows(tables["technology_contracts"]))
    assert np.all([r["technical_amount"] <= r["amount"] for r in rows(tables["technology_contracts"])])
