"""The jobs of a bank: verification of invoices asked for, done in the name of who asked, and found again."""

from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import delete, select
from tests.decision.helpers import AS_OF, BO
from tests.decision.shop import a_shop

from windchime.api.resources.jobs import JobWanted
from windchime.core.unit import Actor
from windchime.data.lake import Lake, versions
from windchime.data.tables import LoadRecord
from windchime.decision.tables import Decision
from windchime.portfolio.access import sign_in_policy
from windchime.portfolio.jobs import DATED, KINDS, LABELS, NotOfToday, again, ask, open_to
from windchime.risk.invoices.published import verdicts
from windchime.service import audit
from windchime.service.access import accounts
from windchime.service.bank import Bank
from windchime.service.jobs import queue, scheduling
from windchime.service.jobs.tables import Job
from windchime.service.jobs.worker import work_one
from windchime.service.proposals.errors import MayNot


def test_every_kind_has_a_label_and_can_be_asked_for() -> None:
    assert set(KINDS) == set(LABELS) == set(get_args(JobWanted.model_fields["kind"].annotation))


def test_a_job_gives_nobody_a_right_and_ends_refused_when_the_right_is_gone(tmp_path: Path) -> None:
    bank = Bank.open(tmp_path)
    with bank.unit(BO) as unit:
        policy = sign_in_policy(bank, unit.session)
        for name, role in (("mo", "modeller"), ("ad", "administrator"), ("co", "credit_officer"), ("ma", "manager")):
            accounts.make(unit, name, name, roles=(role,), policy=policy)
    for name, kind in (
        ("mo", "decision.all"),
        ("ad", "decision.all"),
        ("co", "decision.all"),
        ("mo", "lake.compact"),
        ("co", "quality.check"),
        ("no", "graph.run"),
    ):
        with pytest.raises(MayNot), bank.unit(Actor(name)) as unit:
            ask(bank, unit, kind, {})
    with pytest.raises(MayNot), bank.unit(Actor("ad")) as unit:
        ask(bank, unit, "lake.compact", {}, scopes=frozenset({"job.run"}))
    with bank.session() as session:
        assert open_to(bank, session, Actor("mo")) == (
            "identity.resolve",
            "graph.run",
            "quality.check",
            "invoices.verify",
        )
        assert set(open_to(bank, session, Actor("ma"))) == DATED
        assert open_to(bank, session, Actor("co")) == ()
    # nobody has work done again in the name of one who may more
    with bank.unit(Actor("ma")) as unit:
        stopped = ask(bank, unit, "quality.check", {})
        book = queue.enqueue(unit, "decision.all", {})
        queue.cancel(unit, stopped)
        queue.cancel(unit, book)
    with pytest.raises(MayNot), bank.unit(Actor("mo")) as unit:
        again(bank, unit, book, "once more")
    with bank.unit(Actor("mo")) as unit:
        again(bank, unit, stopped, "once more")
        assert queue.find(unit.session, stopped).author == "mo"
        unit.session.execute(delete(Job))
    with bank.unit(Actor("ad")) as unit:
        ask(bank, unit, "lake.compact", {})
        scheduling.put(unit, "nightly", "lake.compact", {}, first=unit.now, every_minutes=60)
    with bank.unit(BO) as unit:
        accounts.give_roles(unit, "ad", ("modeller",))
    while work_one(bank, "worker", KINDS):
        pass
    with bank.session() as session:
        ended = [(j.author, j.state, j.error) for j in session.scalars(select(Job))]
    assert ended == [("ad", "failed", "MayNot")] * 2
    bank.close()


def test_the_whole_book_is_decided_for_management(tmp_path: Path) -> None:
    """Those who allocate credit over the book ask for the run; its decisions are made in their name."""
    bank = a_shop(tmp_path)
    with bank.unit(BO) as unit:
        policy = sign_in_policy(bank, unit.session)
        accounts.make(unit, "ma", "ma", roles=("manager",), policy=policy)
        head = versions.head(unit.session)
        assert head is not None
        unit.session.add(
            LoadRecord(
                load_id="shop", lake_version=head.lake_version, pack="shop", pack_version="0", source="shop", simulated=True,
                label='{"en":"shop","zh":"店"}', as_of=AS_OF, features_as_of=AS_OF, labels_as_of=AS_OF, content_hash="shop",
                actor=BO.name, loaded_at=unit.now, body="{}",
            )
        )  # fmt: skip
    with bank.unit(Actor("ma")) as unit:
        asked = ask(bank, unit, "decision.all", {"as_of": AS_OF.isoformat()})
    assert work_one(bank, "worker", KINDS)
    # by what is known and in force now: neither asked for nor, where a newer pack came meanwhile, done as of another day
    for day in (AS_OF - timedelta(365), AS_OF + timedelta(1)):
        with pytest.raises(NotOfToday, match=AS_OF.isoformat()), bank.unit(Actor("ma")) as unit:
            ask(bank, unit, "decision.all", {"as_of": day.isoformat()})
        with bank.unit(Actor("ma")) as unit:
            queue.enqueue(unit, "decision.all", {"as_of": day.isoformat()}, max_attempts=1)
        assert work_one(bank, "worker", KINDS)
    with bank.session() as session:
        ended = {j.id: (j.state, j.error) for j in session.scalars(select(Job))}
        assert ended.pop(asked) == ("done", None)
        assert list(ended.values()) == [("failed", "NotOfToday")] * 2
        assert set(session.scalars(select(Decision.as_of))) == {AS_OF}
        made = session.scalars(select(Decision).where(Decision.actor == "ma")).all()
    assert len(made) > 1
    bank.close()


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
