"""Jobs for pages: one that somebody stopped, for a reason that no page must take for markup."""

from sqlalchemy import select
from tests.console.helpers import ANNA, BO, NASTY

from windchime.service.bank import Bank
from windchime.service.jobs import queue
from windchime.service.jobs.tables import Job


def a_stopped_job(bank: Bank) -> str:
    """A job that was cancelled; made once a bank."""
    with bank.session() as session:
        known = session.scalars(select(Job.id).where(Job.state == "cancelled").order_by(Job.id).limit(1)).first()
    if known is not None:
        return known
    with bank.unit(ANNA) as unit:
        made = queue.enqueue(unit, "graph.run", {"as_of": "2020-02-21"})
    with bank.unit(BO) as unit:
        queue.cancel(unit, made, NASTY)
    return made
