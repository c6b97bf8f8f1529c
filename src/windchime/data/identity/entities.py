"""Ids of entities that stay: a cluster keeps the id most of its mentions bore, a new one is named after its first mention.

Where a cluster splits, the part with most of the old mentions keeps the id and the others get new ones; where clusters
merge, the id with most mentions stays and the others are retired. A retired id comes back only to a cluster whose first
mention it is named after, as when a merge is undone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from windchime.core.canonical import sha256

_LENGTH = 24


def first_id(mention_id: str, *, again: int = 0) -> str:
    """The id of an entity that is named after a mention; `again` where that id is taken."""
    return "e:" + sha256(f"{mention_id}\n{again}".encode() if again else mention_id.encode())[:_LENGTH]


def entity_ids(clusters: Iterable[Sequence[str]], before: Mapping[str, str]) -> dict[str, str]:
    """The entity id of each mention.

    Args:
        clusters: mention ids that are one; each sorted.
        before: the entity id that mentions bore before.
    """
    order = sorted(clusters, key=lambda members: members[0])
    claims = []
    for number, members in enumerate(order):
        held = Counter(before[m] for m in members if m in before)
        own = first_id(members[0])
        claims += [(-count, entity != own, members[0], entity, number) for entity, count in held.items()]
    chosen: dict[int, str] = {}
    given: set[str] = set()
    # most mentions first, then whom the id is named after: each id stays with one cluster, each cluster keeps one id
    for _count, _other, _first, entity, number in sorted(claims):
        if number not in chosen and entity not in given:
            chosen[number] = entity
            given.add(entity)
    used = set(chosen.values())
    found: dict[str, str] = {}
    for number, members in enumerate(order):
        entity = chosen.get(number) or _new(members[0], used)
        used.add(entity)
        found |= dict.fromkeys(members, entity)
    return found


def _new(mention_id: str, used: set[str]) -> str:
    again = 0
    while (entity := first_id(mention_id, again=again)) in used:
        again += 1
    return entity
