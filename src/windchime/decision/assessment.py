"""The assessment of one firm: what was measured, found and scored, before any policy looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from windchime.decision.exact import Figure
from windchime.risk.findings import Finding, Score


@dataclass(frozen=True, slots=True)
class Assessment:
    """One firm as of a date, in one language for all risk models."""

    firm_id: str
    #: by code; None where the indicator says it is missing
    indicators: Mapping[str, Figure]
    findings: tuple[Finding, ...]
    #: the deciding model's score first, then those of models without say
    scores: tuple[Score, ...]
