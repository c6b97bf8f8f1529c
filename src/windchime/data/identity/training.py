"""Parameters of the comparisons, estimated on the bank's own rows: u on a sample of pairs, m by expectation maximisation.

The scheme's values count as observations of their own, so that a level which few pairs show keeps a sensible weight. How
often each level is seen of one firm (m) and of two (u) follows Fellegi and Sunter, "A theory for record linkage" (1969).
"""
# ruff: noqa: S608 - the SQL is put together from texts of this package and whole numbers

from dataclasses import dataclass

import duckdb
import numpy as np

from windchime.data.identity.comparing import COMPARISONS, Comparison
from windchime.data.identity.settings import Parameters, Settings

#: pairs that agree in these show how the rest agrees. How names are written is no matter of a bank's rows and stays the
#: scheme's: firms of one owner share representative, phone and address, and would teach that names do not matter
_ALIKE = "l.core = r.core AND l.trades = r.trades"
_FROM_NAMES = ("core", "industry")
_ROUNDS, _CLOSE = 200, 1e-7
#: share of one firm among the pairs that agree so, at the start
_START = 0.3


@dataclass(frozen=True, slots=True)
class Model:
    """Parameters that pairs are weighed by."""

    parameters: Parameters
    #: probability that two rows taken at random are of one firm
    prior: float
    #: pairs that m was estimated on; 0 where all is the scheme's
    trained_on: int

    def as_dict(self) -> dict[str, object]:
        """For the record of a run."""
        return {
            "parameters": {c: {level: list(mu) for level, mu in found.items()} for c, found in self.parameters.items()},
            "prior": self.prior,
            "trained_on": self.trained_on,
        }


def train(con: duckdb.DuckDBPyConnection, settings: Settings, rows: int) -> Model:
    """Estimate the parameters.

    Args:
        con: holds the tables `features` and `pairs`, and knows `edits`.
        settings: starting values and bounds.
        rows: rows of `features`.
    """
    prior = min(0.5, 2 * settings.expected_duplicates / max(rows - 1, 1))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sampled AS FROM features ORDER BY hash(row), row LIMIT {settings.sample_rows}"
    )
    apart = _patterns(con, COMPARISONS, "sampled AS l JOIN sampled AS r ON l.row < r.row AND l.mention <> r.mention")
    con.execute("DROP TABLE sampled")
    parameters = {c.name: _observed(c, apart, i, settings) for i, c in enumerate(COMPARISONS)}
    rest = tuple(c for c in COMPARISONS if c.name not in _FROM_NAMES)
    alike = _patterns(
        con,
        rest,
        f"pairs AS p JOIN features AS l ON l.row = p.join_key_l JOIN features AS r ON r.row = p.join_key_r WHERE {_ALIKE}",
    )
    learnt = _maximised(rest, alike, parameters, settings)
    return Model({**parameters, **learnt}, prior, int(alike[:, -1].sum()))


def _patterns(con: duckdb.DuckDBPyConnection, compared: tuple[Comparison, ...], source: str) -> np.ndarray:
    """Each pattern of levels (Splink's numbers, one column a comparison) with how many pairs show it, sorted."""
    cases = ", ".join(
        f"CASE WHEN {c.unknown} THEN -1 "
        + " ".join(f"WHEN {found.sql} THEN {len(c.levels) - 1 - i}" for i, found in enumerate(c.levels[:-1]))
        + f" ELSE 0 END AS {c.name}"
        for c in compared
    )
    columns = [str(row[0]) for row in con.execute("DESCRIBE features").fetchall()]
    sides = ", ".join(f"{side}.{column} AS {column}_{side}" for column in columns for side in ("l", "r"))
    rows = con.execute(
        f"SELECT *, count(*) FROM (SELECT {cases} FROM (SELECT {sides} FROM {source})) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return np.array(rows, dtype=np.float64).reshape(-1, len(compared) + 1)


def _observed(
    found: Comparison, patterns: np.ndarray, column: int, settings: Settings
) -> dict[str, tuple[float, float]]:
    """The scheme's m, and u as the sampled pairs show it."""
    start = settings.comparisons[found.name]
    counts = {
        level.name: patterns[patterns[:, column] == len(found.levels) - 1 - i, -1].sum()
        for i, level in enumerate(found.levels)
    }
    whole = sum(counts.values()) + settings.scheme_pairs
    shares = {name: (counts[name] + settings.scheme_pairs * u) / whole for name, (_m, u) in start.items()}
    return {name: (start[name][0], float(f"{u:.4g}")) for name, u in shares.items()}


def _maximised(
    compared: tuple[Comparison, ...], patterns: np.ndarray, parameters: Parameters, settings: Settings
) -> dict[str, dict[str, tuple[float, float]]]:
    """M of each comparison by expectation maximisation over the patterns, u held."""
    levels, counts = patterns[:, :-1].astype(int), patterns[:, -1]
    # by Splink's number: the last level is 0
    order = {c.name: [level.name for level in reversed(c.levels)] for c in compared}
    start = {c.name: np.array([parameters[c.name][n][0] for n in order[c.name]]) for c in compared}
    u = {c.name: np.array([parameters[c.name][n][1] for n in order[c.name]]) for c in compared}
    m, share = dict(start), _START
    for _round in range(_ROUNDS if len(patterns) else 0):
        odds = np.full(len(patterns), share / (1 - share))
        for i, c in enumerate(compared):
            known = levels[:, i] >= 0
            odds[known] *= (m[c.name] / u[c.name])[levels[known, i]]
        one = counts * odds / (1 + odds)
        before, share = share, min(max(float(one.sum() / counts.sum()), 1e-6), 1 - 1e-6)
        for i, c in enumerate(compared):
            known = levels[:, i] >= 0
            seen = np.bincount(levels[known, i], weights=one[known], minlength=len(start[c.name]))
            m[c.name] = (seen + settings.scheme_pairs * start[c.name]) / (seen.sum() + settings.scheme_pairs)
        if abs(share - before) < _CLOSE:
            break
    return {
        name: {level: (float(f"{m[name][k]:.4g}"), parameters[name][level][1]) for k, level in enumerate(names)}
        for name, names in order.items()
    }
