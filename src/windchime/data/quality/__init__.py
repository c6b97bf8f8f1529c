"""Data quality: what is odd about the loaded data, found by itself, and how good each table of each source is over time."""

from windchime.data.quality.checking import check, scheme_in_force
from windchime.data.quality.examining import Examination, Schemes, examine
from windchime.data.quality.gate import Closed, Gate, gate
from windchime.data.quality.held import Held, hold
from windchime.data.quality.measures import DIMENSIONS, Tally
from windchime.data.quality.recording import Run, check_and_record, record, run_for, runs
from windchime.data.quality.report import Example, QualityFinding, QualityReport, RateShare
from windchime.data.quality.scoring import Score

__all__ = [
    "DIMENSIONS",
    "Closed",
    "Examination",
    "Example",
    "Gate",
    "Held",
    "QualityFinding",
    "QualityReport",
    "RateShare",
    "Run",
    "Schemes",
    "Score",
    "Tally",
    "check",
    "check_and_record",
    "examine",
    "gate",
    "hold",
    "record",
    "run_for",
    "runs",
    "scheme_in_force",
]
