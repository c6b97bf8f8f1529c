"""Verdicts on lists of invoices as the library holds them: what decisions, reports and pages read.

A verdict is read and not made anew when a firm is decided: the lake version that a decision cites holds the very verdict and
norms it rested on, so that measuring again gives the same. Where the list has changed since, or was never
verified although others were, that is a finding of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Self

import ibis
import ibis.expr.datatypes as dt

from windchime.core.text import _
from windchime.data.reading import Reading, unbound
from windchime.risk.findings import Finding

INVOICES = "invoices"

VERDICTS, HITS, NORMS = "invoice_verdicts", "invoice_hits", "invoice_norms"
#: stands in compiled SQL where the firm's id is bound
_FIRM = "\u241fthe firm\u241f"
_TOLD = (
    "firm_id", "verdict", "rows_count", "questioned_count", "rejected_count", "findings", "not_run", "norms", "known_on",
    "run_id", "rows_digest", "listed", "rows_now", "digest_now",
)  # fmt: skip
#: what a list says of an invoice, as far as a verdict rests on it
_SAID = (
    "direction", "invoice_code", "invoice_no", "seller_id", "buyer_id", "issue_date", "status", "amount", "tax", "total",
)  # fmt: skip
_CHANGED = _("the list of invoices has {rows} rows and had {verified} when it was last verified")
_REWRITTEN = _("the list of invoices has as many rows as when it was last verified, {rows}, and other content")
_UNVERIFIED = _("the list of invoices, {rows} rows, was never verified, and lists of other firms were")


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]  # Ibis leaves it untyped
    name="md5_number_lower", signature=((dt.string,), dt.Decimal(38, 0))
)
def _number_of(text: str) -> int:  # DuckDB's own: the lower half of an MD5 as a number
    raise NotImplementedError


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
    return {row["firm_id"]: PublishedVerdict.of(row) for row in _rows(reading, firm) if row["firm_id"]}


def digests(reading: Reading) -> dict[str, str]:
    """What the rows of each firm's list say, in whatever order they stand, as one number a firm.

    Args:
        reading: the library, with its invoices.
    """
    told = _lists(reading).select("listed", "digest_now").to_pyarrow()
    return dict(zip(told["listed"].to_pylist(), told["digest_now"].to_pylist(), strict=True))


def findings(reading: Reading, firm: str | None = None) -> dict[str, tuple[Finding, ...]]:
    """What the verification of invoices found of each firm, gravest first; firms that are not there have nothing against them.

    A list that has changed since, in number or content of rows, is a finding, and so is one that was never verified in a
    library whose other lists were: where no list was ever verified the bank does not use verification, and nothing is said.

    Args:
        reading: the library, with its invoices and verdicts.
        firm: of this firm only.
    """
    rows = _rows(reading, firm)
    found = {row["firm_id"]: _now(PublishedVerdict.of(row), row) for row in rows if row["firm_id"]}
    bare = [row for row in rows if not row["firm_id"]]
    used = bool(found) or (bool(bare) and _in_use(reading))
    return dict(sorted((found | {row["listed"]: _unverified(row) for row in bare if used}).items()))


def _rows(reading: Reading, firm: str | None) -> list[dict[str, Any]]:
    """Verdicts beside lists as they are now: those without a list, and lists without a verdict, among them."""
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
    lists, told = _lists(source), source.table(VERDICTS)
    joined = told.outer_join(lists, told["firm_id"] == lists["listed"])
    whole = joined.mutate(rows_now=joined["rows_now"].fill_null(0)).select(*_TOLD).order_by("firm_id", "listed")
    return str(ibis.to_sql(whole, dialect="duckdb")).replace(f"'{_FIRM}'", "$firm")


def _lists(source: Reading) -> ibis.Table:
    """How many rows each list has, and what they say: the sum of a number made of each row, as text."""
    invoices = source.table(INVOICES)
    said = ibis.literal("\u241f").join([invoices[c].cast("string").fill_null("") for c in _SAID])
    return invoices.group_by(listed="reporting_firm_id").agg(
        rows_now=invoices.count(), digest_now=_number_of(said).sum().cast("string")
    )


def _in_use(reading: Reading) -> bool:
    """Whether any list of the library was verified by the date."""
    return bool(reading.table(VERDICTS).count().execute())


def _unverified(row: Mapping[str, Any]) -> tuple[Finding, ...]:
    return (Finding("invoices_not_verified", "high", _UNVERIFIED, {"rows": row["rows_now"]}),)


def _now(verdict: PublishedVerdict, row: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What was found, and whether the list is still the one it was found in; verdicts of old know its rows' number alone."""
    rows = row["rows_now"]
    if rows == verdict.rows and row["rows_digest"] in (None, row["digest_now"]):
        return verdict.findings
    msgid = _REWRITTEN if rows == verdict.rows else _CHANGED
    params = {"rows": rows, "verified": verdict.rows}
    changed = Finding("invoices_changed_since_verified", "high", msgid, params)
    return tuple(sorted((*verdict.findings, changed), key=lambda f: -f.rank))
