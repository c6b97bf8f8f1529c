"""What ships takes effect at once before the first account, and by four eyes from then on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.service.proposals.toys import account

from windchime.content.store import ContentChanged
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.decision.publication import ORDER, missing
from windchime.portfolio import four_eyes
from windchime.portfolio.setting_up import begin, set_up
from windchime.service.bank import Bank
from windchime.service.proposals import stored
from windchime.service.proposals.errors import MayNot, OwnProposal


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Iterator[Bank]:
    found = Bank.open(tmp_path, clock=clock)
    yield found
    found.close()


def test_the_first_set_up_of_a_bank_without_accounts_takes_effect(bank: Bank) -> None:
    wanted = [(kind, name) for kind, name, _data in missing(bank)]
    assert [kind for kind, _name in wanted] == sorted((k for k, _n in wanted), key=ORDER.index)
    found = set_up(bank, Actor("anna"))
    assert ([(kind, name) for kind, name, _v in found.published], found.proposed) == (wanted, ())
    assert missing(bank) == []
    assert set_up(bank, Actor("anna")) == type(found)()


def test_from_the_first_account_on_it_is_proposed_and_checked_by_somebody_else(bank: Bank) -> None:
    modeller, compliance = account(bank, "mo", "modeller"), account(bank, "co", "compliance")
    wanted = [(kind, name) for kind, name, _data in missing(bank)]
    for other in (compliance, Actor("nobody")):
        with pytest.raises(MayNot):
            set_up(bank, other)
    begin(bank, modeller)
    assert [(kind, name) for kind, name, _data in missing(bank)] == wanted
    found = set_up(bank, modeller)
    assert (found.published, len(found.proposed)) == ((), len(wanted))
    assert set_up(bank, modeller) == found
    assert len(missing(bank)) == len(wanted)
    with bank.session() as session:
        seen = {p: stored.newest(session, stored.find(session, p)).digest for p in found.proposed}
    with pytest.raises(OwnProposal):
        four_eyes.approve(bank, modeller, found.proposed[0], seen=seen[found.proposed[0]])
    # in the order in which they were made each finds what it names
    for proposal in found.proposed:
        four_eyes.approve(bank, compliance, proposal, seen=seen[proposal])
    assert missing(bank) == []


def test_what_nobody_checked_in_time_is_proposed_anew(bank: Bank, clock: FixedClock) -> None:
    modeller, compliance = account(bank, "mo", "modeller"), account(bank, "co", "compliance")
    first = set_up(bank, modeller)
    clock.instant += timedelta(days=90)
    again = set_up(bank, modeller)
    assert set(first.proposed).isdisjoint(again.proposed)
    with bank.session() as session:
        assert [stored.find(session, p).state for p in first.proposed] == ["expired"] * len(first.proposed)
        seen = stored.newest(session, stored.find(session, again.proposed[0])).digest
    four_eyes.approve(bank, compliance, again.proposed[0], seen=seen)


def test_a_draft_whose_file_is_gone_is_brought_in_again(bank: Bank) -> None:
    modeller, compliance = account(bank, "mo", "modeller"), account(bank, "co", "compliance")
    one = set_up(bank, modeller).proposed[0]
    with bank.session() as session:
        form = stored.newest(session, stored.find(session, one))
    file = bank.content_dir / f"{json.loads(form.after)['version']}.yaml"
    file.unlink()
    with pytest.raises(ContentChanged):
        four_eyes.approve(bank, compliance, one, seen=form.digest)
    assert set_up(bank, modeller).proposed[0] == one
    assert file.exists()
    four_eyes.approve(bank, compliance, one, seen=form.digest)
