"""Counts that vary between firms more than chance alone: the beta-binomial, its tail and its fit.

Skellam, "A probability distribution derived from the binomial distribution by regarding the probability of success as
variable between the sets of trials", J. R. Stat. Soc. B 10 (1948).
"""

from math import exp, lgamma, log

import numpy as np
from scipy.special import betaln

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats

#: shares nearer to 0 or 1, and firms more alike than this, are not told apart
_LEAST_SHARE, _MOST_ALIKE = 1e-7, 1e5


@kernel
def surprise(k: Floats, n: Floats, a: float, b: float) -> Floats:
    """-log10 of the probability of at least `k` of `n`; 0 where `k` is 0."""
    found = np.zeros(len(k))
    for i in range(len(k)):
        if k[i] < 1:
            continue
        x, m = k[i], n[i]
        first = lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1)
        first += lgamma(x + a) + lgamma(m - x + b) - lgamma(m + a + b)
        first += lgamma(a + b) - lgamma(a) - lgamma(b)
        # the terms above the first, relative to it
        term, whole = 1.0, 1.0
        while x < m and term > 1e-12 * whole:
            term *= (m - x) * (a + x) / ((x + 1) * (b + m - x - 1))
            whole += term
            x += 1
        found[i] = max(0.0, -(first + log(whole)) / log(10.0))
    return found


def fitted(k: Floats, n: Floats, alone: float) -> tuple[float, float]:
    """The two parameters of a library by maximum likelihood, with half a row more of either kind; (a, b), both above 0.

    Args:
        k: rows of each firm that are so.
        n: rows of each firm.
        alone: the sum of both parameters where the library says nothing of it: large where rows come alone, small where
            a firm has many or none.
    """
    from scipy.optimize import minimize

    share = (k.sum() + 0.5) / (n.sum() + 1)
    begin = np.array([np.log(share / (1 - share)), np.log(alone)])

    def loss(at: Floats) -> float:
        a, b = _parameters(at)
        likely = betaln(k + a, n - k + b) - betaln(a, b)
        # a weak pull to the overall share and to `alone` keeps libraries without hits finite
        return float(-likely.sum() + 0.05 * (at[0] - begin[0]) ** 2 + 0.05 * (at[1] - begin[1]) ** 2)

    return _parameters(minimize(loss, begin, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3}).x)


def _parameters(at: Floats) -> tuple[float, float]:
    share = min(max(1 / (1 + exp(-max(min(at[0], 50.0), -50.0))), _LEAST_SHARE), 1 - _LEAST_SHARE)
    alike = min(exp(min(at[1], 50.0)), _MOST_ALIKE)
    return share * alike, (1 - share) * alike
