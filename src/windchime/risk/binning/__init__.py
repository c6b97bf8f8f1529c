"""Optimal binning: histograms of a feature in, the bins with the highest information value out."""

from windchime.risk.binning.bins import Bin, BinKind, Bins
from windchime.risk.binning.histogram import Histogram, Values
from windchime.risk.binning.optimal import BinningOptions, bins_of, optimal_bins, readable, smoothed_woe
from windchime.risk.partition import Shape, Trend

__all__ = [
    "Bin",
    "BinKind",
    "BinningOptions",
    "Bins",
    "Histogram",
    "Shape",
    "Trend",
    "Values",
    "bins_of",
    "optimal_bins",
    "readable",
    "smoothed_woe",
]
