"""Whether rules are more than luck: exact tests on rows the search did not use, and control of false discoveries."""

from math import ceil, floor, log, sqrt

import numpy as np
from scipy.stats import hypergeom

from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts, Sample

#: chance left aside at each end of each block's distribution; added to the p-value, which is then never told too small
LEFT_ASIDE = 1e-100


def p_values(rows: Counts, bads: Counts, sample: Sample) -> Floats:
    """(r,) probability of so many bads, or more, if the hits were drawn by chance within each block.

    One-sided and exact (Fisher's test, stratified by block: the distribution of the sum of hypergeometric counts), but for
    less than `2 * LEFT_ASIDE` a block. Weights play no part: exchangeable rows are exchangeable whatever they weigh.

    Args:
        rows: (r, v) hits of each rule in each block.
        bads: (r, v) bads among them.
        sample: all rows by block.
    """
    return np.array([_p_value(h, int(b.sum()), sample) for h, b in zip(rows, bads, strict=True)])


def _p_value(hits: Counts, seen: int, sample: Sample) -> float:
    blocks = [(int(n), int(k), int(h)) for n, k, h in zip(sample.rows, sample.bads, hits, strict=True) if h]
    chances, least = np.ones(1), 0
    for n, k, h in blocks:
        count = _likely(n, k, h)
        chances = _told(np.convolve(chances, _told(np.exp(hypergeom.logpmf(count, n, k, h)))))
        least += int(count[0])
    if seen <= least:
        return 1.0
    return float(min(1.0, chances[seen - least :].sum() + 2 * LEFT_ASIDE * len(blocks)))


def _likely(n: int, k: int, h: int) -> Counts:
    """Counts of bads among h of n rows, k of them bad, beyond which lies less than `LEFT_ASIDE` at either end.

    Bernstein's bound of the binomial count, which holds of draws without replacement too (Hoeffding 1963, section 6): the
    distribution keeps a few dozen standard deviations, so that sums over many blocks of many rows stay cheap.
    """
    mean, depth = h * k / n, -log(LEFT_ASIDE)
    reach = depth / 3 + sqrt(depth * depth / 9 + 2 * depth * mean * (1 - k / n))
    least, most = max(0, h + k - n, floor(mean - reach)), min(h, k, ceil(mean + reach))
    return np.arange(least, most + 1, dtype=np.int64)


def _told(chances: Floats) -> Floats:
    """Chances whose products are ordinary numbers: what lies far below `LEFT_ASIDE` would be slow to reckon with."""
    return np.where(chances > LEFT_ASIDE**1.5, chances, 0.0)


def benjamini_yekutieli(p: Floats) -> Floats:
    """(r,) the false-discovery rate at which each is rejected, under any dependence (Benjamini and Yekutieli 2001)."""
    m = len(p)
    if not m:
        return p
    order = np.argsort(p, kind="stable")
    harmonic = float((1 / np.arange(1, m + 1)).sum())
    steps = p[order] * m * harmonic / np.arange(1, m + 1)
    q = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q
