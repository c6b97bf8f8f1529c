"""How well links agree with a known truth, by pairs: precision, recall and F1 with intervals, for each kind of writing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.intervals import wilson
from windchime.core.text import _

#: the tables of truth: which firm a record is of and how it was written; which person a second record is of
TRUTH, PERSONS = "lookalike_name.parquet", "second_record.parquet"
#: kind of mentions that fit two firms equally well: nobody can tell, so their pairs stand beside the rest
AMBIGUOUS = "ambiguous"


class NoTruth(BadInput):
    """A folder without the table of planted names."""

    msgid = _("{folder} holds no {file}: no truth about names is known there")
    hint = _("name the folder 'truth' beside generated data: windchime twin generate --help")

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(folder=str(folder), file=file)


@dataclass(frozen=True, slots=True)
class Known:
    """What is true of one mention."""

    #: the firm or person it is of
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

    Pairs with an ambiguous mention are counted under that kind alone.

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
                    kind = _kind(both[a].kind, both[b].kind)
                    for counted in ("all", kind) if kind != AMBIGUOUS else (kind,):
                        counts[counted][said] += 1
    order = ["all", *sorted(set(counts) - {"all"})]
    return [Agreement(k, counts[k]["right"], counts[k]["wrong"], counts[k]["missed"]) for k in order]


def truth_in(folder: Path) -> dict[str, Known]:
    """The truth about firms beside simulated data: the firm of each record in a list, and the register's own row of it.

    A record of a stranger, whose name only comes close, is of a firm of its own.

    Raises:
        NoTruth: the folder has none.
    """
    rows = _read(folder / TRUTH)
    found = {r["near_firm_id"]: Known(r["near_firm_id"], "registry") for r in rows}
    for r in rows:
        firm = r["firm_id"] or f"stranger of {r['record_id']}"
        found[r["record_id"]] = Known(firm, AMBIGUOUS if r["ambiguous"] else r["kind"])
    return found


def persons_in(folder: Path) -> dict[str, Known]:
    """The truth about persons: of whom each second record is, and the persons who bear one name.

    Raises:
        NoTruth: the folder has none.
    """
    rows, namesakes = _read(folder / PERSONS), _read(folder / "same_name_person.parquet")
    ids = {r["person_id"] for r in (*rows, *namesakes)}
    return {p: Known(p, "registry") for p in ids} | {
        r["record_id"]: Known(r["person_id"], "second_record") for r in rows
    }


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        raise NoTruth(file.parent, file.name)
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _groups(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for group, member in pairs:
        found[group].append(member)
    return [sorted(members) for members in found.values() if len(members) > 1]


def _kind(a: str, b: str) -> str:
    if AMBIGUOUS in {a, b}:
        return AMBIGUOUS
    kinds = {a, b} - {"registry"} or {"registry"}
    return next(iter(kinds)) if len(kinds) == 1 else "several"
