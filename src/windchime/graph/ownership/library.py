"""The shareholdings of a library on one day, with what the answers need to cite: rows, kinds of owners, nominees."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.core.problems import Problem
from windchime.data.reading import Reading
from windchime.graph.facts.holdings import TABLE, holdings
from windchime.graph.ownership.above import Above
from windchime.graph.ownership.api import Ownership
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.reading_shares import ALLOWED, first_row, refuse_percent, table_of

#: what keeps a company from an answer; faults of single rows are told where the library is checked
FAULTS = frozenset({"over_issued", "orphan_loop"})
PERSON, FIRM = "person", "firm"


def on_day(edges: pa.Table, day: date) -> pa.Table:
    """The edges that hold on a day: begun by then, or at an unknown time, and not ended before."""
    begun = pc.less_equal(edges["since"], pa.scalar(day)).fill_null(True)
    lasting = pc.greater_equal(edges["until"], pa.scalar(day)).fill_null(True)
    return edges.filter(pc.and_(begun, lasting))


@dataclass(frozen=True)
class Library:
    """Stakes that hold on a day, in the form `HOLDINGS`, and ownership over them."""

    stakes: pa.Table
    ownership: Ownership
    #: the day asked about where the rows are dated themselves
    day: date | None = None

    @classmethod
    def of(cls, reading: Reading, day: date | None = None) -> Self:
        """Of a reading; the day asked about is its as-of date where none is given."""
        return cls.over(on_day(holdings(reading), day or reading.as_of))

    @classmethod
    def over(cls, stakes: pa.Table) -> Self:
        """Of stakes in the form `HOLDINGS`; a share of nothing is no stake."""
        return cls._over(stakes.filter(pc.not_equal(stakes["share"], 0).fill_null(True)), None)

    @classmethod
    def of_file(cls, file: Path, day: date | None = None) -> Self:
        """Of a file of shareholdings (`reading_shares`); owners whom nobody holds are persons, rows go by their number."""
        source, first = table_of(file), first_row(file)
        refuse_percent(file, source["share"])
        held = pc.is_in(source["owner"], value_set=source["company"].unique())
        cited = pa.table(
            {
                "owner_type": pc.if_else(held, FIRM, PERSON),
                "nominee": pa.nulls(len(source), pa.string()),
                "row": pa.array(range(first, first + len(source))).cast(pa.string()),
            }
        )
        columns, names = [*source.columns, *cited.columns], [*source.column_names, *cited.column_names]
        return cls._over(pa.table(columns, names=names), day)

    @classmethod
    def _over(cls, stakes: pa.Table, day: date | None) -> Self:
        stakes = stakes if len(stakes) else stakes.schema.empty_table()
        persons = stakes.filter(pc.equal(stakes["owner_type"], PERSON))["owner"].unique()
        asked = stakes.select([c for c in ALLOWED if c in stakes.column_names])
        return cls(stakes, Ownership.from_shares(asked, persons=persons.to_pylist(), as_of=day), day)

    def above(self, company: str) -> Self:
        """The same for what stands above one company alone: all that its owners and controllers depend on."""
        number = self.holdings.nodes.number(company)
        if number is None:
            return self._over(self.stakes.slice(0, 0), self.day)
        found = Above.of(self.holdings, number)
        held = self.holdings.nodes.named(np.unique(found.nodes[found.company]) if len(found.company) else found.nodes)
        return self._over(self.stakes.filter(pc.is_in(self.stakes["company"], value_set=held)), self.day)

    @property
    def holdings(self) -> Holdings:
        """The stakes as arrays."""
        return self.ownership.holdings

    @cached_property
    def faulty(self) -> NDArray[np.bool_]:
        """(nodes,) companies that are over-issued or held through such: no share of them is told."""
        left_out = pa.array(self.ownership.left_out(), pa.string())
        return np.asarray(pc.is_in(self.holdings.nodes.ids, value_set=left_out).to_numpy(zero_copy_only=False))

    @property
    def problems(self) -> list[Problem]:
        """Over-issued companies, with the keys of their rows, and loops that own themselves."""
        return [replace(p, file=TABLE, row=None) for p in self.faults if p.code in FAULTS]

    @property
    def faults(self) -> list[Problem]:
        """All that is wrong with the stakes, rows by the keys they are cited with."""
        return [self._cited(p) for p in self.ownership.problems()]

    def _cited(self, problem: Problem) -> Problem:
        rows = {"rows": [self._rows[row - 1] for row in problem.params["rows"]]} if "rows" in problem.params else {}
        cited = self._rows[problem.row - 1] if problem.row else ""
        return replace(problem, row=int(cited) if cited.isdigit() else None, params=problem.params | rows)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """What each owner is, by id; whoever is held is a firm."""
        return dict(zip(self.stakes["owner"].to_pylist(), self.stakes["owner_type"].to_pylist(), strict=True))

    def kind(self, node: str) -> str:
        """What a node is: person, firm, foreign, government, product, unknown."""
        return self.kinds.get(node, FIRM)

    @cached_property
    def _rows(self) -> list[str]:
        rows: list[str] = self.stakes["row"].to_pylist()
        return rows

    @cached_property
    def _declared(self) -> NDArray[np.bool_]:
        """(rows,) stakes that somebody declared to hold for another."""
        return np.asarray(pc.equal(self.stakes["nominee"], "declared").fill_null(False).to_numpy(zero_copy_only=False))

    def behind(self, stake: int) -> list[str]:
        """The keys of the rows behind a stake of the holdings."""
        return [self._rows[r] for r in self._places(stake)]

    def is_nominee(self, stake: int) -> bool:
        """Whether a row behind a stake was declared to be held for another."""
        return bool(self._declared[self._places(stake)].any())

    def _places(self, stake: int) -> list[int]:
        found = self.holdings
        places: list[int] = found.rows[found.row_start[stake] : found.row_start[stake + 1]].tolist()
        return places
