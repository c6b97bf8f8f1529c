"""`verify`: a list of invoices through every layer, to a verdict for each firm and each invoice, with findings and rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, tanh
from typing import Any

import polars as pl

from windchime.risk.findings import Evidence, Finding, Severity
from windchime.risk.invoices import verdict
from windchime.risk.invoices.calibrating import Layer, measured
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.measure import PROFILE, Scale
from windchime.risk.invoices.population.norms import JUDGED, Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.running import CHECKS, run
from windchime.risk.invoices.setting_aside import at_least_asked
from windchime.risk.invoices.settings import Settings

#: how grave a finding is, by the standing of its ground
_READ: dict[Scale, Callable[[float], float]] = {"times": exp, "correlation": tanh}
_SEVERITY: dict[str, Severity] = {"watch": "watch", "question": "high", "reject": "severe"}


@dataclass(frozen=True, slots=True)
class Verification:
    """What is known of a list after all layers looked at it."""

    #: reporting_firm_id, verdict, code of the gravest ground, its rarity; a row a firm, sorted
    firms: pl.DataFrame
    #: row, reporting_firm_id, verdict, codes; invoices that are not passed, sorted by row
    invoices: pl.DataFrame
    #: `GROUNDS`
    grounds: pl.DataFrame
    #: `JUDGED`; empty without norms
    judged: pl.DataFrame
    #: `HITS` of all layers
    hits: pl.DataFrame
    #: checks whose columns the source does not tell
    not_run: tuple[Check, ...]
    #: hash of the norms; None: the population layer was not run
    norms: str | None
    #: for evidence
    listing: Listing
    #: most rows a finding names
    most_evidence: int
    checks: tuple[Check, ...] = field(default=CHECKS)

    def verdict(self, firm: str) -> str:
        """Of one firm: pass, question or reject."""
        found = self.firms.filter(pl.col("reporting_firm_id") == firm)["verdict"]
        return str(found[0]) if len(found) else "pass"

    def findings(self, firm: str) -> tuple[Finding, ...]:
        """What speaks against a firm, gravest first, each with rows of the source."""
        return tuple(self._findings(self.grounds.filter(pl.col("reporting_firm_id") == firm)))

    def _findings(self, grounds: pl.DataFrame) -> Iterator[Finding]:
        said: dict[str, tuple[str, Scale]] = {c.code: (c.msgid, "share") for c in self.checks}
        said |= {m.code: (m.msgid, m.scale) for m in PROFILE}
        for ground in grounds.iter_rows(named=True):
            hits = self.hits.filter(
                (pl.col("code") == ground["code"]) & (pl.col("reporting_firm_id") == ground["reporting_firm_id"])
            )
            msgid, scale = said[ground["code"]]
            params = _params(ground, hits, scale)
            yield Finding(ground["code"], _SEVERITY[ground["standing"]], msgid, params, self._evidence(hits))

    def _evidence(self, hits: pl.DataFrame) -> tuple[Evidence, ...]:
        rows = hits.filter(pl.col("row").is_not_null()).select("row").unique("row", maintain_order=True)
        places = rows.head(self.most_evidence).join(
            self.listing.invoices.select("row", "source_file", "row_no"), on="row", how="inner", maintain_order="left"
        )
        return tuple(Evidence("invoices", file or "", number) for _row, file, number in places.iter_rows())


def verify(
    listing: Listing,
    settings: Settings,
    population: Population,
    norms: Norms | None = None,
    *,
    others: Sequence[tuple[Layer, Sequence[Check]]] = (),
    aside: pl.DataFrame | None = None,
) -> Verification:
    """Look at a list with every layer.

    Args:
        listing: of one firm or of many.
        settings: of the checks of the invoice and of the set.
        population: of profile, norms and verdict.
        norms: what is usual among clean firms; None: the population layer is not run, and only what law and arithmetic
            forbid, and other copies contradict, speaks against a firm.
        others: what layers beside found (copies, relations), each with its checks; a copy that contradicts the list
            speaks for itself, anything else speaks against a firm as far as the norms know it.
        aside: what set firms of the library aside when its norms were fitted (`set_aside`); they are asked about at least.
    """
    ran = run(listing, settings)
    layers: list[Layer] = [ran, *(layer for layer, _checks in others)]
    checks = (*CHECKS, *(c for _layer, some in others for c in some))
    hits = pl.concat([layer.hits for layer in layers]).sort("code", "reporting_firm_id", "row", nulls_last=True)
    judged = norms.judge(measured(listing, layers, population)) if norms else pl.DataFrame(schema=JUDGED)
    copies = [c.code for c in checks if c.layer == "copy"]
    against = [verdict.grounds_of_hits(hits, copies, population.bounds.copy_rows)]
    against.append(
        verdict.grounds(judged, norms, population)
        if norms
        else verdict.grounds_of_hits(hits, population.hard, population.bounds.hard_rows)
    )
    firms = listing.invoices["reporting_firm_id"].unique().sort()
    ruled = verdict.gravest_first(against)
    if aside is not None:
        ruled = at_least_asked(ruled, aside.filter(pl.col("reporting_firm_id").is_in(firms.implode())), judged)
    grounds = _of_how_many(ruled, layers)
    return Verification(
        verdict.of_firms(firms, grounds),
        verdict.of_rows(hits, grounds, norms, population),
        grounds,
        judged,
        hits,
        ran.not_run,
        norms.digest if norms else None,
        listing,
        population.bounds.evidence,
        checks,
    )


def _of_how_many(grounds: pl.DataFrame, layers: Sequence[Layer]) -> pl.DataFrame:
    """Grounds that no norm judged get the number of rows that their check could judge."""
    by = ["code", "reporting_firm_id"]
    judged = pl.concat([layer.exposures.select(*by, pl.col("judged").cast(pl.Float64)) for layer in layers])
    told = grounds.join(judged.group_by(by).agg(pl.col("judged").max()), on=by, how="left", maintain_order="left")
    return told.with_columns(pl.coalesce("of", "judged").alias("of")).select(grounds.columns)


def _params(ground: dict[str, Any], hits: pl.DataFrame, scale: Scale) -> dict[str, Any]:
    """Values of the places of a finding's sentence: numbers rounded as people read them."""
    first = hits.row(0, named=True) if hits.height else {"figure": None, "bound": None, "detail": None}
    read = _READ.get(scale, float)
    own, usual = (None if ground[k] is None else read(ground[k]) for k in ("figure", "usual"))
    return {
        "count": int(ground["figure"]),
        "of": int(ground["of"] or 0),
        "figure": _rounded(own if first["figure"] is None else first["figure"]),
        "bound": _rounded(first["bound"]),
        "detail": first["detail"] or "",
        "usual": f"{usual:.2%}" if usual is not None and scale == "share" else _rounded(usual),
        "rarity": _rounded(ground["rarity"]),
    }


def _rounded(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(f"{value:.3g}")
