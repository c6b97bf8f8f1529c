"""The one language of all risk models: findings with evidence, scores with contributions.

Neither holds a rendered sentence: code and parameters are stored, the sentence is made when somebody reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from windchime.core.text import Lang, Text, translate

Severity = Literal["normal", "watch", "high", "severe"]
#: from harmless to grave; the position is the rank
SEVERITIES: tuple[Severity, ...] = ("normal", "watch", "high", "severe")
Figure = float | int | None


def _stored(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.as_dict() if isinstance(v, Text) else v for k, v in params.items()}


def _restored(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: Text.of(dict(v)) if isinstance(v, Mapping) and set(v) == {"zh", "en"} else v for k, v in params.items()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding rests on: a row of the library, or the value of an indicator."""

    #: table, file and 1-based row of the source; empty when the evidence is an indicator
    table: str = ""
    source_file: str = ""
    row_no: int | None = None
    #: indicator code, and its value (None = missing); empty when the evidence is a row
    indicator: str = ""
    value: Figure = None

    @classmethod
    def of_indicator(cls, code: str, value: Figure) -> Self:
        """Evidence that is a measured figure."""
        return cls(indicator=code, value=value)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: only the fields of its kind."""
        if self.indicator:
            return {"indicator": self.indicator, "value": self.value}
        return {"table": self.table, "source_file": self.source_file, "row_no": self.row_no}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a risk model found out about a firm, or about data."""

    #: stable snake_case name, stated as what is true (`void_share_high`)
    code: str
    severity: Severity
    #: English message with `{name}` places, the key of its translation
    msgid: str
    #: values of the places: text, numbers, or `Text` in both languages
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    @property
    def rank(self) -> int:
        """0 for normal up to 3 for severe."""
        return SEVERITIES.index(self.severity)

    def sentence(self, lang: Lang = "zh") -> str:
        """The finding in words."""
        return translate(self.msgid, lang, **self.params)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and decision documents: code and parameters, no sentence."""
        return {
            "code": self.code,
            "severity": self.severity,
            "msgid": self.msgid,
            "params": _stored(self.params),
            "evidence": [e.as_dict() for e in self.evidence],
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(
            body["code"],
            body["severity"],
            body["msgid"],
            _restored(body["params"]),
            tuple(Evidence(**e) for e in body["evidence"]),
        )


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to a score, relative to the average firm the model was fitted on."""

    feature: str
    #: the value seen; None = missing
    value: Figure
    #: the bin it fell into, in words of numbers (`[12, 40)`); empty for models without bins
    bin: str
    #: points; positive speaks for the firm
    points: float
    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, lang: Lang = "zh") -> str:
        """The contribution in words: the reason code that people read."""
        return translate(self.msgid, lang, **self.params)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: no sentence."""
        return {
            "feature": self.feature,
            "value": self.value,
            "bin": self.bin,
            "points": self.points,
            "msgid": self.msgid,
            "params": _stored(self.params),
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(**{**body, "params": _restored(body["params"])})


@dataclass(frozen=True, slots=True)
class Score:
    """A model's judgement of one firm. `value` equals `base` plus the points of all contributions, exactly."""

    model: str
    #: SHA-256 of the model's content
    version: str
    #: points; higher is better
    value: float
    #: of default within the horizon of the label
    probability: float
    #: A, B, C or D; D is not lent to
    band: str
    #: one for each feature, in the order of the model
    contributions: tuple[Contribution, ...]
    #: the score of the average firm that contributions are counted from
    base: float = 0.0

    def reasons(self, most: int) -> tuple[Contribution, ...]:
        """The reason codes: at most `most` contributions that cost points, dearest first."""
        against = [c for c in self.contributions if c.points < 0]
        return tuple(sorted(against, key=lambda c: (c.points, c.feature))[:most])

    def as_dict(self) -> dict[str, Any]:
        """For JSON and decision documents: no sentence."""
        return {
            "model": self.model,
            "version": self.version,
            "value": self.value,
            "probability": self.probability,
            "band": self.band,
            "base": self.base,
            "contributions": [c.as_dict() for c in self.contributions],
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(**{**body, "contributions": tuple(Contribution.of(c) for c in body["contributions"])})
