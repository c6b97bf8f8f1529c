"""`windchime graph …`: who owns, controls, guarantees, supplies, pays and resembles whom."""

from windchime.cli.nouns.graph import circles, contagion, evaluate, groups, owners, running, ties, view
from windchime.cli.nouns.graph.app import app

__all__ = ["app", "circles", "contagion", "evaluate", "groups", "owners", "running", "ties", "view"]
