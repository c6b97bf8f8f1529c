"""Hidden ties of a day: pairs of firms with clues of two independent classes, and whether a register shows the tie anyway."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.graph.ownership.control import control
from windchime.graph.ownership.shares import holdings_of
from windchime.graph.ties.clues import Clues, clues, leasts
from windchime.graph.ties.controllers import HiddenController, hidden_controllers
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.session import session
from windchime.graph.ties.settings import Settings
from windchime.graph.ties.sharing import Pairs, common, shared

#: how a register shows a tie, the plainest first: a stake of one in the other, one controller above both, one leader
DECLARED = ("stake", "controller", "leader")

_DECLARED = """
WITH owned AS (
    SELECT owner AS a, company AS b FROM holdings UNION SELECT controller, company FROM control
), stake AS (
    SELECT p.place FROM pairs p JOIN owned o ON o.a = p.a AND o.b = p.b
    UNION SELECT p.place FROM pairs p JOIN owned o ON o.a = p.b AND o.b = p.a
), controller AS (
    SELECT DISTINCT p.place FROM pairs p JOIN control x ON x.company = p.a
    JOIN control y ON y.company = p.b AND y.controller = x.controller
), leader AS (
    SELECT DISTINCT p.place FROM pairs p JOIN leaders x ON x.firm = p.a
    JOIN leaders y ON y.firm = p.b AND y.person = x.person
)
SELECT place, CASE WHEN place IN (FROM stake) THEN 'stake' WHEN place IN (FROM controller) THEN 'controller'
    WHEN place IN (FROM leader) THEN 'leader' END AS declared
FROM pairs ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Clue:
    """One clue that two firms share."""

    kind: str
    #: firms that have it; of a direct tie the firms its busier end is tied to
    firms: int
    #: the rows it rests on, of the first firm and of the second
    rows: tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HiddenTie:
    """Two firms, the smaller id first."""

    firm_a: str
    firm_b: str
    #: sum of 1 / log2(1 + firms) over the clues that count
    score: float
    classes: tuple[str, ...]
    #: the rarest first
    clues: tuple[Clue, ...]
    #: one of `DECLARED`; None: no register shows the tie
    declared: str | None

    @property
    def kinds(self) -> dict[str, tuple[int, int]]:
        """By kind, how many clues are shared and how many firms have the rarest of them."""
        counts = Counter(c.kind for c in self.clues)
        return {k: (n, min(c.firms for c in self.clues if c.kind == k)) for k, n in sorted(counts.items())}


@dataclass(frozen=True, slots=True)
class TiesFound:
    """What was found as of a day."""

    ties: tuple[HiddenTie, ...]
    controllers: tuple[HiddenController, ...]


def find(facts: Facts, scheme: Scheme, day: date) -> TiesFound:
    """Ties between firms, and persons who seem to stand behind firms.

    Args:
        facts: of any time; those that hold on the day count.
        scheme: `hidden_ties`.
        day: as of which.
    """
    settings, held = Settings.of(scheme, day), facts.on(day)
    found = clues(held, settings)
    registered = registered_control(held, settings)
    pairs = shared(found.table, settings.class_of, leasts(settings), settings.independent, settings.score_needed)
    return TiesFound(
        tuple(_told(held, found, pairs, registered, settings)),
        tuple(hidden_controllers(held, found, registered, settings)),
    )


def registered_control(facts: Facts, settings: Settings) -> pa.Table:
    """Columns `controller`, `company`: who has the majority of the votes, alone or through what it controls."""
    stakes = facts.holdings.select(["owner", "company", "share", "votes"])
    return control(holdings_of(stakes)[0], settings.control).controlled.table().select(["controller", "company"])


def _told(facts: Facts, found: Clues, pairs: Pairs, registered: pa.Table, settings: Settings) -> Iterator[HiddenTie]:
    if not len(pairs):
        return
    a, b = found.firms.named(pairs.a).to_pylist(), found.firms.named(pairs.b).to_pylist()
    known = _declared(facts, a, b, registered, settings)
    place, first, second = common(found.table, pairs)
    kind = np.maximum(found.table.kind[first], found.table.kind[second])
    degree = found.degree[found.table.clue[first]]
    tables, rows = found.behind["table"].to_pylist(), found.behind["row"].to_pylist()
    every = zip(place.tolist(), kind.tolist(), degree.tolist(), first.tolist(), second.tolist(), strict=True)
    enough = leasts(settings)
    for n, group in groupby(every, key=lambda c: c[0]):
        of_pair = list(group)
        many = Counter(k for _n, k, *_rest in of_pair)
        made = [
            (Clue(settings.kinds[k].name, d, ((tables[x], rows[x]), (tables[y], rows[y]))))
            for _n, k, d, x, y in of_pair
            if many[k] >= enough[k]
        ]
        made.sort(key=lambda c: (c.firms, c.kind, c.rows))
        mask = int(pairs.classes[n])
        swap = a[n] > b[n]
        yield HiddenTie(
            b[n] if swap else a[n],
            a[n] if swap else b[n],
            round(float(pairs.score[n]), 4),
            tuple(c for i, c in enumerate(settings.classes) if mask >> i & 1),
            tuple(Clue(c.kind, c.firms, (c.rows[1], c.rows[0])) if swap else c for c in made),
            known[n],
        )


def _declared(facts: Facts, a: list[str], b: list[str], registered: pa.Table, settings: Settings) -> list[str | None]:
    pairs = pa.table({"place": range(len(a)), "a": a, "b": b})
    with session(facts, settings, pairs=pairs, control=registered) as con:
        return [row[1] for row in con.sql(_DECLARED).fetchall()]
