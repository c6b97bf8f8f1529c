"""A mined list of rules: the rules in their order, what each does, what they were mined from and how.

The list is read from the top: the first rule that hits a row decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.canonical import digest
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.risk.arrays import Frame, NotNumbers, frame
from windchime.risk.coding.reading import kind as read_as
from windchime.risk.coding.reading import plain
from windchime.risk.rules.mined import MinedRule

#: what `apply` gives where no rule hits
NONE = -1
#: a column of its own so that a table without rules keeps its rows; no column of a caller has this name
_ROWS = "\0rows"
_MAYBE = dict.fromkeys(("p_value", "q_value", "stability"), pl.Float64)


@dataclass(frozen=True, slots=True)
class RuleFeature:
    """A column that rules may look at, as people know it."""

    #: name of the column
    code: str
    label: Text
    kind: Literal["number", "category"] = "number"
    #: of a quantity; empty for none
    unit: str = ""
    #: digits after the point that its figures are shown with; None = as many as they have
    digits: int | None = None
    #: special code, as text with `repr`, to what it means
    specials: Mapping[str, Text] = field(default_factory=dict)
    #: how its values became states when the rules were mined (`risk.coding`); empty where no listed rule uses it
    coding: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code,
            "label": self.label.as_dict(),
            "kind": self.kind,
            "unit": self.unit,
            "digits": self.digits,
            "specials": {k: v.as_dict() for k, v in self.specials.items()},
            "coding": dict(self.coding),
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        specials = {k: Text.of(v) for k, v in body["specials"].items()}
        return cls(**{**body, "label": Text.of(body["label"]), "specials": specials})


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the rules were mined from."""

    rows: int
    bads: int
    #: first and last vintage used in the search; None without times
    vintages: tuple[str, str] | None = None
    #: vintages held back from the search
    held_back: tuple[str, ...] = ()
    #: columns that no rule may use, with why: `forbidden`, `constant`, `drifts`, `leak`, `too many values`
    left_out: Mapping[str, str] = field(default_factory=dict)
    #: candidates that were counted, and those that passed each step after: `stable`, `tested`, `proven`
    candidates: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rows": self.rows,
            "bads": self.bads,
            "vintages": self.vintages and list(self.vintages),
            "held_back": list(self.held_back),
            "left_out": dict(self.left_out),
            "candidates": dict(self.candidates),
            "seed": self.seed,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        first_last = body["vintages"] and (body["vintages"][0], body["vintages"][1])
        return cls(**{**body, "vintages": first_last, "held_back": tuple(body["held_back"])})


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The list, its features and how it came about. An empty list is an honest answer."""

    rules: tuple[MinedRule, ...]
    #: every column offered that some rule could use, sorted by code
    features: tuple[RuleFeature, ...]
    #: all figures the miner went by
    settings: Mapping[str, Any]
    provenance: Provenance
    #: Jaccard's share of common hits of each pair of rules on the rows mined from, in the order of the list
    overlap: tuple[tuple[float, ...], ...] = ()

    @property
    def base_rate(self) -> float:
        """Bad rate of the rows mined from, by count."""
        return self.provenance.bads / self.provenance.rows if self.provenance.rows else 0.0

    @property
    def version(self) -> str:
        """SHA-256 of the canonical content."""
        return digest(self.as_dict())

    def feature(self, code: str) -> RuleFeature:
        """What is known of a column.

        Raises:
            UnknownName: no such feature.
        """
        found = {f.code: f for f in self.features}
        if code not in found:
            raise UnknownName("feature", code, list(found))
        return found[code]

    def apply(self, table: Frame) -> NDArray[np.int32]:
        """Position of the first rule that hits each row, from 0; −1 where none does.

        Args:
            table: rows with every column that a rule looks at.

        Raises:
            UnknownName: a column that the table lacks.
            NotNumbers: text in a column that the rules know as numbers.
        """
        rows = self._columns(table)
        first = pl.lit(NONE, dtype=pl.Int32)
        for place, mined in reversed(list(enumerate(self.rules))):
            first = pl.when(mined.rule.holds()).then(pl.lit(place, dtype=pl.Int32)).otherwise(first)
        found: NDArray[np.int32] = rows.select(pl.repeat(0, pl.len()), first=first)["first"].to_numpy()
        return found

    def hits(self, table: Frame) -> pl.DataFrame:
        """One column of truth a rule, named by its id: every rule that hits, not the first alone. Errors as `apply`."""
        rows = self._columns(table)
        found = rows.select(pl.repeat(0, pl.len()).alias(_ROWS), **{m.id: m.rule.holds() for m in self.rules})
        return found.drop(_ROWS)

    def _columns(self, table: Frame) -> pl.DataFrame:
        """The columns that rules look at, in the form that conditions tell; dates as day numbers."""
        rows = frame(table)
        kinds = {c.feature: c.kind for m in self.rules for c in m.rule.conditions}
        columns = [pl.repeat(0, rows.height, eager=True).alias(_ROWS)]
        for feature, kind in kinds.items():
            if feature not in rows.columns:
                raise UnknownName("feature", feature, rows.columns)
            if kind == "number" and read_as(rows[feature]) != "number":
                raise NotNumbers(feature, str(rows[feature].dtype))
            columns.append(plain(rows[feature], kind))
        return pl.DataFrame(columns)

    def table(self) -> pl.DataFrame:
        """One row a rule: its figures with intervals, own, incremental and cumulative. No sentences: see `RuleForest.rules_`."""
        return pl.DataFrame(
            [_flat(m, i) for i, m in enumerate(self.rules)], infer_schema_length=None, schema_overrides=_MAYBE
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "form": "windchime.rules/1",
            "rules": [m.as_dict() for m in self.rules],
            "features": [f.as_dict() for f in self.features],
            "settings": dict(self.settings),
            "provenance": self.provenance.as_dict(),
            "overlap": [list(row) for row in self.overlap],
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(
            tuple(MinedRule.of(m) for m in body["rules"]),
            tuple(RuleFeature.of(f) for f in body["features"]),
            body["settings"],
            Provenance.of(body["provenance"]),
            tuple(tuple(row) for row in body["overlap"]),
        )


def _flat(mined: MinedRule, place: int) -> dict[str, Any]:
    views = {
        "own": mined.own,
        "incremental": mined.incremental,
        "cumulative": mined.cumulative,
        "unseen": mined.unseen,
        "oot": mined.out_of_time,
        "cumulative_oot": mined.cumulative_out_of_time,
    }
    found: dict[str, Any] = {"place": place, "id": mined.id}
    for view, own in ((k, v) for k, v in views.items() if v is not None):
        found |= {f"{view}_hits": own.hits, f"{view}_bads": own.bads}
        for name in ("hit_rate", "bad_rate", "lift", "odds_ratio"):
            span = getattr(own, name)
            found |= {f"{view}_{name}": span.value, f"{view}_{name}_low": span.low, f"{view}_{name}_high": span.high}
        found |= {f"{view}_recall": own.recall, f"{view}_amount_bad_rate": own.amount_bad_rate}
    return found | {
        "p_value": mined.p_value,
        "q_value": mined.q_value,
        "stability": mined.stability,
        "proven": mined.proven,
    }
