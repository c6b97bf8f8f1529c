"""What a check of the data says: findings with counts and examples, rows by table, tax rates by period."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from windchime.core.text import Lang, translate

Severity = Literal["normal", "watch", "high", "severe"]


@dataclass(frozen=True, slots=True)
class Example:
    """A row that shows a finding."""

    file: str
    sheet: str | None
    #: as a person counts it in the file
    row: int


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One thing that is true of the data and that a reader of its figures should know."""

    #: stated as what is true (`totals_are_zero`)
    code: str
    severity: Severity
    #: English message with places, the key of its translation
    msgid: str
    table: str
    #: how many rows (or firms, counterparties, as the sentence says)
    count: int
    #: of how many
    of: int
    params: Mapping[str, Any] = field(default_factory=dict)
    #: the first rows, by file and row
    examples: tuple[Example, ...] = ()

    @property
    def share(self) -> float:
        """Count over of, rounded to six digits; 0 of nothing."""
        return round(self.count / self.of, 6) if self.of else 0.0

    def sentence(self, lang: Lang = "en") -> str:
        """The finding in one sentence."""
        return translate(
            self.msgid, lang, count=f"{self.count:,}", of=f"{self.of:,}", share=f"{self.share:.2%}", **self.params
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with the sentence in both languages."""
        return asdict(self) | {
            "params": {k: str(v) for k, v in self.params.items()},
            "share": self.share,
            "sentence": {"zh": self.sentence("zh"), "en": self.sentence("en")},
        }


@dataclass(frozen=True, slots=True)
class RateShare:
    """How many invoices of a period bear an effective tax rate."""

    #: first day of the period: the day its rates came into force
    since: date
    #: effective rate rounded to whole percent, as a fraction text such as `0.13`
    rate: str
    invoices: int
    #: of the invoices of the period with an amount
    share: float


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The outcome of a check."""

    lake_version: int
    as_of: date
    #: rows by table, as known at the as-of date
    rows: Mapping[str, int]
    findings: tuple[QualityFinding, ...]
    rates: tuple[RateShare, ...] = ()

    def worst(self) -> Severity:
        """The highest severity among the findings; normal where there is none."""
        order: tuple[Severity, ...] = ("normal", "watch", "high", "severe")
        return max((f.severity for f in self.findings), key=order.index, default="normal")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "lake_version": self.lake_version,
            "as_of": self.as_of.isoformat(),
            "rows": dict(self.rows),
            "findings": [f.as_dict() for f in self.findings],
            "rates": [asdict(r) | {"since": r.since.isoformat()} for r in self.rates],
        }
