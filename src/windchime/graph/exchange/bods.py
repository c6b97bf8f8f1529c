"""Ownership as statements of the Beneficial Ownership Data Standard 0.4 (standard.openownership.org), one record a statement.

Persons go out as identified but unnamed: the id of the node, no name. Whether a stake is beneficial ownership is said
where the caller knows it and left open where not; of stakes of firms it is denied, as the standard wants.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.canonical import canonical, sha256
from windchime.graph.exchange.drawing import Drawing
from windchime.graph.facts.forms import HOLDINGS

VERSION = "0.4"
#: what nodes are in the standard's terms; where two kinds share one, `details` tells them apart
ENTITY_TYPES: Mapping[str, str] = {
    "firm": "registeredEntity",
    "foreign": "registeredEntity",
    "government": "stateBody",
    "product": "arrangement",
    "unknown": "unknownEntity",
}
SCHEME = "Windchime"


def write(drawing: Drawing, out: BinaryIO) -> None:
    """Write the shareholdings of a drawing and the parties to them; votes are not known to a drawing."""
    ties = drawing.ties.filter(pc.equal(drawing.ties["kind"], "holds"))
    kinds = dict(zip(drawing.nodes["node"].to_pylist(), drawing.nodes["kind"].to_pylist(), strict=True))
    columns = {"owner": ties["source"], "company": ties["target"], "nominee": ties["detail"]}
    columns |= {n: ties[n] for n in ("share", "since", "until", "table", "row")}
    columns["votes"] = pa.nulls(ties.num_rows, HOLDINGS.field("votes").type)
    columns["owner_type"] = pa.array([kinds.get(o, "unknown") for o in ties["source"].to_pylist()], pa.string())
    holdings = pa.table({n: columns[n] for n in HOLDINGS.names}).cast(HOLDINGS)
    said = (json.dumps(statement, ensure_ascii=False) for statement in statements(drawing, holdings))
    out.write(b"[")
    out.writelines(f"{',' if number else ''}\n{text}".encode() for number, text in enumerate(said))
    out.write(b"\n]\n")


def statements(
    drawing: Drawing, holdings: pa.Table, beneficial: Collection[tuple[str, str]] | None = None
) -> Iterator[dict[str, Any]]:
    """The statements of shareholdings: their parties first, then a relationship for each stake.

    Args:
        drawing: whose nodes describe the parties; its provenance stands in every statement.
        holdings: of the form `HOLDINGS`.
        beneficial: (person, company) of whom it is known that they are beneficial owners; None where that is not known.
    """
    rows = holdings.to_pylist()
    named = {r["node"]: r for r in drawing.node_rows()}
    parties = {r["owner"]: r["owner_type"] for r in rows}
    for company in dict.fromkeys(r["company"] for r in rows):
        parties[company] = named[company]["kind"] if company in named else parties.get(company, "firm")
    for node, kind in parties.items():
        known = named.get(node, {})
        yield _statement(drawing, node, "person" if kind == "person" else "entity", node, _party(node, kind, known))
    seen: dict[str, int] = {}
    for row in rows:
        key = sha256(canonical([row[c] for c in ("owner", "company", "nominee", "since", "until")]))[:32]
        seen[key] = seen.get(key, 0) + 1
        record = f"rel-{key}-{seen[key]}"
        details = {
            "isComponent": False,
            "subject": row["company"],
            "interestedParty": row["owner"],
            "interests": _interests(row, beneficial),
        }
        yield _statement(drawing, record, "relationship", row["company"], details, f"{row['table']} {row['row']}")


def _party(node: str, kind: str, known: Mapping[str, Any]) -> dict[str, Any]:
    identifiers = [{"id": node, "schemeName": SCHEME}]
    if kind == "person":
        return {"isComponent": False, "personType": "knownPerson", "identifiers": identifiers}
    entity = {"type": ENTITY_TYPES.get(kind, "registeredEntity")}
    if kind in ("foreign", "product"):
        entity["details"] = kind
    found: dict[str, Any] = {"isComponent": False, "entityType": entity, "identifiers": identifiers}
    if known.get("label"):
        found["name"] = known["label"]
    return found


def _interests(row: Mapping[str, Any], beneficial: Collection[tuple[str, str]] | None) -> list[dict[str, Any]]:
    common: dict[str, Any] = {"directOrIndirect": "direct"}
    if row["owner_type"] != "person":
        common["beneficialOwnershipOrControl"] = False
    elif beneficial is not None:
        common["beneficialOwnershipOrControl"] = (row["owner"], row["company"]) in beneficial
    if row["nominee"] is not None:
        common["details"] = f"nominee: {row['nominee']}"
    if row["since"] is not None:
        common["startDate"] = row["since"].isoformat()
    # the standard's day is the first on which the interest no longer is; after the last day of all there is none
    if row["until"] is not None and row["until"] < date.max:
        common["endDate"] = (row["until"] + timedelta(days=1)).isoformat()
    found = []
    for kind, share in (("shareholding", row["share"]), ("votingRights", row["votes"])):
        if share is not None:
            found.append({"type": kind, **common, "share": {"exact": _percent(share)}})
        elif kind == "shareholding":
            found.append({"type": kind, **common})
    return found


def _percent(share: Any) -> int | float:
    """A fraction of six decimals as a percentage; the shortest text of the float is the decimal number itself."""
    percent = share * 100
    return int(percent) if percent == percent.to_integral_value() else float(percent)


def _statement(
    drawing: Drawing, record: str, kind: str, subject: str, details: Mapping[str, Any], source: str = ""
) -> dict[str, Any]:
    told = drawing.provenance
    said = f"Windchime {told.release}" + (
        f", lake version {told.lake_version}" if told.lake_version is not None else ""
    )
    day = told.as_of or told.generated_at.date()
    body = {
        "statementDate": day.isoformat(),
        "declarationSubject": subject,
        "recordId": record,
        "recordType": kind,
        "recordStatus": "new",
        "recordDetails": details,
        "source": {
            "type": ["thirdParty"],
            "description": f"{said}, as of {day.isoformat()}{f': {source}' if source else ''}",
        },
    }
    published = {
        "publicationDate": told.generated_at.date().isoformat(),
        "bodsVersion": VERSION,
        "publisher": {"name": SCHEME},
    }
    return {"statementId": sha256(canonical(body))[:40], **body, "publicationDetails": published}
