"""Strict decision tables in the terms of OMG DMN: read, checked and compiled, for one case and for millions alike."""

from windchime.dmn.errors import (
    BrokenModel,
    CaseError,
    ColumnNotUsable,
    ColumnTaken,
    MissingInput,
    NoMatch,
    OutputsDiffer,
    SeveralHits,
    ValueNotAllowed,
    WrongType,
)
from windchime.dmn.model import DecisionModel
from windchime.dmn.parts import Outcome, Rule, Variable
from windchime.dmn.table import DecisionTable

__all__ = [
    "BrokenModel",
    "CaseError",
    "ColumnNotUsable",
    "ColumnTaken",
    "DecisionModel",
    "DecisionTable",
    "MissingInput",
    "NoMatch",
    "Outcome",
    "OutputsDiffer",
    "Rule",
    "SeveralHits",
    "ValueNotAllowed",
    "Variable",
    "WrongType",
]
