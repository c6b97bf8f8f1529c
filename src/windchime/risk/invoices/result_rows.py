"""What a verification says as rows of the library: verdicts of firms, invoices that did not pass, norms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pyarrow as pa

from windchime.core.canonical import canonical
from windchime.data.contracts import contract
from windchime.graph.results.changes import STAMP
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.published import HITS, NORMS, VERDICTS
from windchime.risk.invoices.verify import Verification

#: the one set of norms that a library has
NORMS_ID = "library"


def verdict_rows(found: Verification, digests: Mapping[str, str]) -> pa.Table:
    """One row a firm, in the form of `invoice_verdicts` without what the run says; `digests` are of the lists verified."""
    counts = dict(found.listing.invoices.group_by("reporting_firm_id").len().iter_rows())
    doubted = {
        (firm, verdict): count
        for firm, verdict, count in found.invoices.group_by("reporting_firm_id", "verdict").len().iter_rows()
    }
    not_run = canonical([c.code for c in found.not_run]).decode()
    findings = dict(_findings(found))
    rows = [
        {
            "firm_id": firm,
            "verdict": verdict,
            "rows_count": counts[firm],
            "rows_digest": digests[firm],
            "questioned_count": doubted.get((firm, "question"), 0),
            "rejected_count": doubted.get((firm, "reject"), 0),
            "findings": findings.get(firm, "[]"),
            "not_run": not_run,
            "norms": found.norms,
        }
        for firm, verdict in found.firms.select("reporting_firm_id", "verdict").iter_rows()
    ]
    return pa.Table.from_pylist(rows, schema=form(VERDICTS))


def _findings(found: Verification) -> Iterator[tuple[str, str]]:
    """Findings of each firm against which anything speaks, as JSON."""
    firms = found.grounds["reporting_firm_id"].unique().sort()
    hits = found.hits.filter(pl.col("reporting_firm_id").is_in(firms.implode())).partition_by(
        "reporting_firm_id", as_dict=True
    )
    for firm in firms:
        one = replace(found, hits=hits.get((firm,), found.hits.clear()))
        yield firm, canonical([f.as_dict() for f in one.findings(firm)]).decode()


def hit_rows(found: Verification) -> pa.Table:
    """One row an invoice that did not pass, in the form of `invoice_hits` without what the run says."""
    places = found.listing.invoices.select("row", "direction", list_file="source_file", list_row="row_no")
    rows = found.invoices.join(places, "row", how="inner").select(
        "direction",
        "list_file",
        "list_row",
        "verdict",
        firm_id="reporting_firm_id",
        checks=pl.col("codes").list.join("|"),
    )
    return rows.to_arrow().select(form(HITS).names).cast(form(HITS))


def norm_rows(norms: Norms | None, schemes: Mapping[str, str]) -> pa.Table:
    """The norms as the one row of `invoice_norms`, without what the run says; empty ones where nothing could be fitted."""
    row: dict[str, Any] = {
        "norms_id": NORMS_ID,
        "firm_count": norms.firms if norms else 0,
        "digest": norms.digest if norms else None,
        "body": norms.to_json().decode() if norms else None,
        "schemes": canonical(schemes).decode(),
    }
    return pa.Table.from_pylist([row], schema=form(NORMS))


def form(table: str) -> pa.Schema:
    """The columns of a table of results, without what the run says."""
    schema = contract(table).arrow_schema()
    return pa.schema([schema.field(c.name) for c in contract(table).columns if c.name not in STAMP])
