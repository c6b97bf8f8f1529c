"""The jobs of a bank: verification of invoices asked for, done in the name of who asked, and found again."""

from pathlib import Path

from sqlalchemy import select
from tests.decision.helpers import AS_OF, BO
from tests.decision.shop import a_shop

from windchime.data.lake import Lake
from windchime.portfolio.jobs import KINDS, LABELS
from windchime.risk.invoices.published import verdicts
from windchime.service import audit
from windchime.service.jobs import queue
from windchime.service.jobs.tables import Job
from windchime.service.jobs.worker import work_one


def test_every_kind_has_a_label() -> None:
    assert set(KINDS) == set(LABELS)


def test_invoices_are_verified_in_the_name_of_who_asked(tmp_path: Path) -> None:
    bank = a_shop(tmp_path)
    with bank.unit(BO) as unit:
        queue.enqueue(unit, "invoices.verify", {"as_of": AS_OF.isoformat()})
    assert work_one(bank, "worker", KINDS)
    with bank.session() as session:
        job = session.scalars(select(Job)).one()
        assert job.state == "done", job.error
        (record,) = [r for r in audit.records(session) if r.action == "invoices.verify"]
        assert record.actor == BO.name
        with Lake(bank.lake_dir).reading(session, as_of=AS_OF) as reading:
            assert len(verdicts(reading)) == 6
    bank.close()
