"""The page of a model: its card, what happened to it, and how far data have moved."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, BO, a_client, an_empty_bank, training

from windchime.console.pages import models
from windchime.decision.publication import set_up
from windchime.portfolio import four_eyes
from windchime.risk.scorecards.roles import appoint
from windchime.risk.scorecards.shifts import Shift, State
from windchime.risk.scorecards.store import ModelStore, find, standing, validate, versions
from windchime.risk.scorecards.watching import Watch
from windchime.service.bank import Bank
from windchime.service.proposals import stored


def moved(name: str, state: State, index: float) -> Shift:
    return Shift(name, state, index, 0.08, 0.001, 0.0, ("< 1", "≥ 1", ""), (5, 5, 0), (9, 1, 0))


SHIFTS = (moved("void_rate_12m", "stable", 0.01), moved("score", "alarm", 0.31))


def test_a_model_shows_its_steps_and_then_how_far_data_have_moved(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = re.search(r"/models/[0-9a-f]{12,64}", client.get("/models").text)
    assert address is not None
    page = client.get(address[0]).text
    assert "尚未监测" in page
    assert "训练并存为草稿" in page
    seen = Watch(
        "run", "v", date(2020, 2, 21), 3, 123, 130, SHIFTS
    )  # the bank of these tests is shared: nothing is written
    monkeypatch.setattr(models, "watches", lambda _session, _version: [seen])
    page = client.get(address[0]).text
    assert "尚未监测" not in page
    assert page.index("0.310") < page.index("0.010")
    assert "告警" in page
    assert "alarm" in client.get(address[0] + "?lang=en").text


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """A bank in which two models wait for a second person."""
    found = an_empty_bank(tmp_path / "home")
    set_up(found, BO)
    with found.unit(ANNA) as unit:
        ModelStore(found.models_dir).save(unit, training())
    yield found
    found.close()


def send(client: TestClient, address: str, **form: str) -> tuple[int, str, str]:
    token = re.search(r'name="csrf" value="(\w+)"', client.get(address).text)
    assert token is not None
    answer = client.post(f"{address}?lang=en", data={"csrf": token[1], **form}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def approved(bank: Bank, location: str) -> None:
    proposal = location.removeprefix("/proposals/")
    with bank.session() as session:
        seen = stored.newest(session, stored.find(session, proposal)).digest
    four_eyes.approve(bank, BO, proposal, seen=seen)


def test_another_standing_is_proposed_on_the_card_and_takes_effect_when_somebody_else_approves(bank: Bank) -> None:
    client = a_client(bank)
    with bank.session() as session:
        version = next(v.version for v in versions(session) if v.model == "scorecard")
    page = f"/models/{version}"
    assert re.findall(r'name="do" value="(\w+)"', client.get(page).text) == ["publish"]
    assert send(client, page, do="publish", reason=" ")[0] == 400
    assert send(client, page, do="burn", reason="x")[0] == 404
    status, location, _text = send(client, page, do="publish", reason="AUC 更高")
    assert (status, location[:11]) == (303, "/proposals/")
    assert location in client.get(page).text
    again, _where, text = send(client, page, do="publish", reason="once more")
    assert (again, "once more" in text) == (409, True)
    approved(bank, location)
    with bank.session() as session:
        assert find(session, version).state == "published"
    after = client.get(page).text
    assert 'name="do"' not in after
    assert location not in after


def test_one_that_stands_beside_is_proposed_for_promotion_or_to_stand_down(bank: Bank) -> None:
    client = a_client(bank)
    with bank.unit(BO) as unit:
        version = next(v.version for v in versions(unit.session) if v.model == "scorecard")
        validate(unit, version)
        appoint(unit, version)
    page = f"/models/{version}"
    assert re.findall(r'name="do" value="(\w+)"', client.get(page).text) == ["promote", "dismiss"]
    status, _where, text = send(client, page, do="promote", reason="better")
    assert (status, "no scorecard is published" in text) == (400, True)
    _status, location, _text = send(client, page, do="dismiss", reason="no need")
    approved(bank, location)
    with bank.session() as session:
        assert standing(session, version) is None
