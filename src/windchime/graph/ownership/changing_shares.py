"""One shareholding changed: new holdings beside the old ones, and what of the old answers the change can touch."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.graph.components import Components, strong
from windchime.graph.csr import csr
from windchime.graph.nodes import Nodes
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.solution import Solved
from windchime.graph.ownership.vectors import Flags

T = TypeVar("T", bound=np.generic)

Share = Fraction | Decimal | str | float


class NoShare(BadCall):
    """A changed share that is none."""

    msgid = _("{value} is not a share: a number above 0, up to 1, or None for a stake that ended")

    def __init__(self, value: object) -> None:
        super().__init__(value=str(value))


class PersonHeld(BadCall):
    """A stake in a natural person."""

    msgid = _("a natural person cannot be held")


def changed(
    holdings: Holdings, owner: str, company: str, share: Share | None, *, persons_named: bool
) -> tuple[Holdings, int, int]:
    """The holdings after a change, the arrays that it does not touch shared with the old ones.

    Args:
        holdings: as they are.
        owner: who holds, known or new.
        company: who is held, known or new; held from now on, by undisclosed owners where no stake is left.
        share: what is held from now on, of profits and votes, in place of what was; None: nothing that is disclosed.
        persons_named: whether natural persons were named one by one, so that no other node is one.

    Returns:
        the new holdings, and the numbers of owner and company.

    Raises:
        NoShare, PersonHeld: no such stake can be.
    """
    text = None if share is None else _text(share)
    nodes, (o, c) = _numbers(holdings.nodes, owner, company)
    is_held, is_person = (_longer(a, len(nodes)) for a in (holdings.is_held, holdings.is_person))
    if persons_named and is_person[c]:
        raise PersonHeld
    is_held[c] = True
    is_person[c] = False
    if not persons_named:
        is_person[o] = not is_held[o]
    place = int(np.searchsorted(holdings.company, c))
    last = int(np.searchsorted(holdings.company, c, side="right"))
    place += int(np.searchsorted(holdings.owner[place:last], o))
    there = place < last and holdings.owner[place] == o
    row = len(holdings.share_text)
    rows = slice(holdings.row_start[place], holdings.row_start[place + 1] if there else holdings.row_start[place])
    width = rows.stop - rows.start

    def put(values: NDArray[T], value: float) -> NDArray[T]:
        told = np.array([value][: text is not None], values.dtype)
        return np.concatenate([values[:place], told, values[place + there :]])

    number = 0.0 if text is None else float(Fraction(text))
    starts = np.concatenate(
        [
            holdings.row_start[: place + 1],
            np.array([rows.start + 1][: text is not None], np.int64),
            holdings.row_start[place + there + 1 :] + (text is not None) - width,
        ]
    )
    new = replace(
        holdings,
        nodes=nodes,
        owner=put(holdings.owner, o),
        company=put(holdings.company, c),
        share=put(holdings.share, number),
        votes=put(holdings.votes, number),
        is_person=is_person,
        is_held=is_held,
        row_start=starts,
        rows=np.concatenate(
            [holdings.rows[: rows.start], np.array([row][: text is not None], np.int64), holdings.rows[rows.stop :]]
        ),
        share_text=_with_text(holdings.share_text, text),
        votes_text=_with_text(holdings.votes_text, text),
    )
    return new, o, c


def components_after(holdings: Holdings, before: Components, part: Flags) -> Components:
    """The components of companies after a change: new ones of the part that lies downstream of it, the others as they were.

    Args:
        holdings: after the change.
        before: the components before it; nodes added since are in `part` or alone.
        part: (nodes,) closed downstream.
    """
    nodes = len(holdings.nodes)
    within = part[holdings.owner] & (holdings.share > 0)
    some = strong(csr(nodes, holdings.owner[within], holdings.company[within]))
    added = np.arange(nodes - len(before.of), dtype=np.int32) + len(before)
    of = np.append(before.of, added).astype(np.int32) + np.int32(len(some))
    of[part] = some.of[part]
    # numbers that no node has any more are left out, their order kept
    used = np.zeros(len(some) + len(before) + len(added), np.int32)
    used[of] = 1
    of = (np.cumsum(used, dtype=np.int32) - 1)[of]
    grouped = csr(int(used.sum()), of, np.arange(nodes, dtype=np.int32))
    return Components(of, grouped.start, grouped.target)


def touched_by(owner: int, below: Flags, part: Flags, before: Solved) -> Flags:
    """(nodes,) what is to be solved anew after a change: all downstream of it, and the owner where no list of it was kept.

    Args:
        owner: who holds more or less than before.
        below: (nodes,) what lies downstream of the company held.
        part: what earlier changes touched that nobody has asked about since; may be shorter.
        before: what was solved before all of them.
    """
    touched = below.copy()
    touched[: len(part)] |= part
    touched[owner] |= owner >= len(before.holds) or not before.holds[owner]
    return touched


def _text(share: Share) -> str:
    try:
        exact = Fraction(repr(share) if isinstance(share, float) else share)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        raise NoShare(share) from None
    if not 0 < exact <= 1:
        raise NoShare(share)
    return str(exact) if isinstance(share, Fraction) else str(share).strip()


def _numbers(nodes: Nodes, *ids: str) -> tuple[Nodes, list[int]]:
    """Nodes with the ids among them, at the end where they are new, and their numbers."""
    new = [i for i in dict.fromkeys(ids) if _place(nodes, i) is None]
    known = Nodes(pa.concat_arrays([nodes.ids, pa.array(new, pa.string())])) if new else nodes
    numbers = {i: len(nodes) + k for k, i in enumerate(new)}
    return known, [numbers[i] if i in numbers else _place(nodes, i) or 0 for i in ids]


def _place(nodes: Nodes, node: str) -> int | None:
    at = pc.index(nodes.ids, node).as_py()
    return None if at < 0 else int(at)


def _longer(flags: Flags, size: int) -> Flags:
    return np.append(flags, np.zeros(size - len(flags), bool))


def _with_text(given: pa.ChunkedArray, text: str | None) -> pa.ChunkedArray:
    """The texts with one more; the column becomes text where its type cannot say it exactly."""
    if text is None:
        return given
    if pa.types.is_float64(given.type) and repr(float(Fraction(text))) == text:
        return pa.chunked_array([*given.chunks, pa.array([float(text)])])
    return pa.chunked_array([*given.cast(pa.string()).chunks, pa.array([text])])
