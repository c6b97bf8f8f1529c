"""Reports: a full firm report composed, as HTML and as PDF, from gathered values."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.documents.helpers import MADE, firm, portfolio

from bench import Row
from windchime.documents import firm_report, html, pdf, portfolio_report
from windchime.documents.tree import Report


def _seconds(work: Callable[[], object], repeats: int = 3) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return min(once() for _repeat in range(repeats))


def _anew(report: Report) -> Callable[[], object]:
    """Set the report under another name each time: the typesetter remembers what it has set before."""
    names = iter(range(100))
    return lambda: pdf(replace(report, subject=f"企业 {next(names)}"), MADE.generated_at)


def rows() -> Iterator[Row]:
    """Best of three; the font and the drawing library are loaded before."""
    one, all_ = firm(), portfolio()
    report, book = firm_report(one, "zh"), portfolio_report(all_, "zh")
    pdf(report, MADE.generated_at)
    yield Row(
        "documents", "firm report composed, four charts drawn", _seconds(lambda: firm_report(one, "zh")), "s", "≤ 1 s"
    )
    yield Row("documents", "firm report as HTML", _seconds(lambda: html(report)), "s", "≤ 0.2 s")
    yield Row("documents", "firm report as PDF", _seconds(_anew(report)), "s", "≤ 0.5 s")
    yield Row("documents", "portfolio report composed", _seconds(lambda: portfolio_report(all_, "zh")), "s", "≤ 1 s")
    yield Row("documents", "portfolio report as PDF", _seconds(_anew(book)), "s", "≤ 0.5 s")
