"""A call for every route: the address about a given firm, and a form or body that would be accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.ground.world import NOBODYS, OWN, World


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent."""

    address: str
    #: fields of a form; None for none
    form: Mapping[str, str] | None = None
    #: a JSON body; None for none
    body: Any = None


def console(world: World, firm_id: str) -> dict[tuple[str, str], Call]:
    """By method and path; addresses about a firm are about the one given."""
    ids, firm = world.ids, quote(firm_id, safe="")
    decision = ids.get(f"decision:{firm_id}", "00000000-0000-7000-8000-000000000000")
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
        "/static/{name}": "/static/console.css",
    }
    posts = {
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
