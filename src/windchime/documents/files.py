"""Reports as files in a folder: one HTML page and one PDF a language."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from windchime.core.text import LANGS, Lang
from windchime.documents.firm import firm_report
from windchime.documents.gather import gather_firm
from windchime.documents.gather_portfolio import gather_portfolio
from windchime.documents.portfolio import portfolio_report
from windchime.documents.rendering import html, pdf
from windchime.documents.tree import Report
from windchime.service.bank import Bank


def write_firm(
    bank: Bank, folder: Path, firm_id: str, *, by: str, decision_id: str = "", langs: Sequence[Lang] = LANGS
) -> tuple[Path, ...]:
    """Write a firm's report; see `gather_firm` for what it is of and what it raises."""
    data = gather_firm(bank, firm_id, by=by, decision_id=decision_id)
    name = "firm-" + "".join(c if c.isalnum() or c in "._-" else "-" for c in firm_id)
    return _write(bank, folder, name, {lang: firm_report(data, lang) for lang in langs})


def write_portfolio(
    bank: Bank,
    folder: Path,
    *,
    by: str,
    run_id: str = "",
    allocation: Mapping[str, Any] | None = None,
    langs: Sequence[Lang] = LANGS,
) -> tuple[Path, ...]:
    """Write the portfolio's report; see `gather_portfolio` for what it is of and what it raises."""
    data = gather_portfolio(bank, by=by, run_id=run_id, allocation=allocation)
    return _write(bank, folder, "portfolio", {lang: portfolio_report(data, lang) for lang in langs})


def _write(bank: Bank, folder: Path, name: str, reports: Mapping[Lang, Report]) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang, report in reports.items():
        for suffix, data in (("html", html(report)), ("pdf", pdf(report, bank.clock.now()))):
            path = folder / f"{name}.{lang}.{suffix}"
            part = path.with_name(path.name + ".part")
            part.write_bytes(data)
            part.replace(path)
            written.append(path)
    return tuple(written)
