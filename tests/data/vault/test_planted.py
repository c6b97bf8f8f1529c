"""Personal values planted in every personal and prose column, in good and bad rows of every table, are found nowhere.

They are sought in lake, database, files, reports, audit export, messages and streams of the command line; and the vault
gives every one of them back.
"""

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.data.contracts.rows import sample
from tests.data.einvoice import builders
from tests.data.helpers import load_pack, open_bank
from tests.data.vault.helpers import LI, WHY, Person, person
from tests.data.vault.planted import BROUGHT, KNOWN, WRITERS, database, everything, found_in, rows_of, write

from windchime.cli import main
from windchime.content import seed
from windchime.core.errors import BadInput
from windchime.data.contracts import shipped
from windchime.data.intake import SqlSource, load_query, mapping_file, quarantined, repair
from windchime.data.intake.repair import StillFaulty
from windchime.data.vault import Vault
from windchime.service.bank import Bank

#: forms of files that a pack in contract form may have; what a form does is the same for all tables
FORMS = [*WRITERS, ".zip"]
SOME = ["persons", "contacts", "firms", "court_cases", "court_parties", "bank_transactions", "invoices"]


def planted(tables: list[str]) -> tuple[dict[str, list[dict[str, object]]], list[Person]]:
    made = {name: rows_of(BROUGHT[name], number) for number, name in enumerate(tables)}
    return {name: rows for name, (rows, _who) in made.items()}, [KNOWN, *(who for _rows, who in made.values())]


@pytest.fixture(params=FORMS, scope="module")
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Bank, list[Person], str]]:
    folder = tmp_path_factory.mktemp("planted")
    rows, people = planted(list(BROUGHT) if request.param == ".parquet" else SOME)
    with closing(open_bank(folder)) as bank:
        report = load_pack(bank, write(folder / "pack", request.param, rows))
        assert {name: (c.lake, c.quarantined) for name, c in report.tables.items()} == dict.fromkeys(rows, (2, 1))
        yield bank, people, json.dumps(report.as_dict(), ensure_ascii=False, default=str)


def test_nothing_planted_is_found_in_the_home_or_the_report(loaded: tuple[Bank, list[Person], str]) -> None:
    bank, people, report = loaded
    places = {where: found_in(text, people) for where, text in everything(bank.folder)}
    assert {where: what for where, what in places.items() if what} == {}
    assert found_in(report, people) == []


def test_every_planted_value_is_given_back(loaded: tuple[Bank, list[Person], str]) -> None:
    bank, people, _report = loaded
    vault = Vault.open(bank)
    kinds = {"name": "identity", "id_number": "identity", "account": "account"}
    lost = []
    with bank.unit(LI) as unit:
        for who in people:
            for what, value in who.values().items():
                token, subjects = vault.find(unit, kinds.get(what, "contact"), value, WHY)  # type: ignore[arg-type]  # a class by its name
                if subjects and vault.reveal(unit, token, WHY) != value:
                    lost.append((what, value))
    assert lost == []


@pytest.mark.parametrize("loaded", FORMS[-1:], indirect=True, scope="module")
def test_the_command_line_shows_none_of_it(loaded: tuple[Bank, list[Person], str]) -> None:
    bank, people, _report = loaded
    home = str(bank.folder.parents[1])
    for words in (
        ["quarantine", "list"],
        ["quarantine", "list", "--json"],
        ["audit", "list", "--json"],
        ["vault", "status"],
        ["vault", "reveal", people[0].name, "--purpose", WHY],
        ["vault", "reveal", people[0].mobile, "--purpose", WHY],
        ["vault", "erase", f"twin:{people[0].name}x", "--reason", WHY],
    ):
        shown = run(home, words)
        expected = people[0].values().keys() if words[:2] == ["vault", "erase"] else ()
        assert [w for w in found_in(shown, people) if w not in expected] == [], words


def run(home: str, words: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    environ = {"WINDCHIME_HOME": home, "WINDCHIME_LANG": "zh", "PATH": os.environ["PATH"], "COLUMNS": "400"}
    with (
        mock.patch.dict(os.environ, environ, clear=True),
        mock.patch.object(sys, "argv", ["windchime", *words]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit),
    ):
        main()
    return out.getvalue() + err.getvalue()


def test_a_query_leaves_no_clear_value(tmp_path: Path) -> None:
    table = "contacts"
    rows, people = planted([table])
    found = BROUGHT[table]
    how = {
        "pack": "core",
        "label": {"zh": "核心系统", "en": "Core system"},
        "source": "twin",
        "feeds": {
            table: {
                "columns": {c.name: {"headers": [c.name], "optional": c.nullable} for c in found.expected},
                "tables": {table: {"columns": {c.name: {"column": c.name} for c in found.expected}}},
            }
        },
    }
    source = SqlSource(
        f"sqlite:///{database(tmp_path / 'core.db', found, rows[table])}", f"SELECT * FROM {table}", "core.sql"
    )
    with closing(open_bank(tmp_path / "bank")) as bank:
        mapping = mapping_file.read(json.dumps(how).encode())
        report = load_query(bank, LI, source, administrator=True, mapping=mapping, as_of=date(2025, 12, 31))
        assert (report.tables[table].lake, report.tables[table].quarantined) == (2, 1)
        assert {w: f for w, text in everything(bank.folder) if (f := found_in(text, people))} == {}
        assert found_in(json.dumps(report.as_dict(), ensure_ascii=False, default=str), people) == []


@pytest.mark.parametrize("form", ["xml", "ofd", "pdf"])
def test_an_invoice_document_leaves_no_clear_value(tmp_path: Path, form: str) -> None:
    who, plain = person(41), builders.plain()
    bank_and_account = f"示例银行 {who.account}"
    buyer = replace(
        plain.buyer, name=who.name, code=who.id_number, contact=f"{who.address} {who.mobile}", account=bank_and_account
    )
    paper = replace(plain, buyer=buyer, drawer=who.name, remark=f"付款人身份证{who.id_number}，手机{who.mobile}")
    data = {"xml": builders.digital_xml(paper), "ofd": builders.ofd(paper), "pdf": builders.pdf(paper)}[form]
    folder = tmp_path / "pack"
    (folder / "papers").mkdir(parents=True)
    (folder / "papers" / f"a.{form}").write_bytes(data)
    (folder / "pack.yaml").write_text(
        "pack: windchime\nlabel: {zh: 票据, en: documents}\nsource: demo\nas_of: 2025-01-01\n"
        f"documents: [{{folder: papers, firm_id: 'demo:1', code: {builders.code(17)}}}]\n",
        encoding="utf8",
    )
    with closing(open_bank(tmp_path / "bank")) as bank:
        report = load_pack(bank, folder)
        assert report.tables["invoices"].source == 1
        assert {w: f for w, text in everything(bank.folder) if (f := found_in(text, [who]))} == {}
        assert found_in(json.dumps(report.as_dict(), ensure_ascii=False, default=str), [who]) == []


def test_a_repair_leaves_no_clear_value(tmp_path: Path) -> None:
    rows, people = planted(["contacts", "persons"])
    (other,) = (rows_of(BROUGHT["persons"], 999)[1],)
    with closing(open_bank(tmp_path)) as bank:
        load_pack(bank, write(tmp_path / "pack", ".parquet", rows))
        with bank.session() as session:
            (bad,) = quarantined(bank, session, table="contacts")
        assert bad.source_row["value"].startswith("t_")  # type: ignore[union-attr]  # a filled column
        with pytest.raises(StillFaulty) as refused:
            repair(bank, LI, bad.quarantine_id, {"value": other.mobile}, WHY)
        lacking = bad.faults[0].column
        repair(bank, LI, bad.quarantine_id, {"value": other.mobile, lacking: "twin:F1"}, WHY)
        places = {where: found_in(text, [*people, other]) for where, text in everything(bank.folder)}
        assert {where: what for where, what in places.items() if what} == {}
        assert found_in(str(refused.value), [other]) == []
        vault = Vault.open(bank)
        with bank.unit(LI) as unit:
            assert vault.reveal(unit, vault.token("contact", other.mobile), WHY) == other.mobile


def test_the_address_of_a_sole_trader_stays_out_of_repair_and_quarantine(tmp_path: Path) -> None:
    who = person(5)
    (usual, good) = sample(BROUGHT["firms"], 2)
    trader = {**usual, "firm_kind": "sole_trader", "name": who.name, "address": who.address}
    bad = [{**trader, "known_on": None}, {**trader, "firm_kind": "个体户", "known_on": usual["known_on"]}]
    with closing(open_bank(tmp_path)) as bank:
        load_pack(bank, write(tmp_path / "pack", ".csv", {"firms": [good, *bad]}))
        with bank.session() as session:
            (lacking,) = (q for q in quarantined(bank, session) if q.faults[0].code == "missing")
        changes = {"known_on": "2020-01-01", "address": person(6).address, "name": person(6).name}
        repair(bank, LI, lacking.quarantine_id, changes, WHY)
        places = {where: found_in(text, [who, person(6)]) for where, text in everything(bank.folder)}
        assert {where: what for where, what in places.items() if what} == {}


def test_rows_that_cannot_be_told_apart_are_sealed_whole(tmp_path: Path) -> None:
    rows, people = planted(["contacts"])
    folder = write(tmp_path / "pack", ".csv", rows)
    ragged = f"twin:F1,,,{people[1].name},{people[1].mobile},{people[1].id_number},too,many,cells,in,this,row,indeed"
    with (folder / "contacts.csv").open("a", encoding="utf8") as stream:
        stream.write(f"{ragged}\n")
    with closing(open_bank(tmp_path)) as bank:
        load_pack(bank, folder)
        assert {w: f for w, text in everything(bank.folder) if (f := found_in(text, people))} == {}
        with bank.session() as session:
            whole = [q.source_row["(row)"] for q in quarantined(bank, session) if "(row)" in q.source_row]
        with bank.unit(LI) as unit:
            assert [Vault.open(bank).reveal(unit, str(token), WHY) for token in whole] == [ragged]


def test_a_file_without_headers_is_refused_without_showing_its_first_row(tmp_path: Path) -> None:
    rows, people = planted(["contacts"])
    folder = write(tmp_path / "pack", ".csv", rows)
    lines = (folder / "contacts.csv").read_text(encoding="utf8").splitlines()
    (folder / "contacts.csv").write_text("\n".join(lines[1:]) + "\n", encoding="utf8")
    with closing(open_bank(tmp_path)) as bank, pytest.raises(BadInput) as refused:
        load_pack(bank, folder)
    assert found_in(refused.value.message("zh") + repr(refused.value), people) == []


def test_numbers_in_headers_that_nobody_expects_are_not_told(tmp_path: Path) -> None:
    rows, people = planted(["contacts"])
    folder = write(tmp_path / "pack", ".csv", rows)
    head, *lines = (folder / "contacts.csv").read_text(encoding="utf8").splitlines()
    head += f",{people[1].mobile},号码{people[1].id_number}"
    (folder / "contacts.csv").write_text("\n".join([head, *(f"{line},," for line in lines)]), encoding="utf8")
    with closing(open_bank(tmp_path)) as bank:
        notes = load_pack(bank, folder).notes
        assert {w: f for w, text in everything(bank.folder) if (f := found_in(text, people))} == {}
    assert {"****", "号码****"} <= {note.column for note in notes}


def test_a_damaged_text_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    rows, people = planted(["persons"])
    folder = write(tmp_path / "pack", ".parquet", rows)
    table = pq.read_table(folder / "persons.parquet")
    texts = [(f"{people[1].name}{people[1].mobile}").encode() + b"\xff"] * table.num_rows
    torn = pa.array(texts, pa.binary()).view(pa.string())
    pq.write_table(table.set_column(table.column_names.index("name"), "name", torn), folder / "persons.parquet")
    with closing(open_bank(tmp_path)) as bank, pytest.raises(BadInput) as refused:
        load_pack(bank, folder)
    said = refused.value.message("zh") + repr(refused.value)
    assert found_in(said, people) == []
    assert str(tmp_path) not in said


@pytest.fixture
def without_classes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Contracts of which no column is personal or prose any more."""
    bare = {
        name: re.sub(rb"(personal: (contact|identity|account|sensitive)|prose: true)[^,}]*,? ?", b"", data).replace(
            b", }", b"}"
        )
        for name, data in seed.sources("contracts").items()
    }
    monkeypatch.setattr(seed, "sources", lambda _kind: bare)
    shipped.contract.cache_clear()
    yield
    monkeypatch.undo()
    shipped.contract.cache_clear()


@pytest.mark.parametrize("table", ["contacts", "persons", "court_cases"])
def test_a_column_without_its_class_is_caught(tmp_path: Path, without_classes: None, table: str) -> None:
    """The search itself is proven: classes taken away let the planted values through, and it finds them."""
    rows, people = planted([table])
    with closing(open_bank(tmp_path)) as bank:
        load_pack(bank, write(tmp_path / "pack", ".parquet", rows))
        assert any(found_in(text, people) for where, text in everything(bank.folder) if "(values)" in where)
