"""Data quality: what is odd about the loaded data, found by itself, with counts, shares and example rows."""

from windchime.data.quality.checking import check, scheme_in_force
from windchime.data.quality.report import Example, QualityFinding, QualityReport, RateShare

__all__ = ["Example", "QualityFinding", "QualityReport", "RateShare", "check", "scheme_in_force"]
