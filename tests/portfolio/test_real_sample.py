"""The allocation on real firms: published churn curves, the firms of the sample, a simple out-of-fold probability."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.portfolio.helpers import sample_book, terms

from windchime.portfolio.allocation import Point, allocate


@pytest.mark.samples
def test_the_labelled_firms_of_the_sample(samples: Path) -> None:
    candidates, curves, outcomes = sample_book(samples)
    on = terms(
        60_000_000,
        minimum=100_000,
        maximum=1_000_000,
        curves=curves,
        budget_step=1_000_000,
        single_share=Decimal("0.05"),
    )
    found = allocate(candidates, on, outcomes)

    assert len(curves["A"]) == 29
    assert all(Point(o.rate, o.churn) in curves[o.band] for o in found.optimum.offers)
    assert found.optimum.offered + found.unspent == 60_000_000
    assert all(100_000 <= o.amount <= 1_000_000 for o in found.optimum.offers)
    assert found.certificate.gap <= on.gap
    assert all(p.profit <= found.optimum.profit for p in found.peers)
    assert [r.labelled for r in found.realised] == [len(candidates)] * 2
    assert all(r.low < r.profit < r.high for r in found.realised)
    assert np.isclose(float(found.certificate.bound), float(found.optimum.profit), rtol=1e-8)
    assert pl.Series([o.firm_id for o in found.optimum.offers]).is_sorted()
