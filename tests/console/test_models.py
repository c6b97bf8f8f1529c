"""The page of a model: its card, what happened to it, and how far data have moved."""

import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from windchime.console.pages import models
from windchime.risk.scorecards.shifts import Shift, State
from windchime.risk.scorecards.watching import Watch


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
