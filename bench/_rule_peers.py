"""Runs one peer inside its own environment: `python _rule_peers.py NAME FOLDER`. It imports nothing of the project.

The folder holds train.npz and test.npz: `x`, numbers, and `bad`. The peer mines on train with the
settings of the comparison notes (depth 3, 30 trees, seed 7); what its rules hit goes to hits.npz, packed, with seconds.
"""

# mypy: ignore-errors
# it runs in the environments of the peers, whose packages are not here to be checked against

import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 7
TREES, DEPTH = 30, 3
#: rows of the run that is not timed
WARM_UP = 3000


def read(path: Path):
    told = np.load(path)
    x = np.nan_to_num(told["x"], nan=-1.0)
    return pd.DataFrame(x, columns=[f"c{k}" for k in range(x.shape[1])]), pd.Series(told["bad"].astype(int))


def masks(rules, table):
    """(r, n) hits of rules, each a list of (column, operator, threshold)."""
    ways = {"<=": np.less_equal, "<": np.less, ">": np.greater, ">=": np.greater_equal}
    columns = {c: table[c].to_numpy() for c in table.columns}
    found = [
        np.logical_and.reduce([ways[op](columns[c], float(cut)) for c, op, cut in rule] or [np.ones(len(table), bool)])
        for rule in rules
    ]
    return np.array(found, dtype=bool).reshape(len(found), len(table))


def parsed(text):
    return re.findall(r"(c\d+)\s*(<=|>=|<|>)\s*(-?[\d.]+(?:e[+-]?\d+)?)", str(text))


def rulelift(x, y):
    from rulelift.mining import TreeRuleExtractor

    miner = TreeRuleExtractor(
        x.assign(bad=y),
        target_col="bad",
        algorithm="rf",
        max_depth=DEPTH,
        min_samples_leaf=0.005,
        n_estimators=TREES,
        random_state=SEED,
    )
    miner.train()
    return [[(c["feature"], c["operator"], c["threshold"]) for c in r["conditions"]] for r in miner.extract_rules()]


def iguanas(x, y):
    import polars as pl
    from iguanas.rule_generation import rule_grid_search
    from xgboost import XGBClassifier

    found = rule_grid_search(
        XGBClassifier(n_estimators=TREES, max_depth=DEPTH, n_jobs=1, random_state=SEED),
        pl.from_pandas(x),
        pl.Series("bad", y.to_numpy()),
        [1, 2, 5, 10, 20],
        n_jobs=1,
        leaf_selection="all_positive",
    )
    told = [re.sub(r'X\["(c\d+)"\]', r"\1", rule) for rule in found["rule"].unique(maintain_order=True)]
    return [parsed(rule) for rule in told]


def imodels(x, y):
    from imodels import SkopeRulesClassifier

    miner = SkopeRulesClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        precision_min=min(0.99, 1.5 * y.mean()),
        recall_min=0.01,
        random_state=SEED,
    )
    miner.fit(x.to_numpy(), y.to_numpy(), feature_names=list(x.columns))
    return [parsed(rule) for rule in miner.rules_]


def skope_rules(x, y):
    # three shims, without which it does not import on a current Python and scikit-learn
    import collections
    import collections.abc

    import six
    import sklearn.ensemble

    collections.Iterable = collections.abc.Iterable
    sys.modules["sklearn.externals.six"] = six
    for name in ("BaggingClassifier", "BaggingRegressor"):
        bagging = getattr(sklearn.ensemble, name)

        def renamed(*args, _bagging=bagging, base_estimator=None, **given):
            return _bagging(*args, estimator=base_estimator, **given)

        setattr(sklearn.ensemble, name, renamed)
    from skrules import SkopeRules

    miner = SkopeRules(
        feature_names=list(x.columns),
        n_estimators=TREES,
        max_depth=DEPTH,
        precision_min=min(0.99, 1.5 * y.mean()),
        recall_min=0.01,
        random_state=SEED,
    )
    miner.fit(x.to_numpy(), y.to_numpy())
    return [parsed(rule) for rule, _performance in miner.rules_]


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    x, y = read(folder / "train.npz")
    # a first run on a part, so that neither imports nor compilation are timed
    mined = {"rulelift": rulelift, "iguanas": iguanas, "imodels": imodels, "skope-rules": skope_rules}[name]
    mined(x.head(WARM_UP), y.head(WARM_UP))
    start, cpu = time.perf_counter(), time.process_time()
    rules = mined(x, y)
    took = (time.perf_counter() - start, time.process_time() - cpu)
    test, _ = read(folder / "test.npz")
    np.savez(
        folder / "hits.npz",
        train=np.packbits(masks(rules, x), axis=1),
        test=np.packbits(masks(rules, test), axis=1),
        seconds=np.array(took),
    )


main()
