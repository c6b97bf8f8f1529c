"""What the graph finds, as tables of the library: how indicators, risk models and pages read it."""

from windchime.graph.results.finders import FINDERS, Finder, Found
from windchime.graph.results.running import Run, newest, publish, runs

__all__ = ["FINDERS", "Finder", "Found", "Run", "newest", "publish", "runs"]
