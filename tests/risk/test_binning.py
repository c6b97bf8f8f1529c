"""Optimal binning against brute force and optbinning; missing values, special codes, readable cuts."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.risk.arrays import BadLabels, Floats
from windchime.risk.binning import BinningOptions, Bins, Trend, bins_of, optimal_bins, readable
from windchime.risk.binning.histogram import of_numbers

TRENDS: list[Trend] = ["ascending", "descending", "auto", "peak", "valley", "turning", "none"]
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
            if not (trend == "none" or fits(smooth, rises, falls)[trend]):
                continue
            woe = np.log((g + a * (1 - rate)) / (b + a * rate)) - np.log((1 - rate) / rate)
            best = max(best, float(((g / goods - b / bads) * woe).sum()))
    return best


def fits(rate: Floats, rises: bool, falls: bool) -> dict[str, bool]:
    """Which trends rates of bins keep."""
    top, bottom = int(rate.argmax()), int(rate.argmin())
    peak = bool((np.diff(rate[: top + 1]) > 0).all() and (np.diff(rate[top:]) < 0).all())
    valley = bool((np.diff(rate[: bottom + 1]) < 0).all() and (np.diff(rate[bottom:]) > 0).all())
    return {"ascending": rises, "descending": falls, "auto": rises or falls, "peak": peak, "valley": valley,
            "turning": peak or valley}  # fmt: skip


cases = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=8, max_size=40).filter(
    lambda rows: 0 < sum(b for _, b in rows) < len(rows)
)


@settings(max_examples=150, deadline=None)
@given(cases, st.sampled_from(TRENDS), st.sampled_from([0.0, 3.0]))
def test_no_partition_is_better_than_the_one_found(rows: list[tuple[int, bool]], trend: Trend, pseudo: float) -> None:
    x, bad = np.array([float(v) for v, _ in rows]), np.array([float(b) for _, b in rows])
    options = BinningOptions(4, 0.1, 1, 1, 64, pseudo)
    found = optimal_bins("x", x, bad, options, trend=trend)
    assert found.iv == pytest.approx(brute_force(x, bad, options, trend), abs=1e-9)
    rates = [b.bads / (b.goods + b.bads) for b in found.bins if b.kind == "interval" and len(found.cuts)]
    if pseudo == 0.0 and found.trend in ("ascending", "descending"):
        assert rates == sorted(rates, reverse=found.trend == "descending")
    if found.trend in ("peak", "valley"):
        turn = rates.index(max(rates) if found.trend == "peak" else min(rates))
        assert 0 < turn < len(rates) - 1


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


@pytest.mark.parametrize(("trend", "bend"), [("descending", 0.0), ("ascending", 0.0), ("peak", -1.0), ("valley", 1.0)])
def test_it_is_never_below_optbinning_under_the_same_constraints(trend: Trend, bend: float) -> None:
    from optbinning import OptimalBinning

    rng = np.random.default_rng(5)
    # the same pre-bins for both: every distinct value of a coarse grid
    x = np.round(rng.normal(size=600) * 2) / 2
    slope = {"descending": -1.0, "ascending": 1.0}.get(trend, 0.2)
    bad = (rng.random(600) < 1 / (1 + np.exp(1 - slope * x - bend * x**2))).astype(float)
    grid = np.unique(x)
    peer = OptimalBinning(
        dtype="numerical", solver="cp", user_splits=list((grid[1:] + grid[:-1]) / 2), monotonic_trend=trend,
        max_n_bins=4, min_bin_size=0.1,
    ).fit(x, bad)  # fmt: skip
    peer_iv = float(peer.binning_table.build()["IV"].iloc[-1])
    found = optimal_bins("x", x, bad, OPTIONS, trend=trend)
    assert found.iv >= peer_iv - 1e-9
    assert found.iv == pytest.approx(peer_iv, rel=1e-3)
    assert found.trend == trend


def test_categories_are_never_below_optbinning() -> None:
    from optbinning import OptimalBinning

    rng = np.random.default_rng(6)
    x = rng.choice(list("甲乙丙丁戊己"), 500).astype(object)
    bad = (rng.random(500) < np.where(np.isin(x, ["甲", "丁"]), 0.5, np.where(x == "丙", 0.3, 0.15))).astype(float)
    peer = OptimalBinning(dtype="categorical", solver="mip", max_n_bins=4, min_bin_size=0.1, cat_cutoff=None).fit(
        x, bad
    )
    found = optimal_bins("x", x, bad, OPTIONS)
    assert found.iv >= float(peer.binning_table.build()["IV"].iloc[-1]) - 1e-9


def test_categories_stand_in_the_order_of_their_bad_rate_with_others_and_missing_apart() -> None:
    x = np.array(["a"] * 40 + ["b"] * 40 + ["c"] * 40 + ["rare"] * 2 + [None] * 10, dtype=object)
    bad = np.array(
        [0.0, 0.0, 0.0, 1.0] * 10 + [0.0, 1.0] * 20 + [0.0, 0.0, 0.0, 1.0] * 10 + [1.0, 0.0] + [0.0, 1.0] * 5
    )
    found = optimal_bins("x", x, bad, BinningOptions(4, 0.1, 1, 1, 64, 1.0, min_category_weight=5))
    assert [(b.kind, b.label) for b in found.bins] == [
        ("categories", "a, c"), ("categories", "b"), ("other", "*"), ("missing", ""),
    ]  # fmt: skip
    assert found.assign(np.array(["c", "b", "rare", "never seen", None], dtype=object)).tolist() == [0, 1, 2, 2, 3]
    assert sum(b.goods + b.bads for b in found.bins) == len(x)
    assert Bins.of(found.as_dict()) == found


def test_a_histogram_gives_the_bins_of_its_values() -> None:
    rng = np.random.default_rng(11)
    x = np.where(rng.random(500) < 0.1, np.nan, rng.normal(size=500))
    x[:20], bad = -9.0, (rng.random(500) < 0.3).astype(float)
    rows = of_numbers(x, bad, np.ones(500), specials=[-9.0], most=OPTIONS.max_prebins)
    assert bins_of("x", rows, OPTIONS) == optimal_bins("x", x, bad, OPTIONS, specials=[-9.0])
    assert rows.total.tolist() == [(1 - bad).sum(), bad.sum()]


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
