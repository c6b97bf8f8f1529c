"""Every address a console answers, found from the routes themselves: a new route without an example fails the tests."""

from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import quote

from fastapi import FastAPI
from starlette.routing import Route
from tests.console.helpers import NASTY_ID
from tests.console.jobs import a_stopped_job
from tests.console.proposals import a_proposal
from tests.console.rules import kept_rules

from windchime.content.store import ContentStore
from windchime.data.intake.quarantine import quarantined
from windchime.decision import log
from windchime.risk.scorecards.store import versions
from windchime.service.bank import Bank


@cache
def examples(bank: Bank) -> Mapping[str, str]:
    """An address for every path of a GET route, by path; the firm is the one with the worst name and id."""
    firm = quote(NASTY_ID, safe="")
    with bank.session() as session:
        decision = log.latest(session, NASTY_ID)
        assert decision is not None
        model = next(v for v in versions(session) if v.model == "scorecard").version
        draft = next(v for v in ContentStore(bank.content_dir).versions(session) if v.state == "draft")
        row = quarantined(bank, session, state=None)[0].quarantine_id
        rules = kept_rules(bank).version
        proposal = a_proposal(bank)
        return {
            "/": "/",
            "/export": "/export?format=csv",
            "/firms": "/firms",
            "/firms-export": "/firms-export?format=xlsx",
            "/firms/{firm_id:path}": f"/firms/{firm}",
            "/invoices": "/invoices",
            "/invoices-export": "/invoices-export?format=csv",
            "/invoices/{firm_id:path}": f"/invoices/{firm}",
            "/graph": "/graph",
            "/graph/{node:path}": f"/graph/{firm}?to=shop%3ALONG&layout=rings",
            "/graph-view/{node:path}": f"/graph-view/{firm}?hops=2",
            "/graph-counts/{node:path}": f"/graph-counts/{firm}",
            "/graph-file.{form}/{node:path}": f"/graph-file.node_link/{firm}",
            "/figures/{code}/{firm_id:path}": f"/figures/sales_12m/{firm}",
            "/firm-report.{form}/{firm_id:path}": f"/firm-report.html/{firm}",
            "/portfolio-report.{form}": "/portfolio-report.html",
            "/decisions": "/decisions",
            "/decisions-export": "/decisions-export?format=csv",
            "/decisions/{decision_id}": f"/decisions/{decision.id}",
            "/decisions/{decision_id}/document.json": f"/decisions/{decision.id}/document.json",
            "/decisions/{decision_id}/replay": f"/decisions/{decision.id}/replay",
            "/decisions/{decision_id}/override": f"/decisions/{decision.id}/override",
            "/inbox": "/inbox",
            "/proposals/{proposal_id}": f"/proposals/{proposal}",
            "/library": "/library",
            "/library/{name}": "/library/invoices",
            "/library/{name}/row": "/library/invoices/row?file=invoices.parquet&row=1",
            "/identity": "/identity?q=a",
            "/identity/mention/{mention_id:path}": f"/identity/mention/{firm}",
            "/identity/pair": f"/identity/pair?left={firm}&right=shop%3ALONG",
            "/quarantine": "/quarantine",
            "/quarantine-export": "/quarantine-export",
            "/quarantine/{quarantine_id:path}": f"/quarantine/{row}",
            "/quality": "/quality",
            "/quality/report.{form}": "/quality/report.html",
            "/models": "/models",
            "/models/{version}": f"/models/{model}",
            "/rules": "/rules",
            "/rules/{version}": f"/rules/{rules}",
            "/rules/{version}/{form}": f"/rules/{rules}/pmml",
            "/customers": "/customers",
            "/consents": "/consents",
            "/consents-recorded": "/consents-recorded",
            "/consents-recorded-export": "/consents-recorded-export?format=csv",
            "/consents/{firm_id:path}": f"/consents/{firm}",
            "/reads": "/reads",
            "/content": "/content",
            "/content/{kind}/{name}/{version}": f"/content/policies/invoice_loan/{draft.sha256}",
            "/audit": "/audit",
            "/audit/{seq}": "/audit/1",
            "/audit/verify": "/audit/verify",
            "/sign-in": "/sign-in?next=%2Faudit",
            "/sign-in/code": "/sign-in/code",
            "/sign-in/elsewhere": "/sign-in/elsewhere",
            "/sign-in/elsewhere/back": "/sign-in/elsewhere/back",
            "/sign-out": "/sign-out",
            "/account": "/account",
            "/accounts": "/accounts",
            "/outbox": "/outbox",
            "/jobs": "/jobs?ask=quality.check",
            "/jobs/{job_id}": f"/jobs/{a_stopped_job(bank)}",
            "/agreements": "/agreements",
            "/static/{name}": "/static/console.css",
        }


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route of an application, those of included routers too."""
    found = list(app.routes)
    while found:
        route = found.pop(0)
        router = getattr(route, "original_router", route)
        inner = getattr(router, "routes", None)
        if isinstance(route, Route):
            yield from ((method, route.path) for method in sorted((route.methods or set()) - {"HEAD"}))
        elif inner:
            found += inner
        else:
            raise AssertionError(f"a route of a kind unknown here: {route!r}")
