"""Gathering a firm's report: the decision from the log, the figures it was decided on, and the library it was measured from."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from windchime.content import yamlfile
from windchime.content.scheme import Parameter, Scheme
from windchime.content.store import ContentStore
from windchime.core.text import Text, _
from windchime.data.lake import Lake
from windchime.data.packs import packs
from windchime.data.reading import Reading
from windchime.decision import document as documents
from windchime.decision import log
from windchime.decision.document import Cites, Document
from windchime.decision.release import release
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.documents import looking_up
from windchime.documents.inputs import Decided, Figure, FirmReport, Made, Measured, WhyThis
from windchime.documents.replaced import replaced
from windchime.indicators import indicators, measure_one, version
from windchime.risk.invoices.published import findings, verdicts
from windchime.service.bank import Bank

#: characters of a hash that are shown beside a name
_SHORT = 16


def gather_firm(
    bank: Bank,
    firm_id: str,
    *,
    by: str,
    decision_id: str = "",
    as_of: date | None = None,
    lake_version: int | None = None,
) -> FirmReport:
    """All that a firm's report shows.

    Where the firm was decided, the report is of that decision: its as-of date, its lake version, its stored inputs.

    Args:
        bank: whose.
        firm_id: the firm.
        by: account that asks for the report.
        decision_id: which decision; the newest one of the firm if not given.
        as_of: for a firm without decision: the last day of knowledge; the pack's default if not given.
        lake_version: for a firm without decision: the newest if not given.

    Raises:
        UnknownFirm: no decision, and the library does not know the firm on the date.
        UnknownName: no such decision.
        NoLakeVersion: nothing was loaded yet.
    """
    with bank.session() as session:
        row = log.get(session, decision_id) if decision_id else log.latest(session, firm_id)
        if row is None:
            day = as_of or Lake(bank.lake_dir).pack(session).as_of
            with opened(bank, session, by=by, as_of=day, lake_version=lake_version) as (reading, made):
                found = over(reading, firm_id, made, measure_one(reading, firm_id))
                return replace(found, made=replace(made, simulated=_simulated(session, firm_id)))
        decided = documents.read(row.body)
        with opened(bank, session, by=by, as_of=row.as_of, lake_version=row.lake_version) as (reading, started):
            made = replace(started, simulated=_simulated(session, row.firm_id))
            figures = {k: Decimal(v) if isinstance(v, str) else v for k, v in decided.indicators.items()}
            found = over(reading, row.firm_id, made, figures, indicators_version=decided.cites.indicators)
        store = ContentStore(bank.content_dir)
        return replace(
            found,
            findings=decided.findings,
            scores=decided.scores,
            decision=replace(_decided(row, decided, store), replaced=replaced(bank, session, row)),
        )


@contextmanager
def opened(
    bank: Bank, session: Session, *, by: str, as_of: date, lake_version: int | None = None
) -> Iterator[tuple[Reading, Made]]:
    """The library for a report, and what the report says of itself."""
    with Lake(bank.lake_dir).reading(session, as_of=as_of, lake_version=lake_version) as reading:
        now: datetime = bank.clock.now()
        yield reading, Made(now, by, release(), bank.name, as_of, reading.lake_version)


def _simulated(session: Session, firm_id: str) -> bool:
    source = firm_id.partition(":")[0]
    return any(p.simulated for p in packs(session) if p.source == source)


def over(
    reading: Reading, firm_id: str, made: Made, figures: Mapping[str, Figure], *, indicators_version: str = ""
) -> FirmReport:
    """The part of a firm's report that the library knows; findings, scores and decision are added to it.

    Args:
        reading: the library at the report's as-of date and lake version.
        firm_id: the firm.
        made: what the report says of itself.
        figures: indicators by code, as measured or as a decision stored them.
        indicators_version: of the definitions they were measured by; those of this release if not given.
    """
    name, facts = looking_up.register(reading, firm_id)
    flows, flow_rows = looking_up.flows(reading, firm_id)
    cards = [i for i in indicators() if i.code in figures]
    rows = looking_up.rows_behind_each(reading, firm_id, [c.code for c in cards])
    return FirmReport(
        made=made,
        firm_id=firm_id,
        name=name,
        facts=facts,
        flows=flows,
        flow_rows=flow_rows,
        flow_window_months=looking_up.FLOW_MONTHS,
        buyers=looking_up.partners(reading, firm_id, "sale"),
        sellers=looking_up.partners(reading, firm_id, "purchase"),
        indicators_version=indicators_version or version(),
        indicators=tuple(Measured(c, figures[c.code], rows.get(c.code)) for c in cards),
        findings=findings(reading, firm_id).get(firm_id, ()),
        verification=verdicts(reading, firm_id).get(firm_id),
    )


def _decided(row: Decision, decided: Document, store: ContentStore) -> Decided:
    rulebook = Rulebook.cited(store, decided.cites, decided.as_of)
    policy = rulebook.policy
    return Decided(
        decision_id=row.id,
        made_at=row.made_at,
        sha256=row.body_sha256,
        product=rulebook.product.label,
        verdict=decided.verdict,
        limit=decided.limit,
        rate=decided.rate,
        term_months=decided.term_months,
        reasons=tuple(
            WhyThis(r.code, r.rule, Text(policy.sentence(r, "zh"), policy.sentence(r, "en"))) for r in decided.reasons
        ),
        limit_steps=decided.body["limit_steps"],
        price_steps=decided.body["price_steps"],
        versions=cited_versions(decided),
        parameters=_parameters(decided.cites, decided.as_of, store),
        standing=standing(rulebook),
    )


def standing(rulebook: Rulebook) -> str:
    """Official only if product and policy both are."""
    return "official" if {rulebook.product.status, rulebook.policy.status} == {"official"} else "illustrative"


def cited_versions(decided: Document) -> tuple[tuple[str, str], ...]:
    """Names (message ids) and versions of everything a decision cites."""
    cites = decided.cites
    schemes = [(_("scheme"), f"{c.name} {c.version[:_SHORT]}") for _role, c in sorted(cites.schemes.items())]
    return (
        (_("product"), f"{cites.product.name} {cites.product.version[:_SHORT]}"),
        (_("policy"), f"{cites.policy.name} {cites.policy.version[:_SHORT]}"),
        *schemes,
        *((_("model"), f"{s.model} {s.version[:_SHORT]}") for s in decided.scores),
        (_("definitions, version"), cites.indicators[:_SHORT]),
        (_("release"), cites.release),
        (_("locked libraries"), cites.lock[: _SHORT + 5]),
    )


def _parameters(cites: Cites, as_of: date, store: ContentStore) -> tuple[Parameter, ...]:
    """Every parameter of the schemes that a limit or a rate was counted with."""
    found = [
        Scheme.of(yamlfile.parse(store.bytes_of(c.version), c.name))
        for role, c in cites.schemes.items()
        if role in {"limit", "costs", "price"}
    ]
    return tuple(scheme.at(name, as_of) for scheme in found for name in scheme.parameters)
