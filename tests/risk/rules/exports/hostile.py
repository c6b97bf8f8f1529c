"""Random rules over hostile columns, and rows that lie where exports go wrong: at cuts, beside them, and beyond numbers."""

from dataclasses import dataclass
from math import inf, nan

import numpy as np
import polars as pl

from windchime.risk.rules.rule import Condition, Rule, Span

NUMBERS = ("营业额（万元）", 'od"ds', "ti`ck", "plain", "it's; --", "select")
TEXTS = ("行业 名称", "Grade\\level", "kind")
CODES = (-9999.0, -8888.0, 0.0, 99.0)
CUTS = (-9999.5, -1.0, 0.0, 0.1, 0.30000000000000004, 98.0, 100.0, 1e-5, 123456.789, 2.0**53, 1e22)
WORDS = (
    "甲", "A", "a", "A ", " A", "", "null", "NaN", "it's", 'say "hi"', "back\\slash", "back\\\\n", "100%", "_", "a,b",
    "tab\there", "line\nbreak", "é", "e\u0301", "制造业", "–9999", "其他", "0", "\u3000", "𠮷", "<a&b>", "]]>", "=1+1",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What the columns of a database can hold, and how its columns may be called."""

    nan: bool = True
    infinite: bool = True
    empty: bool = True
    #: whether subnormal numbers are tried
    tiny: bool = True
    #: names without double quotes
    plain_names: bool = False
    #: whether rules may have infinite bounds
    infinite_cuts: bool = True


ALL = Limits()


def features(limits: Limits = ALL) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the columns of numbers, and of those of texts."""
    return tuple(n.replace('"', "”") if limits.plain_names else n for n in NUMBERS), TEXTS


def rules(seed: int, count: int, limits: Limits = ALL) -> list[Rule]:
    """Rules of one to three conditions; the empty rule and a rule that never hits among them."""
    rng = np.random.default_rng([seed, 1])
    numbers, texts = features(limits)
    found = [Rule(()), Rule((Condition(numbers[0], codes=CODES),)), Rule((Condition(texts[0], "category"),))]
    while len(found) < count:
        names = rng.choice([*numbers, *texts], size=rng.integers(1, 4), replace=False)
        found.append(Rule(tuple(_number(n, rng, limits) if n in numbers else _category(n, rng) for n in names)))
    order = rng.permutation(len(found))
    return [found[i] for i in order]


def rows(seed: int, count: int, limits: Limits = ALL) -> pl.DataFrame:
    """A table with every column, missing values and all."""
    rng = np.random.default_rng([seed, 2])
    numbers, texts = features(limits)
    near = [c for cut in CUTS for c in (cut, np.nextafter(cut, inf), np.nextafter(cut, -inf))]
    pool: list[float | None] = [*near, *CODES, -0.0, None, 1e308, -1e308, float(np.pi)]
    pool += [nan, nan] * limits.nan + [inf, -inf] * limits.infinite
    # a quarter of the rows each: pool, ordinary numbers, whole numbers, missing by the pool's own share
    pool += [5e-324, -5e-324, 2.2250738585072014e-308] * limits.tiny
    words = [w for w in WORDS if w or limits.empty]
    columns: dict[str, pl.Series] = {}
    for n in numbers:
        picked = [pool[i] for i in rng.integers(0, len(pool), count)]
        usual = rng.normal(0, 10.0 ** rng.integers(-2, 5), count)
        columns[n] = pl.Series(
            n,
            [p if f else float(u) for p, f, u in zip(picked, rng.random(count) < 0.7, usual, strict=True)],
            pl.Float64,
        )
    for n in texts:
        chosen = [None if i == len(words) else words[i] for i in rng.integers(0, len(words) + 1, count)]
        columns[n] = pl.Series(n, chosen, pl.String)
    return pl.DataFrame(columns)


def flags(found: list[Rule], table: pl.DataFrame) -> np.ndarray:
    """Rule by row: whether it hits, as the rules themselves say."""
    return np.array([table.select(pl.repeat(0, pl.len()), hit=r.holds())["hit"].to_numpy() for r in found])


def first(hits: np.ndarray) -> np.ndarray:
    """Place of the first rule that hits each row; −1 where none does."""
    return np.where(hits.any(axis=0), hits.argmax(axis=0), -1)


def _number(name: str, rng: np.random.Generator, limits: Limits) -> Condition:
    cuts: list[float | None] = [None, *sorted(rng.choice(CUTS, size=4, replace=False)), None]
    if limits.infinite_cuts and rng.random() < 0.2:
        cuts = [-inf, *cuts[1:-1], inf, None]
    pairs = [(cuts[i], cuts[i + 1]) for i in range(len(cuts) - 1)]
    spans: list[Span] = [p for p in pairs if rng.random() < 0.4]
    codes = tuple(c for c in CODES if rng.random() < 0.6)
    taken = tuple(c for c in codes if rng.random() < 0.4)
    return Condition(name, "number", tuple(spans), taken, codes, missing=bool(rng.random() < 0.3))


def _category(name: str, rng: np.random.Generator) -> Condition:
    named = tuple(sorted(w for w in WORDS if rng.random() < 0.4))
    taken = tuple(w for w in named if rng.random() < 0.5)
    other, missing = (bool(rng.random() < 0.4) for _ in range(2))
    return Condition(name, "category", categories=taken, other=other, named=named, missing=missing)
