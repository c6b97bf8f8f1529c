"""The words that names of firms are made of: places, forms of organisation, words of trade; content, indexed for parsing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from windchime.content import seed


@dataclass(frozen=True, slots=True)
class Place:
    """A province, prefecture or simulated place."""

    #: as a name writes it, whole or shortened
    text: str
    #: digits of its region code that say something: 2, 4 or 6
    digits: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by the character they begin or end with, longest first."""

    #: by first character
    places: Mapping[str, tuple[Place, ...]]
    #: words that look like places and are none
    not_places: frozenset[str]
    #: words that begin with an ending of a place
    not_behind_places: tuple[str, ...]
    #: by last character: word and group
    forms: Mapping[str, tuple[tuple[str, str], ...]]
    branches: tuple[str, ...]
    groups_of_firms: tuple[str, ...]
    notes: frozenset[str]
    former: tuple[str, ...]
    placeholders: tuple[str, ...]
    #: by last character: word and group
    trades: Mapping[str, tuple[tuple[str, str], ...]]
    #: groups of trade that say little by themselves
    general: frozenset[str]
    #: beginnings of forms that a cut name may end with
    cut_forms: tuple[str, ...]


@cache
def shipped() -> Lexicon:
    """The words that ship."""
    found = seed.documents("lexicons")
    regions, forms, industries = found["regions"], found["organisation_forms"], found["industries"]
    companies = [w for group in ("ltd", "jsc", "company") for w in forms["groups"][group]]
    return Lexicon(
        places=_by(sorted(set(_places(regions)), key=_longest), 0),
        not_places=frozenset(regions["not_places"]),
        not_behind_places=tuple(regions["not_behind_places"]),
        forms=_words(forms["groups"]),
        branches=tuple(sorted(forms["branches"], key=len, reverse=True)),
        groups_of_firms=tuple(forms["groups_of_firms"]),
        notes=frozenset(forms["notes"]),
        former=tuple(sorted(forms["former"], key=len, reverse=True)),
        placeholders=tuple(forms["placeholders"]),
        trades=_words(industries["groups"]),
        general=frozenset(industries["general"]),
        cut_forms=tuple(sorted({w[:n] for w in companies for n in range(1, len(w))}, key=len, reverse=True)),
    )


def _longest(place: Place) -> tuple[int, str, str]:
    return -len(place.text), place.text, place.digits


def _by(places: Iterable[Place], at: int) -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        found[place.text[at]].append(place)
    return {first: tuple(some) for first, some in found.items()}


def _words(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for word, group in sorted(((w, g) for g, some in groups.items() for w in some), key=lambda e: (-len(e[0]), e)):
        found[word[-1]].append((word, group))
    return {last: tuple(some) for last, some in found.items()}


def _places(regions: Mapping[str, Any]) -> Iterator[Place]:
    """Every place whole and shortened, those of the simulated region too."""
    named = [
        *((p["name"], p["code"]) for p in regions["provinces"]),
        *((n, p["code"] + c) for p in regions["provinces"] for c, n in p["cities"].items()),
        *_simulated(),
    ]
    for name, digits in named:
        yield Place(name, digits)
        short = _short(name, regions)
        if len(short) >= 2:
            yield Place(short, digits)


def _simulated() -> Iterator[tuple[str, str]]:
    names = seed.documents("twin")["names"]
    for place in (names["province"], *names["places"]):
        code = place["code"]
        yield place["zh"], next(code[:n] for n in (2, 4, 6) if code[n:].strip("0") == "")


def _short(name: str, regions: Mapping[str, Any]) -> str:
    """A place without its ending and without the peoples it is named after: 重庆市 → 重庆, 凉山彝族自治州 → 凉山."""
    for ending in regions["endings"]:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            name = name.removesuffix(ending)
            break
    for _again in range(3):
        for people in regions["peoples"]:
            if name.endswith(people) and len(name) - len(people) >= 2:
                name = name.removesuffix(people)
    return name
