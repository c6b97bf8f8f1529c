"""The engine of the rule forest: candidates found on codes and counted on bits.

coded = code_table(frame, specials=(-9999,))
pool = candidates(coded, bad, limits=Limits(0.005, 0.08), vintage=month)
counted = counts(coded, pool, bad, month)
"""

from windchime.risk.coding import Coded, Coding, code_table
from windchime.risk.rules.engine.bits import Counts, counts, hits, overlap, weighted
from windchime.risk.rules.engine.layout import Layout
from windchime.risk.rules.engine.limits import Effort, Limits, LimitsDisagree
from windchime.risk.rules.engine.pool import WIDTH, Pool
from windchime.risk.rules.engine.search import candidates

__all__ = [
    "WIDTH",
    "Coded",
    "Coding",
    "Counts",
    "Effort",
    "Layout",
    "Limits",
    "LimitsDisagree",
    "Pool",
    "candidates",
    "code_table",
    "counts",
    "hits",
    "overlap",
    "weighted",
]
