"""`windchime rules …`: mine, apply, watch and hand over rules; keep a set of them in the bank."""

from windchime.cli.nouns.rules import handing, mining, using
from windchime.cli.nouns.rules.app import app

__all__ = ["app", "handing", "mining", "using"]
