"""Spend a total of offered credit over the firms a bank has approved, and keep what was decided with all it rests on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.canonical import canonical, sha256
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.data.packs import packs
from windchime.data.reading import Reading
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.portfolio.allocation import Allocation, Terms, allocate
from windchime.portfolio.market import assumed_curves, churn_curves, terms
from windchime.portfolio.segment import NothingDecided, Pool, Segment, latest_decisions, pool
from windchime.portfolio.tables import AllocationRecord
from windchime.risk.findings import Finding
from windchime.risk.scorecards.store import ModelStore
from windchime.risk.scorecards.training import firm_labels
from windchime.service.bank import Bank

#: name of the scheme that says how
SCHEME = "allocation"
#: form of the stored body
FORMAT = 1
TABLES = ("firms", "ratings", "rate_churn")
COLLECTED, SOLVED, WRITTEN = _("collect approved firms"), _("allocate the budget"), _("write the allocation")


@dataclass(frozen=True, slots=True)
class Allocated:
    """An allocation that stands in the bank's records."""

    #: UUIDv7
    id: str
    as_of: date
    lake_version: int
    segment: str
    pool: Pool
    allocation: Allocation
    #: what a reader must know besides the remarks of the allocation: who was not offered anything, what was assumed
    findings: tuple[Finding, ...]
    #: canonical form, as stored
    body: Mapping[str, Any]


def allocate_in(
    bank: Bank,
    actor: Actor,
    budget: Decimal,
    *,
    segment: Segment | str = "all",
    product: str = "invoice_loan",
    as_of: date | None = None,
    lake_version: int | None = None,
    reason: str = "",
    progress: Progress = silent,
) -> Allocated:
    """Spend a budget over the firms whose latest decision approves them, and record it.

    Args:
        bank: whose.
        actor: who spends.
        budget: whole yuan of offered credit.
        segment: `unrated` for firms without a bank rating, or `all`.
        product: whose decisions, and whose ranges of amount and rate.
        as_of: of the decisions; the newest pack's date by default.
        lake_version: only decisions made on it, and ratings and churn as it has them; by default any, and the newest.
        reason: for the audit trail.
        progress: told of each step.

    Raises:
        NothingDecided: no decision of the product as of the date in the segment.
        NotPublished: the product or the scheme is not.
        NotWholeYuan, NotOneYear, UnknownName: a call that cannot be meant.
    """
    lake, store = Lake(bank.lake_dir), ModelStore(bank.models_dir)
    progress(COLLECTED, 0, 0)
    with bank.session() as session:
        day = as_of or lake.pack(session).as_of
        content = ContentStore(bank.content_dir)
        rulebook = Rulebook.published(content, session, product, day)
        scheme = content.published(session, "schemes", SCHEME, day)
        with lake.reading(session, as_of=day, lake_version=lake_version, tables=TABLES) as reading:
            used = reading.lake_version
            on, assumed = _terms(budget, rulebook, Scheme.of(scheme.body), scheme.version, reading)
            chosen = pool(
                session,
                reading,
                store,
                latest_decisions(session, product, day, lake_version),
                segment,
                bands=Scheme.of(scheme.body).at("churn_bands", day).value,
                lengths=Scheme.of(scheme.body).at("group_lengths", day).value,
                model=_models(),
            )
        if not chosen.verdicts:
            raise NothingDecided(segment, product, day)
        labels_at = max([day, *(p.labels_as_of for p in packs(session)[:1])])
        with lake.reading(session, as_of=labels_at, lake_version=used, tables=["loan_outcomes"]) as reading:
            outcomes = _outcomes(reading)
    progress(SOLVED, 0, 0)
    found = allocate(chosen.candidates, on, outcomes)
    findings = (*chosen.findings(), *assumed)
    body = {
        "format": FORMAT,
        "as_of": day,
        "labels_as_of": labels_at,
        "lake_version": used,
        "product": product,
        "segment": segment,
        "verdicts": chosen.verdicts,
        "candidates": [
            {"firm": c.firm_id, "decision": chosen.decisions[c.firm_id], "probability": c.probability, "band": c.band,
             "limit": c.limit, "groups": c.groups}
            for c in chosen.candidates
        ],
        "findings": [f.as_dict() for f in findings],
        "allocation": found.as_dict(),
    }  # fmt: skip
    progress(WRITTEN, 0, 0)
    one = _write(bank, actor, body, found, reason)
    return Allocated(one, day, used, str(segment), chosen, found, findings, body)


def _terms(
    budget: Decimal, rulebook: Rulebook, scheme: Scheme, version: str, reading: Reading
) -> tuple[Terms, tuple[Finding, ...]]:
    """The terms, and a finding where the churn curves are assumed."""
    day, product = reading.as_of, rulebook.product
    curves = churn_curves(reading)
    cites = {"scheme/allocation": version, f"product/{product.name}": rulebook.product_cite.version}
    cites |= {f"scheme/{c.name}": c.version for role, c in rulebook.scheme_cites.items() if role == "costs"}
    if curves:
        return terms(budget, product, rulebook.price, scheme, curves, day, cites), ()
    text = _("no table of churn is loaded: the straight lines of the scheme are assumed, which are illustrative")
    curves = assumed_curves(product, scheme, day)
    return terms(budget, product, rulebook.price, scheme, curves, day, cites), (Finding("churn_assumed", "high", text),)


def _models() -> Callable[[Decision], str]:
    """Version of the model that decided; one run of decisions has one, so one document of a run is read."""
    known: dict[str, str] = {}

    def model(decision: Decision) -> str:
        if decision.run_id not in known:
            known[decision.run_id] = str(json.loads(decision.body)["scores"][0]["version"])
        return known[decision.run_id]

    return model


def _outcomes(reading: Reading) -> dict[str, bool]:
    """What became of each firm, as known at the reading's date."""
    if not reading.has("loan_outcomes"):
        return {}
    rows = reading.table("loan_outcomes").to_pyarrow()
    if not rows.num_rows:
        return {}
    labels: pl.DataFrame = firm_labels(rows, min(rows["definition_id"].to_pylist()))
    return {firm: bool(bad) for firm, bad in zip(labels["firm_id"], labels["bad"], strict=True)}


def _write(bank: Bank, actor: Actor, body: Mapping[str, Any], found: Allocation, reason: str) -> str:
    """Keep the allocation, with its audit record, in one transaction; returns its id."""
    stored = canonical(body)
    with bank.unit(actor) as unit:
        one = uuid7(unit.clock)
        unit.session.add(
            AllocationRecord(
                id=one,
                as_of=body["as_of"],
                lake_version=body["lake_version"],
                product=body["product"],
                segment=body["segment"],
                budget=found.budget,
                body=stored.decode(),
                body_sha256=sha256(stored),
                made_at=unit.now,
                actor=actor.name,
                actor_kind=actor.kind,
            )
        )
        after = {
            "as_of": body["as_of"],
            "segment": body["segment"],
            "budget": found.budget,
            "offered": found.optimum.offered,
            "firms": len(found.optimum.offers),
            "sha256": sha256(stored),
        }
        unit.record("portfolio.allocate", f"allocation:{one}", after=after, reason=reason)
    return one
