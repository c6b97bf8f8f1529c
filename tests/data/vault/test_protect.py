"""Staged rows after `protect`: tokens by column and row, ids of parties, prose, subjects; equal people stay equal."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.helpers import open_bank
from tests.data.vault.helpers import LI, WHY, id_number, person

from windchime.data.contracts import contract
from windchime.data.staged import Relations
from windchime.data.vault import Sealed, Vault, erase, protect
from windchime.data.vault.columns import marked, parties
from windchime.data.vault.prose import in_brackets
from windchime.data.vault.tokens import is_token
from windchime.service.bank import Bank

Row = dict[str, Any]
CODE = "91350100M000100Y43"


@dataclass(frozen=True)
class Stamp:
    source: str = "twin"
    load_id: str = "load"


class Staged(Relations):
    stamp = Stamp()

    def rows(self, table: str) -> list[Row]:
        rows = self.con.sql(f'SELECT * EXCLUDE (nth) FROM "staged:{table}" ORDER BY nth')
        found: list[Row] = rows.to_arrow_table().to_pylist()
        return found

    def subjects(self) -> dict[str, list[str]]:
        found = self.con.sql('SELECT token, list_sort(list(subject)) FROM "vault:pairs" GROUP BY 1').fetchall()
        return dict(found)


def staged(**tables: list[Row]) -> Staged:
    made = Staged(duckdb.connect())
    for name, rows in tables.items():
        found = contract(name)
        schema = pa.schema([f.with_nullable(True) for f in found.source_schema()])
        given = pa.Table.from_pylist(rows, schema=schema).append_column("nth", pa.array(range(len(rows)), pa.int64()))
        made.con.register("given", given)
        made.con.execute(f'CREATE TABLE "given:{name}" AS SELECT * FROM given')
        made.begin(found, f'SELECT * FROM "given:{name}"')
    return made


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with closing(open_bank(tmp_path_factory.mktemp("vault"))) as made:
        yield made


@pytest.fixture(scope="module")
def vault(bank: Bank) -> Vault:
    return Vault.open(bank)


def holder(**different: Any) -> Row:
    return {"firm_id": "twin:F1", "holder_type": "person", "holder_name": person(1).name} | different


def protected(vault: Vault, **tables: list[Row]) -> Staged:
    made = staged(**tables)
    protect(made, vault)
    return made


def test_people_become_tokens_and_firms_stay(vault: Vault) -> None:
    firm = {"holder_type": "firm", "holder_name": "岚溪市示例商贸有限公司", "holder_code": CODE}
    one, two = protected(vault, shareholdings=[holder(holder_code=id_number(1)), holder(**firm)]).rows("shareholdings")
    assert one["holder_name"] == vault.token("identity", person(1).name)
    assert one["holder_code"] == vault.token("identity", id_number(1))
    assert (two["holder_name"], two["holder_code"]) == (firm["holder_name"], CODE)


def test_ids_follow_from_code_then_name_and_people_of_one_name_are_not_one(vault: Vault) -> None:
    rows = protected(
        vault,
        shareholdings=[
            holder(holder_code=id_number(1)),
            holder(holder_code=id_number(1), firm_id="twin:F2", holder_name="X"),
            holder(),
            holder(holder_name=f" {person(1).name} "),
            holder(firm_id="twin:F2"),
            holder(holder_code=f"{id_number(1)[:6]}********{id_number(1)[-4:]}"),
            holder(holder_type="firm", holder_code=CODE.lower(), holder_name="甲有限公司"),
            holder(holder_type="firm", holder_name="甲（岚溪）有限公司"),
            holder(holder_type="firm", holder_name="甲(岚溪)有限公司", firm_id="twin:F2"),
            holder(holder_id="twin:P7"),
        ],
    ).rows("shareholdings")
    ids = [r["holder_id"] for r in rows]
    assert ids[0] == ids[1] == f"twin:p-{vault.token('identity', id_number(1))[2:]}"
    assert ids[2] == ids[3]
    assert len({ids[0], ids[2], ids[4], ids[5]}) == 4
    assert ids[6] == f"twin:{CODE}"
    assert ids[7] == ids[8]
    assert ids[7].startswith("twin:n-")
    assert ids[9] == "twin:P7"


def test_a_type_the_source_does_not_give_follows_from_code_or_name(vault: Vault) -> None:
    def of(**said: Any) -> str | None:
        (row,) = protected(vault, shareholdings=[holder(holder_type="unknown", **said)]).rows("shareholdings")
        assert is_token(row["holder_name"]) == (row["holder_type"] == "person")
        found: str | None = row["holder_type"]
        return found

    assert of() == "person"
    assert of(holder_name="岚溪市示例商贸有限公司") == "firm"
    assert of(holder_name="示例", holder_code=CODE) == "firm"
    assert of(holder_name="手续费") == "unknown"


@pytest.mark.parametrize("kind", [None, "firm", "unknown"])
def test_a_number_beside_the_name_of_a_party_goes(vault: Vault, kind: str | None) -> None:
    name, number = "示例支付平台有限公司-{}", person(9).mobile
    rows = [
        holder(holder_type=kind, holder_name=name.format(number)),
        holder(holder_type="firm", holder_name="王五金店"),
    ]
    one, other = protected(vault, shareholdings=[*rows, holder(holder_name="王五")]).rows("shareholdings")[:2]
    assert one["holder_name"] == name.format(in_brackets(vault.token("contact", number)))
    assert other["holder_name"] == "王五金店"
    guess = hashlib.sha256(name.format(number).upper().encode()).hexdigest()
    assert one["holder_id"].removeprefix("twin:n-") not in guess


def test_a_resident_id_inside_an_id_goes(vault: Vault) -> None:
    given_id = f"twin:{id_number(3)}"
    made = protected(
        vault, contacts=[{"firm_id": "twin:F1", "person_id": given_id, "kind": "mobile", "value": "19911112222"}]
    )
    (row,) = made.rows("contacts")
    assert row["person_id"] == f"twin:p-{vault.token('identity', id_number(3))[2:]}"
    assert made.subjects() == {row["value"]: [row["person_id"]]}


def test_columns_belong_to_the_party_they_speak_of(vault: Vault) -> None:
    row = {
        "firm_id": "twin:F1",
        "counterparty_type": "person",
        "counterparty_id": "twin:P1",
        "counterparty_name": person(1).name,
        "counterparty_account_no": person(1).account,
        "remark": f"电话{person(1).mobile}",
    }
    made = protected(vault, bank_transactions=[row])
    (done,) = made.rows("bank_transactions")
    assert made.subjects() == {
        done["counterparty_name"]: ["twin:P1"],
        done["counterparty_account_no"]: ["twin:P1"],
        vault.token("contact", person(1).mobile): ["twin:F1"],
    }
    assert done["remark"] == f"电话{in_brackets(vault.token('contact', person(1).mobile))}"


def test_names_in_prose_are_those_of_the_load_and_numbers_known_elsewhere_belong_there(vault: Vault) -> None:
    who = person(2)
    text = f"{who.name}（{who.id_number}）与{person(3).name}"
    made = protected(
        vault,
        persons=[{"person_id": "twin:P2", "name": who.name, "id_number": who.id_number}],
        court_cases=[{"firm_id": "twin:F1", "case_no": "c1", "text_ref": text}],
    )
    (case,) = made.rows("court_cases")
    name, number = vault.token("identity", who.name), vault.token("identity", who.id_number)
    assert case["text_ref"] == f"{in_brackets(name)}（{in_brackets(number)}）与{person(3).name}"
    assert made.subjects() == {name: ["twin:P2"], number: ["twin:P2"]}


def test_the_address_of_a_sole_trader_is_personal_and_its_trading_name_is_not(vault: Vault) -> None:
    rows = protected(
        vault,
        firms=[
            {"firm_id": "twin:F1", "name": "岚溪市张记面馆", "firm_kind": "sole_trader", "address": person(1).address},
            {"firm_id": "twin:F2", "name": person(1).name, "firm_kind": "sole_trader", "address": None},
            {"firm_id": "twin:F3", "name": "示例有限公司", "firm_kind": "company_ltd", "address": person(1).address},
        ],
    ).rows("firms")
    assert [is_token(r["name"]) for r in rows] == [False, True, False]
    assert [is_token(r["address"]) for r in rows] == [True, False, False]


def test_tokens_stay_and_are_not_sealed_again(vault: Vault) -> None:
    token = vault.token("identity", person(1).name)
    made = protected(vault, shareholdings=[holder(holder_name=token)])
    (row,) = made.rows("shareholdings")
    (same,) = protected(vault, shareholdings=[holder()]).rows("shareholdings")
    assert row == same
    assert made.subjects() == {}


def test_what_was_sealed_is_read_again_and_erased_by_person(bank: Bank, vault: Vault) -> None:
    made = staged(shareholdings=[holder(holder_code=id_number(4), holder_name=person(4).name)])
    sealed: Sealed = protect(made, vault)
    with bank.unit(LI) as unit:
        assert sealed.write(unit).values == 2
    (row,) = made.rows("shareholdings")
    with bank.unit(LI) as unit:
        assert vault.reveal(unit, row["holder_name"], WHY) == person(4).name
    assert erase(bank, LI, row["holder_id"], WHY).gone == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", " ", "·"])), min_size=1, max_size=12))
@settings(max_examples=6, deadline=None)
def test_rows_of_one_person_meet_on_their_tokens_and_no_others(vault: Vault, drawn: list[tuple[int, str]]) -> None:
    names = [person(n).name[:1] + gap + person(n).name[1:] for n, gap in drawn]
    rows = protected(vault, shareholdings=[holder(holder_name=n) for n in names]).rows("shareholdings")
    assert all(is_token(r["holder_name"]) for r in rows)
    for (a, _), one in zip(drawn, rows, strict=True):
        for (b, _), two in zip(drawn, rows, strict=True):
            assert (one["holder_name"] == two["holder_name"]) == (a == b)
            assert (one["holder_id"] == two["holder_id"]) == (a == b)


def test_every_personal_column_of_every_contract_has_a_subject() -> None:
    from windchime.data.contracts import contracts

    for found in contracts().values():
        assert {m.column for m in marked(found, "twin")} >= {c.name for c in found.personal if not c.derived}
        assert all(m.subject.startswith("coalesce(") for m in marked(found, "twin"))
    assert parties(contract("shareholdings")) == ["holder"]


def test_the_functions_for_quarantine_keep_what_they_meet(bank: Bank, vault: Vault, tmp_path: Path) -> None:
    made = staged(contacts=[])
    sealed = protect(made, vault)
    text = f"{person(6).email} {person(6).mobile}"
    query = "SELECT vault_token('identity', ?), vault_scrub(?), vault_id(?), vault_token('identity', NULL)"
    (name, prose, id_, nothing) = made.con.execute(query, [person(6).name, text, f"x:{id_number(6)}"]).fetchall()[0]
    assert name == vault.token("identity", person(6).name)
    assert person(6).email not in prose
    assert person(6).mobile not in prose
    assert id_number(6) not in id_
    assert nothing is None
    with bank.unit(LI) as unit:
        assert sealed.write(unit).values == 3
        assert vault.find(unit, "identity", person(6).name, WHY)[1] == ["twin:quarantine"]
