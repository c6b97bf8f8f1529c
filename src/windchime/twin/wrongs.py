"""Truth of what is planted: contagion, intents, money loops, guarantee circles, invoicing in circles."""

import numpy as np
import pyarrow as pa

from windchime.twin import flows, numbering
from windchime.twin.course import TIES
from windchime.twin.intents import WAYS
from windchime.twin.planted import FIRST_ORDER, Plan
from windchime.twin.rows import BENIGN, CIRCULAR, Rows
from windchime.twin.source import codes, dates, firm_ids, yuan
from windchime.twin.world import World


def tables(world: World) -> dict[str, pa.Table]:
    """Tables of truth by name."""
    return {
        "contagion_edge": _contagion_edge(world),
        "intent": _intent(world),
        "money_loop": _money_loop(world),
        "guarantee_circle": _guarantee_circle(world),
    }


def _contagion_edge(world: World) -> pa.Table:
    """What failures cost other firms, through unpaid invoices and guarantees."""
    of = world.course.losses
    there = of.month >= world.calendar.history
    failed, loser, month, tie, fen = (a[there] for a in (of.failed, of.loser, of.month, of.tie, of.fen))
    return pa.table(
        {
            "failed_id": firm_ids(world, failed),
            "loser_id": firm_ids(world, loser),
            "month": dates(world.calendar.first_day[month]),
            "tie": codes(TIES, tie),
            "loss": yuan(fen),
        }
    )


def _intent(world: World) -> pa.Table:
    """Firms that mean fraud, each with its kind and how well it hides."""
    of, firm = world.intents, np.arange(len(world.firms))
    kinds = {
        "altered_invoices": of.altered,
        "reversal": of.reversing,
        "diversion": of.diverting,
        **{f"statement_{way}": (of.embellishing >> i) & 1 > 0 for i, way in enumerate(WAYS)},
    }
    rows = [(kind, firm[there]) for kind, there in kinds.items()]
    who = np.concatenate([f for _kind, f in rows])
    return pa.table(
        {
            "firm_id": firm_ids(world, who),
            "kind": pa.array([k for k, f in rows for _one in f], pa.string()),
            "skill": np.round(of.skill[who], 6),
            "balanced": of.balanced[who],
        }
    )


def _money_loop(world: World) -> pa.Table:
    """Each payment of each loop."""
    case, turn, place, *_rest = world.intents.loops.T
    payer, payee, day, fen = flows.loop_hops(world)
    return pa.table(
        {
            "case_id": case,
            "round": turn,
            "hop": place,
            "payer_id": firm_ids(world, payer),
            "payee_id": firm_ids(world, payee),
            "paid_on": dates(day),
            "amount": yuan(fen),
        }
    )


def _guarantee_circle(world: World) -> pa.Table:
    """The edges of planted circles."""
    of = world.guarantees
    there = of.circle >= 0
    return pa.table(
        {
            "circle_id": of.circle[there],
            "guarantor_id": firm_ids(world, of.guarantor[there]),
            "debtor_id": firm_ids(world, of.debtor[there]),
        }
    )


def cases(world: World, plan: Plan, rows: Rows) -> dict[str, pa.Table]:
    """Circular and mutual invoicing, and the honest cases that look like it, from the sales of the whole region."""
    chosen = rows.take((rows.mark == CIRCULAR) | (rows.mark == BENIGN))
    chosen = chosen.take(np.argsort(chosen.order, kind="stable"))
    planned = chosen.order - FIRST_ORDER
    case = plan.case[planned]
    found = pa.table(
        {
            "case_id": case,
            "length": plan.length[case],
            "round": plan.turn[planned],
            "hop": plan.hop[planned],
            "seller_id": firm_ids(world, chosen.seller),
            "buyer_id": firm_ids(world, chosen.buyer),
            "invoice_no": numbering.number_text(chosen.number),
            "issue_date": dates(chosen.day),
            "total": yuan(chosen.total),
        }
    )
    honest = pa.array(plan.honest[case])
    return {"invoice_cycle": found.filter(pa.array(~plan.honest[case])), "benign_case": found.filter(honest)}
