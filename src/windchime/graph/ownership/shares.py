"""From a table of shareholdings to `Holdings`: ids numbered, stakes summed, rows that say nothing usable set aside."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.problems import Problem
from windchime.graph.csr import Floats, Longs, csr
from windchime.graph.nodes import Ints, Nodes, coded
from windchime.graph.ownership.faulty_rows import Faults
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.reading_shares import first_row, table_of
from windchime.graph.ownership.share_columns import Flags, day_number, days, missing, shares, votes


def holdings_of(
    table: object, persons: Iterable[str] | None = None, as_of: date | None = None
) -> tuple[Holdings, list[Problem]]:
    """Read shareholdings. A row that cannot be used is set aside as a problem; its share counts as undisclosed.

    Args:
        table: as for `reading_shares.table_of`, with the columns `owner`, `company` (ids), `share` (a fraction of the whole as
            float, decimal or text; null: undisclosed) and, where they are told apart, `votes` (null: as the share).
            Rows of one owner and company add up. A share above 1 stays in: it makes its company over-issued.
            With a column `as_of` (date or ISO text) each row says what holds from that day on: of one owner and company the
            rows of the last day not after the asked one count, and a share of 0 says that the stake ended.
        persons: ids of natural persons, whom nobody holds; None: all that no row names as a company.
        as_of: the day asked about; None: the last of each owner and company. Means nothing without the column.

    Returns:
        the holdings, and the faulty rows in their order (no more than 1,000 of a kind one by one). Rows count from 1;
        in a CSV file the header is row 1. A note `share_undisclosed` is no fault.

    Raises:
        NoTable, NoShareholdings, UnreadableFile: there is no table to read.
    """
    source = table_of(table)
    faults = Faults(first_row(table))
    share, share_text = shares(source, faults)
    apart = "votes" in source.column_names
    vote, votes_text = votes(source, share, faults) if apart else (share, share_text)
    nodes, owner, company, named = _named(source, faults)
    row = np.flatnonzero(named)
    is_person, is_held = _kinds(nodes, company, persons)
    odd = is_person[company]
    faults.add("person_held", row[odd], "company")
    counts = np.isfinite(share[row] + vote[row]) & ~odd
    if "as_of" in source.column_names:
        counts &= _in_force(days(source, faults)[row], day_number(as_of), owner, company, counts)
    counts &= np.maximum(share, vote)[row] > 0 if apart else share[row] > 0
    if not counts.all():
        row, owner, company = row[counts], owner[counts], company[counts]
    order, start = _stakes(len(nodes), owner, company)
    row = row[order]
    first_of_each = order[start]
    added = _added(share, row, start)
    holdings = Holdings(
        nodes,
        owner[first_of_each],
        company[first_of_each],
        added,
        _added(vote, row, start) if apart else added,
        is_person,
        is_held,
        np.append(start, len(row)),
        row,
        share_text,
        votes_text,
    )
    return holdings, faults.problems()


def _named(source: pa.Table, faults: Faults) -> tuple[Nodes, Ints, Ints, Flags]:
    """Numbers of the owners and companies of all rows that name both, and which rows do."""
    named = np.ones(source.num_rows, bool)
    for column in ("owner", "company"):
        absent = missing(source[column])
        faults.add(f"{column}_missing", np.flatnonzero(absent), column)
        named &= ~absent
    if not named.all():
        source = source.filter(pa.array(named))
    nodes, (owner, company) = coded(source["owner"], source["company"])
    # numbering took room for a dictionary of all ids, which Arrow would keep for itself
    pa.default_memory_pool().release_unused()
    return nodes, owner, company, named


def _kinds(nodes: Nodes, company: Ints, persons: Iterable[str] | None) -> tuple[Flags, Flags]:
    """(nodes,) who is a natural person, and who is held by someone."""
    is_held = np.zeros(len(nodes), bool)
    is_held[company] = True
    if persons is None:
        return ~is_held, is_held
    ids = pa.array(dict.fromkeys(persons), pa.string())
    is_person = pc.is_in(nodes.ids, value_set=ids).to_numpy(zero_copy_only=False)
    return is_person, is_held & ~is_person


def _in_force(day: Longs, asked: int, owner: Ints, company: Ints, usable: Flags) -> Flags:
    """(rows,) those of the last day, not after the asked one, of their owner and company."""
    known = np.flatnonzero(usable & (day <= asked))
    known = known[np.lexsort((day[known], owner[known], company[known]))]
    ends = np.ones(len(known), bool)
    ends[:-1] = (owner[known][1:] != owner[known][:-1]) | (company[known][1:] != company[known][:-1])
    pair = np.cumsum(ends) - ends
    last = day[known[ends]]
    counts = np.zeros(len(day), bool)
    counts[known[day[known] == last[pair]]] = True
    return counts


def _stakes(nodes: int, owner: Ints, company: Ints) -> tuple[Longs, Longs]:
    """Rows in the order of company, owner, and where each pair of them begins in it."""
    order = csr(nodes, owner, company).edge
    order = order[csr(nodes, company[order], owner[order]).edge]
    held, holder = company[order], owner[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (held[1:] != held[:-1]) | (holder[1:] != holder[:-1])
    return order, np.flatnonzero(begins)


def _added(share: Floats, row: Longs, start: Longs) -> Floats:
    ordered = share[row]
    return ordered if len(start) == len(row) else np.add.reduceat(ordered, start)
