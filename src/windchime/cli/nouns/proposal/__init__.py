"""`windchime proposal …`: changes that want four eyes: made, looked at, approved, sent back, withdrawn, closed."""

from windchime.cli.nouns.proposal import looking, making, overriding, steps
from windchime.cli.nouns.proposal.app import app

__all__ = ["app", "looking", "making", "overriding", "steps"]
