"""The rows of `entity_links` that a resolution changes: entity, method, score and evidence of each mention."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.core.canonical import canonical
from windchime.core.dates import end_of_day
from windchime.data.contracts import contract
from windchime.data.identity.clusters import Clusters, Link
from windchime.data.identity.entities import entity_ids
from windchime.data.identity.links import TABLE
from windchime.data.identity.mentions import Mentions
from windchime.data.identity.resolving import Resolution
from windchime.data.reading import Reading

_SAID = ("kind", "entity_id", "method", "score", "evidence")
_SIX = Decimal("0.000001")


def changed_rows(reading: Reading, mentions: Mentions, found: Resolution, run_id: str) -> pa.Table:
    """Rows in lake form of the mentions whose link is not what the reading holds."""
    before = _before(reading)
    firms = zip(mentions.firms["names"].to_pylist(), mentions.firms["codes"].to_pylist(), strict=True)
    rows = [
        *_rows("firm", found.firm_ids, found.firms, list(firms), before),
        *_rows("person", found.person_ids, found.persons, None, before),
    ]
    new = [r for r in rows if before.get(r["mention_id"]) != tuple(r[c] for c in _SAID)]
    stamp = {
        "run_id": run_id,
        "known_on": reading.as_of,
        "is_withdrawn": None,
        "source": "identity",
        "happened_at": reading.as_of,
        "known_at": end_of_day(reading.as_of),
        "known_basis": "column",
        "source_file": "identity",
        "source_sheet": None,
        "load_id": run_id,
        "supersedes": None,
    }
    schema = contract(TABLE).arrow_schema()
    columns = {c: [r[c] for r in new] for c in ("mention_id", *_SAID)}
    columns["row_no"] = list(range(1, len(new) + 1))
    return pa.table(
        {f.name: pa.array(columns.get(f.name) or [stamp.get(f.name)] * len(new), f.type) for f in schema}, schema=schema
    )


def _rows(
    kind: str,
    ids: Sequence[str],
    found: Clusters,
    said: Sequence[tuple[list[str], list[str]]] | None,
    before: Mapping[str, tuple[Any, ...]],
) -> Iterator[dict[str, Any]]:
    clusters = ([ids[m] for m in members] for members in found.members().values())
    held = {m: b[1] for m, b in before.items() if b[0] == kind}
    entity = entity_ids(clusters, held)
    hangs = found.towards_head()
    strongest: dict[int, Link] = {}
    for joint in sorted(found.joined, key=lambda e: e.strength):
        strongest.setdefault(joint.left, joint)
        strongest.setdefault(joint.right, joint)
    for number, mention in enumerate(ids):
        link = hangs.get(number) or strongest.get(number)
        evidence: dict[str, Any] = {}
        if said is not None:
            names, codes = said[number]
            evidence = {k: v for k, v in (("names", names), ("codes", codes)) if v}
        if hung := hangs.get(number):
            evidence |= {"to": ids[hung.right if hung.left == number else hung.left], **hung.evidence}
        yield {
            "mention_id": mention,
            "kind": kind,
            "entity_id": entity[mention],
            "method": link.method if link else "alone",
            "score": Decimal(repr(link.score)).quantize(_SIX) if link else None,
            "evidence": canonical(evidence).decode() if evidence else None,
        }


def _before(reading: Reading) -> dict[str, tuple[Any, ...]]:
    """What the reading holds of each mention, by id."""
    if not reading.has(TABLE):
        return {}
    held = reading.table(TABLE).select("mention_id", *_SAID).to_pyarrow().to_pydict()
    return dict(zip(held["mention_id"], zip(*(held[c] for c in _SAID), strict=True), strict=True))
