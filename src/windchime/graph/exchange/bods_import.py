"""BODS statements read into shareholdings: who holds how much of whom, and whatever the form cannot say, as problems."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.graph.exchange.bods_shares import SHARES, UNKNOWN, Interest, day, day_before, interests
from windchime.graph.exchange.bods_statements import MOST_BYTES, Found, Statement, read
from windchime.graph.facts.forms import HOLDINGS, NODES

_SHARE = HOLDINGS.field("share").type
#: `HOLDINGS` with the range of a share that is not told exactly
IMPORTED = pa.schema([*HOLDINGS, pa.field("share_least", _SHARE), pa.field("share_most", _SHARE)])
#: what the standard calls entities, as kinds of nodes; arrangements (trusts, joint holdings, nominations) stand between
_ENTITIES = {
    "registeredEntity": "firm",
    "legalEntity": "firm",
    "state": "government",
    "stateBody": "government",
    "arrangement": "product",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of statements says of ownership."""

    #: of the form `NODES`; names of firms alone, persons go by the ids of their records
    nodes: pa.Table
    #: of the form `IMPORTED`, in the order of the file
    holdings: pa.Table
    #: what is wrong with the file, and what it says beyond shares; `column` is the place in it
    problems: tuple[Problem, ...]

    def edge_list(self, on: date | None = None) -> pa.Table:
        """Owner, company, share and votes of the stakes that hold on a day, by default of those that have not ended."""
        rows = [
            r
            for r in self.holdings.to_pylist()
            if (r["until"] is None if on is None else (r["since"] or on) <= on <= (r["until"] or on))
        ]
        form = pa.schema([HOLDINGS.field(c) for c in ("owner", "company", "share", "votes")])
        return pa.Table.from_pylist([{c: r[c] for c in form.names} for r in rows], form)


def import_bods(file: Path, source: str = "bods", most_bytes: int = MOST_BYTES) -> Imported:
    """Read a file of BODS 0.4, or of 0.1 to 0.3.

    Taken are direct interests of the types shareholding and votingRights; those of one relationship over the same days
    are one stake. A stake whose type or exact share is not told stays, without a share. A later statement of a record
    takes the place of the earlier one; where its interests begin later, the earlier ones end the day before.

    Args:
        file: of a list of statements, an object with one, or of one statement a line.
        source: stands before every id, `bods:<record>`; empty leaves ids as they are.
        most_bytes: a larger file is refused, as a problem.

    Returns:
        nodes, stakes, and problems; no file is an error, the worst gives problems alone.
    """
    found = read(file, most_bytes)
    lead = f"{source}:" if source else ""
    parties = {s.record: _party(s, found) for s in found.statements if s.kind != "relationship"}
    rows: list[dict[str, Any]] = []
    for record, history in _relationships(found).items():
        ends = _ends(history[-1], found)
        if ends is None:
            continue
        owner, company = ends
        for end in ends:
            if end not in parties:
                parties[end] = {"kind": "unknown"}
                path = history[-1].path
                found.add("party_not_described", _("the relationship names a record that the file does not hold"), path)
        for stake in _stakes(history, found):
            told = {"owner": lead + owner, "company": lead + company, "owner_type": parties[owner]["kind"]}
            rows.append(told | stake | {"table": source or "bods", "row": record})
    nodes = [{"node": lead + record} | party for record, party in parties.items()]
    return Imported(pa.Table.from_pylist(nodes, NODES), pa.Table.from_pylist(rows, IMPORTED), tuple(found.problems))


def _party(statement: Statement, found: Found) -> dict[str, Any]:
    details = statement.details
    if statement.kind == "person":
        if details.get("personType") in ("anonymousPerson", "unknownPerson"):
            found.add("person_unspecified", _("the person is not named"), statement.path)
        return {"kind": "person"}
    written = details.get("entityType")
    kind = written.get("type") if isinstance(written, Mapping) else written
    more = written.get("details") if isinstance(written, Mapping) else None
    kind = more if more in ("foreign", "product") else _ENTITIES.get(str(kind), "unknown")
    if kind == "product":
        found.add("arrangement_between", _("an arrangement stands between owners and company"), statement.path)
    name, place = details.get("name"), details.get("jurisdiction") or details.get("incorporatedInJurisdiction")
    region = place.get("code") if isinstance(place, Mapping) else None
    return {
        "kind": kind,
        "label": name if isinstance(name, str) else None,
        "region": region if isinstance(region, str) else None,
        "established_on": day(details.get("foundingDate"), f"{statement.path}.foundingDate", found),
    }


def _relationships(found: Found) -> dict[str, list[Statement]]:
    """The statements of each relationship, by date, those of one date as they stand in the file."""
    by_record: dict[str, list[Statement]] = {}
    for statement in found.statements:
        if statement.kind == "relationship":
            by_record.setdefault(statement.record, []).append(statement)
    return {record: sorted(history, key=lambda s: s.date) for record, history in by_record.items()}


def _ends(statement: Statement, found: Found) -> tuple[str, str] | None:
    """Owner and company as records; None where one of them is not told."""
    ends = []
    for place in ("interestedParty", "subject"):
        value = statement.details.get(place)
        if isinstance(value, Mapping):
            reference = value.get("describedByEntityStatement") or value.get("describedByPersonStatement")
            unspecified = value.get("unspecified", value)
            if isinstance(reference, str):
                value = found.records.get(reference, reference)
            else:
                reason = unspecified.get("reason") if isinstance(unspecified, Mapping) else None
                known = reason if isinstance(reason, str) and reason.isalpha() else "unknown"
                msgid = _("the party is not told; reason: {reason}")
                found.add("party_unspecified", msgid, f"{statement.path}.{place}", reason=known)
                return None
        if not isinstance(value, str) or not value:
            found.add("party_missing", _("the relationship lacks a party"), f"{statement.path}.{place}")
            return None
        ends.append(value)
    return ends[0], ends[1]


def _stakes(history: list[Statement], found: Found) -> list[dict[str, Any]]:
    """Columns of the stakes that the statements of one relationship tell, one after the other."""
    kept: list[Interest] = []
    for statement in history:
        told = list(interests(statement, found))
        if statement.status == "closed":
            closed = day(statement.date, f"{statement.path}.statementDate", found)
            told = [_ended(i, closed) for i in told]
        begins = min((i.since for i in told if i.since is not None), default=None)
        earlier = [i for i in kept if begins is not None and i.since is not None and i.since < begins]
        kept = [_ended(i, begins) for i in earlier] + told
    stakes: dict[tuple[Any, ...], dict[str, Any]] = {}
    for interest in kept:
        key = (interest.since, interest.until, interest.nominee)
        days = {"since": interest.since, "until": interest.until, "nominee": interest.nominee}
        stake = stakes.setdefault(key, days)
        if interest.kind == UNKNOWN:
            continue
        stake[SHARES[interest.kind]] = interest.exact
        if interest.kind == "shareholding":
            stake |= {"share_least": interest.least, "share_most": interest.most}
    return [s | {"votes": s.get("votes", s.get("share"))} for s in stakes.values()]


def _ended(interest: Interest, ended: date | None) -> Interest:
    """An interest that had ended by a day, unless it ended before."""
    if ended is None or (interest.until is not None and interest.until < ended):
        return interest
    return replace(interest, until=max(day_before(ended), interest.since or date.min))
