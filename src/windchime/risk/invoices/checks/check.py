"""What a check is, and the one form in which all layers tell what they hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

#: single = the invoice alone; set = the firm's invoices together; copy = against another copy of the same rows;
#: population = against what all firms have in common; relation = against what is known of the parties
Layer = Literal["single", "set", "copy", "population", "relation"]

#: one row a hit, sorted by code, firm and row
HITS: dict[str, pl.DataType] = {
    "code": pl.String(),
    "reporting_firm_id": pl.String(),
    # of the listing; null where a firm as a whole is hit
    "row": pl.UInt32(),
    # what was measured and what was allowed; null where nothing is counted
    "figure": pl.Float64(),
    "bound": pl.Float64(),
    # a short machine text, such as the number of the other invoice
    "detail": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for."""

    #: stable snake_case name, stated as what is true (`total_disagrees`)
    code: str
    layer: Layer
    #: what a hit is about
    unit: Literal["invoice", "firm"]
    #: English sentence of a finding with places {count}, {of}, {figure}, {bound}, {detail} as it needs
    msgid: str
    #: columns of the listing without which the check says nothing
    needs: frozenset[str] = frozenset()


def gathered(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The hits of several checks as one frame in the common form."""
    whole = [
        p.select(pl.col(c).cast(k) if c in p.columns else pl.lit(None, k).alias(c) for c, k in HITS.items())
        for p in parts
    ]
    return pl.concat([pl.DataFrame(schema=HITS), *whole]).sort("code", "reporting_firm_id", "row", nulls_last=True)
