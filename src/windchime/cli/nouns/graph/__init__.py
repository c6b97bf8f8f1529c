"""`windchime graph …`: who owns, controls, guarantees, supplies, pays and resembles whom."""

from windchime.cli.nouns.graph import chain, circles, contagion, evaluate, groups, loops, owners, running, ties, view
from windchime.cli.nouns.graph.app import app

__all__ = ["app", "chain", "circles", "contagion", "evaluate", "groups", "loops", "owners", "running", "ties", "view"]
