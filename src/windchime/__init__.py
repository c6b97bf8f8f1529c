"""Windchime (风铃): know a firm, decide in seconds, hear the risk before it arrives.

What notebooks use stands here and is loaded when it is first touched, so that importing the package stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_DOORS: dict[str, str] = {
    "RuleForest": "windchime.risk.rules.forest",
    "Scorecard": "windchime.risk.scorecards",
    "DecisionTable": "windchime.dmn",
    "Bank": "windchime.service.bank",
    "Ownership": "windchime.graph.ownership.api",
}

__all__ = ["Bank", "DecisionTable", "Ownership", "RuleForest", "Scorecard", "__version__"]

if TYPE_CHECKING:
    from windchime.dmn import DecisionTable
    from windchime.graph.ownership.api import Ownership
    from windchime.risk.rules.forest import RuleForest
    from windchime.risk.scorecards import Scorecard
    from windchime.service.bank import Bank


def __getattr__(name: str) -> object:
    if name in _DOORS:
        return getattr(import_module(_DOORS[name]), name)
    raise AttributeError(f"module 'windchime' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
