"""A call for every route: the address about a given firm, and a form or body that would be accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.accounts import paper
from tests.ground.world import CODE, COLLEAGUES, NOBODYS, OWN, World

UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent."""

    address: str
    #: fields of a form; None for none
    form: Mapping[str, str] | None = None
    #: a JSON body; None for none
    body: Any = None
    #: what stands on the page that declines the form to whoever was let in; empty where nothing needs to tell
    again: str = ""


def console(world: World, firm_id: str) -> dict[tuple[str, str], Call]:
    """By method and path; addresses about a firm are about the one given."""
    ids, firm = world.ids, quote(firm_id, safe="")
    decision = ids.get(f"decision:{firm_id}", UNKNOWN_ID)
    own, nobody = quote(OWN, safe=""), quote(NOBODYS, safe="")
    pair = f"/identity/pair?left={own}&right={nobody}"
    gets = {
        "/": "/?verdict=approve",
        "/export": "/export?format=csv",
        "/firms": "/firms",
        "/firms-export": "/firms-export?format=csv",
        "/firms/{firm_id:path}": f"/firms/{firm}",
        "/invoices": "/invoices",
        "/invoices-export": "/invoices-export?format=csv",
        "/invoices/{firm_id:path}": f"/invoices/{firm}",
        "/graph": "/graph?q=shop",
        "/graph/{node:path}": f"/graph/{firm}",
        "/graph-view/{node:path}": f"/graph-view/{firm}?hops=1",
        "/graph-counts/{node:path}": f"/graph-counts/{firm}",
        "/graph-file.{form}/{node:path}": f"/graph-file.node_link/{firm}",
        "/figures/{code}/{firm_id:path}": f"/figures/sales_12m/{firm}",
        "/firm-report.{form}/{firm_id:path}": f"/firm-report.html/{firm}",
        "/portfolio-report.{form}": "/portfolio-report.html",
        "/decisions": "/decisions",
        "/decisions-export": "/decisions-export?format=csv",
        "/decisions/{decision_id}": f"/decisions/{decision}",
        "/decisions/{decision_id}/document.json": f"/decisions/{decision}/document.json",
        "/decisions/{decision_id}/replay": f"/decisions/{decision}/replay",
        "/library": "/library",
        "/library/{name}": "/library/firms",
        "/library/{name}/row": "/library/invoices/row?file=invoices.parquet&row=1",
        "/identity": "/identity?q=a",
        "/identity/mention/{mention_id:path}": f"/identity/mention/{own}",
        "/identity/pair": pair,
        "/quarantine": "/quarantine",
        "/quarantine-export": "/quarantine-export",
        "/quarantine/{quarantine_id:path}": f"/quarantine/{ids['row']}",
        "/quality": "/quality",
        "/quality/report.{form}": "/quality/report.html",
        "/models": "/models",
        "/models/{version}": f"/models/{ids['model']}",
        "/rules": "/rules",
        "/rules/{version}": f"/rules/{ids['rules']}",
        "/rules/{version}/{form}": f"/rules/{ids['rules']}/pmml",
        "/content": "/content",
        "/content/{kind}/{name}/{version}": f"/content/policies/invoice_loan/{ids['draft']}",
        "/audit": "/audit",
        "/audit/verify": "/audit/verify",
        "/sign-in": "/sign-in",
        "/sign-in/code": "/sign-in/code",
        "/sign-in/elsewhere": "/sign-in/elsewhere",
        "/sign-in/elsewhere/back": "/sign-in/elsewhere/back",
        "/sign-out": "/sign-out",
        "/account": "/account",
        "/accounts": "/accounts",
        "/inbox": "/inbox",
        "/proposals/{proposal_id}": f"/proposals/{ids['proposal']}",
        "/decisions/{decision_id}/override": f"/decisions/{decision}/override",
        "/customers": "/customers",
        "/consents": "/consents",
        "/consents-recorded": "/consents-recorded",
        "/consents-recorded-export": "/consents-recorded-export?format=csv",
        "/consents/{firm_id:path}": f"/consents/{firm}",
        "/reads": "/reads",
        "/audit/{seq}": "/audit/1",
        "/outbox": "/outbox",
        "/jobs": "/jobs?state=waiting",
        "/jobs/{job_id}": f"/jobs/{ids['job']}",
        "/agreements": "/agreements",
        "/static/{name}": "/static/console.css",
    }
    consent = ids.get(f"consent:{firm_id}", UNKNOWN_ID)
    posts = {
        "/sign-in": Call("/sign-in", {"name": "nobody", "password": "nothing at all"}, again='name="password"'),
        "/sign-in/code": Call("/sign-in/code", {"code": "000000"}, again='name="code"'),
        "/sign-out": Call("/sign-out", {}),
        "/outbox": Call("/outbox", {"do": "end", "webhook": ids["webhook"]}),
        "/jobs": Call("/jobs", {"do": "ask", "kind": "quality.check"}),
        "/jobs/{job_id}": Call(f"/jobs/{ids['job']}", {"do": "cancel", "reason": "no need"}),
        # a change that an account may try before it is settled, typed wrongly: it stays as it was
        "/account": Call("/account", {"do": "password", "old": "a", "new": "b", "again": "c"}),
        "/accounts": Call("/accounts", {"do": "account.close", "name": "no.role", "reason": "has left"}),
        "/proposals/{proposal_id}": Call(
            f"/proposals/{ids['proposal']}", {"do": "approve", "seen": ids["seen"], "comment": "seen"}
        ),
        "/decisions/{decision_id}/override": Call(f"/decisions/{decision}/override", {"reason": "x"}),
        "/models/{version}": Call(f"/models/{ids['model']}", {"do": "dismiss", "reason": "no need"}),
        "/customers": Call("/customers", {"firm": NOBODYS, "branch": "south", "reason": "moved"}),
        "/consents/{firm_id:path}": Call(
            f"/consents/{firm}",
            {"purpose": "loan_review", "category": "firm", "given_by": "{giver}", "document": paper(firm_id)},
        ),
        "/consent-revocations/{firm_id:path}": Call(f"/consent-revocations/{firm}", {"consent": consent}),
        "/reveals/{firm_id:path}": Call(f"/reveals/{firm}?purpose={{purpose}}", {"reason": "x"}),
        "/audit/verify": Call("/audit/verify", {}),
        "/decisions/{decision_id}/replay": Call(f"/decisions/{decision}/replay", {}),
        "/identity": Call("/identity", {}),
        "/identity/pair": Call(pair, {"judged": "different", "reason": "two firms"}),
        "/quarantine/{quarantine_id:path}": Call(
            f"/quarantine/{ids['row']}", {"column:kind": "special", "reason": "as printed"}
        ),
    }
    return {("GET", path): Call(address) for path, address in gets.items()} | {
        ("POST", path): call for path, call in posts.items()
    }


def api(world: World, firm_id: str) -> dict[tuple[str, str], Call]:
    """By method and path; addresses about a firm are about the one given."""
    ids, firm = world.ids, "/api/v1/firms/" + quote(firm_id, safe="")
    decision = "/api/v1/decisions/" + ids.get(f"decision:{firm_id}", UNKNOWN_ID)
    consent = "/api/v1/consents/" + ids.get(f"consent:{firm_id}", UNKNOWN_ID)
    below = ("consents", "indicators", "findings", "invoice-verdict", "neighbourhood")
    plain = ("openapi.json", "docs", "me", "me/tokens", "portfolio", "decisions", "firms", "jobs", "quality", "lake", "content", "models", "audit", "webhooks", "consents", "deliveries", "proposals")  # fmt: skip
    said = {
        "purpose": "loan_review",
        "categories": ["firm"],
        "given_by": "{giver}",
        "document": paper(firm_id),
        "valid_from": "2020-01-01",
        "valid_to": "2025-01-01",
    }
    webhook = f"/api/v1/webhooks/{ids['webhook']}"
    proposal = f"/api/v1/proposals/{ids['proposal']}"
    moved = {"branch": "south", "manager": "", "applicant": ""}
    wanted = {"kind": "customer.assign", "subject": f"firm:{COLLEAGUES}", "after": moved, "reason": "moved"}
    heard = {"url": "https://events.example.com/", "kinds": ["job.ended"]}
    token = {"label": "more", "scopes": ["firm.read"], "expires_at": "2020-06-01T00:00:00Z", "code": CODE}
    gets = {
        **{f"/{name}": f"/api/v1/{name}" for name in plain},
        **{f"/firms/{{firm_id:path}}/{name}": f"{firm}/{name}" for name in below},
        "/firms/{firm_id:path}": firm,
        "/me/tokens/{token_id}": f"/api/v1/me/tokens/{ids['token']}",
        "/decisions/{decision_id}": decision,
        "/decisions/{decision_id}/document": f"{decision}/document",
        "/decisions/{decision_id}/replay": f"{decision}/replay",
        "/consents/{consent_id}": consent,
        "/jobs/{job_id}": f"/api/v1/jobs/{ids['job']}",
        "/lake/{lake_version}": "/api/v1/lake/1",
        "/content/{version}": f"/api/v1/content/{ids['policy']}",
        "/models/{version}": f"/api/v1/models/{ids['model']}",
        "/audit/{seq}": "/api/v1/audit/1",
        "/webhooks/{webhook_id}": webhook,
        "/proposals/{proposal_id}": proposal,
        "/proposals/{proposal_id}/history": f"{proposal}/history",
    }
    changes = {
        ("POST", "/me/tokens"): Call("/api/v1/me/tokens", body=token),
        ("DELETE", "/me/tokens/{token_id}"): Call(f"/api/v1/me/tokens/{ids['token']}"),
        ("POST", "/firms/{firm_id:path}/decisions"): Call(f"{firm}/decisions", body={"reason": "asked for"}),
        ("POST", "/firms/{firm_id:path}/consents"): Call(f"{firm}/consents", body=said),
        ("POST", "/consents/{consent_id}/revoke"): Call(f"{consent}/revoke", body={"reason": "asked for"}),
        ("POST", "/jobs"): Call("/api/v1/jobs", body={"kind": "quality.check"}),
        ("POST", "/jobs/{job_id}/cancel"): Call(f"/api/v1/jobs/{ids['job']}/cancel", body={"reason": "no need"}),
        ("POST", "/jobs/{job_id}/retry"): Call(f"/api/v1/jobs/{ids['job']}/retry", body={"reason": "no need"}),
        ("POST", "/webhooks"): Call("/api/v1/webhooks", body=heard),
        ("POST", "/webhooks/{webhook_id}/rotate"): Call(f"{webhook}/rotate", body={}),
        ("POST", "/webhooks/{webhook_id}/test"): Call(f"{webhook}/test", body={}),
        ("POST", "/webhooks/{webhook_id}/end"): Call(f"{webhook}/end", body={}),
        ("POST", "/proposals"): Call("/api/v1/proposals", body=wanted),
        ("POST", "/proposals/{proposal_id}/approve"): Call(f"{proposal}/approve", body={"seen": ids["seen"]}),
        ("POST", "/proposals/{proposal_id}/send-back"): Call(f"{proposal}/send-back", body={"comment": "why?"}),
        ("POST", "/proposals/{proposal_id}/revise"): Call(
            f"{proposal}/revise", body={"after": {**moved, "branch": "north"}, "reason": "nearer"}
        ),
        ("POST", "/proposals/{proposal_id}/withdraw"): Call(f"{proposal}/withdraw", body={"comment": "no need"}),
        ("POST", "/proposals/{proposal_id}/close"): Call(f"{proposal}/close", body={"comment": "it is damaged"}),
        ("POST", "/deliveries/retry"): Call("/api/v1/deliveries/retry", body={"webhook_id": ids["webhook"]}),
    }
    found = {("GET", path): Call(address) for path, address in gets.items()} | changes
    return {(method, f"/api/v1{path}"): call for (method, path), call in found.items()}
