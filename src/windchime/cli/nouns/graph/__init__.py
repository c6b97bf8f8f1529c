"""`windchime graph …`: who owns, controls, guarantees, supplies, pays and resembles whom."""

from windchime.cli.nouns.graph import running
from windchime.cli.nouns.graph.app import app

__all__ = ["app", "running"]
