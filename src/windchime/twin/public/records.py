"""Records of firms as other lists write them, with strangers that come close; and what each really is."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.credit_code import ALPHABET, check_character, organisation_check
from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, Keys, shipped
from windchime.twin.public import common, written
from windchime.twin.public.life import Life
from windchime.twin.public.points import phones
from windchime.twin.public.register import former_names
from windchime.twin.source import codes, firm_ids
from windchime.twin.world import SOURCE, World

#: kinds of writing that may fit another firm as well
LOSSY = ("brackets", "form", "region", "former_name", "one_character", "truncated", "short")


@dataclass(frozen=True, slots=True)
class Records:
    """One row a record, by firm and list. Strangers bear nearly the name of the firm they stand with."""

    firm: Ints
    place_in: Ints
    kind: Ints
    stranger: Bools
    name: pa.Array
    #: what else is told
    coded: Bools
    located: Bools
    represented: Bools
    addressed: Bools
    phoned: Bools
    key: Keys

    def __len__(self) -> int:
        return len(self.firm)

    @classmethod
    def of(cls, world: World, some: Ints) -> Self:
        """Draw the records of some firms."""
        cal = shipped("records")
        lists = cal["lists"]
        wide = world.rng.key("record", some[:, None], np.arange(len(lists))[None, :])
        at, which = np.nonzero(draws.uniform(wide, 0) < np.array([float(x[1]) for x in lists])[None, :])
        firm, key = some[at], wide[at, which]
        kind = draws.pick(draws.uniform(key, 1), [k[1] for k in cal["kinds"]])
        former, name = former_names(world, firm), world.names.take(pa.array(firm))
        names = written.kinds()
        # firms that never had another name are written as they are, others at times by the old one
        none = np.asarray(former.is_null())
        old = ~none & common.chance(key, 9, cal.number("by_former_name"))
        kind = np.where(old, names.index("former_name"), kind)
        kind = np.where((kind == names.index("former_name")) & none, 0, kind)
        company = world.firms.kind[firm] == 0
        kind = np.where((kind == names.index("form")) & ~company, names.index("spelling"), kind)
        stranger = common.chance(key, 2, cal.number("strangers")) & company
        kind = np.where(stranger, names.index("one_character"), kind)
        made = written.as_written(kind, name, former, world.firms.place[firm], world.firms.kind[firm] == 1, key)
        lossy = np.isin(kind, [names.index(k) for k in LOSSY])
        bare = lossy & ~stranger & common.chance(key, 3, cal.number("bare"))
        coded = common.chance(key, 4, cal.number("code")) & ~bare
        represented = common.chance(key, 5, cal.number("representative")) & ~bare
        phoned = common.chance(key, 6, cal.number("phone")) & ~bare
        # whoever may be taken for another tells at least who represents it
        represented |= lossy & ~bare & ~coded & ~phoned
        return cls(
            firm=firm,
            place_in=which,
            kind=kind,
            stranger=stranger,
            name=made,
            coded=coded,
            located=common.chance(key, 7, cal.number("region")) & ~bare,
            represented=represented | stranger,
            addressed=common.chance(key, 8, cal.number("address")) & ~bare,
            phoned=phoned,
            key=key,
        )

    def ids(self) -> pa.Array:
        """Ids of the records."""
        return common.text(f"{SOURCE}:R", (self.firm + 1) * 10 + self.place_in)


def firm_records(life: Life) -> pa.Table:
    """One row a record."""
    cal, world = shipped("records"), life.world
    r = Records.of(world, life.firms)
    firm, key, n = r.firm, r.key, len(world.firms)
    # strangers are elsewhere, and somebody else stands for them
    shift = np.where(r.stranger, 1 + draws.whole(key, 20, 0, len(common.place_words()) - 2), 0)
    place = (world.firms.place[firm] + shift) % len(common.place_words())
    people = world.society.persons
    foreign = people.owners + np.floor(draws.uniform(key, 21) * (people.agents - people.owners)).astype(np.int64)
    legal = np.where(r.stranger, foreign, world.society.posts.legal_rep[firm])
    line = np.where(r.stranger, 3 * len(people) + 5 * n + firm, world.society.points.phone[firm])
    office = np.where(r.stranger, 2 * 10**8 + firm, world.society.points.office[firm])
    names = people.names(legal)
    begin = np.maximum(
        int(world.calendar.first_day[world.calendar.history]), life.established[np.searchsorted(life.firms, firm)]
    )
    known = begin + common.later(key, 22, 10, cal.count("known_within_days"))
    sectors = [s["industry"] for s in world.cal["sectors"]]

    def where(there: Bools, values: pa.Array) -> pa.Array:
        return pc.if_else(pa.array(there), values, common.NONE)

    columns = {
        "record_id": r.ids(),
        "list_name": codes([x[0] for x in cal["lists"]], r.place_in),
        "firm_name": r.name,
        "firm_code": where(r.coded, _codes(world, r, place)),
        "region_code": where(r.located, common.place_codes().take(pa.array(place))),
        "industry_code": where(
            common.chance(key, 23, cal.number("industry")), codes(sectors, world.firms.sector[firm])
        ),
        "legal_rep_type": where(r.represented, pa.array(["person"] * len(r), pa.string())),
        "legal_rep_name": where(r.represented, names),
        "address": where(
            r.addressed, world.society.points.addresses(world.rng, place, office, world.society.points.desk[firm])
        ),
        "phone": where(r.phoned, phones(line)),
        "former_names": where(common.chance(key, 24, cal.number("former")) & ~r.stranger, former_names(world, firm)),
    }
    return common.told(world, "firm_records", columns, known)


def _codes(world: World, r: Records, place: Ints) -> pa.Array:
    """Credit codes as written: a few with one wrong character; strangers have codes of their own."""
    wrong = common.chance(r.key, 25, shipped("records").number("wrong_code")) & ~r.stranger
    found = world.codes.take(pa.array(r.firm)).to_pylist()
    regions = common.place_codes().to_pylist()
    for i in np.flatnonzero(r.stranger).tolist():
        body = "NA" + "".join(ALPHABET[d] for d in _digits(int(r.firm[i]) * 10 + int(r.place_in[i]), 6))
        first = f"91{regions[place[i]]}{body}{organisation_check(body)}"
        found[i] = first + check_character(first)
    for i in np.flatnonzero(wrong).tolist():
        at = 9 + int(r.firm[i]) % 8
        found[i] = found[i][:at] + ("7" if found[i][at] != "7" else "1") + found[i][at + 1 :]
    return pa.array(found, pa.string())


def _digits(number: int, many: int) -> list[int]:
    return [number // 31**p % 31 for p in range(many)]


def lookalike_name(world: World) -> pa.Table:
    """What each record really is: its firm, null for strangers; how it is written; whether it fits two firms equally."""
    every = np.arange(len(world.firms))
    r = Records.of(world, every)
    told = r.coded | r.represented | r.phoned | r.addressed
    names = written.kinds()
    bare = ~told & ~r.stranger
    cores, own = written.core(world.names), written.core(r.name)
    counts = pc.value_counts(cores)
    many = pc.index_in(own, counts.field(0))
    same = np.asarray(pc.if_else(pc.is_valid(many), counts.field(1).take(pc.fill_null(many, 0)), 0))
    loose = np.isin(r.kind, [names.index("truncated"), names.index("one_character"), names.index("former_name")])
    kinds = pc.if_else(pa.array(r.stranger), "stranger", codes(names, r.kind))
    return pa.table(
        {
            "record_id": r.ids(),
            "firm_id": pc.if_else(pa.array(r.stranger), common.NONE, firm_ids(world, r.firm)),
            "near_firm_id": firm_ids(world, r.firm),
            "kind": kinds,
            "ambiguous": bare & ((same > 1) | loose),
        }
    )
