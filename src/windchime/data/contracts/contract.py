"""A table contract as an object: columns, keys, times, versions, rules, and the Arrow schema that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import pyarrow as pa

from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.data.contracts.column import ARROW, SHARED, Column
from windchime.data.contracts.parts import expanded, names

Effect = Literal["reject", "note"]
#: how rows of one key stand to each other: single rows that a correction supersedes, or states of which the last counts
Versions = Literal["corrections", "states"]

__all__ = ["ARROW", "SHARED", "Column", "Contract", "Effect", "Rule", "Versions"]


#: categories of tables that the library writes itself
OURS = frozenset({"intake", "graph", "risk"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement about a row that is true of faulty rows; `kind` names how `data.intake` tests it."""

    code: str
    kind: str
    effect: Effect
    label: Text
    #: the rest of the rule as written, by kind
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What one version of a contract brought; readers of older lakes see added columns empty."""

    version: int
    label: Text
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A table of the library."""

    name: str
    version: int
    category: str
    label: Text
    grain: Text
    #: column that holds the firm the row is about; None for tables that are not about one firm
    firm_column: str | None
    #: what names a row in business terms; with `source`, and for states with `known_at`, it is unique
    key: tuple[str, ...]
    #: columns that `happened_at` and `known_at` are taken from: the first that is filled
    happened_from: tuple[str, ...]
    known_from: tuple[str, ...]
    columns: tuple[Column, ...]
    #: columns with the days of later facts that a row may bear (a judgment, an end): it was known on none before them
    known_not_before: tuple[str, ...] = ()
    #: days after `happened_at` and such facts when a row is taken to have been known where no column says so; illustrative
    known_lag_days: int = 0
    versions: Versions = "corrections"
    #: codes of `sources` in the scheme `data_sources` that usually bring it
    sources: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    measures: Mapping[str, Text] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form of a contract file."""
        columns, own = expanded(body)
        return cls(
            name=body["contract"],
            version=body["version"],
            category=body["category"],
            label=Text.of(body["label"]),
            grain=Text.of(body["grain"]),
            firm_column=body["firm_column"],
            key=tuple(body["key"]),
            happened_from=names(body["happened_at"]),
            known_from=names(body["known_at"]),
            columns=columns,
            known_not_before=tuple(body.get("known_not_before", ())),
            known_lag_days=body.get("known_lag_days", 0),
            versions=body.get("versions", "corrections"),
            sources=tuple(body.get("sources", ())),
            rules=tuple(_rule(r) for r in (*own, *body.get("rules", ()))),
            measures={name: Text.of(m["label"]) for name, m in body.get("measures", {}).items()},
            changes=tuple(_change(c) for c in body.get("changes", ())),
        )

    def __getitem__(self, column: str) -> Column:
        for found in (*self.columns, *SHARED):
            if found.name == column:
                return found
        raise UnknownName(f"column of {self.name}", column, [c.name for c in self.columns])

    @property
    def is_ours(self) -> bool:
        """Whether the library writes it itself and no source brings it."""
        return self.category in OURS

    @property
    def expected(self) -> tuple[Column, ...]:
        """The columns a source is expected to bring."""
        return tuple(c for c in self.columns if not c.derived)

    @property
    def personal(self) -> tuple[Column, ...]:
        """The columns whose values never reach the lake: tokens stand there instead."""
        return tuple(c for c in self.columns if c.personal != "none")

    def arrow_schema(self) -> pa.Schema:
        """The full schema of the lake table: own columns, then the shared ones."""
        return pa.schema([c.arrow for c in (*self.columns, *SHARED)])

    def source_schema(self) -> pa.Schema:
        """The schema of a source file in contract form: own columns without the derived ones."""
        return pa.schema([c.arrow for c in self.expected])

    def in_lake_form(self, rows: pa.Table) -> pa.Table:
        """Rows with every column of `arrow_schema` in its order and type; nullable columns they lack are null."""
        there = set(rows.column_names)
        columns = [
            rows[f.name] if f.name in there or not f.nullable else pa.nulls(len(rows), f.type)
            for f in self.arrow_schema()
        ]
        return pa.table(columns, names=[f.name for f in self.arrow_schema()]).cast(self.arrow_schema())


def _rule(body: Mapping[str, Any]) -> Rule:
    own = {"code", "kind", "effect", "label"}
    return Rule(
        body["code"],
        body["kind"],
        body["effect"],
        Text.of(body["label"]),
        {k: v for k, v in body.items() if k not in own},
    )


def _change(body: Mapping[str, Any]) -> Change:
    return Change(body["version"], Text.of(body["label"]), tuple(body.get("added", ())))
