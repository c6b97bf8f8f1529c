"""The validation pack as figures: everything a validator asks of a model, computed once, in both languages later."""

from windchime.risk.scorecards.pack.examined import Examined, examine

__all__ = ["Examined", "examine"]
