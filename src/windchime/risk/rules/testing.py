"""Whether rules are more than luck: exact tests on rows the search did not use, and control of false discoveries."""

import numpy as np
from scipy.special import ndtr
from scipy.stats import hypergeom

from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts, Sample

#: from so many hits on the sum of hypergeometric counts is taken as normal: its tail is then right to a few percent
MANY = 3000


def p_values(rows: Counts, bads: Counts, sample: Sample) -> Floats:
    """(r,) probability of so many bads, or more, if the hits were drawn by chance within each block.

    One-sided and exact (Fisher's test, stratified by block: the distribution of the sum of hypergeometric counts). Weights
    play no part: exchangeable rows are exchangeable whatever they weigh.

    Args:
        rows: (r, v) hits of each rule in each block.
        bads: (r, v) bads among them.
        sample: all rows by block.
    """
    return np.array([_p_value(h, b, sample) for h, b in zip(rows, bads, strict=True)])


def _p_value(hits: Counts, bads: Counts, sample: Sample) -> float:
    blocks = [(int(n), int(k), int(h)) for n, k, h in zip(sample.rows, sample.bads, hits, strict=True) if h]
    if not blocks:
        return 1.0
    seen = int(bads.sum())
    if len(blocks) == 1:
        return float(hypergeom.sf(seen - 1, *blocks[0]))
    if hits.sum() > MANY:
        mean = sum(h * k / n for n, k, h in blocks)
        variance = sum(h * k * (n - k) * (n - h) / (n * n * max(n - 1, 1)) for n, k, h in blocks)
        return float(ndtr((mean - seen + 0.5) / max(variance, 1e-300) ** 0.5))
    chances = np.ones(1)
    for n, k, h in blocks:
        chances = np.convolve(chances, hypergeom.pmf(np.arange(min(h, k) + 1), n, k, h))
    return float(min(1.0, chances[seen:].sum()))


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
