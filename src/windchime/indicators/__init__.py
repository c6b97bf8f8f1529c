"""Indicators 指标: every measured quantity of a firm, defined once, for all firms in one plan and for one at decision time."""

from windchime.indicators.definition import Indicator
from windchime.indicators.measuring import UnknownFirm, measure, measure_one, rows_behind
from windchime.indicators.registry import definition, indicators
from windchime.indicators.version import version

__all__ = ["Indicator", "UnknownFirm", "definition", "indicators", "measure", "measure_one", "rows_behind", "version"]
