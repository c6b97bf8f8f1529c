"""The whole tree: importing this module puts every command on it."""

from windchime.cli import everyday, nouns
from windchime.cli.app import app

__all__ = ["app", "everyday", "nouns"]
