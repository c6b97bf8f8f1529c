"""The decision log: append-only, listed, filtered and sorted, each run sealed."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from tests.decision.helpers import BO, a_bank, a_case, decided

from windchime.core.errors import UnknownName
from windchime.decision import log
from windchime.decision.document import Document, read
from windchime.decision.log import Filter
from windchime.decision.tables import Exact
from windchime.service.bank import Bank


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return a_bank(tmp_path)


def documents() -> list[Document]:
    """Six firms of all verdicts."""
    return [
        decided(a_case("twin:F1")),
        decided(a_case("twin:F2", sales_12m="3000000.00", band="B", probability="0.050000")),
        decided(a_case("twin:F3", void_rate_12m="0.3000")),
        decided(a_case("twin:F4", void_rate_12m="0.9000")),
        decided(a_case("twin:F5", band="D", probability="0.400000")),
        decided(a_case("other:F1", months_known=8)),
    ]


def written(bank: Bank, *batches: list[Document]) -> list[log.Written]:
    found = []
    for batch in batches:
        with bank.unit(BO) as unit:
            found.append(log.write(unit, batch))
    return found


def firms(bank: Bank, wanted: Filter | None = None, **how: object) -> list[str]:
    with bank.session() as session:
        return [r.firm_id for r in log.page(session, wanted, **how).rows]  # type: ignore[arg-type]  # passed through


def test_what_is_written_is_read_again(bank: Bank) -> None:
    made = documents()
    (run,) = written(bank, made)
    with bank.session() as session:
        for one, document in zip(run.ids, made, strict=True):
            row = log.get(session, one)
            assert read(row.body).bytes == document.bytes
            assert (row.limit, row.rate, row.probability) == (document.limit, document.rate, document.probability)
            assert (row.firm_id, row.verdict, row.band) == (document.firm_id, document.verdict, document.band)
            assert (row.actor, row.run_id, row.made_at) == ("bo", run.run_id, bank.clock.now())
        assert log.verify(session) == []


def test_a_list_is_filtered(bank: Bank) -> None:
    written(bank, documents())
    by = {"sort": "firm_id", "descending": False}
    assert firms(bank, Filter(verdict="refer"), **by) == ["other:F1", "twin:F3"]
    assert firms(bank, Filter(search="other:"), **by) == ["other:F1"]
    assert firms(bank, Filter(search="%"), **by) == []
    assert firms(bank, Filter(band="D"), **by) == ["twin:F5"]
    assert firms(bank, Filter(reason="void_share_high"), **by) == ["twin:F3"]
    assert firms(bank, Filter(reason="void_share"), **by) == []
    assert firms(bank, Filter(limit_at_least=Decimal(700000)), **by) == ["other:F1", "twin:F1", "twin:F3"]
    assert firms(bank, Filter(product="other")) == []


def test_a_list_is_sorted_and_cut_into_pages(bank: Bank) -> None:
    written(bank, documents())
    limits = [d.limit for d in documents()]
    most = sorted((limit for limit in limits if limit is not None), reverse=True)
    with bank.session() as session:
        rows = log.page(session, sort="limit").rows
        assert [r.limit for r in rows if r.limit is not None] == most
        assert [r.limit for r in rows[len(most) :]] == [None] * (len(rows) - len(most))
    whole = firms(bank, sort="firm_id", descending=False)
    assert whole == sorted(whole)
    pages = [firms(bank, sort="firm_id", descending=False, offset=o, size=4) for o in (0, 4)]
    assert pages == [whole[:4], whole[4:]]
    with pytest.raises(UnknownName):
        firms(bank, sort="body")


def test_counts_and_money_are_over_the_whole_list(bank: Bank) -> None:
    written(bank, documents())
    with bank.session() as session:
        found = log.page(session, size=1)
        assert (found.total, len(found.rows)) == (6, 1)
        assert found.verdicts == {"approve": 2, "decline": 2, "refer": 2}
        assert found.offered == sum(d.limit or 0 for d in documents() if d.verdict == "approve")


def test_the_latest_of_a_firm_counts(bank: Bank) -> None:
    written(bank, [decided(a_case("twin:F1", void_rate_12m="0.9000"))], [decided(a_case("twin:F1"))], documents()[1:2])
    with bank.session() as session:
        latest = log.latest(session, "twin:F1")
        assert latest is not None
        assert latest.verdict == "approve"
        assert log.latest(session, "twin:F1", "other") is None
        assert log.page(session, Filter(latest=True)).total == 2
        assert log.page(session, Filter(firm_id="twin:F1")).total == 2


def test_a_decision_is_found_by_the_beginning_of_its_id(bank: Bank) -> None:
    (one,), (other,) = (w.ids for w in written(bank, documents()[:1], documents()[1:2]))
    with bank.session() as session:
        assert log.get(session, one[:-2]).id == one
        for wrong in ("", "zz", one[:3]):
            with pytest.raises(UnknownName):
                log.get(session, wrong)
        assert other != one


@pytest.mark.parametrize("sql", ["UPDATE decision SET verdict = 'approve'", "DELETE FROM decision"])
def test_the_database_itself_refuses_to_change_it(bank: Bank, sql: str) -> None:
    written(bank, documents())
    with pytest.raises(DatabaseError, match="append-only"), bank.unit(BO) as unit:
        unit.session.execute(text(sql))
    assert len(firms(bank)) == 6


def test_a_lost_row_is_found_by_the_seal_of_its_run(bank: Bank) -> None:
    kept, _hurt = written(bank, documents()[:3], documents()[3:])
    with bank.unit(BO) as unit:
        unit.session.execute(text("DROP TRIGGER decision_no_delete"))
        unit.session.execute(text("DELETE FROM decision WHERE firm_id = 'twin:F5'"))
    with bank.session() as session:
        (problem,) = log.verify(session)
    assert problem.code == "run_changed"
    assert problem.params["run"] != kept.run_id
    assert problem.sentence("zh") != problem.sentence("en")


def test_an_error_in_the_unit_leaves_nothing(bank: Bank) -> None:
    def broken() -> None:
        with bank.unit(BO) as unit:
            log.write(unit, documents())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert firms(bank) == []
    with bank.session() as session:
        assert log.verify(session) == []


def test_money_is_stored_exactly_or_not_at_all() -> None:
    from sqlalchemy.dialects import sqlite

    kind = Exact(2)
    assert kind.process_result_value(
        kind.process_bind_param(Decimal("123.45"), sqlite.dialect()), sqlite.dialect()
    ) == Decimal("123.45")
    with pytest.raises(TypeError):
        kind.process_bind_param(Decimal("0.001"), sqlite.dialect())
