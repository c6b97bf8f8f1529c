"""Optimal binning against brute force and optbinning; missing values, special codes, readable cuts."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.risk.arrays import BadLabels, Floats
from windchime.risk.binning import BinningOptions, Bins, Trend, optimal_bins, readable

OPTIONS = BinningOptions(max_bins=4, min_share=0.1, min_goods=1, min_bads=1, max_prebins=64, pseudo_count=0.0)


def brute_force(x: Floats, bad: Floats, options: BinningOptions, trend: Trend) -> float:
    """Largest information value over every admissible partition, by trying all of them."""
    distinct = np.unique(x)
    goods, bads = (1 - bad).sum(), bad.sum()
    rate, a = bads / len(bad), options.pseudo_count
    best = 0.0
    for count in range(options.max_bins):
        for inner in combinations(range(1, len(distinct)), count):
            edges = [0, *inner, len(distinct)]
            groups = [np.isin(x, distinct[i:j]) for i, j in pairwise(edges)]
            g = np.array([(1 - bad)[m].sum() for m in groups])
            b = np.array([bad[m].sum() for m in groups])
            if count and (
                (g + b).min() < options.min_share * len(x) or g.min() < options.min_goods or b.min() < options.min_bads
            ):
                continue
            smooth = (b + a * rate) / (g + b + a)
            rises, falls = (np.diff(smooth) > 0).all(), (np.diff(smooth) < 0).all()
            if not {"ascending": rises, "descending": falls, "auto": rises or falls, "none": True}[trend]:
                continue
            woe = np.log((g + a * (1 - rate)) / (b + a * rate)) - np.log((1 - rate) / rate)
            best = max(best, float(((g / goods - b / bads) * woe).sum()))
    return best


cases = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=8, max_size=40).filter(
    lambda rows: 0 < sum(b for _, b in rows) < len(rows)
)


@settings(max_examples=150, deadline=None)
@given(cases, st.sampled_from(["ascending", "descending", "auto", "none"]), st.sampled_from([0.0, 3.0]))
def test_no_partition_is_better_than_the_one_found(rows: list[tuple[int, bool]], trend: Trend, pseudo: float) -> None:
    x, bad = np.array([float(v) for v, _ in rows]), np.array([float(b) for _, b in rows])
    options = BinningOptions(4, 0.1, 1, 1, 64, pseudo)
    found = optimal_bins("x", x, bad, options, trend=trend)
    assert found.iv == pytest.approx(brute_force(x, bad, options, trend), abs=1e-9)
    rates = [b.bads / (b.goods + b.bads) for b in found.bins if b.kind == "interval" and len(found.cuts)]
    if pseudo == 0.0 and trend != "none":
        assert rates == sorted(rates, reverse=found.trend == "descending")


def test_every_firm_is_in_one_bin_and_the_counts_add_up() -> None:
    rng = np.random.default_rng(3)
    x = np.where(rng.random(400) < 0.2, np.nan, rng.normal(size=400))
    x[:30] = -9999.0
    bad = (rng.random(400) < 0.3).astype(float)
    found = optimal_bins("x", x, bad, OPTIONS, specials=[-9999.0])
    assert sum(b.goods + b.bads for b in found.bins) == 400
    assert [b.kind for b in found.bins][-2:] == ["special", "missing"]
    index = found.assign(x)
    for i, b in enumerate(found.bins):
        assert (b.goods, b.bads) == ((1 - bad)[index == i].sum(), bad[index == i].sum())
    assert found.bins[-1].goods + found.bins[-1].bads == np.isnan(x).sum()


def test_it_agrees_with_optbinning() -> None:
    from optbinning import OptimalBinning

    rng = np.random.default_rng(5)
    x = np.round(rng.normal(size=600), 1)
    bad = (rng.random(600) < 1 / (1 + np.exp(1 + x))).astype(float)
    # the same pre-bins for both: every distinct value of a coarse grid
    x = np.round(x * 2) / 2
    grid = np.unique(x)
    peer = OptimalBinning(
        dtype="numerical", solver="cp", user_splits=list((grid[1:] + grid[:-1]) / 2), monotonic_trend="descending",
        max_n_bins=4, min_bin_size=0.1,
    ).fit(x, bad)  # fmt: skip
    peer_iv = float(peer.binning_table.build()["IV"].iloc[-1])
    found = optimal_bins("x", x, bad, OPTIONS, trend="descending")
    assert found.iv >= peer_iv - 1e-9
    assert found.iv == pytest.approx(peer_iv, rel=1e-3)


def test_weights_count_like_repeated_firms() -> None:
    rng = np.random.default_rng(7)
    x, bad = rng.integers(0, 9, 80).astype(float), (rng.random(80) < 0.4).astype(float)
    times = rng.integers(1, 4, 80)
    weighted = optimal_bins("x", x, bad, OPTIONS, weights=times.astype(float))
    repeated = optimal_bins("x", np.repeat(x, times), np.repeat(bad, times), OPTIONS)
    assert weighted.cuts == repeated.cuts
    assert weighted.iv == pytest.approx(repeated.iv)


def test_order_of_firms_is_irrelevant() -> None:
    rng = np.random.default_rng(8)
    x, bad = rng.normal(size=300), (rng.random(300) < 0.3).astype(float)
    turn = rng.permutation(300)
    assert optimal_bins("x", x, bad, OPTIONS) == optimal_bins("x", x[turn], bad[turn], OPTIONS)


def test_smoothing_draws_pure_bins_to_the_overall_rate_and_leaves_empty_ones_at_zero() -> None:
    x, bad = np.array([0.0] * 10 + [1.0] * 10), np.array([0.0] * 10 + [1.0] * 10)
    options = BinningOptions(4, 0.1, 0, 0, 64, 5.0)
    found = optimal_bins("x", x, bad, options)
    assert [b.woe for b in found.bins] == pytest.approx([np.log(12.5 / 2.5), -np.log(12.5 / 2.5), 0.0])


@pytest.mark.parametrize("values", [[np.nan] * 6, [1.0] * 6])
def test_a_feature_that_says_nothing_gets_one_bin(values: list[float]) -> None:
    found = optimal_bins("x", np.array(values), np.array([0.0, 1.0] * 3), OPTIONS)
    assert found.cuts == ()
    assert found.iv == pytest.approx(0.0)
    assert found.woe(np.array([0.0, 5.0, np.nan, np.inf])).tolist() == pytest.approx([0.0] * 4)


def test_labels_of_one_kind_cannot_be_binned() -> None:
    with pytest.raises(BadLabels, match="4 goods, 0 bads"):
        optimal_bins("x", np.arange(4.0), np.zeros(4), OPTIONS)


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e9))
def test_a_readable_cut_lies_in_the_gap(low: float, gap: float) -> None:
    high = low + gap
    if low < high:
        assert low < readable(low, high) <= high


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [(1.2345, 1.2391, 1.237), (99.9, 100.2, 100.0), (-1.0, 1.0, 0.0), (38211.0, 43107.0, 40000.0)],
)
def test_a_readable_cut_has_few_digits(low: float, high: float, cut: float) -> None:
    assert readable(low, high) == cut


def test_bins_come_back_from_json_whole() -> None:
    x, bad = np.arange(40.0), np.array([0.0, 0.0, 1.0, 0.0] * 5 + [1.0, 0.0, 1.0, 1.0] * 5)
    found = optimal_bins("x", x, bad, OPTIONS, specials=[7.0])
    assert Bins.of(found.as_dict()) == found
    assert found.bins[-2].label == "= 7"
    assert found.bins[0].label.startswith("< ")
