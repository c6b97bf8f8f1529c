"""Random numbers as a pure function of seed, table, entity, month and index: no order, no state, no thread matters.

A key is SplitMix64 chained over its parts (Steele, Lea, Flood, OOPSLA 2014); a draw is one more round on key and
stream number. Distributions are inverse distribution functions of one uniform each.
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from windchime.twin.calibration import Floats, Ints, Keys

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = (np.uint64(s) for s in (30, 27, 31, 11))


def _mix(x: Keys) -> Keys:
    x = (x ^ (x >> _S30)) * _A
    x = (x ^ (x >> _S27)) * _B
    return x ^ (x >> _S31)


class Draws:
    """All randomness of one region."""

    def __init__(self, seed: int) -> None:
        self._seed = np.array([seed & (2**64 - 1)], dtype=np.uint64)

    def key(self, table: str, *parts: ArrayLike) -> Keys:
        """Keys for the entities of a table; the parts (firm, month, index …) broadcast against each other."""
        name = np.frombuffer(hashlib.sha256(table.encode()).digest()[:8], dtype="<u8").astype(np.uint64)
        key = _mix(self._seed + _mix(name))
        for part in parts:
            key = _mix(
                key ^ _mix((np.atleast_1d(np.asarray(part, dtype=np.int64)).view(np.uint64) + np.uint64(1)) * GOLDEN)
            )
        return key


def uniform(key: Keys, stream: int) -> Floats:
    """In the open interval (0, 1), 53 bits."""
    step = np.array([stream + 1], dtype=np.uint64) * GOLDEN
    return ((_mix(key + step) >> _S11).astype(np.float64) + 0.5) * 2.0**-53


def normal(key: Keys, stream: int) -> Floats:
    """Standard normal."""
    return np.asarray(special.ndtri(uniform(key, stream)), dtype=np.float64)


def gamma_of_mean_one(key: Keys, stream: int, variance: ArrayLike) -> Floats:
    """Gamma with mean 1 and the given variance."""
    shape = 1.0 / np.asarray(variance, dtype=np.float64)
    return np.asarray(special.gammaincinv(shape, uniform(key, stream)) / shape, dtype=np.float64)


def beta(key: Keys, stream: int, a: ArrayLike, b: ArrayLike) -> Floats:
    """Beta(a, b)."""
    return np.asarray(special.betaincinv(a, b, uniform(key, stream)), dtype=np.float64)


def poisson(key: Keys, stream: int, mean: ArrayLike) -> Ints:
    """Poisson by inversion; a mean of 0 gives 0."""
    u, mean = np.broadcast_arrays(uniform(key, stream), np.asarray(mean, dtype=np.float64))
    found = np.zeros(u.shape, dtype=np.int64)
    some = u > np.exp(-mean)
    # 1e-9 keeps an exact root from being lifted to the next count by its last bit
    found[some] = np.ceil(special.pdtrik(u[some], mean[some]) - 1e-9).astype(np.int64)
    return found


def geometric(key: Keys, stream: int, mean: ArrayLike) -> Ints:
    """Geometric on 0, 1, 2 … with the given mean."""
    odds = np.asarray(mean, dtype=np.float64)
    return np.floor(np.log(uniform(key, stream)) / np.log(odds / (1.0 + odds))).astype(np.int64)


def whole(key: Keys, stream: int, least: ArrayLike, most: ArrayLike) -> Ints:
    """A whole number, all equally likely, both ends included."""
    low = np.asarray(least, dtype=np.int64)
    return low + np.floor(uniform(key, stream) * (np.asarray(most) - low + 1)).astype(np.int64)


def pick(u: Floats, weights: ArrayLike) -> Ints:
    """The index into `weights` that a uniform number falls on."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], u, side="right"), len(edges) - 1).astype(np.int64)


def zipf_rank(u: Floats, exponent: Floats, ranks: Floats) -> Ints:
    """Rank 0, 1, … below `ranks` with weight close to (rank + 1)^-exponent, by the inverse of the continuous law."""
    power = np.where(np.abs(1.0 - exponent) < 1e-6, 1e-6, 1.0 - exponent)
    found = (1.0 + u * ((ranks + 1.0) ** power - 1.0)) ** (1.0 / power)
    return np.minimum(np.floor(found) - 1.0, ranks - 1.0).astype(np.int64)
