"""The console: pages for the people of the bank. It translates; it decides nothing."""

from windchime.console.app import create_app

__all__ = ["create_app"]
