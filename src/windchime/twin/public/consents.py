"""Who lets the bank read what: consents, and the firms whose records that need one are there at all."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, Keys, shipped
from windchime.twin.population import NEVER
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, instants

SCOPE = "bureau_firm|carbon|cashflow|customs|fund|invoice|social|tax|utility"
NOON = 43_200


@dataclass(frozen=True, slots=True)
class Consents:
    """By position among the firms asked for; days are `NO_DAY` where there is none."""

    shares: Bools
    signed: Ints
    withdrawn: Ints

    @classmethod
    def of(cls, life: Life) -> Self:
        """Borrowers consent before they draw, others at some time early in the history."""
        cal, world, firms = shipped("government"), life.world, life.firms
        key = world.rng.key("consent", firms)
        drawn = world.course.drawn[firms]
        borrows = drawn < NEVER
        busy = world.firms.trades[firms] >= cal.number("consents.busy_from")
        share = np.where(busy, cal.number("consents.busy"), cal.number("consents.quiet"))
        shell = world.society.rings.ring[firms] >= 0
        shares = borrows | ((draws.uniform(key, 0) < share) & ~shell)
        first = int(world.calendar.first_day[world.calendar.history])
        begin = np.maximum(first, life.established) + 5
        free = begin + common.later(key, 1, 0, cal.count("consents.within_days"))
        loan = world.calendar.first_day[np.minimum(drawn, world.calendar.months)]
        loan = loan - common.later(key, 2, *cal["consents.days_before_loan"])
        signed = np.where(borrows, np.minimum(loan, free), free)
        turned = signed + common.later(key, 3, 100, 900)
        withdrawn = np.where(draws.uniform(key, 4) < cal.number("consents.withdrawn"), turned, NO_DAY)
        return cls(shares, np.where(shares, signed, NO_DAY), np.where(shares & ~borrows, withdrawn, NO_DAY))

    def known(self, at: Ints, known: Ints, end: int) -> Ints:
        """When a record of a firm reached us: not before its consent; never after it was withdrawn."""
        return np.where(self.withdrawn[at] <= known, end, np.maximum(known, self.signed[at] + 1))


def consents(life: Life, given: Consents) -> pa.Table:
    """Consents of firms, as signed and as withdrawn, and of controllers of borrowers to their own report."""
    cal, world = shipped("government"), life.world
    key = world.rng.key("consent", life.firms)
    controller = world.society.controller[life.firms]
    asked = given.shares & (world.course.drawn[life.firms] < NEVER) & (controller >= 0)
    asked &= draws.uniform(key, 5) < cal.number("consents.person_share")
    gone = given.withdrawn < world.end
    at = np.concatenate([np.flatnonzero(given.shares), np.flatnonzero(gone), np.flatnonzero(asked)])
    state = np.repeat([0, 1, 2], [int(given.shares.sum()), int(gone.sum()), int(asked.sum())])
    order = np.lexsort((state, at))
    at, state = at[order], state[order]
    own, firm = state == 2, life.firms[at]
    signed, withdrawn = given.signed[at], given.withdrawn[at]
    legal, proxy = world.society.posts.legal_rep[firm], common.chance(key, 6, cal.number("consents.proxies"))[at]
    signer = np.where(own, world.society.controller[firm], np.where(proxy, world.society.posts.liaison[firm], legal))
    tells = np.where(own, 2, np.where(proxy, 1, 0))
    instant = pa.scalar(None, pa.timestamp("us", tz="UTC"))
    ended = pa.array(state == 1)
    columns = {
        "consent_id": common.text(pa.array(["twin:C", "twin:C", "twin:D"]).take(pa.array(state)), firm + 1),
        **common.either(world, "subject", ~own, np.where(own, world.society.controller[firm], firm)),
        "grantee": cal["consents.grantee"],
        "scope": codes((SCOPE, "bureau_person"), own.astype(np.int64)),
        "purposes": "application|post_loan",
        "signed_at": instants(signed, np.full(len(at), NOON)),
        "valid_from": instants(signed, np.full(len(at), NOON)),
        "valid_to": instants(signed + 365 * cal.count("consents.years"), np.full(len(at), NOON)),
        "withdrawn_at": pc.if_else(
            ended, instants(np.where(state == 1, withdrawn, 0), np.full(len(at), NOON)), instant
        ),
        "method": codes(("e_sign", "platform", "face"), np.where(own, 2, common.later(key, 7, 0, 1)[at])),
        **common.person(world, "signer", signer, numbered=own),
        "authority_basis": codes(("legal_rep", "proxy", "operator"), tells),
        "document_hash": hexadecimal(world.rng.key("consent.document", firm, state == 2)),
        "text_version": cal["consents.version"],
        "fetch_count": common.later(key, 8, 1, 30)[at],
    }
    return common.told(world, "consents", columns, np.where(state == 1, withdrawn, signed))


def hexadecimal(key: Keys) -> pa.Array:
    """64 hexadecimal digits of each key, as a digest would have."""
    words = np.stack([key ^ (key << np.uint64(s)) ^ (key >> np.uint64(7 + s)) for s in (0, 13, 29, 41)], axis=1)
    bytes_ = np.ascontiguousarray(words).view(np.uint8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    shown = np.stack([digits[bytes_ >> 4], digits[bytes_ & 15]], axis=2).reshape(len(key), 64)
    return pa.array(np.ascontiguousarray(shown).view("S64").ravel(), pa.binary()).cast(pa.string())
