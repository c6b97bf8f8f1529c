"""Logistic regression by Newton's method with a quadratic penalty: small, exact, the same on every machine's threads."""

import numpy as np
from scipy.special import expit

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.risk.arrays import Floats

STEPS = 100
#: settled when no linear predictor moves by more than this
TOLERANCE = 1e-10


class NoConvergence(BadInput):
    """The likelihood has no finite maximum: the features separate goods from bads and nothing penalises them."""

    msgid = _("the regression did not settle in {steps} steps: the features separate goods from bads completely")

    def __init__(self) -> None:
        super().__init__(steps=STEPS)


def fit(x: Floats, y: Floats, penalty: Floats, weights: Floats | None = None) -> Floats:
    """Intercept and coefficients that minimise  −Σ w·loglik + ½ βᵀ·penalty·β  (the intercept is not penalised).

    Args:
        x: (n, k) features.
        y: (n,) 0.0 or 1.0.
        penalty: (k, k) positive semi-definite.
        weights: (n,) default 1.

    Returns:
        (k + 1,) intercept first.

    Raises:
        NoConvergence: complete separation without penalty.
    """
    return solve(x, y, penalty, weights)[0]


def solve(x: Floats, y: Floats, penalty: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """As `fit`, with the inverse of the penalised information matrix: the (approximate) covariance."""
    n, k = x.shape
    w = np.ones(n) if weights is None else weights
    design = np.column_stack([np.ones(n), x])
    full = np.zeros((k + 1, k + 1))
    full[1:, 1:] = penalty
    beta = np.zeros(k + 1)
    beta[0] = np.log((w * y).sum() / (w * (1 - y)).sum())
    loss = _loss(design, y, w, full, beta)
    for _step in range(STEPS):
        p = expit(design @ beta)
        gradient = design.T @ (w * (p - y)) + full @ beta
        information = (design * (w * p * (1 - p))[:, None]).T @ design + full
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            raise NoConvergence from None
        scale = 1.0
        while (new := _loss(design, y, w, full, beta - scale * step)) > loss + 1e-12 and scale > 1e-8:
            scale /= 2
        beta, loss = beta - scale * step, new
        if np.abs(design @ step).max() < TOLERANCE:
            return beta, np.linalg.inv(information)
    raise NoConvergence


def _loss(design: Floats, y: Floats, w: Floats, full: Floats, beta: Floats) -> float:
    eta = design @ beta
    return float((w * (np.logaddexp(0, eta) - y * eta)).sum() + beta @ full @ beta / 2)
