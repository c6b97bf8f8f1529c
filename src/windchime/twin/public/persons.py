"""Natural persons who do not exist: names, birth dates, families, and numbers under the invented region prefix 99."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.resident_id import WEIGHTS
from windchime.twin import draws
from windchime.twin.calendar import EPOCH, Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population

#: place of a person within the family: head, spouse of the head, children and siblings
HEAD, SPOUSE, CHILD, SIBLING = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons 0 … p-1: owners first, then others, then registration agents."""

    place: Ints
    surname: Ints
    #: two characters of the given name, the second -1 where there is one only
    given: Ints
    second: Ints
    male: Bools
    #: day of birth since 1970-01-01
    born: Ints
    #: counts those born in one place on one day, from 0
    serial: Ints
    #: number of the family, -1 for none, and the place in it
    family: Ints
    kin: Ints
    #: whose name this person bears by plan, -1 for nobody
    namesake: Ints
    #: how many of them own firms, and where the agents begin
    owners: int
    agents: int

    def __len__(self) -> int:
        return len(self.place)

    @classmethod
    def of(cls, calendar: Calendar, rng: Draws, firms: Population) -> Self:
        """Draw the persons of a region."""
        cal, places = shipped("registry"), shipped("names")["places"]
        n = len(firms)
        agents = max(2, round(n / cal.number("persons.firms_per_agent")))
        owners = max(6, round(cal.number("persons.owners_per_firm") * n))
        size = max(owners + 10, round(cal.number("persons.per_firm") * n)) + agents
        who = np.arange(size)
        key = rng.key("person", who)
        place = draws.pick(draws.uniform(key, 0), [p["share"] for p in places])
        surname = draws.pick(draws.uniform(key, 1), _ranked(len(cal["surnames"]), cal.number("surname_exponent")))
        letters = len(cal["given"])
        given, second = draws.whole(key, 2, 0, letters - 1), draws.whole(key, 3, 0, letters - 1)
        second = np.where(draws.uniform(key, 4) < 0.18, -1, second)
        male = draws.uniform(key, 5) < 0.62
        family, kin, head = _families(cal, key, place, size - agents)
        born = _births(cal, calendar, key, kin, head)
        # a spouse keeps the own surname
        surname = np.where((family >= 0) & (kin != SPOUSE), surname[head], surname)
        male = np.where(kin == SPOUSE, ~male[head], male)
        namesake = _namesakes(cal, key, place)
        named = namesake >= 0
        surname, given, second = (np.where(named, a[namesake], a) for a in (surname, given, second))
        serial = _count(place * 10**6 + (born + 10**5))
        return cls(place, surname, given, second, male, born, serial, family, kin, namesake, owners, size - agents)

    def names(self, who: Ints) -> pa.Array:
        """The full names of some."""
        cal = shipped("registry")
        first, letters = pa.array(list(cal["surnames"])), pa.array([*cal["given"], ""])
        second = np.where(self.second[who] < 0, len(letters) - 1, self.second[who])
        return pc.binary_join_element_wise(
            first.take(pa.array(self.surname[who])),
            letters.take(pa.array(self.given[who])),
            letters.take(pa.array(second)),
            "",
        )

    def numbers(self, who: Ints) -> pa.Array:
        """Resident numbers: invented place, date of birth, serial with the sex in its last digit, check character."""
        codes = np.array([int(p["code"]) for p in shipped("names")["places"]])
        day = self.born[who].astype("datetime64[D]")
        year, month = day.astype("datetime64[Y]").astype(np.int64) + 1970, day.astype("datetime64[M]")
        number = codes[self.place[who]] * 10**8 + year * 10**4 + (month.astype(np.int64) % 12 + 1) * 100
        number += (day - month.astype("datetime64[D]")).astype(np.int64) + 1
        number = number * 1000 + (2 * self.serial[who] + np.where(self.male[who], 1, 2)) % 1000
        total = sum(number // 10 ** (16 - i) % 10 * w for i, w in enumerate(WEIGHTS))
        check = pa.array(list("10X98765432")).take(pa.array(np.asarray(total) % 11))
        return pc.binary_join_element_wise(pa.array(number).cast(pa.string()), check, "")


def _ranked(many: int, exponent: float) -> Floats:
    return np.asarray(np.arange(1, many + 1) ** -exponent, dtype=np.float64)


def _families(cal: Calibration, key: Keys, place: Ints, many: int) -> tuple[Ints, Ints, Ints]:
    """Family, place in it, and its head, of each person; agents have none."""
    order = np.lexsort((draws.uniform(key[:many], 6), place[:many]))
    sizes = 2 + draws.pick(draws.uniform(key[:many], 7), cal.numbers("persons.family_size"))
    share = cal.number("persons.in_families")
    single = draws.uniform(key[:many], 8) < (1 - share) / (1 - share + share / (2 + 1.18))
    sizes = np.where(single, 1, sizes)
    start = np.cumsum(sizes) - sizes
    used = start < many
    unit = np.repeat(np.flatnonzero(used), sizes[used])[:many]
    position = np.arange(many) - start[unit]
    head = order[start[unit]]
    alone = (sizes[unit] == 1) | (place[head] != place[order])
    family, kin, heads = np.full(len(place), -1), np.zeros(len(place), np.int64), np.arange(len(place))
    family[order] = np.where(alone, -1, unit)
    older = np.where(draws.uniform(key[order], 9) < 0.5, CHILD, SIBLING)
    kin[order] = np.where(alone | (position == 0), HEAD, np.where(position == 1, SPOUSE, older))
    heads[order] = np.where(alone, order, head)
    return family, kin, heads


def _births(cal: Calibration, calendar: Calendar, key: Keys, kin: Ints, head: Ints) -> Ints:
    """Days of birth: spouses and siblings are near the head's age, children a generation younger."""
    mean, sd = cal.numbers("persons.owner_age")
    end = int(calendar.first_day[-1])
    age = mean + sd * draws.normal(key, 10)
    apart = draws.normal(key, 11)
    near = np.select([kin == SPOUSE, kin == CHILD, kin == SIBLING], [3 * apart, -27 + 3 * apart, 6 * apart], 0.0)
    age = np.where(kin == HEAD, age, age[head] + near)
    first, last = ((_day - EPOCH).days for _day in _bounds(cal))
    return np.asarray(np.clip(end - np.round(age * 365.25).astype(np.int64), first, last))


def _bounds(cal: Calibration) -> tuple[date, date]:
    first, last = cal["persons.born_between"]
    return first, last


def _namesakes(cal: Calibration, key: Keys, place: Ints) -> Ints:
    """Whose name some persons bear: somebody of the same place who bears the own one."""
    order = np.lexsort((draws.uniform(key, 12), place))
    chosen = draws.uniform(key[order], 13) < cal.number("persons.same_name") / 2
    before = np.roll(order, 1)
    fits = chosen & ~np.roll(chosen, 1) & (place[before] == place[order])
    found = np.full(len(place), -1)
    found[order] = np.where(fits, before, -1)
    return found


def _count(group: Ints) -> Ints:
    """0, 1, 2 … within each group, in the order of the rows."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    found = np.empty(len(group), np.int64)
    found[order] = np.arange(len(group)) - starts
    return found
