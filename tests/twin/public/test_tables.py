"""What holds of every table: chunks, contracts, days known, truth kept apart, and a load without quarantine."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.data.helpers import load_pack, open_bank, pack
from tests.twin.public.conftest import FIRMS
from tests.twin.public.helpers import rows

from windchime.data.contracts import contract, contracts
from windchime.twin import truth as core_truth
from windchime.twin.calibration import shipped
from windchime.twin.public import checks, family
from windchime.twin.source import dates
from windchime.twin.world import World

Tables = Mapping[str, pa.Table]
REGISTRY = {"firms", "firm_changes", "branches", "shareholdings", "key_persons", "persons", "relatives", "contacts"}
NOTICES = {"administrative_penalties", "abnormal_listings", "licences", "firm_records", "news_events", "consents"}
COURTS = {"court_cases", "court_parties", "enforcement", "dishonest_debtors", "consumption_limits", "bankruptcy"}
INNOVATION = {"patents", "rnd_spending", "qualifications", "technology_contracts", "equity_financing", "talents"}
OFFICES = {"social_insurance", "provident_fund", "electricity", "water_gas", "customs_trade", "subsidies"}
#: blanks that lists wrote around names, and codes with a wrong character: planted
EXPECTED_NOTES = {"blanks_trimmed", "credit_code_doubtful"}
OTHERS = {"awards_projects", "carbon_emissions", "environment_permits", "collateral", "pledges"}


def test_every_table_of_the_part_is_written_and_filled(tables: Tables) -> None:
    assert set(tables) == REGISTRY | NOTICES | COURTS | INNOVATION | OFFICES | OTHERS | {"truth/late_row"}
    assert not [name for name, table in tables.items() if not len(table)]


@pytest.mark.parametrize("parts", [3, 11])
def test_rows_do_not_depend_on_the_chunks_they_are_made_in(world: World, tables: Tables, parts: int) -> None:
    made = [family.of_firms(world, some) for some in np.array_split(np.arange(FIRMS), parts)]
    for name, whole in tables.items():
        assert pa.concat_tables([m[name] for m in made]).equals(whole), name


def test_a_load_takes_every_row(tables: Tables, tmp_path: Path) -> None:
    """Types, codes, keys and row rules of the contracts hold; nothing is quarantined, no rule has anything to note."""
    folder = pack(tmp_path / "pack")
    for name, table in tables.items():
        if "/" not in name:
            pq.write_table(table, folder / f"{name}.parquet")
    report = load_pack(open_bank(tmp_path), folder)
    assert report.quarantined == 0
    assert {n: c.source for n, c in report.tables.items()} == {n: len(t) for n, t in tables.items() if "/" not in n}
    assert {n: c.lake for n, c in report.tables.items()} == {n: c.source for n, c in report.tables.items()}
    assert {n.code for n in report.notes} <= EXPECTED_NOTES, report.notes


def test_nothing_is_known_before_it_happened_or_after_the_pack_was_taken(world: World, tables: Tables) -> None:
    end = rows(pa.table({"day": dates(np.array([world.end]))}))[0]["day"]
    for name, table in tables.items():
        if "/" in name:
            continue
        known = table["known_on"].to_pylist()
        assert all(k is not None and k < end for k in known), name
        for column in contract(name).happened_from:
            if column in table.column_names and str(table.schema.field(column).type) == "date32[day]":
                assert all(d is None or d <= k for d, k in zip(table[column].to_pylist(), known, strict=True)), name


def test_no_key_of_truth_stands_in_a_table(tables: Tables, truth: Tables) -> None:
    ours = {c.name for one in contracts().values() if not one.is_ours for c in one.expected}
    hidden = {c for t in truth.values() for c in t.column_names} - ours
    assert {"runner_id", "skill", "head_id", "ambiguous", "votes"} <= hidden
    for name, table in tables.items():
        if "/" not in name:
            assert not hidden & set(table.column_names), name
    said = {v for t in tables.values() for c in t.columns if str(c.type) == "string" for v in c.unique().to_pylist()}
    assert not said & {"relative", "agent", "stranger", "incubator", "one_character", "shell"}


def test_late_rows_are_those_that_waited(tables: Tables) -> None:
    late = rows(tables["truth/late_row"])
    assert {r["table"] for r in late} >= {"news_events"}
    assert all((r["known_on"] - r["published_on"]).days > family.USUAL_DAYS for r in late)
    news = [r for r in rows(tables["news_events"]) if (r["known_on"] - r["published_at"].date()).days > 12]
    assert 0 < len(news) <= len([r for r in late if r["table"] == "news_events"])


def test_figures_of_a_region_lie_where_the_sheet_has_them(
    world: World, tables: Tables, truth: Tables, tmp_path: Path
) -> None:
    """A small region cannot show all; what many firms stand behind must hold."""
    (tmp_path / "truth").mkdir()
    known = {f"truth/{n}": t for n, t in {**truth, **core_truth.tables(world)}.items()}
    known["truth/firm_state"] = core_truth.firm_state(world, np.arange(FIRMS))
    for name, table in {**tables, **known}.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    found = {name: (interval, value, n) for name, _target, interval, value, n in checks.checks(tmp_path)}
    assert set(found) == {c["name"] for c in shipped("checks_public")["checks"]}
    steady = ("one_holder", "two_holders", "one_firm_of_a_holder", "executive_is_holder", "lawsuits_a_year")
    for name in steady:
        (low, high), value, n = found[name]
        assert value is not None
        assert n > 50
        assert low - 0.1 <= value <= high + 0.1, name
