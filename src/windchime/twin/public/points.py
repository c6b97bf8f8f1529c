"""Phones and addresses: own ones, and those that agents, incubators, groups, families and rings share."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.groups import Groups
from windchime.twin.public.holdings import Holdings
from windchime.twin.public.persons import Persons
from windchime.twin.public.posts import Posts
from windchime.twin.public.rings import Rings


@dataclass(frozen=True, slots=True)
class Points:
    """One entry a firm. Phone lines: those of persons by their number, then one a firm, then one a ring."""

    #: line in the register, and in the annual report
    phone: Ints
    report_phone: Ints
    #: office, in the register; offices of firms, then of incubators, then of rings
    office: Ints
    #: room of the desk within an incubator, 0 elsewhere
    desk: Ints
    has_mail: Bools
    has_landline: Bools
    #: numbers of persons, firms, incubators
    persons: int
    firms: int
    incubators: int

    @classmethod
    def of(
        cls,
        rng: Draws,
        firms: Population,
        persons: Persons,
        groups: Groups,
        holdings: Holdings,
        rings: Rings,
        posts: Posts,
    ) -> Self:
        """Give every firm its contact points."""
        cal, n = shipped("registry"), len(firms)
        key = rng.key("points", np.arange(n))
        u = [draws.uniform(key, s) for s in range(12)]
        own = np.arange(n)
        line = len(persons) + own
        first = holdings.person(n, 0)
        held = (holdings.slot == 0) & ~holdings.by_firm
        real = np.full(n, -1)
        real[holdings.firm[held]] = holdings.owner[held]
        shows = (real != first) & (u[0] < cal.number("contacts.nominee_phone"))
        whose = np.where(shows, real, posts.legal_rep)
        phone = np.where((u[1] < cal.number("contacts.owners_phone")) | shows, whose, line)
        member = (groups.group >= 0) & ~groups.hidden & (groups.depth > 0)
        phone = np.where(member & (u[2] < cal.number("contacts.group_phone")), phone[groups.head], phone)
        lent = (posts.agent >= 0) & (rings.ring < 0) & (u[3] < cal.number("contacts.agents_phone") / 0.3)
        report = np.where(lent, posts.agent, phone)
        incubators = max(1, round(cal.number("contacts.incubators_per_firm") * n))
        young = (firms.begins > 0) | (firms.age < 60)
        incubated = young & (u[4] < cal.number("contacts.in_incubators")) & (rings.ring < 0)
        # an incubator for each place first
        at = (firms.place + len(shipped("names")["places"]) * np.floor(u[5] * 8).astype(np.int64)) % incubators
        office = np.where(incubated, n + at, own)
        office = np.where(member & (u[6] < cal.number("contacts.group_address")), office[groups.head], office)
        skill = rings.skill[np.maximum(rings.ring, 0)] if len(rings) else np.zeros(n)
        marked = rings.ring >= 0
        phone = np.where(marked & (u[7] > skill), len(persons) + n + rings.ring, phone)
        report = np.where(marked & (u[8] > 0.5 * skill), len(persons) + n + rings.ring, report)
        office = np.where(marked & (u[9] > 0.8 * skill), n + incubators + rings.ring, office)
        desk = np.where(office >= n, 1 + np.floor(u[10] * 400).astype(np.int64), 0) * (office < n + incubators)
        return cls(
            phone,
            report,
            office,
            desk,
            u[11] < cal.number("contacts.firms_with_mail"),
            draws.uniform(key, 12) < cal.number("contacts.firms_with_landline"),
            len(persons),
            n,
            incubators,
        )

    def new_line(self, firm: Ints) -> Ints:
        """The line a firm changes to, when it changes its phone."""
        return np.asarray(3 * self.persons + 3 * self.firms + firm)

    def addresses(self, rng: Draws, place: Ints, office: Ints, desk: Ints) -> pa.Array:
        """The addresses of offices as written: place, street, number, building, room, and the desk in an incubator."""
        words, places = shipped("registry"), [p["zh"] for p in shipped("names")["places"]]
        shared = (office >= self.firms) & (office < self.firms + self.incubators)
        key = rng.key("office", office)
        streets, buildings = words["places.streets"], words["places.buildings"]
        street = draws.whole(key, 0, 0, len(streets) - 1)
        number = draws.whole(key, 1, 1, 280)
        kind = np.where(shared, len(buildings), draws.whole(key, 2, 0, len(buildings) * 2 - 1) % (len(buildings) + 2))
        room = draws.whole(key, 3, 1, 24) * 100 + draws.whole(key, 4, 1, 18)
        house = pa.array([*buildings, words["places.incubator"], ""])
        inside = pc.binary_join_element_wise(
            house.take(pa.array(np.minimum(kind, len(buildings) + 1))), pa.array(room).cast(pa.string()), "室", ""
        )
        seat = pc.if_else(
            pa.array(desk > 0), pc.binary_join_element_wise("-", pa.array(desk).cast(pa.string()), "号", ""), ""
        )
        return pc.binary_join_element_wise(
            pa.array(places).take(pa.array(place)),
            pa.array(streets).take(pa.array(street)),
            pa.array(number).cast(pa.string()),
            "号",
            inside,
            seat,
            "",
        )


def phones(line: Ints) -> pa.Array:
    """Numbers that nobody has: 100 and eight digits, another for every line."""
    return pc.binary_join_element_wise("100", _digits((line * 48_271 + 9_176_353) % 10**8, 8), "")


def landlines(line: Ints) -> pa.Array:
    """Numbers under an area code that does not exist."""
    return pc.binary_join_element_wise("0999-", _digits((line * 7_919 + 1_203_457) % 10**7, 7), "")


def mails(firm: Ints) -> pa.Array:
    """Addresses in a domain that resolves to nothing."""
    return pc.binary_join_element_wise("office", pa.array(firm + 1).cast(pa.string()), "@firms.invalid", "")


def _digits(number: Ints, many: int) -> pa.Array:
    return pc.utf8_slice_codeunits(pa.array(number + 10**many).cast(pa.string()), 1)
