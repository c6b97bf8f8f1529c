"""Columns that tables of public records share: persons and parties, subjects, days known, texts put together."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys, shipped
from windchime.twin.draws import uniform, whole
from windchime.twin.source import dates, firm_ids, sheet
from windchime.twin.world import SOURCE, World

Columns = dict[str, Any]
NONE = pa.scalar(None, pa.string())


def person_ids(person: Ints) -> pa.Array:
    """`twin:P0000001` for person 0; null for -1."""
    number = pa.array(np.maximum(person, 0) + 1 + 10**7).cast(pa.string())
    found = pc.binary_join_element_wise(f"{SOURCE}:P", pc.utf8_slice_codeunits(number, 1), "")
    return pc.if_else(pa.array(person >= 0), found, NONE)


def person(world: World, name: str, who: Ints, *, numbered: Bools | None = None) -> Columns:
    """The four columns of a party that is a person; -1 is nobody.

    Args:
        world: the region.
        name: name of the party.
        who: persons.
        numbered: where the source writes the resident number; nowhere if not given.
    """
    there, known = pa.array(who >= 0), np.maximum(who, 0)
    people = world.society.persons
    code = pa.nulls(len(who), pa.string())
    if numbered is not None:
        code = pc.if_else(pa.array(numbered & (who >= 0)), people.numbers(known), NONE)
    return {
        f"{name}_type": pc.if_else(there, "person", NONE),
        f"{name}_id": person_ids(who),
        f"{name}_code": code,
        f"{name}_name": pc.if_else(there, people.names(known), NONE),
    }


def firm_party(world: World, name: str, who: Ints) -> Columns:
    """The four columns of a party that is a firm of the region (below n) or outside; -1 is nobody."""
    inside = (who >= 0) & (who < len(world.firms))
    at = pa.array(np.where(inside, who, 0), mask=~inside)
    there = pa.array(who >= 0)
    return {
        f"{name}_type": pc.if_else(there, "firm", NONE),
        f"{name}_id": pc.if_else(there, firm_ids(world, np.maximum(who, 0)), NONE),
        f"{name}_code": world.codes.take(at),
        f"{name}_name": world.names.take(at),
    }


def either(world: World, name: str, is_firm: Bools, who: Ints) -> Columns:
    """The four columns of a party that is a firm in some rows and a person in others."""
    a = firm_party(world, name, np.where(is_firm, who, -1))
    b = person(world, name, np.where(is_firm, -1, who))
    choice = pa.array(is_firm)
    return {column: pc.if_else(choice, a[column], b[column]) for column in a}


def subject(world: World, firm: Ints) -> Columns:
    """Id, code and name of the firm a row is about."""
    at = pa.array(firm)
    return {
        "firm_id": firm_ids(world, firm),
        "subject_code": world.codes.take(at),
        "subject_name": world.names.take(at),
    }


def told(world: World, table: str, columns: Mapping[str, Any], known: Ints) -> pa.Table:
    """The rows of a table that were known before the pack was taken; none comes from a later day."""
    made = sheet(table, {**columns, "known_on": dates(known)}, len(known))
    seen = known < world.end
    return made if seen.all() else made.filter(pa.array(seen))


def later(key: Keys, stream: int, low: int, high: int) -> Ints:
    """So many days, both ends included."""
    return whole(key, stream, low, high)


def joined(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The values as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def text(*parts: Any) -> pa.Array:
    """Texts one behind the other; integers are written out."""
    made = [pa.array(p).cast(pa.string()) if isinstance(p, np.ndarray) else p for p in parts]
    return pc.binary_join_element_wise(*made, "")


def year_of(day: Ints) -> Ints:
    """Calendar year."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def one_of(words: list[str], key: Keys, stream: int) -> pa.Array:
    """One of the words, all equally likely."""
    return pa.array(words).take(pa.array(whole(key, stream, 0, len(words) - 1)))


def chance(key: Keys, stream: int, share: float | Floats) -> Bools:
    """True with a probability."""
    return np.asarray(uniform(key, stream) < share)


def registry() -> Calibration:
    """The document of people, ownership and registers."""
    return shipped("registry")


def place_codes() -> pa.Array:
    """Region codes of the places."""
    return pa.array([p["code"] for p in shipped("names")["places"]])


def place_words() -> list[str]:
    """Names of the places."""
    return [p["zh"] for p in shipped("names")["places"]]


def late(key: Keys, published: Ints) -> Ints:
    """Days on which published rows reach us: the day itself, for a few weeks or months later."""
    cal = shipped("public")
    low, high = cal["late.days"]
    return published + np.where(chance(key, 57, cal.number("late.share")), whole(key, 58, low, high), 0)
