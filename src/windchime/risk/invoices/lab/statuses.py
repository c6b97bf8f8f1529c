"""Operations on status and colour."""

import polars as pl

from windchime.risk.invoices.lab.work import Change, Work


def revive_voids(work: Work) -> Change:
    """Void becomes normal."""
    return Change(work.pick(work.qualifying()).with_columns(status=pl.lit("normal")))


def redden_to_blue(work: Work) -> Change:
    """Red letters become blue: positive, and after no original."""
    rows = work.pick(work.qualifying())
    positive = [pl.col(c).abs() for c in ("amount", "tax", "total")]
    nothing = [pl.lit(None, pl.String).alias(c) for c in ("original_code", "original_no")]
    return Change(rows.with_columns(*positive, *nothing, colour=pl.lit("blue")))
