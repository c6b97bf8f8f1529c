"""A column mapping proposed for a sheet: which header is which column of a contract, how sure, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from windchime.core.text import _
from windchime.data.contracts import Column, Contract, contract, contracts
from windchime.data.intake import evidence
from windchime.data.intake.headers import alike, unit_of, words
from windchime.data.intake.units import OF_TYPE

#: how much of the confidence is the header's and how much the values', where values say anything
NAME_WEIGHT, VALUE_WEIGHT = 0.72, 0.28
#: values of which fewer fit speak against a column; the confidence falls in proportion
DOUBTFUL_FIT = 0.5
#: what is said of a match, by how the header was recognised
WHY = {
    "name": _("the header is the column's name"),
    "label": _("the header is the column's label '{form}'"),
    "synonym": _("'{form}' is another word for it"),
    "meaning": _("it means the same as '{form}'"),
    "similar": _("it is similar to '{form}' ({percent} %)"),
}
VALUES_FIT = _("{percent} % of the values fit")


@dataclass(frozen=True, slots=True)
class Match:
    """One header that was recognised."""

    header: str
    column: str
    #: from 0 to 1
    confidence: float
    #: key of `WHY`
    why: str
    #: the form of the column that the header is like
    form: str
    #: how alike header and form are, 0 to 1
    likeness: float
    #: share of the values that fit; None where the type takes anything
    fit: float | None
    #: unit the header states, a name of `units.UNITS`; empty for none
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """How one sheet can become one table."""

    table: str
    matches: tuple[Match, ...]
    #: headers that no column is like
    unused: tuple[str, ...]
    #: columns the table cannot do without and no header is like
    missing: tuple[str, ...]
    #: from 0 to 1: how much of the sheet and of the table's needs the matches explain
    score: float


def propose(headers: Mapping[str, Sequence[str]], table: str | None = None) -> list[Proposal]:
    """Proposals for a sheet, the best first: one for the table that is named, else one for each table.

    Args:
        headers: each header with a sample of its values, without blanks around them; the sample may be empty.
        table: the contract table the sheet is meant for.

    Raises:
        UnknownName: no such table.
    """
    tables = [contract(table)] if table else [c for c in contracts().values() if not c.is_ours]
    found = [_propose(headers, c) for c in tables]
    return sorted(found, key=lambda p: (-p.score, p.table))


def _propose(headers: Mapping[str, Sequence[str]], found: Contract) -> Proposal:
    columns, names = found.expected, list(headers)
    grid = [[_judge(h, headers[h], found, c) for c in columns] for h in names]
    least = float(words()["least_confidence"])
    matches: list[Match] = []
    if names:
        scores = np.array([[m.confidence for m in row] for row in grid])
        rows, chosen = linear_sum_assignment(np.where(scores >= least, scores, 0.0), maximize=True)
        matches = [grid[r][c] for r, c in zip(rows, chosen, strict=True) if scores[r, c] >= least]
    matches.sort(key=lambda m: names.index(m.header))
    made = {m.column for m in matches}
    needed = [c.name for c in columns if not c.nullable]
    missing = tuple(n for n in needed if n not in made)
    explained = sum(m.confidence for m in matches) / max(len(names), 1)
    served = (len(needed) - len(missing)) / max(len(needed), 1)
    taken = {m.header for m in matches}
    unused = tuple(h for h in names if h not in taken)
    return Proposal(found.name, tuple(matches), unused, missing, round(0.75 * explained + 0.25 * served, 6))


def _judge(header: str, values: Sequence[str], found: Contract, column: Column) -> Match:
    said = alike(header, found, column)
    confidence, fit = said.score, None
    if said.score > 0.3:  # values are not looked at where the header cannot mean the column
        fit = evidence.fit(column, values)
    if fit is not None:
        confidence = NAME_WEIGHT * said.score + VALUE_WEIGHT * fit
        if fit < DOUBTFUL_FIT:
            confidence *= 0.5 + fit
    unit = unit_of(header)
    unit = unit if unit in OF_TYPE.get(column.type, ()) else ""
    return Match(header, column.name, round(min(confidence, 1.0), 4), said.why, said.form, said.score, fit, unit)
