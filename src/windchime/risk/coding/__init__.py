"""Codes: each cell of a wide table as one of at most 32 states of its feature, so that search reads bytes, not floats.

`code_table` learns the states of every column and codes it; `Coding` codes another table the same way.
"""

from windchime.risk.coding.feature import STATES, Feature, Parts
from windchime.risk.coding.reading import NotCodable, NotStates, TooManyStates
from windchime.risk.coding.table import Coded, Coding, code_table
from windchime.risk.coding.workers import spread

__all__ = [
    "STATES",
    "Coded",
    "Coding",
    "Feature",
    "NotCodable",
    "NotStates",
    "Parts",
    "TooManyStates",
    "code_table",
    "spread",
]
