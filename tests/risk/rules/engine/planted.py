"""A wide table in which one rule of three conditions is planted, and the slow, obvious way to count what a rule hits."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.risk.rules.engine import Coded, Pool, code_table


@dataclass(frozen=True, slots=True)
class Planted:
    coded: Coded
    bad: NDArray[np.int64]
    month: NDArray[np.int64]
    #: the rows of the planted rule
    rule: NDArray[np.bool_]


def planted(rows: int = 6000, seed: int = 7) -> Planted:
    """x1 ≥ 0.8, x2 < −0.3 and region c or d: 60 % bad there, 8 % elsewhere."""
    draws = np.random.default_rng(seed)
    columns = {f"x{k}": draws.normal(size=rows).round(3) for k in range(1, 7)}
    columns["x5"][draws.random(rows) < 0.1] = np.nan
    columns["x6"] = np.where(draws.random(rows) < 0.2, -9999.0, columns["x6"])
    region = draws.choice(list("abcdef"), rows)
    rule = (columns["x1"] >= 0.8) & (columns["x2"] < -0.3) & np.isin(region, ["c", "d"])
    bad = (draws.random(rows) < np.where(rule, 0.6, 0.08)).astype(np.int64)
    table = pl.DataFrame(columns | {"region": region, "none": np.zeros(rows)})
    return Planted(code_table(table, specials=[-9999.0]), bad, draws.integers(202401, 202407, rows), rule)


def masks(coded: Coded, pool: Pool) -> NDArray[np.bool_]:
    """(rules, rows): whether each rule hits each row, one comparison after the other."""
    found = np.ones((len(pool), coded.rows), np.bool_)
    for rule in range(len(pool)):
        for feature, mask in zip(pool.features[rule], pool.masks[rule], strict=True):
            if feature >= 0:
                found[rule] &= (int(mask) >> coded.codes[feature].astype(np.int64) & 1).astype(np.bool_)
    return found
