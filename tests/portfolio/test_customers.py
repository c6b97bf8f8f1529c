"""Whose customer a firm is, is said of firms that the library knows, and of no others: proposed, said at the machine, imported."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.accounts import ROOT, an_account, paper
from tests.data.helpers import firm, load_pack, open_bank, pack

from windchime.core.clock import today
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.data.reading import Reading
from windchime.portfolio import customers, four_eyes, known_firms
from windchime.portfolio.access import sign_in_policy
from windchime.portfolio.known_firms import NoSuchFirm
from windchime.portfolio.rights_files import import_consents, import_customers
from windchime.service.access.customers import Belonging, belonging
from windchime.service.access.tables import Customer
from windchime.service.bank import Bank

ADA = Actor("ada")
AFTER = {"branch": "east", "manager": "", "applicant": ""}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    folder = tmp_path_factory.mktemp("customers")
    found = open_bank(folder)
    load_pack(found, pack(folder / "pack", firms=[firm(n) for n in range(1, 6)]))
    with found.session() as session:
        policy = sign_in_policy(found, session)
    an_account(found, ADA.name, ["manager"], policy)
    yield found
    found.close()


@pytest.fixture
def session(bank: Bank) -> Iterator[Session]:
    with bank.session() as found:
        yield found


@pytest.mark.parametrize("wrong", ["twin:F9", "twin:F", "F1", "TWIN:F1", "twin:F1 ", "twin:F1' OR 1=1", "？" * 500])
def test_a_firm_that_the_library_does_not_know_is_refused(bank: Bank, session: Session, wrong: str) -> None:
    with pytest.raises(NoSuchFirm) as refused:
        four_eyes.propose(bank, ADA, "customer.assign", f"firm:{wrong}", AFTER, reason="new")
    assert "twin:F" in refused.value.params["known"] or "？" in wrong
    assert len(refused.value.message("zh")) < 400
    with pytest.raises(NoSuchFirm):
        customers.assign(bank, ROOT, Belonging(wrong, "east"))
    assert belonging(session, wrong) is None


def test_a_firm_that_the_library_knows_is_given(bank: Bank, session: Session) -> None:
    assert four_eyes.propose(bank, ADA, "customer.assign", "firm:twin:F1", AFTER, reason="new")
    assert customers.assign(bank, ROOT, Belonging("twin:F2", "east"), "new")
    assert belonging(session, "twin:F2") == Belonging("twin:F2", "east")
    assert known_firms.known(bank, session) == {f"twin:F{n}" for n in range(1, 6)}


def test_a_register_is_read_once_and_again_where_another_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firms are proposed inside the lock of the bank's writers, where nobody waits for the lake."""
    bank, opened, reading = open_bank(tmp_path), list[Any](), Lake.reading

    def counted(*args: Any, **kw: Any) -> AbstractContextManager[Reading]:
        opened.append(kw)
        return reading(*args, **kw)

    monkeypatch.setattr(Lake, "reading", counted)
    for most in (3, 4):
        load_pack(bank, pack(tmp_path / f"pack{most}", firms=[firm(n) for n in range(1, most + 1)]))
        opened.clear()
        for _n in range(3):
            with bank.session() as session:
                known_firms.demand(bank, session, f"twin:F{most}")
                with pytest.raises(NoSuchFirm, match="'twin:F9'; ids like it: twin:F"):
                    known_firms.demand(bank, session, "twin:F9")
        assert len(opened) == 1
    bank.close()


def test_one_unknown_firm_in_a_file_and_none_is_taken(bank: Bank, tmp_path: Path, session: Session) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("firm_id,branch,manager,applicant\ntwin:F3,east,,\nshop:F4,east,,\n", encoding="utf-8")
    (problem,) = import_customers(bank, ROOT, file).problems
    assert (problem.code, problem.row) == ("no_such_firm", 3)
    assert belonging(session, "twin:F3") is None
    file.write_text("firm_id,branch,manager,applicant\ntwin:F3,east,,\ntwin:F4,east,,\n", encoding="utf-8")
    assert import_customers(bank, ROOT, file).count == 2


def test_a_consent_of_a_firm_nobody_knows_is_not_imported(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "consents.csv"
    heading = "firm_id,purpose,categories,given_by,document,valid_from,valid_to"
    file.write_text(f"{heading}\nshop:F4,post_loan,firm,proxy,{paper('x')},,2030-01-01\n", encoding="utf-8")
    (problem,) = import_consents(bank, ROOT, file).problems
    assert (problem.code, problem.row) == ("no_such_firm", 2)


def test_a_customer_agrees_though_the_register_has_lost_them(bank: Bank, tmp_path: Path) -> None:
    """Asked alike at the machine, of files, in the console and over HTTP."""
    with bank.unit(ROOT) as unit:
        unit.session.add(Customer(firm_id="shop:LOST", branch="east", manager="", applicant=""))
    with bank.session() as session:
        known_firms.demand_agreeing(bank, session, "shop:LOST")
        known_firms.demand_agreeing(bank, session, "twin:F5")
        with pytest.raises(NoSuchFirm):
            known_firms.demand_agreeing(bank, session, "shop:LAST")
    file = tmp_path / "consents.csv"
    heading = "firm_id,purpose,categories,given_by,document,valid_from,valid_to"
    last = today(bank.clock) + timedelta(9)
    file.write_text(f"{heading}\nshop:LOST,post_loan,firm,proxy,{paper('lost')},,{last}\n", encoding="utf-8")
    assert import_consents(bank, ROOT, file).count == 1


def test_an_empty_library_knows_nobody(tmp_path: Path) -> None:
    empty = open_bank(tmp_path)
    with empty.session() as session:
        assert known_firms.known(empty, session) == frozenset()
        with pytest.raises(NoSuchFirm, match="no firm 'twin:F1'"):
            known_firms.demand(empty, session, "twin:F1")
    empty.close()
