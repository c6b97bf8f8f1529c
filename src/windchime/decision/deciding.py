"""Deciding: one case by the policy's compiled tables, or all cases by the same tables as one expression; same bytes.

Between the two stages of the policy, limit and price are counted, exactly, for each firm. Only how the tables are asked
differs between one and all; everything else is the same code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from windchime.core.errors import BadInput
from windchime.core.money import ZERO
from windchime.core.text import _
from windchime.decision import untrusted
from windchime.decision.case import Case
from windchime.decision.document import FORMAT, Cites, Document
from windchime.decision.limit import Limit, limit
from windchime.decision.policy import Stage
from windchime.decision.price import Price, price
from windchime.decision.rulebook import Rulebook
from windchime.dmn.parts import Outcome


class NothingToLend(BadInput):
    """A policy that lends where no amount is left: it ignores `limit: below_minimum`, or a band that gets nothing."""

    msgid = _("policy {policy} says {verdict} for {firm}, but the limit does not reach the product's least amount")

    def __init__(self, policy: str, verdict: str, firm: str) -> None:
        super().__init__(policy=policy, verdict=verdict, firm=firm)


class Undecidable(BadInput):
    """A case that the policy's tables cannot decide."""

    msgid = _("{firm} cannot be decided: {error} at {at}")
    hint = _("the policy must say what holds where a figure is missing")

    def __init__(self, firm: str, error: str, at: str) -> None:
        super().__init__(firm=firm, error=error, at=at)


@dataclass(frozen=True, slots=True)
class _Half:
    """A case after the first stage."""

    facts: dict[str, dict[str, Any]]
    terms: Outcome
    limit: Limit
    price: Price


def decide_one(rulebook: Rulebook, case: Case, cites: Cites) -> Document:
    """Decide one case.

    Raises:
        Undecidable: the policy's tables have no answer.
        NothingToLend: the policy approves what cannot be lent.
    """
    facts = case.facts()
    terms = _asked(rulebook, "terms", case, facts)
    half = _counted(rulebook, case, facts, terms)
    return _document(rulebook, case, half, _asked(rulebook, "verdict", case, half.facts), cites)


def decide_many(
    rulebook: Rulebook, cases: Sequence[Case], cites: Cites, *, vectorised: bool = False
) -> tuple[list[Document], list[Undecidable]]:
    """Decide all cases, in their order; those without an answer are given back as errors beside.

    Args:
        rulebook: product, policy and schemes.
        cases: one a firm.
        cites: the versions the documents cite.
        vectorised: ask the policy's tables as one expression over all cases instead of case by case. The documents are
            the same to the byte. The expression has to be compiled first (seconds), which pays from some hundred thousand
            cases on; `bench/decision.py` measures both.
    """
    if not vectorised:
        return _one_by_one(rulebook, cases, cites)
    facts = [c.facts() for c in cases]
    terms = _asked_all(rulebook, "terms", cases, facts)
    halves = [
        _counted(rulebook, c, f, t) if isinstance(t, Outcome) else t
        for c, f, t in zip(cases, facts, terms, strict=True)
    ]
    failed = [h for h in halves if isinstance(h, Undecidable)]
    open_cases = [(c, h) for c, h in zip(cases, halves, strict=True) if isinstance(h, _Half)]
    verdicts = _asked_all(rulebook, "verdict", [c for c, _h in open_cases], [h.facts for _c, h in open_cases])
    documents = []
    for (case, half), outcome in zip(open_cases, verdicts, strict=True):
        if isinstance(outcome, Outcome):
            documents.append(_document(rulebook, case, half, outcome, cites))
        else:
            failed.append(outcome)
    return documents, failed


def _one_by_one(rulebook: Rulebook, cases: Sequence[Case], cites: Cites) -> tuple[list[Document], list[Undecidable]]:
    documents, failed = [], []
    for case in cases:
        try:
            documents.append(decide_one(rulebook, case, cites))
        except Undecidable as error:
            failed.append(error)
    return documents, failed


def _asked(rulebook: Rulebook, stage: Stage, case: Case, facts: Mapping[str, Mapping[str, Any]]) -> Outcome:
    from windchime.dmn import CaseError

    try:
        return rulebook.policy.model(stage).decide(rulebook.policy.case(stage, facts))
    except CaseError as error:
        raise Undecidable(case.firm_id, error.code, error.at) from error


def _asked_all(
    rulebook: Rulebook, stage: Stage, cases: Sequence[Case], facts: Iterable[Mapping[str, Mapping[str, Any]]]
) -> list[Outcome | Undecidable]:
    from windchime.decision.batch import outcomes

    found = outcomes(rulebook.policy.model(stage), [rulebook.policy.case(stage, f) for f in facts])
    return [o if isinstance(o, Outcome) else Undecidable(c.firm_id, *o) for c, o in zip(cases, found, strict=True)]


def _counted(rulebook: Rulebook, case: Case, facts: dict[str, dict[str, Any]], terms: Outcome) -> _Half:
    product = rulebook.product
    priced = price(product, rulebook.price, probability=facts["score"]["probability"], margin=terms.outputs["margin"])
    shares = (case.indicators[code] for code in product.excluded_shares)
    sales = case.indicators[product.sales]
    limited = limit(
        product,
        rulebook.limit,
        sales=None if sales is None else Decimal(sales),
        excluded_share=sum((Decimal(s) for s in shares if s is not None), Decimal(0)),
        existing=case.existing,
        rate=priced.rate,
        band_maximum=terms.outputs["band_maximum"],
    )
    figures = {
        "capacity": limited.capacity,
        "existing": case.existing,
        "clean_sales": limited.steps["clean_sales"],
        "below_minimum": limited.capacity < product.amount.minimum,
    }
    prices = {"indicated": priced.indicated, "above_maximum": priced.above_maximum}
    return _Half(facts | {"limit": figures, "price": prices}, terms, limited, priced)


def _document(rulebook: Rulebook, case: Case, half: _Half, outcome: Outcome, cites: Cites) -> Document:
    product, policy = rulebook.product, rulebook.policy
    said = str(outcome.outputs["verdict"])
    lent = said != "decline"
    if lent and half.limit.amount is None:
        raise NothingToLend(policy.name, said, case.firm_id)
    looked_at = policy.case("verdict", half.facts)
    distrust = untrusted.reasons(case.quality)
    # what the policy found against the firm stays beside the distrust; what it found for it does not stand any more
    reasons = distrust + (() if distrust and said == "approve" else policy.reasons_of(said, outcome, looked_at))
    verdict = "refer" if distrust else said
    return Document(
        {
            "format": FORMAT,
            "firm_id": case.firm_id,
            "entity": {"entity_id": case.entity_id, "judgement": case.judgement},
            "as_of": case.as_of,
            "product": product.name,
            "currency": product.currency,
            "verdict": verdict,
            "limit": half.limit.amount if lent else None,
            "rate": half.price.rate if lent else None,
            "term_months": product.term_months,
            "reasons": [r.as_dict() for r in reasons],
            "inputs": {"indicators": case.indicators, "existing": case.existing.quantize(ZERO)},
            "scores": list(case.scores),
            "shadow": list(case.shadow),
            "findings": list(case.findings),
            "policy": {
                "terms": _traced(policy.case("terms", half.facts), half.terms),
                "verdict": _traced(looked_at, outcome),
            },
            "limit_steps": half.limit.steps,
            "price_steps": half.price.steps,
            "cites": cites.as_dict(),
        }
        | ({} if case.quality is None else {"quality": case.quality})
    )


def _traced(looked_at: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    return {"inputs": looked_at, "outputs": outcome.outputs, "hits": outcome.hits}
