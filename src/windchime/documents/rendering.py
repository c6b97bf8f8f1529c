"""A composed report as bytes: one self-contained HTML page without script, or a PDF. Both show the same tree."""

import base64
import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

from windchime.core.text import _, translate
from windchime.documents.tree import Chart, Report
from windchime.present.pdf import compile_pdf
from windchime.present.web import environment

Format = Literal["html", "pdf"]


@cache
def _text(name: str) -> str:
    return (files("windchime.documents") / "templates" / name).read_text(encoding="utf-8")


def html(report: Report) -> bytes:
    """One page with its style and drawings inside: it can be saved, sent, printed, and served under `html_policy`."""
    page = environment(report.lang, "windchime.documents").get_template("report.html")
    return page.render(report=report, style=_text("report.css")).encode()


@cache
def html_policy() -> str:
    """The content security policy for serving such a page: its one style element by hash, nothing else."""
    digest = base64.b64encode(hashlib.sha256(_text("report.css").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def pdf(report: Report, generated_at: datetime) -> bytes:
    """The report on A4, with the vendored font; the same report gives the same bytes.

    Args:
        report: a composed report.
        generated_at: the date the file bears; the footer says it too.

    Raises:
        ReportNotSet: the shipped template does not compile.
    """
    body = json.loads(json.dumps(asdict(report)))
    drawings = {}
    for i, section in enumerate(report.sections):
        for j, block in enumerate(section.blocks):
            if isinstance(block, Chart):
                name = f"chart-{i}-{j}.svg"
                drawings[name] = block.svg.encode()
                body["sections"][i]["blocks"][j]["svg"] = name
    body["pages"] = translate(
        _("page {page} of {pages}"), report.lang, page="\N{SECTION SIGN}1", pages="\N{SECTION SIGN}2"
    )
    return compile_pdf(_text("report.typ"), body, generated_at=generated_at, files=drawings)
