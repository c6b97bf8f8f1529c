"""Who holds which share of which company: persons, parents, crossings, and those who hold for another."""

from dataclasses import dataclass, replace

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Calibration, Ints, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.groups import Groups
from windchime.twin.public.persons import Persons

#: shares are whole millionths
WHOLE = 1_000_000
#: how a person who holds for another came to it
NOMINEES = ("relative", "employee", "agent")


@dataclass(frozen=True, slots=True)
class Holdings:
    """One row a stake, sorted by the firm held; sole traders have one row, which no register of shares shows."""

    firm: Ints
    #: position among the persons of the firm, -1 for companies
    slot: Ints
    by_firm: Bools
    #: person or firm number as registered
    holder: Ints
    #: whose the stake really is: a person for persons, the same for companies
    owner: Ints
    share: Ints
    #: index into NOMINEES, -1 where the holder is the owner
    nominee: Ints
    #: a person of whom the stake may have been taken over, -1 for nobody
    before: Ints

    def __len__(self) -> int:
        return len(self.firm)

    def person(self, firms: int, slot: int) -> Ints:
        """The registered person in a slot of each firm, -1 where there is none."""
        found = np.full(firms, -1)
        own = (self.slot == slot) & ~self.by_firm
        found[self.firm[own]] = self.holder[own]
        return found

    def lent(self, firms: int) -> Bools:
        """Whether the first holder of each firm stands for somebody else."""
        found = np.zeros(firms, bool)
        found[self.firm[self.nominee >= 0]] = True
        return found

    @classmethod
    def of(cls, rng: Draws, firms: Population, groups: Groups, persons: Persons) -> "Holdings":
        """Draw the stakes of a region."""
        cal = shipped("registry")
        shown = np.where(groups.hidden, -1, groups.parent)
        parents = _parents(cal, rng, shown)
        rest = np.full(len(firms), WHOLE)
        rest[parents[0]] -= parents[1]
        told = draws.uniform(rng.key("holdings.told", np.arange(len(firms))), 0) > cal.number("ownership.undisclosed")
        firm, slot, share = _slots(cal, rng, firms, shown, rest)
        share = np.where(told[firm] | (slot == 0), share, share // 2)
        owner = _owners(cal, rng, firms, persons, firm, slot)
        holder, nominee, owner = _nominees(cal, rng, groups, persons, firm, slot, owner)
        many = len(firm)
        before = _spare(persons, firm, slot)
        people = cls(firm, slot, np.zeros(many, bool), holder, owner, share, nominee, before)
        up, size = parents
        none = np.full(len(up), -1)
        held = cls(up, none, np.ones(len(up), bool), shown[up], shown[up], size, none, none)
        return _crossed(_below(people, held), cal, rng, groups)


def _crossed(held: Holdings, cal: Calibration, rng: Draws, groups: Groups) -> Holdings:
    """Plant children that hold a part of their parent, or of the parent's parent, taken from its largest person."""
    shown = np.where(groups.hidden, -1, groups.parent)
    upper = np.where(shown >= 0, np.where(shown[shown] >= 0, shown[shown], shown), -1)
    key = rng.key("crossing", np.arange(len(shown)))
    first = np.full(len(shown), -1)
    own = np.flatnonzero((held.slot == 0) & ~held.by_firm)
    first[held.firm[own]] = own
    target = np.where(draws.uniform(key, 0) < 0.7, shown, upper)
    fits = (target >= 0) & (first[target] >= 0) & (held.share[first[target]] > WHOLE // 4)
    queue = np.flatnonzero(fits)
    queue = queue[np.argsort(draws.uniform(key, 1)[queue], kind="stable")]
    _once, at = np.unique(target[queue], return_index=True)
    wanted = max(1, round(cal.number("ownership.crossings_per_firm") * len(shown)))
    child = queue[np.sort(at)][:wanted]
    low, high = cal.numbers("ownership.crossing_share")
    size = np.round((low + (high - low) * draws.uniform(key, 2)[child]) * 100).astype(np.int64) * (WHOLE // 100)
    share = held.share.copy()
    share[first[target[child]]] -= size
    none = np.full(len(child), -1)
    crossing = Holdings(target[child], none, np.ones(len(child), bool), child, child, size, none, none)
    return _below(replace(held, share=share), crossing)


def _below(first: Holdings, second: Holdings) -> Holdings:
    columns = [np.concatenate([getattr(first, f), getattr(second, f)]) for f in Holdings.__slots__]
    order = np.lexsort((columns[1] % 100, columns[0]))
    return Holdings(*(c[order] for c in columns))


def _parents(cal: Calibration, rng: Draws, shown: Ints) -> tuple[Ints, Ints]:
    held = np.flatnonzero(shown >= 0)
    key = rng.key("holdings.parent", held)
    table = cal.numbers("ownership.parent")
    share = np.round(table[draws.pick(draws.uniform(key, 0), table[:, 1]), 0] * WHOLE).astype(np.int64)
    bent = (draws.uniform(key, 1) > cal.number("ownership.round_shares")) & (share < WHOLE)
    return held, share + np.where(bent, np.round(30_000 * (draws.uniform(key, 2) - 0.3)).astype(np.int64), 0)


def _slots(cal: Calibration, rng: Draws, firms: Population, shown: Ints, rest: Ints) -> tuple[Ints, Ints, Ints]:
    """Persons of each firm, and what each holds of what its parent leaves."""
    n = len(firms)
    key = rng.key("holdings.firm", np.arange(n))
    law = draws.pick(draws.uniform(key, 0), cal.numbers("ownership.holders"))
    many = np.where(law < 3, law + 1, draws.whole(key, 1, 4, 7))
    beside = 1 + draws.pick(draws.uniform(key, 2), cal.numbers("ownership.holders_beside_a_company"))
    many = np.where(shown >= 0, np.where(rest > 0, beside, 0), many)
    many = np.where(firms.kind == 1, 1, np.where(firms.kind == 2, cal.count("ownership.cooperative_holders"), many))
    table = cal.numbers("ownership.largest")
    top = table[draws.pick(draws.uniform(key, 3), table[:, 1]), 0]
    top = np.where(many > 2, np.minimum(top, 0.8), np.where(many == 2, np.maximum(top, 0.5), 1.0))
    bent = draws.uniform(key, 4) > cal.number("ownership.round_shares")
    top = np.where(bent & (many > 1), np.clip(top + 0.06 * (draws.uniform(key, 5) - 0.5), 0.3, 0.97), top)
    top = np.where(firms.kind == 2, 0.2, top)
    firm = np.repeat(np.arange(n), many)
    slot = np.arange(len(firm)) - np.repeat(np.cumsum(many) - many, many)
    weight = np.where(slot == 0, top[firm], (1 - top[firm]) / np.maximum(many[firm] - 1, 1))
    unequal = (slot > 0) & (many[firm] == 3) & (draws.uniform(key, 6)[firm] < 0.4)
    weight = np.where(unequal, weight * np.where(slot == 1, 1.3, 0.7), weight)
    grain = np.where(bent[firm] | (rest[firm] < WHOLE), 100, np.where(many[firm] > 3, 5_000, 10_000))
    share = np.maximum(np.floor(weight * rest[firm] / grain + 1e-6).astype(np.int64) * grain, 1_000)
    last = slot == many[firm] - 1
    before = np.bincount(firm, np.where(last, 0, share), n).astype(np.int64)
    return firm, slot, np.where(last, rest[firm] - before[firm], share)


def _owners(cal: Calibration, rng: Draws, firms: Population, persons: Persons, firm: Ints, slot: Ints) -> Ints:
    """The persons behind the slots: owners of several firms own firms of one place and like quality."""
    key = rng.key("owner", np.arange(persons.owners))
    law = draws.pick(draws.uniform(key, 0), cal.numbers("persons.firms_of_an_owner"))
    most = cal.count("persons.most_firms_of_an_owner")
    stubs = np.where(law < 5, law + 1, draws.whole(key, 1, 6, most))
    place = persons.place[: persons.owners]
    queue = np.lexsort((draws.uniform(key, 2), place))
    line = np.repeat(queue, stubs[queue])
    this = rng.key("holdings.slot", firm, slot)
    taste = cal.number("persons.owner_likeness") * firms.quality[firm] + draws.normal(this, 0)
    order = np.lexsort((taste, firms.place[firm]))
    found = np.empty(len(firm), np.int64)
    # the line is stretched or wound over the slots
    found[order] = line[np.minimum(np.arange(len(firm)) * len(line) // max(len(firm), 1), len(line) - 1)]
    return _distinct(persons, firm, slot, found)


def _distinct(persons: Persons, firm: Ints, slot: Ints, found: Ints) -> Ints:
    """Nobody stands twice among the holders of one firm."""
    order = np.lexsort((slot, found, firm))
    twice = np.zeros(len(firm), bool)
    twice[order[1:]] = (firm[order[1:]] == firm[order[:-1]]) & (found[order[1:]] == found[order[:-1]])
    return np.where(twice, _spare(persons, firm, slot), found)


def _spare(persons: Persons, firm: Ints, slot: Ints) -> Ints:
    """Persons who own nothing else: one for each stake, no two of a firm alike."""
    others = persons.agents - persons.owners
    return persons.owners + (firm * 7_919 + slot * 13 + 5) % others


def _nominees(
    cal: Calibration, rng: Draws, groups: Groups, persons: Persons, firm: Ints, slot: Ints, owner: Ints
) -> tuple[Ints, Ints, Ints]:
    """Holder as registered, how the holder came to it, and the real owner."""
    key = rng.key("nominee", firm)
    first = np.full(len(groups.head), -1)
    first[firm[slot == 0]] = owner[slot == 0]
    # members of hidden groups stand for whoever owns the head
    boss = first[groups.head[firm]]
    secret = groups.hidden[firm] & (groups.depth[firm] > 0) & (boss >= 0) & (slot == 0)
    plain = (slot == 0) & (groups.group[firm] < 0) & (draws.uniform(key, 0) < cal.number("ownership.nominees"))
    chosen = secret | plain
    kind = np.where(chosen, draws.pick(draws.uniform(key, 1), cal.numbers("ownership.nominee_kinds")), -1)
    real = np.where(secret, boss, owner)
    relative = _relative(persons, real)
    kind = np.where((kind == 0) & ((relative < 0) | (relative == real)), 1, kind)
    agents = len(persons) - persons.agents
    agent = persons.agents + np.floor(draws.uniform(key, 2) * agents).astype(np.int64)
    employee = persons.owners + (firm * 104_729 + 11) % (persons.agents - persons.owners)
    employee = np.where(employee == real, employee - 1, employee)
    holder = np.select([kind == 0, kind == 1, kind == 2], [relative, employee, agent], owner)
    # whoever holds a stake of the firm already cannot hold this one for another
    taken = np.isin(firm * len(persons) + holder, (firm * len(persons) + owner)[slot > 0]) & chosen
    chosen &= ~taken
    return np.where(taken, owner, holder), np.where(taken, -1, kind), np.where(chosen, real, owner)


def _relative(persons: Persons, person: Ints) -> Ints:
    """Another member of the family, -1 where there is none."""
    order = np.lexsort((persons.kin, persons.family))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    after = order[(place[person] + 1) % len(order)]
    earlier = order[place[person] - 1]
    family = persons.family[person]
    found = np.where(persons.family[after] == family, after, np.where(persons.family[earlier] == family, earlier, -1))
    return np.where(family >= 0, found, -1)
