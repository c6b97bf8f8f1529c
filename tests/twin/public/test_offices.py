"""Meters and registers of staff follow what firms really do, and are there by consent alone."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
from tests.twin.public.helpers import by, last, rows

from windchime.twin.world import World

Tables = Mapping[str, pa.Table]
GATED = ("social_insurance", "provident_fund", "electricity", "water_gas", "customs_trade", "carbon_emissions")


def test_nothing_is_read_before_a_consent_or_after_it_was_withdrawn(tables: Tables) -> None:
    firms = [r for r in rows(tables["consents"]) if r["subject_type"] == "firm"]
    signed = {r["subject_id"]: r["signed_at"].date() for r in firms}
    withdrawn = {r["subject_id"]: r["withdrawn_at"].date() for r in firms if r["withdrawn_at"]}
    for table in GATED:
        for r in rows(tables[table].select(["firm_id", "known_on"])):
            assert signed[r["firm_id"]] < r["known_on"]
            assert r["firm_id"] not in withdrawn or r["known_on"] < withdrawn[r["firm_id"]]


def test_borrowers_consent_before_they_draw(world: World, tables: Tables) -> None:
    signed = {r["subject_id"]: r["signed_at"].date() for r in rows(tables["consents"])}
    for firm in np.flatnonzero(world.course.drawn < 10_000):
        month = (world.calendar.begin + int(world.course.drawn[firm])).first
        assert signed[f"twin:F{firm + 1:06d}"] < month


def test_insurance_counts_people_and_adds_up(world: World, tables: Tables) -> None:
    for r in rows(tables["social_insurance"])[::37]:
        assert r["due_amount"] == r["paid_amount"] + r["arrears_amount"]
        assert (r["status"] == "normal") == (r["arrears_amount"] == 0)
    for own in by(rows(tables["social_insurance"]), "firm_id", "kind").values():
        months = sorted(own, key=lambda r: r["month"])
        for before, after in pairwise(months):
            if (after["month"] - before["month"]).days <= 31:
                assert after["insured_count"] == before["insured_count"] + after["joined_count"] - after["left_count"]


def test_bands_of_power_add_up_and_shells_use_none(tables: Tables, truth: Tables) -> None:
    found = rows(tables["electricity"])
    assert all(r["usage_kwh"] == r["peak_kwh"] + r["flat_kwh"] + r["valley_kwh"] for r in found)
    assert all(0 <= r["arrears"] <= r["amount"] for r in found)
    shells = {r["firm_id"] for r in truth["shell_ring"].to_pylist()}
    assert not [r for r in found if r["firm_id"] in shells and r["usage_kwh"] > 0]
    assert len({(r["meter_no"], r["month"]) for r in found}) == len(found)


def test_emission_of_power_is_its_power_by_the_factor(tables: Tables) -> None:
    for own in by(rows(tables["carbon_emissions"]), "firm_id", "period_end").values():
        value = {r["item"]: r["value"] for r in own}
        assert abs(value["scope2"] - value["electricity_kwh"] * Decimal("0.0005703")) <= Decimal("0.01")


def test_a_meter_that_sees_everything_reads_what_was_used(world: World, tables: Tables) -> None:
    years = by([r for r in rows(tables["electricity"]) if r["coverage"] == "full" and not r["is_estimated"]], "firm_id")
    reports = {
        (r["firm_id"], r["period_end"].year): r
        for r in rows(tables["carbon_emissions"])
        if r["item"] == "electricity_kwh"
    }
    compared = 0
    for (firm, year), report in reports.items():
        own = [r for r in years.get(firm, []) if r["month"].year == year]
        if len(own) == 12:
            assert sum(r["usage_kwh"] for r in own) == report["value"]
            compared += 1
    assert compared


def test_a_firm_is_listed_as_abnormal_once_and_removed_later(tables: Tables) -> None:
    for own in by(rows(tables["abnormal_listings"]), "firm_id", "list_kind", "listed_on", "reason").values():
        assert 1 <= len(own) <= 2
        now = max(own, key=lambda r: r["known_on"])
        assert (now["removed_on"] is not None) == (len(own) == 2)


def test_penalties_name_a_fine_where_there_is_one(tables: Tables) -> None:
    for r in rows(tables["administrative_penalties"]):
        assert ("fine" in r["penalty_kinds"]) == (r["fine_amount"] is not None)
        assert r["decided_on"] < r["published_on"] <= r["known_on"]
    numbers = [r["decision_no"] for r in rows(tables["administrative_penalties"])]
    assert len(set(numbers)) == len(numbers)


def test_licences_are_renewed_when_they_end(tables: Tables) -> None:
    now = last(rows(tables["licences"]), "licence_no")
    assert len(now) == len(tables["licences"])
    assert all(r["valid_from"] < r["valid_to"] for r in now.values())
