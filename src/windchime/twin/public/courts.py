"""Tables of courts: cases and parties, as filed and as judged; enforcement and what follows it; bankruptcy."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.common import Columns
from windchime.twin.public.lawsuits import PENDING, Lawsuits
from windchime.twin.source import NO_DAY, codes, dates, yuan
from windchime.twin.world import SOURCE, World

RESULTS = ("plaintiff_won", "plaintiff_partly", "dismissed", "withdrawn", "mediated", "pending")
#: outcome of the defendant, and of the plaintiff, by result
LOSES, WINS = (
    ("lost", "partly", "won", "settled", "settled", "pending"),
    ("won", "partly", "lost", "settled", "settled", "pending"),
)
ROLES = ("plaintiff", "defendant", "guarantor_defendant")


def case_no(world: World, firm: Ints, day: Ints, word: str, index: Ints) -> pa.Array:
    """Numbers of cases: year, court by the invented place, kind, and a number that no two cases share."""
    short = shipped("names")["province"]["zh"][0]
    courts = [short + p["code"][2:] for p in shipped("names")["places"]]
    serial = (firm + 1) * 100 + index % 100
    return common.text(
        "（", common.year_of(day), "）", pa.array(courts).take(pa.array(world.firms.place[firm])), word, serial, "号"
    )


def court(world: World, firm: Ints) -> pa.Array:
    """The court of the place."""
    names = [p["zh"] + "人民法院" for p in shipped("names")["places"]]
    return pa.array(names).take(pa.array(world.firms.place[firm]))


def court_cases(world: World, suits: Lawsuits) -> pa.Table:
    """One row a case as filed, and one as judged."""
    row, judged = _states(suits)
    firm, cal = suits.firm[row], shipped("public")
    causes = cal["lawsuits.causes"]
    day = np.where(judged, suits.judged[row], NO_DAY)
    columns = {
        "case_no": case_no(world, firm, suits.filed[row], "民初", suits.index[row]),
        "case_kind": "civil",
        "stage": "first",
        "court": court(world, firm),
        "court_level": "grassroots",
        "cause": codes([c[2] for c in causes], suits.cause[row]),
        "cause_group": codes([c[0] for c in causes], suits.cause[row]),
        "claim_amount": yuan(suits.claim[row]),
        "awarded_amount": _where(judged, yuan(suits.awarded[row])),
        "filed_on": dates(suits.filed[row]),
        "hearing_on": dates(np.where(judged, suits.hearing[row], NO_DAY)),
        "judged_on": dates(day),
        "effective_on": dates(np.where(judged & (suits.judged[row] + 15 < world.end), suits.judged[row] + 15, NO_DAY)),
        "result": codes(RESULTS, np.where(judged, suits.result[row], PENDING)),
        "published_on": dates(np.where(judged, suits.judgement_known[row], suits.filing_known[row])),
    }
    known = np.where(judged, np.maximum(suits.judgement_known[row], suits.judged[row] + 15), suits.filing_known[row])
    return common.told(world, "court_cases", columns, known)


def _states(suits: Lawsuits) -> tuple[Ints, Bools]:
    """Cases, twice where there is a judgement."""
    has = np.flatnonzero(suits.result != PENDING)
    row = np.concatenate([np.arange(len(suits)), has])
    judged = np.repeat([False, True], [len(suits), len(has)])
    order = np.lexsort((judged, row))
    return row[order], judged[order]


def _where(there: Bools, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(there), values, pa.scalar(None, values.type))


def court_parties(world: World, suits: Lawsuits) -> pa.Table:
    """Plaintiff and defendant of each case, and in some loan cases the controller as guarantor, as filed and as judged."""
    state, judged = _states(suits)
    cal, named = shipped("public"), co_defendant(world, suits)[state]
    row = np.concatenate([state, state, state[named]])
    role = np.repeat([0, 1, 2], [len(state), len(state), int(named.sum())])
    judged = np.concatenate([judged, judged, judged[named]])
    order = np.lexsort((judged, role, row))
    row, role, judged = row[order], role[order], judged[order]
    result = np.where(judged, suits.result[row], PENDING)
    lost = judged & np.isin(result, [0, 1]) & (role > 0)
    outcome = pc.if_else(pa.array(role == 0), codes(WINS, result), codes(LOSES, result))
    firm = suits.firm[row]
    known = np.where(judged, np.maximum(suits.judgement_known[row], suits.judged[row] + 15), suits.filing_known[row])
    columns = {
        "case_no": case_no(world, firm, suits.filed[row], "民初", suits.index[row]),
        **_party(world, suits, row, role, cal["lawsuits.banks"]),
        "role": codes(ROLES, role),
        "outcome": outcome,
        "liability_amount": _where(lost, yuan(suits.awarded[row])),
        "is_joint_liability": role == 2,
        "filed_on": dates(suits.filed[row]),
    }
    return common.told(world, "court_parties", columns, known)


def co_defendant(world: World, suits: Lawsuits) -> Bools:
    """Whether the controller stands beside the firm, as guarantor of a loan."""
    share = shipped("public").number("lawsuits.joint_defendant")
    loan = suits.cause == 0
    return np.asarray(loan & common.chance(suits.key, 20, share) & (world.society.controller[suits.firm] >= 0))


def _party(world: World, suits: Lawsuits, row: Ints, role: Ints, banks: list[str]) -> Columns:
    """Who stands there: the defendant firm, its controller, or a plaintiff by the cause: bank, firm or person."""
    firm, key = suits.firm[row], suits.key[row]
    kinds = np.array([("bank", "firm", "person").index(c[3]) for c in shipped("public")["lawsuits.causes"]])
    plaintiff = kinds[suits.cause[row]]
    n, share = len(world.firms), shipped("public").number("lawsuits.plaintiff_in_region")
    inside = np.floor(draws.uniform(key, 22) * n).astype(np.int64)
    inside = np.where(inside == firm, (inside + 1) % n, inside)
    other = n + np.floor(draws.uniform(key, 23) * world.market.outside).astype(np.int64)
    supplier = np.where(common.chance(key, 21, share), inside, other)
    people = world.society.persons
    worker = people.owners + np.floor(draws.uniform(key, 24) * (people.agents - people.owners)).astype(np.int64)
    is_person = (role == 2) | ((role == 0) & (plaintiff == 2))
    who = np.select([role == 1, role == 2, plaintiff == 2], [firm, world.society.controller[firm], worker], supplier)
    found = common.either(world, "party", ~is_person, who)
    bank = pa.array((role == 0) & (plaintiff == 0))
    which = draws.whole(key, 25, 0, len(banks) - 1)
    return {
        "party_type": found["party_type"],
        "party_id": pc.if_else(
            bank, codes([f"{SOURCE}:B{i + 1:02d}" for i in range(len(banks))], which), found["party_id"]
        ),
        "party_code": pc.if_else(bank, common.NONE, found["party_code"]),
        "party_name": pc.if_else(bank, codes(banks, which), found["party_name"]),
    }
