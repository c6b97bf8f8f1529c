"""Rule sets without mining: figures counted on random rows."""

import numpy as np
import polars as pl

from windchime.core.text import Text
from windchime.risk.rules.figures import figures
from windchime.risk.rules.mined import MinedRule, VintageFigures
from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.ruleset import Provenance, RuleFeature, RuleSet

RULES = (
    Rule((Condition("sales", spans=((None, 50_000.0),), specials=(-9999.0,), codes=(-9999.0,)),)),
    Rule(
        (
            Condition("行业", "category", categories=("批发", "=1+1"), named=("批发", "=1+1", "制造")),
            Condition("sales", missing=True),
        )
    ),
    Rule((Condition("age", spans=((None, 6.0),)),)),
)
FEATURES = (
    RuleFeature("age", Text("经营月数", "Months in business"), unit="months"),
    RuleFeature(
        "sales",
        Text("近12个月销售额", "Sales of 12 months"),
        unit="yuan",
        specials={"-9999.0": Text("查无记录", "no record")},
    ),
    RuleFeature("行业", Text("行业", "Industry"), "category"),
)


def table(seed: int, rows: int) -> pl.DataFrame:
    """Rows with an outcome that the rules have to do with, and a month."""
    rng = np.random.default_rng(seed)
    found = pl.DataFrame(
        {
            "sales": np.where(rng.random(rows) < 0.1, -9999.0, rng.lognormal(12, 1.2, rows)),
            "age": rng.integers(1, 120, rows).astype(float),
            "行业": rng.choice(["批发", "制造", "=1+1", "零售"], rows),
            "month": rng.integers(1, 13, rows),
        }
    ).with_columns(sales=pl.when(pl.Series(rng.random(rows) > 0.05)).then("sales"))
    risk = 0.05 + 0.3 * found.select(RULES[0].holds().alias("h"))["h"].to_numpy()
    return found.with_columns(bad=pl.Series(rng.random(rows) < risk))


def rule_set(seed: int = 1, rows: int = 3000, rules: tuple[Rule, ...] = RULES) -> RuleSet:
    """The rules with their figures on a random table."""
    data = table(seed, rows)
    bad = data["bad"].to_numpy()
    hits = [data.select(pl.repeat(0, pl.len()), h=r.holds())["h"].to_numpy() for r in rules]
    before, mined = np.zeros(rows, dtype=bool), []
    for rule, hit in zip(rules, hits, strict=True):
        until = before | hit
        vintages = tuple(
            VintageFigures(
                f"2025-{m:02d}", figures(hit[at], bad[at], level=0.95), figures(until[at], bad[at], level=0.95)
            )
            for m in range(1, 13)
            for at in [data["month"].to_numpy() == m]
        )
        own, new, so_far = (figures(h, bad, level=0.95) for h in (hit, hit & ~before, until))
        mined.append(
            MinedRule(
                rule, own, new, so_far, vintages=vintages, p_value=0.001, q_value=0.01, stability=0.9, proven=True
            )
        )
        before = until
    overlap = tuple(tuple(float((a & b).sum() / max((a | b).sum(), 1)) for b in hits) for a in hits)
    made = Provenance(
        rows, int(bad.sum()), ("2025-01", "2025-12"), (), {"id": "too many values"}, {"counted": 900}, seed
    )
    return RuleSet(tuple(mined), FEATURES, {"budget": 0.05}, made, overlap)
