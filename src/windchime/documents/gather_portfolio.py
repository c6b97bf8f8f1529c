"""Gathering the portfolio's report: one run of the decision log, the loads, the quality check, the model card."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.core.errors import UnknownName
from windchime.core.text import Text, _, translate
from windchime.data.contracts import contract
from windchime.data.intake.records import loads, report_of
from windchime.data.lake import Lake
from windchime.data.packs import packs
from windchime.data.quality import QualityReport, check, scheme_in_force
from windchime.decision import document as documents
from windchime.decision import log, untrusted
from windchime.decision.document import Reason
from windchime.decision.policy import Policy, places
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.documents import looking_up
from windchime.documents.gather import cited_versions, opened, standing
from windchime.documents.inputs import Allocated, Note, OfferRow, PortfolioReport, Strategy, TableQuality
from windchime.present.charts import Part
from windchime.risk.findings import Finding
from windchime.risk.scorecards.store import ModelStore
from windchime.service import audit
from windchime.service.bank import Bank

_STRATEGIES = {
    "optimum": _("optimum"),
    "rank_by_score": _("ranked by score"),
    "equal_shares": _("equal shares"),
}


def gather_portfolio(
    bank: Bank,
    *,
    by: str,
    run_id: str = "",
    allocation: Mapping[str, Any] | None = None,
    quality: QualityReport | None = None,
) -> PortfolioReport:
    """All that the portfolio's report shows.

    Args:
        bank: whose.
        by: account that asks for the report.
        run_id: which run of decisions; the newest of more than one firm if not given.
        allocation: an allocation over the run, in its JSON form; None where no budget was allocated.
        quality: the check of the same lake version and date, where it is at hand; it is made otherwise.

    Raises:
        UnknownName: no such run.
        NoLakeVersion: nothing was loaded yet.
    """
    with bank.session() as session:
        run = run_id or _newest_run(session)
        rows = (
            log.page(session, log.Filter(run_id=run), sort="firm_id", descending=False, size=None).rows if run else ()
        )
        if run_id and not rows:
            raise UnknownName("decision run", run_id, _runs(session))
        as_of = rows[0].as_of if rows else Lake(bank.lake_dir).pack(session).as_of
        version = rows[0].lake_version if rows else None
        with opened(bank, session, by=by, as_of=as_of, lake_version=version) as (reading, made):
            names = looking_up.names(reading, [r.firm_id for r in rows])
            checked = quality or check(reading, session, scheme_in_force(bank, session, as_of))
        notes = tuple(Note(f.code, _both(f), f.severity, f.count) for f in checked.findings)
        found = PortfolioReport(
            made=replace(made, simulated=any(p.simulated for p in packs(session))),
            product=Text("贷款组合", "Loan portfolio"),
            run_id=run,
            digest=_digest(session, run),
            offers=tuple(_offer(r, names) for r in rows),
            reasons=(),
            tables=_tables(session, made.lake_version),
            notes=notes,
            allocation=allocated(allocation) if allocation else None,
        )
        return _with_content(found, bank, session, rows) if rows else found


def _with_content(found: PortfolioReport, bank: Bank, session: Session, rows: Sequence[Decision]) -> PortfolioReport:
    """What the run's content and model add: the product, sentences of reasons, versions, the model's card."""
    first = documents.read(rows[0].body)
    rulebook = Rulebook.cited(ContentStore(bank.content_dir), first.cites, first.as_of)
    model = first.scores[0]
    return replace(
        found,
        product=rulebook.product.label,
        reasons=_reasons(rows, rulebook.policy),
        versions=cited_versions(first),
        standing=standing(rulebook),
        model_card=_card(bank, session, model.version),
        model_version=model.version,
    )


def _runs(session: Session) -> list[str]:
    newest = select(Decision.run_id).group_by(Decision.run_id).order_by(func.max(Decision.seq).desc())
    return list(session.scalars(newest.limit(50)))


def _newest_run(session: Session) -> str:
    """The newest run of more than one firm; the newest of all where each was of one; empty where there is none."""
    runs = select(Decision.run_id).group_by(Decision.run_id).order_by(func.max(Decision.seq).desc()).limit(1)
    return session.scalar(runs.having(func.count() > 1)) or session.scalar(runs) or ""


def _digest(session: Session, run_id: str) -> str:
    """What the audit chain holds over the run."""
    decided = (json.loads(r.after) for r in audit.records(session, action="decision.decide") if r.after)
    return next((str(after["digest"]) for after in decided if after["run_id"] == run_id), "")


def _offer(row: Decision, names: Mapping[str, str]) -> OfferRow:
    return OfferRow(
        firm_id=row.firm_id,
        name=names.get(row.firm_id, row.firm_id),
        verdict=row.verdict,
        band=row.band,
        probability=row.probability,
        limit=row.limit,
        rate=row.rate,
        decision_id=row.id,
    )


def _reasons(rows: Sequence[Decision], policy: Policy) -> tuple[tuple[str, Text, str, int], ...]:
    """Reasons with how many decisions give them; a value that differs from firm to firm is left out as `…`."""
    counted = Counter((code, r.verdict) for r in rows for code in r.reason_codes.split())
    return tuple(
        (code, _general(policy, verdict, code), verdict, number)
        for (code, verdict), number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    )


def _general(policy: Policy, verdict: str, code: str) -> Text:
    if code == untrusted.CODE:
        return untrusted.general()
    for table in policy.reasons.get(verdict, ()):
        rule = policy.rules.get((table, code))
        if rule is not None:
            inputs = [p for p in places(rule.annotation) if not p.endswith("_bound")]
            reason = Reason(code, f"{table}:{code}", dict.fromkeys(inputs, "…"))
            return Text(policy.sentence(reason, "zh"), policy.sentence(reason, "en"))
    return Text.of(code)


def _tables(session: Session, lake_version: int) -> tuple[TableQuality, ...]:
    """Rows by table over all loads up to the lake version."""
    totals: dict[str, Counter[str]] = {}
    for record in loads(session):
        if record.lake_version <= lake_version:
            for name, counts in report_of(record).tables.items():
                here = {"source": counts.source, "lake": counts.lake, "quarantined": counts.quarantined}
                totals.setdefault(name, Counter()).update(here)
    return tuple(
        TableQuality(name, contract(name).label, t["source"], t["lake"], t["quarantined"])
        for name, t in sorted(totals.items())
    )


def _card(bank: Bank, session: Session, version: str) -> tuple[tuple[Text, str], ...]:
    """The figures of the model card that a reader of a portfolio asks for, each with its interval."""
    try:
        card = ModelStore(bank.models_dir).card(session, version).as_dict()
    except UnknownName:
        return ()
    metrics, data = card["metrics"], card["data"]
    against = [
        (_text(_("out-of-fold AUC less that of {other}"), other=name), _interval(figure))
        for name, figure in sorted(metrics["against"].items())
        if figure
    ]
    return (
        (_text(_("labelled firms, of which defaulted")), f"{data['firms']}, {data['bads']}"),
        (_text(_("AUC, out of fold, with interval")), _interval(metrics["auc"])),
        *against,
        (_text(_("KS, out of fold")), f"{metrics['ks']:.4f}"),
        (_text(_("Brier score, out of fold")), f"{metrics['brier']:.4f}"),
        (_text(_("indicators used")), str(data["features_used"])),
    )


def _interval(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.4f} ({figure['low']:.4f}–{figure['high']:.4f})"


def _text(msgid: str, **params: Any) -> Text:
    return Text(translate(msgid, "zh", **params), translate(msgid, "en", **params))


def _both(found: Any) -> Text:
    return Text(found.sentence("zh"), found.sentence("en"))


def allocated(body: Mapping[str, Any]) -> Allocated:
    """An allocation's JSON form as a report shows it."""
    total, certificate, prices = body["total"], body["certificate"], body["shadow_prices"]
    realised = body["realised"]
    outcome = {r["against"]: Decimal(r["profit"]) - Decimal(r["difference"]) for r in realised}
    if realised:
        outcome[realised[0]["plan"]] = Decimal(realised[0]["profit"])
    bands: Counter[str] = Counter()
    for offer in body["offers"]:
        bands[offer["band"]] += int(Decimal(offer["amount"]))
    return Allocated(
        budget=Decimal(body["budget"]),
        spent=Decimal(total["offered"]),
        firms=total["firms"],
        expected_profit=Decimal(total["expected_profit"]),
        gap=Decimal(certificate["gap"]),
        dual=Decimal(prices["lp_dual"]),
        forward=Decimal(prices["finite_difference_forward"]),
        backward=None
        if prices["finite_difference_backward"] is None
        else Decimal(prices["finite_difference_backward"]),
        unspent=tuple(_both(Finding.of(f)) for f in body["unspent_because"]),
        strategies=tuple(
            Strategy(
                _text(_STRATEGIES[plan["name"]]),
                plan["firms"],
                Decimal(plan["offered"]),
                Decimal(plan["expected_profit"]),
                outcome.get(plan["name"]),
            )
            for plan in (total, *body["peers"])
        ),
        by_band=tuple(Part(Text.of(band), Decimal(amount)) for band, amount in sorted(bands.items())),
        solver=tuple(sorted((_("terms"), f"{name} {version[:16]}") for name, version in body["versions"].items())),
    )
