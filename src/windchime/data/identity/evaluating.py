"""How well links agree with a known truth, by pairs: precision, recall and F1 with intervals, for each kind of writing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.text import _

#: of the standard normal distribution: intervals of 95 %
_Z = 1.959964
#: the table of truth: which firm a record is of, and how it was written
TRUTH = "lookalike_name.parquet"


class NoTruth(BadInput):
    """A folder without the table of planted names."""

    msgid = _("{folder} holds no {file}: no truth about names is known there")
    hint = _("name the folder 'truth' beside generated data: windchime twin generate --help")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder), file=TRUTH)


@dataclass(frozen=True, slots=True)
class Known:
    """What is true of one mention."""

    #: the firm it is of
    firm: str
    #: how it is written: `registry`, `brackets`, `one_character`, …
    kind: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of one kind."""

    #: kind of writing; `all` for every pair
    kind: str
    #: pairs of one firm that are linked, pairs of two firms that are linked, pairs of one firm that are not
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Share of linked pairs that are of one firm; None where nothing is linked."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """Share of pairs of one firm that are linked; None where there are none."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Intervals of 95 % (Wilson 1927) of precision, recall and F1; pairs of one firm are not independent, so rather narrow."""
        least, most = wilson(self.right, self.right + self.wrong + self.missed)
        return {
            "precision": wilson(self.right, self.right + self.wrong),
            "recall": wilson(self.right, self.right + self.missed),
            # F1 rises with the share of right pairs among all that are linked or should be
            "f1": (2 * least / (1 + least), 2 * most / (1 + most)),
        }

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return asdict(self) | figures | {f"{k}_interval": list(v) for k, v in self.intervals().items()}


def agreement(entities: Mapping[str, str], truth: Mapping[str, Known]) -> list[Agreement]:
    """Agreement of links with the truth over the mentions that both know: over all pairs first, then by kind.

    A pair's kind is that of the mention that is not as the register writes it; of two such mentions, `several` unless
    they are alike.
    """
    both = {m: k for m, k in truth.items() if m in entities}
    linked, one = _groups((entities[m], m) for m in both), _groups((k.firm, m) for m, k in both.items())
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for found, good, bad in ((linked, "right", "wrong"), (one, "", "missed")):
        for members in found:
            for a, b in combinations(members, 2):
                same = both[a].firm == both[b].firm if good else entities[a] == entities[b]
                said = (good if same else bad) if good else ("" if same else bad)
                if said:
                    for kind in ("all", _kind(both[a].kind, both[b].kind)):
                        counts[kind][said] += 1
    order = ["all", *sorted(set(counts) - {"all"})]
    return [Agreement(k, counts[k]["right"], counts[k]["wrong"], counts[k]["missed"]) for k in order]


def truth_in(folder: Path) -> dict[str, Known]:
    """The truth beside simulated data: record_id, firm_id, kind of each planted record.

    Raises:
        NoTruth: the folder has none.
    """
    file = folder / TRUTH
    if not file.is_file():
        raise NoTruth(folder)
    rows = pq.read_table(file).to_pylist()
    found = {r["record_id"]: Known(r["firm_id"], r["kind"]) for r in rows}
    # the register's own row of each firm is a mention too
    return {r["firm_id"]: Known(r["firm_id"], "registry") for r in rows} | found


def wilson(right: int, of: int) -> tuple[float, float]:
    """Bounds of a share at 95 %; (0, 1) where nothing was observed."""
    if not of:
        return 0.0, 1.0
    share, z = right / of, _Z * _Z
    middle = (share + z / (2 * of)) / (1 + z / of)
    half = _Z * sqrt(share * (1 - share) / of + z / (4 * of * of)) / (1 + z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _groups(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for group, member in pairs:
        found[group].append(member)
    return [sorted(members) for members in found.values() if len(members) > 1]


def _kind(a: str, b: str) -> str:
    kinds = {a, b} - {"registry"} or {"registry"}
    return next(iter(kinds)) if len(kinds) == 1 else "several"
