"""The table of power holds what it says: so many altered rows are seen that often, one fewer are not."""

import numpy as np
import pytest
from tests.risk.invoices.population.test_norms import CATALOGUE, SETTINGS, measures

from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.power import power


@pytest.mark.parametrize("of", [50, 300])
def test_so_many_altered_rows_are_seen_that_often(of: int) -> None:
    rng = np.random.default_rng(9)
    norms = Norms.fit(measures(rng), SETTINGS, CATALOGUE)
    table = {r["code"]: r["altered"] for r in power(norms, SETTINGS, [of], 0.9).iter_rows(named=True)}
    assert 1 <= table["total_disagrees"] <= 2
    norm = next(n for n in norms.norms if n.code == "odd_totals")
    bounds = SETTINGS.bounds
    bound = norms.bound(bounds.question * (1 - bounds.hard_share))
    a, b = norm.model
    for altered, often in ((table["odd_totals"], True), (table["odd_totals"] - 1, False)):
        figure = altered + rng.binomial(of - altered, rng.beta(a, b, 20_000)).astype(float)
        whole = np.full(len(figure), float(of))
        seen = (norm.tail.rarity(norm.surprises(figure, whole, whole)) < bound).mean()
        assert (seen >= 0.9 - 0.01) if often else (seen < 0.9 + 0.01)
