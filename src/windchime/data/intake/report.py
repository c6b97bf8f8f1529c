"""What a load tells: rows by table, what was noted, where it went."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from windchime.core.text import Lang, translate
from windchime.data.intake import words


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one table in one load; lake and quarantined add up to source."""

    #: rows the sources held for this table
    source: int
    #: rows that went into the lake
    lake: int
    #: rows that went into quarantine
    quarantined: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying that rejects no row."""

    code: str
    table: str
    #: the header in the source
    column: str
    file: str
    sheet: str | None
    count: int
    #: the first row numbers it is true of
    rows: tuple[int, ...] = ()
    #: what else its sentence says
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, lang: Lang = "en") -> str:
        """The note in one sentence."""
        label = words.rule_label(self.table, self.code) if self.table else None
        msgid = words.RULE_NOTE if label else words.NOTES[self.code]
        return translate(msgid, lang, count=f"{self.count:,}", column=self.column, label=label, **self.params)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The outcome of a load."""

    load_id: str
    lake_version: int
    #: True when the lake held it before and nothing was written; the figures are those of the load that wrote it
    already_loaded: bool
    tables: Mapping[str, Counts]
    notes: tuple[Note, ...] = ()
    #: files that were left out because they were loaded before, unchanged
    unchanged: tuple[str, ...] = ()
    #: why rows were quarantined: count by table and code
    faults: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def quarantined(self) -> int:
        """Rows in quarantine, all tables."""
        return sum(c.quarantined for c in self.tables.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON, each note with its sentence in both languages."""
        said = [asdict(n) | {"sentence": {"zh": n.sentence("zh"), "en": n.sentence("en")}} for n in self.notes]
        return asdict(self) | {"notes": said}
