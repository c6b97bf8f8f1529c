"""Verdicts on lists of invoices as the library holds them: what decisions, reports and pages read.

A verdict is read and not made anew when a firm is decided: the lake version that a decision cites holds the very verdict and
norms it rested on, so that measuring again gives the same. Where the list has changed since, that is a finding of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Self

import ibis

from windchime.core.text import _
from windchime.data.reading import Reading, unbound
from windchime.risk.findings import Finding

INVOICES = "invoices"

VERDICTS, HITS, NORMS = "invoice_verdicts", "invoice_hits", "invoice_norms"
#: stands in compiled SQL where the firm's id is bound
_FIRM = "\u241fthe firm\u241f"
_TOLD = (
    "firm_id", "verdict", "rows_count", "questioned_count", "rejected_count", "findings", "not_run", "norms", "known_on",
    "run_id", "rows_now",
)  # fmt: skip
_CHANGED = _("the list of invoices has {rows} rows and had {verified} when it was last verified")


@dataclass(frozen=True, slots=True)
class PublishedVerdict:
    """The verdict on one firm's list, with what speaks against it."""

    firm_id: str
    #: pass, question or reject
    verdict: str
    #: all rows of the list when it was verified
    rows: int
    questioned: int
    rejected: int
    #: gravest first
    findings: tuple[Finding, ...]
    #: codes of checks that could not be run
    not_run: tuple[str, ...]
    #: hash of the norms; None where there were too few firms to say what is usual
    norms: str | None
    #: day it is the verdict of
    known_on: date
    run_id: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of `invoice_verdicts`."""
        return cls(
            row["firm_id"],
            row["verdict"],
            row["rows_count"],
            row["questioned_count"],
            row["rejected_count"],
            tuple(Finding.of(f) for f in json.loads(row["findings"])),
            tuple(json.loads(row["not_run"])),
            row["norms"],
            row["known_on"],
            row["run_id"],
        )


def verdicts(reading: Reading, firm: str | None = None) -> dict[str, PublishedVerdict]:
    """Verdicts by firm, firms in order; none where lists were never verified.

    Args:
        reading: the library.
        firm: of this firm only.
    """
    return {row["firm_id"]: PublishedVerdict.of(row) for row in _rows(reading, firm)}


def findings(reading: Reading, firm: str | None = None) -> dict[str, tuple[Finding, ...]]:
    """What the verification of invoices found of each firm, gravest first; firms that are not there have nothing against them.

    Args:
        reading: the library, with its invoices and verdicts.
        firm: of this firm only.
    """
    return {row["firm_id"]: _now(PublishedVerdict.of(row), row["rows_now"]) for row in _rows(reading, firm)}


def _rows(reading: Reading, firm: str | None) -> list[dict[str, Any]]:
    """Rows of verdicts, each with the rows that the firm's list has now."""
    if not reading.has(VERDICTS) or not reading.has(INVOICES):
        return []
    asked = _sql(reading.as_of, firm is not None, INVOICES in reading.uncorrected)
    found = reading.con.con.execute(asked, {} if firm is None else {"firm": firm}).fetchall()
    return [dict(zip(_TOLD, row, strict=True)) for row in found]


@lru_cache(maxsize=64)
def _sql(as_of: date, one: bool, uncorrected: bool) -> str:
    """SQL of `_rows`, compiled once a date; of one firm with `$firm` to be bound."""
    tables = (VERDICTS, INVOICES)
    source = unbound(as_of, tables, firm=_FIRM if one else None, uncorrected=(INVOICES,) if uncorrected else ())
    invoices = source.table(INVOICES)
    counts = invoices.group_by(listed="reporting_firm_id").agg(rows_now=invoices.count())
    told = source.table(VERDICTS)
    joined = told.left_join(counts, told["firm_id"] == counts["listed"])
    whole = joined.mutate(rows_now=joined["rows_now"].fill_null(0)).select(*_TOLD).order_by("firm_id")
    return str(ibis.to_sql(whole, dialect="duckdb")).replace(f"'{_FIRM}'", "$firm")


def _now(verdict: PublishedVerdict, rows: int) -> tuple[Finding, ...]:
    if rows == verdict.rows:
        return verdict.findings
    params = {"rows": rows, "verified": verdict.rows}
    changed = Finding("invoices_changed_since_verified", "high", _CHANGED, params)
    return tuple(sorted((*verdict.findings, changed), key=lambda f: -f.rank))
