"""What stood when it was asked for last: kept for a moment, and not past what was published meanwhile."""

from datetime import date
from pathlib import Path

import pytest

from windchime.content import standing
from windchime.content.standing import LAG_SECONDS, Standing

QUESTION = (Path("bank"), "schemes", "access", date(2026, 1, 5))


@pytest.mark.parametrize("version", ["one", None])
def test_an_answer_is_kept_for_the_lag(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(standing, "monotonic", lambda: now)
    kept = Standing()
    assert kept.known(QUESTION) is None
    kept.remember(QUESTION, version, kept.forgotten)
    now += LAG_SECONDS
    assert kept.known(QUESTION) == (version,)
    now += 0.01
    assert kept.known(QUESTION) is None


def test_what_was_looked_for_before_it_was_forgotten_is_not_kept() -> None:
    kept = Standing()
    before = kept.forgotten
    kept.remember(QUESTION, "one", before)
    kept.forget()
    assert kept.known(QUESTION) is None
    kept.remember(QUESTION, "one", before)
    assert kept.known(QUESTION) is None
    kept.remember(QUESTION, "two", kept.forgotten)
    assert kept.known(QUESTION) == ("two",)
