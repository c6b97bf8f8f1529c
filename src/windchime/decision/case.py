"""What is known of one firm when it is decided: measured, scored and found, in the exact form documents store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.decision.assessment import Assessment
from windchime.decision.document import Document, finding_body, score_body
from windchime.decision.entities import Entity
from windchime.decision.exact import Figure, binary, exact_vector
from windchime.risk.findings import SEVERITIES


@dataclass(frozen=True, slots=True)
class Case:
    """The inputs of a decision. It can be taken from a stored document again, figure for figure."""

    firm_id: str
    #: as identity judged; the firm's own id where nothing was judged
    entity_id: str
    as_of: date
    #: every indicator in exact form, by code
    indicators: Mapping[str, Decimal | int | None]
    #: what the firm owes already, in yuan
    existing: Decimal
    #: bodies of scores: the deciding model's, then those without say
    scores: tuple[Mapping[str, Any], ...]
    shadow: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    #: what the gate of data quality said of the firm's sources; None where nothing was checked
    quality: Mapping[str, Any] | None = None
    #: the resolution that said which entity; None where none has met the firm
    judgement: str | None = None

    @classmethod
    def of(
        cls,
        assessment: Assessment,
        *,
        as_of: date,
        existing: Decimal,
        digits: Mapping[str, int],
        entity: Entity | None = None,
        quality: Mapping[str, Any] | None = None,
    ) -> Self:
        """From an assessment, figures rounded to their declared digits."""
        deciding, *beside = assessment.scores
        known = entity or Entity(assessment.firm_id)
        return cls(
            firm_id=assessment.firm_id,
            entity_id=known.entity_id,
            judgement=known.run_id,
            as_of=as_of,
            indicators=exact_vector(assessment.indicators, digits),
            existing=existing,
            scores=(score_body(deciding),),
            shadow=tuple(score_body(s) for s in beside),
            findings=tuple(finding_body(f) for f in assessment.findings),
            quality=quality,
        )

    @classmethod
    def stored(cls, document: Document) -> Self:
        """From the inputs a document stores."""
        body = document.body
        return cls(
            firm_id=document.firm_id,
            entity_id=document.entity_id,
            judgement=body["entity"]["judgement"],
            as_of=document.as_of,
            indicators={k: Decimal(v) if isinstance(v, str) else v for k, v in document.indicators.items()},
            existing=Decimal(body["inputs"]["existing"]),
            scores=tuple(body["scores"]),
            shadow=tuple(body["shadow"]),
            findings=tuple(body["findings"]),
            quality=body.get("quality"),
        )

    def facts(self) -> dict[str, dict[str, Any]]:
        """What policies may look at before limit and price are counted, by kind of source and figure."""
        score = self.scores[0]
        ranks = [SEVERITIES.index(f["severity"]) for f in self.findings]
        return {
            "indicator": dict(self.indicators),
            "score": {
                "band": score["band"],
                "probability": Decimal(score["probability"]),
                "value": Decimal(score["value"]),
            },
            "findings": {
                "worst": SEVERITIES[max(ranks, default=0)],
                **{s: sum(r == n for r in ranks) for n, s in enumerate(SEVERITIES)},
            },
        }

    def figures(self) -> dict[str, Figure]:
        """The indicators as models take them."""
        return {k: binary(v) for k, v in self.indicators.items()}
