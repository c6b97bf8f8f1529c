"""Addresses of pages: ids come from sources and may hold anything, so each is quoted whole."""

from datetime import date
from urllib.parse import quote, urlencode


def quoted(path: str, last: str) -> str:
    """A path that was decoded, as an address again; its last part is quoted whole."""
    return f"{quote(path.removesuffix(last), safe='/')}{quote(last, safe='')}"


def firm(firm_id: str, part: str = "") -> str:
    """The page of a firm, or a part of it by its anchor."""
    return f"/firms/{quote(firm_id, safe='')}" + (f"#{part}" if part else "")


def figure(firm_id: str, code: str, *, as_of: date | None = None, lake_version: int | None = None) -> str:
    """Where one figure of a firm comes from; as of a date and lake version, or the newest."""
    at = {"as_of": as_of.isoformat() if as_of else "", "lake_version": str(lake_version or "")}
    asked = urlencode({k: v for k, v in at.items() if v})
    return f"/figures/{quote(code, safe='')}/{quote(firm_id, safe='')}" + (f"?{asked}" if asked else "")


def firm_report(firm_id: str, form: str) -> str:
    """The report on a firm, `html` or `pdf`."""
    return f"/firm-report.{form}/{quote(firm_id, safe='')}"


def invoices(firm_id: str, part: str = "") -> str:
    """What verification says of a firm's list of invoices, or a part of it by its anchor."""
    return f"/invoices/{quote(firm_id, safe='')}" + (f"#{part}" if part else "")


def consents(firm_id: str) -> str:
    """What a firm agreed to."""
    return f"/consents/{quote(firm_id, safe='')}"


def consent_revocations(firm_id: str) -> str:
    """Where a consent of a firm is revoked."""
    return f"/consent-revocations/{quote(firm_id, safe='')}"


def customers(firm_id: str) -> str:
    """Where another belonging of a firm is proposed."""
    return f"/customers?{urlencode({'firm': firm_id})}"


def reveals(firm_id: str, purpose: str) -> str:
    """Where personal values of a firm are shown in clear for a purpose."""
    return f"/reveals/{quote(firm_id, safe='')}?{urlencode({'purpose': purpose})}"


def decision(decision_id: str, part: str = "") -> str:
    """The page of a decision, or a part of it."""
    return f"/decisions/{quote(decision_id, safe='')}" + (f"#{part}" if part else "")


def table(name: str) -> str:
    """The page of a table of the library."""
    return f"/library/{quote(name, safe='')}"


def row(table_: str, file: str, row_no: int, sheet: str | None = None, source: str = "") -> str:
    """Where one row of a source file went."""
    at = {"file": file, "sheet": sheet or "", "row": str(row_no), "source": source}
    return f"{table(table_)}/row?{urlencode({k: v for k, v in at.items() if v})}"


def quarantined(quarantine_id: str) -> str:
    """The page of a row in quarantine."""
    return f"/quarantine/{quote(quarantine_id, safe='')}"


def mention(mention_id: str) -> str:
    """The entity of one mention of a firm or person."""
    return f"/identity/mention/{quote(mention_id, safe='')}"


def pair(left: str, right: str) -> str:
    """Two mentions side by side."""
    return f"/identity/pair?{urlencode({'left': left, 'right': right})}"


def model(version: str) -> str:
    """The card of a model version."""
    return f"/models/{quote(version, safe='')}"


def rules(version: str, form: str = "") -> str:
    """A rule set in the bank's keeping, or a file of it."""
    return f"/rules/{quote(version, safe='')}" + (f"/{quote(form, safe='')}" if form else "")


def content(kind: str, name: str, version: str) -> str:
    """One version of a document."""
    return f"/content/{quote(kind, safe='')}/{quote(name, safe='')}/{quote(version, safe='')}"


def graph(node: str = "", **asked: str) -> str:
    """The graph around a node; where to search without one."""
    query = urlencode({k: v for k, v in asked.items() if v})
    return ("/graph" + (f"/{quote(node, safe='')}" if node else "")) + (f"?{query}" if query else "")


def keyed_row(table_: str, key: str) -> str:
    """Where one row of the library stands, by its key, the parts joined by `|`."""
    return f"{table(table_)}/row?{urlencode({'key': key})}"


def graph_file(node: str, form: str) -> str:
    """The graph around a node as a file."""
    return f"/graph-file.{form}/{quote(node, safe='')}"


def proposal(proposal_id: str) -> str:
    """One proposed change."""
    return f"/proposals/{quote(proposal_id, safe='')}"


def job(job_id: str) -> str:
    """The page of a piece of work in the background."""
    return f"/jobs/{quote(job_id, safe='')}"
