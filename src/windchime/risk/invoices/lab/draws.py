"""Chance that depends on the seed, the operation, the firm and the row's place in the firm's list, and on nothing else."""

import hashlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: columns that carry the stream of the firm and the place in its list
KEY, PLACE = "__key", "__place"
_GOLDEN, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def keyed(rows: pl.DataFrame, seed: int, operation: str) -> pl.DataFrame:
    """Rows of a list with the stream of their firm and their place in its list."""
    firms = rows["reporting_firm_id"].unique()
    keys = pl.Series([_key(f"{seed}\0{operation}\0{firm}") for firm in firms], dtype=pl.UInt64)
    streams = pl.DataFrame({"reporting_firm_id": firms, KEY: keys})
    placed = rows.with_columns(pl.int_range(pl.len(), dtype=pl.UInt64).over("reporting_firm_id").alias(PLACE))
    return placed.join(streams, on="reporting_firm_id", how="left", maintain_order="left")


def uniform(rows: pl.DataFrame, purpose: int) -> NDArray[np.float64]:
    """A number in [0, 1) for each row; each purpose has numbers of its own."""
    places = rows[PLACE].to_numpy() * np.uint64(64) + np.uint64(purpose)
    bits = _mixed(rows[KEY].to_numpy() ^ _mixed(places))
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def uniform_of_firm(rows: pl.DataFrame, purpose: int) -> NDArray[np.float64]:
    """A number in [0, 1) for each row, the same for all rows of a firm."""
    return uniform(rows.with_columns(pl.lit(0, pl.UInt64).alias(PLACE)), purpose)


def between(low: float, high: float, draw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draws stretched over a range."""
    return low + (high - low) * draw


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64: the next of a stream, each bit depending on all (Steele, Lea and Flood, 2014)."""
    z = numbers + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))
