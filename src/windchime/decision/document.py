"""The decision document: one canonical JSON that holds all a decision rests on, and a reader for each of its formats.

It holds codes and parameters, no rendered sentence; it has no clock, no id and no name of who decided: these stand in the
log's row beside it. So the same inputs under the same content give the same bytes, today and later.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from windchime.core.canonical import canonical
from windchime.core.errors import BadInput, Damaged
from windchime.core.text import _
from windchime.decision.cites import Cite, Cites
from windchime.decision.exact import POINTS, PROBABILITY, binary, exact, loose
from windchime.risk.findings import Finding, Score

__all__ = ["Cite", "Cites", "Document", "Reason", "Verdict", "read"]

Verdict = Literal["approve", "refer", "decline"]
#: from best to worst for the firm
VERDICTS: tuple[Verdict, ...] = ("approve", "refer", "decline")
#: the format this release writes
FORMAT = 1


class UnknownFormat(BadInput):
    """A document of a format this release has no reader for."""

    msgid = _("this is a decision document of format {found}; this release reads {known}")
    hint = _("read it with the release that wrote it, or a later one")

    def __init__(self, found: object) -> None:
        super().__init__(found=str(found)[:20], known=", ".join(map(str, sorted(READERS))))


class DamagedDocument(Damaged):
    """A stored text that is no decision document."""

    msgid = _("the stored decision document cannot be read: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule of the policy that hit, and the figures it looked at. The sentence is the policy's to say."""

    #: id of the rule
    code: str
    #: `table:rule` in the policy
    rule: str
    #: the inputs the rule's sentence names, with their values
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"code": self.code, "params": dict(self.params), "rule": self.rule}


@dataclass(frozen=True)
class Document:
    """A decision. `bytes` is its canonical form; everything else reads from it."""

    body: Mapping[str, Any]

    @cached_property
    def bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.body)

    @property
    def format(self) -> int:
        """The format of the body."""
        return int(self.body["format"])

    @property
    def firm_id(self) -> str:
        """The firm as its source knows it."""
        return str(self.body["firm_id"])

    @property
    def entity_id(self) -> str:
        """The firm as identity judged at the time; the firm's own id where nothing was judged."""
        return str(self.body["entity"]["entity_id"])

    @property
    def product(self) -> str:
        """Name of the product."""
        return str(self.body["product"])

    @cached_property
    def as_of(self) -> date:
        """The date whose end is the last moment of knowledge."""
        found = self.body["as_of"]
        return found if isinstance(found, date) else date.fromisoformat(found)

    @property
    def verdict(self) -> str:
        """approve, refer or decline."""
        return str(self.body["verdict"])

    @property
    def limit(self) -> Decimal | None:
        """Yuan; None when declined."""
        return _decimal(self.body["limit"])

    @property
    def rate(self) -> Decimal | None:
        """Annual, a fraction; None when declined."""
        return _decimal(self.body["rate"])

    @property
    def term_months(self) -> int:
        """Term of the product."""
        return int(self.body["term_months"])

    @property
    def band(self) -> str:
        """Band of the deciding model."""
        return str(self.body["scores"][0]["band"])

    @property
    def probability(self) -> Decimal:
        """Of default, by the deciding model."""
        return Decimal(self.body["scores"][0]["probability"])

    @property
    def lake_version(self) -> int:
        """The lake version the inputs were measured from."""
        return int(self.body["cites"]["lake_version"])

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, gravest first, in the order of the policy's tables and rules."""
        return tuple(Reason(r["code"], r["rule"], r["params"]) for r in self.body["reasons"])

    @property
    def indicators(self) -> Mapping[str, Any]:
        """The full input vector: decimal text, whole number or None by indicator code."""
        found: Mapping[str, Any] = self.body["inputs"]["indicators"]
        return found

    @property
    def cites(self) -> Cites:
        """Versions of everything used."""
        return Cites.of(self.body["cites"])

    @property
    def quality(self) -> Mapping[str, Any] | None:
        """What the gate of data quality said of the firm's sources; None where nothing had been checked."""
        found: Mapping[str, Any] | None = self.body.get("quality")
        return found

    @property
    def scores(self) -> tuple[Score, ...]:
        """The deciding model's score first, then those of models without say."""
        return tuple(score_of(s) for s in (*self.body["scores"], *self.body["shadow"]))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What risk models found."""
        return tuple(Finding.of(f) for f in self.body["findings"])


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def score_body(score: Score) -> dict[str, Any]:
    """A score as a document stores it: no floats."""
    body = score.as_dict()
    return body | {
        "value": exact(score.value, POINTS, "score"),
        "base": exact(score.base, POINTS, "score"),
        "probability": exact(float(score.probability), PROBABILITY, "probability"),
        "contributions": [
            c
            | {
                "value": loose(c["value"]),
                "points": exact(float(c["points"]), POINTS, "points"),
                "params": loose(c["params"]),
            }
            for c in body["contributions"]
        ],
    }


def score_of(body: Mapping[str, Any]) -> Score:
    """A stored score as risk models give it."""
    contributions = [c | {"value": binary(c["value"]), "points": float(c["points"])} for c in body["contributions"]]
    figures = {name: float(body[name]) for name in ("value", "base", "probability")}
    return Score.of({**body, **figures, "contributions": contributions})


def finding_body(finding: Finding) -> dict[str, Any]:
    """A finding as a document stores it: no floats."""
    found: dict[str, Any] = loose(finding.as_dict())
    return found


def read(text: str) -> Document:
    """A stored document, by the reader of its format.

    Raises:
        DamagedDocument: the text is no such document.
        UnknownFormat: a later release wrote it.
    """
    try:
        body = json.loads(text, parse_float=_no_floats)
        found = body["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedDocument(str(error)) from None
    if found not in READERS:
        raise UnknownFormat(found)
    return READERS[found](body)


def _no_floats(text: str) -> float:
    raise ValueError(f"a binary float, {text}")


def _read_1(body: dict[str, Any]) -> Document:
    missing = PARTS - body.keys()
    if missing:
        raise DamagedDocument(f"without {', '.join(sorted(missing))}")
    return Document(body)


#: the parts of a document of format 1
PARTS = frozenset(
    [
        "format",
        "firm_id",
        "entity",
        "as_of",
        "product",
        "currency",
        "verdict",
        "limit",
        "rate",
        "term_months",
        "reasons",
        "inputs",
        "scores",
        "shadow",
        "findings",
        "policy",
        "limit_steps",
        "price_steps",
        "cites",
    ]
)
#: one reader a format, for as long as a stored decision may have it
READERS: dict[int, Callable[[dict[str, Any]], Document]] = {1: _read_1}
