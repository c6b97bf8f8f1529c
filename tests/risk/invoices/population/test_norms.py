"""What is usual among clean firms: counts against enumeration, tails, bounds by rank, norms as JSON."""

from math import comb, log10

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import beta

from windchime.risk.invoices.population.betabinomial import fitted, surprise
from windchime.risk.invoices.population.measure import MEASURES, Measure
from windchime.risk.invoices.population.norms import Norms, NotNorms, TooFewFirms
from windchime.risk.invoices.population.settings import Settings
from windchime.risk.invoices.population.tail import Tail

SETTINGS = Settings.shipped()
CATALOGUE = (
    Measure("total_disagrees", "count", ("high",), "share", "{figure}"),
    Measure("odd_totals", "count", ("high",), "share", "{figure}"),
    Measure("month_variation", "value", ("low",), "times", "{figure}"),
)


def measures(rng: np.random.Generator, firms: int = 200) -> pl.DataFrame:
    """Firms without a fault, a fifth of their totals odd, months that vary."""
    of = rng.integers(30, 500, firms).astype(float)
    odd = rng.binomial(of.astype(int), rng.beta(4, 16, firms)).astype(float)
    parts = {
        "total_disagrees": (np.zeros(firms), of, None),
        "odd_totals": (odd, of, None),
        "month_variation": (rng.normal(0, 0.3, firms), np.full(firms, 24.0), np.full(firms, 0.15)),
    }
    names = [f"own:F{i:03d}" for i in range(firms)]
    frames = [
        pl.DataFrame({"code": code, "reporting_firm_id": names, "figure": f, "of": n, "error": e}, schema=MEASURES)
        for code, (f, n, e) in parts.items()
    ]
    return pl.concat(frames)


@pytest.fixture(scope="module")
def norms() -> Norms:
    return Norms.fit(measures(np.random.default_rng(1)), SETTINGS, CATALOGUE)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 25).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.floats(0.05, 20),
    st.floats(0.05, 20),
)
def test_surprise_is_that_of_the_sum_over_all_larger_counts(sample: tuple[int, int], a: float, b: float) -> None:
    n, k = sample
    whole = sum(comb(n, x) * beta(x + a, n - x + b) / beta(a, b) for x in range(k, n + 1))
    found = surprise(np.array([float(k)]), np.array([float(n)]), a, b)[0]
    assert found == pytest.approx(max(-log10(whole), 0) if k else 0, abs=1e-6)


def test_a_fit_finds_share_and_likeness_of_the_firms() -> None:
    rng = np.random.default_rng(2)
    n = np.full(2000, 200)
    a, b = fitted(rng.binomial(n, rng.beta(2, 6, 2000)).astype(float), n.astype(float), 10)
    assert a / (a + b) == pytest.approx(0.25, abs=0.02)
    assert a + b == pytest.approx(8, rel=0.15)


def test_a_library_without_a_fault_says_that_one_is_rare() -> None:
    a, b = fitted(np.zeros(100), np.full(100, 300.0), 1000)
    assert a / (a + b) < 1e-4


@settings(max_examples=20, deadline=None)
@given(st.integers(30, 300), st.floats(0.3, 2.0))
def test_a_tail_falls_from_one_to_what_few_firms_show(firms: int, fall: float) -> None:
    seen = np.random.default_rng(firms).exponential(fall, firms)
    tail = Tail.fit(seen, 0.05)
    rarity = tail.rarity(np.linspace(0, seen.max() + 3, 50))
    assert rarity[0] == 1
    assert (np.diff(rarity) <= 1e-12).all()
    assert tail.rarity(np.array([seen.max()]))[0] < 0.06
    assert 0 < rarity[-1] < 1 / firms


def test_one_wild_firm_makes_no_tail() -> None:
    seen = np.random.default_rng(3).exponential(0.43, 200)
    wild = np.append(seen, 500.0)
    assert Tail.fit(wild, 0.05).fall == pytest.approx(Tail.fit(seen, 0.05).fall, rel=0.5)


def test_norms_are_read_as_they_were_written(norms: Norms) -> None:
    again = Norms.of_json(norms.to_json())
    assert again == norms
    assert again.digest == norms.digest


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 99}', b'{"format": 1, "norms": [{}]}', b"\xff"])
def test_something_else_is_no_norm(text: bytes) -> None:
    with pytest.raises(NotNorms):
        Norms.of_json(text)


def test_too_few_firms_say_nothing() -> None:
    few = measures(np.random.default_rng(4), SETTINGS.least_firms - 1)
    with pytest.raises(TooFewFirms):
        Norms.fit(few, SETTINGS, CATALOGUE)


def test_the_order_of_firms_does_not_matter(norms: Norms) -> None:
    shuffled = measures(np.random.default_rng(1)).sample(fraction=1, shuffle=True, seed=5)
    assert Norms.fit(shuffled, SETTINGS, CATALOGUE).to_json() == norms.to_json()


def test_about_as_many_new_clean_firms_lie_below_a_bound_as_it_says(norms: Norms) -> None:
    judged = norms.judge(measures(np.random.default_rng(6), 1000)).filter(~pl.col("hard"))
    rarest = judged.group_by("reporting_firm_id").agg(pl.col("weighed").min())["weighed"]
    assert 0.01 <= (rarest.to_numpy() < norms.bound(0.05)).mean() <= 0.11


def test_a_fault_that_no_clean_firm_has_is_beyond_every_bound(norms: Norms) -> None:
    rows = [("total_disagrees", "own:X", 3.0, 200.0, None)]
    judged = norms.judge(pl.DataFrame(rows, schema=MEASURES, orient="row"))
    assert judged["hard"].to_list() == [True]
    assert judged["weighed"][0] < 1e-3


def test_only_the_strange_end_surprises(norms: Norms) -> None:
    rows = [("month_variation", f"own:X{i}", figure, 24.0, 0.15) for i, figure in enumerate((-3.0, 0.0, 3.0))]
    rarity = norms.judge(pl.DataFrame(rows, schema=MEASURES, orient="row"))["rarity"]
    assert rarity[0] < 1e-3
    assert rarity[2] == 1
