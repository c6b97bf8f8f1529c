"""The structures of guarantee in the library as rows of `guarantee_circles`, each member with its evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical, sha256
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.facts.balances import balances
from windchime.graph.facts.guarantees import guarantees
from windchime.graph.guarantees.knots import knots
from windchime.graph.guarantees.measures import Balance, Given, Ledger, balances_of, level, ratio
from windchime.graph.guarantees.members import Group, groups
from windchime.graph.guarantees.motifs import FIGURES
from windchime.graph.guarantees.promised import standing, structural
from windchime.graph.guarantees.settings import Settings
from windchime.graph.guarantees.structure import Structure, core, structure
from windchime.graph.guarantees.web import web
from windchime.graph.results.finders import Found

TABLE = "guarantee_circles"
_MILLIONTH = Decimal("0.000001")
#: columns that the run says
_SAID = ("run_id", "known_on", "is_withdrawn")


def results(reading: Reading, scheme: Scheme) -> Found:
    """Circles, mutual pairs, joint groups and clusters as of the reading's date."""
    settings = Settings.of(scheme, reading.as_of)
    facts = guarantees(reading)
    held = balances_of(balances(reading))
    counted = structural(facts, reading.as_of, settings)
    return Found({TABLE: members_table(counted, standing(counted, reading.as_of), held, settings)})


def members_table(counted: pa.Table, in_force: pa.Table, held: Mapping[str, Balance], settings: Settings) -> pa.Table:
    """Rows of `guarantee_circles` without what the run says.

    Args:
        counted: promises that count in structures.
        in_force: of these, the ones that may be called today.
        held: net assets by firm.
        settings: lines, weights and bounds.
    """
    schema = contract(TABLE).arrow_schema()
    own = pa.schema([schema.field(c.name) for c in contract(TABLE).columns if c.name not in _SAID])
    if not counted.num_rows:
        return own.empty_table()
    found = structure(counted, settings)
    writer = _Writer(found, counted, in_force, held, settings)
    return pa.Table.from_pylist([row for group in groups(found) for row in writer.rows(group)], schema=own)


@dataclass
class _Writer:
    """Writes the rows of groups; what holds for the whole web is found once."""

    found: Structure
    counted: pa.Table
    in_force: pa.Table
    held: Mapping[str, Balance]
    settings: Settings

    def __post_init__(self) -> None:
        woven = self.found.web
        self._ledger = Ledger(woven, self.in_force)
        self._place = _strong_today(self.in_force)
        self._ids = woven.parties.ids.to_pylist()
        self._cycles = _cycles_by_party(self.found)
        self._promises: dict[int, list[int]] = {}
        for row, party in enumerate(woven.guarantor.tolist()):
            self._promises.setdefault(party, []).append(row)
        self._contracts = (self.counted["contract"].to_pylist(), self.counted["row"].to_pylist())

    def rows(self, group: Group) -> Iterator[dict[str, Any]]:
        """One row a member."""
        among = set(group.members.tolist())
        inside = {party: self._ledger.of(party, among) for party in group.members.tolist()}
        name = f"{group.kind}:{sha256(canonical([group.kind, *group.named(self._ids)]))[:16]}"
        leading = set(core(self.found.betweenness, group.members, self.settings.core_of_highest).tolist())
        shared = {
            "circle_id": name,
            "kind": group.kind,
            "member_count": len(group.members),
            "is_standing": self._is_standing(group, inside),
        }
        for party in group.members.tolist():
            yield (
                shared | self._own(party, inside[party]) | self._figures(party) | self._place_of(group, party, leading)
            )

    def _is_standing(self, group: Group, inside: Mapping[int, Given]) -> bool:
        if group.kind in {"circle", "mutual"}:
            place = {self._place.get(self._ids[p]) for p in group.members.tolist()}
            return None not in place and len(place) == 1
        return any(of.out_count for of in inside.values())

    def _own(self, party: int, inside: Given) -> dict[str, Any]:
        balance = self.held.get(self._ids[party])
        out = _yuan(self._ledger.of(party).out_cents)
        return {
            "firm_id": self._ids[party],
            "out_count": inside.out_count,
            "in_count": inside.in_count,
            "out_amount": _yuan(inside.out_cents),
            "in_amount": _yuan(inside.in_cents),
            "total_out_amount": out,
            "net_assets": balance.net_assets if balance else None,
            "out_to_net_assets": ratio(out, balance),
            "level": level(out, balance, self.settings),
        }

    def _figures(self, party: int) -> dict[str, Any]:
        counts = dict(zip(FIGURES, self.found.motifs.counts[party].tolist(), strict=True))
        spared = 1.0
        for figure, count in counts.items():
            spared *= (1.0 - self.settings.motif_weights[figure]) ** count
        score = Decimal(repr(1.0 - spared)).quantize(_MILLIONTH)
        return {f"{figure}_count": count for figure, count in counts.items()} | {"motif_score": score}

    def _place_of(self, group: Group, party: int, leading: set[int]) -> dict[str, Any]:
        found = self.found
        component = int(found.knots.components.of[party])
        between = Decimal(repr(float(found.betweenness[party]))).quantize(_MILLIONTH)
        return {
            "betweenness": min(between, Decimal(1)) if group.kind == "circle" else None,
            "is_core": group.kind == "circle" and party in leading,
            "cycle_count": int(found.cycles.through[party]),
            "is_cycle_count_exact": not bool(found.cycles.truncated[component]),
            "chain_length": found.chains.longest_through(component),
            "evidence": canonical(self._evidence(group, party)).decode(),
        }

    def _evidence(self, group: Group, party: int) -> dict[str, Any]:
        among = set(group.members.tolist())
        contracts, keys = self._contracts
        debtor = self.found.web.debtor
        mine = [n for n in self._promises.get(party, []) if int(debtor[n]) in among]
        said: dict[str, Any] = {
            "promises": [
                {"to": self._ids[debtor[n]], "contract": contracts[n], "table": "guarantees", "row": keys[n]}
                for n in sorted(mine, key=lambda n: keys[n])
            ]
        }
        balance = self.held.get(self._ids[party])
        if balance:
            said["net_assets"] = {"table": balance.table, "row": balance.row}
        if group.kind in {"circle", "mutual"}:
            said["cycles"] = [
                [self._called(node) for node in self.found.cycles.at(number)]
                for number in self._cycles.get(party, [])
                if among >= {int(n) for n in self.found.cycles.at(number) if n < len(self._ids)}
            ]
        if group.tie is not None:
            said["tie"] = self.found.web.tie_names[group.tie]
        return said

    def _called(self, node: int) -> str:
        parties = len(self._ids)
        return str(self._ids[node]) if node < parties else f"tie:{self.found.web.tie_names[node - parties]}"


#: cycles shown as evidence of one member
_CYCLES_SHOWN = 5


def _cycles_by_party(found: Structure) -> dict[int, list[int]]:
    shown: dict[int, list[int]] = {}
    for number in range(len(found.cycles)):
        for node in found.cycles.at(number).tolist():
            seen = shown.setdefault(node, [])
            if len(seen) < _CYCLES_SHOWN:
                seen.append(number)
    return shown


def _strong_today(in_force: pa.Table) -> dict[str, int]:
    """The component of each party by promises in force alone."""
    if not in_force.num_rows:
        return {}
    today = web(in_force)
    of = knots(today).components.of
    return dict(zip(today.parties.ids.to_pylist(), of[: len(today.parties)].tolist(), strict=True))


def _yuan(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
