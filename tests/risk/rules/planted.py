"""Tables with planted rules, and labels that follow them."""

import numpy as np
import polars as pl


def planted(rows: int, seed: int, *, base: float = 0.1, lifted: float = 0.6) -> tuple[pl.DataFrame, np.ndarray]:
    """Bad with probability `lifted` where months < 3 and region is 甲, or where the code −9999 stands; else `base`."""
    rng = np.random.default_rng(seed)
    months = rng.integers(0, 24, rows).astype(np.float64)
    debt = np.where(rng.random(rows) < 0.03, -9999.0, rng.gamma(2.0, 50.0, rows))
    region = rng.choice(["甲", "乙", "丙", "丁"], rows)
    noise = {f"noise_{k}": rng.normal(size=rows) for k in range(4)}
    share = np.where(((months < 3) & (region == "甲")) | (debt == -9999.0), lifted, base)
    hidden = rng.random(rows) < 0.05
    table = pl.DataFrame({"months": months, "debt": debt, "region": region, **noise}).with_columns(
        months=pl.when(pl.Series(hidden)).then(None).otherwise(pl.col("months"))
    )
    return table, (rng.random(rows) < share).astype(np.int64)
