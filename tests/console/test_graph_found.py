"""What a page says of tables that the newest run left empty, and of those it did not look for."""

from datetime import UTC, date, datetime
from typing import cast

import pytest

from windchime.console import answers
from windchime.console.graph_found import answers_about
from windchime.console.veil import Veil
from windchime.graph.results import Run
from windchime.portfolio.shown.shelf import Shelf
from windchime.service.bank import Bank
from windchime.service.http.reach import ALL


class Bare:
    """A shelf without a table."""

    def has(self, _table: str) -> bool:
        return False


def test_a_table_that_a_run_left_empty_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "about", lambda *_: [])
    monkeypatch.setattr(answers, "told", lambda *_: ())
    made = {"tables": {"money_patterns": {"found": 0, "changed": 0, "withdrawn": 0}}}
    run = Run("r", date(2026, 1, 1), 1, 2, datetime(2026, 1, 2, tzinfo=UTC), "maker", made)
    found = answers_about(cast("Shelf", Bare()), "firm", None, {}, "en", run, Veil(cast("Bank", None), ALL))
    assert [x["zh"] for x in found.quiet] == ["资金异动形态"]
    assert len(found.unasked) == sum(len(p.answers) for p in found.parts) - 1
