"""`windchime model …`: train, look at the card, publish with four eyes, validate, compare, watch, export, retire."""

from windchime.cli.nouns.model import proposing, register, roles, workbench
from windchime.cli.nouns.model.app import app

__all__ = ["app", "proposing", "register", "roles", "workbench"]
