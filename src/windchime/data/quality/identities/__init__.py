"""Identities between tables: what two sources say of one thing, held side by side with a declared tolerance."""

from windchime.data.quality.identities.judging import Crosscheck, crosscheck, declared

__all__ = ["Crosscheck", "crosscheck", "declared"]
