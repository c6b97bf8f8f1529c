"""What was found, held against what was planted: precision and recall with intervals."""

from dataclasses import dataclass
from typing import Any

from windchime.core.intervals import wilson


@dataclass(frozen=True, slots=True)
class Score:
    """One detector on one region."""

    #: what is looked for, as a message id
    name: str
    planted: int
    #: of the planted, those that were found
    hit: int
    #: all that the detector named
    found: int
    #: of the found, those that are right; more than `hit` where several findings name one planted thing
    right: int

    @property
    def recall(self) -> float | None:
        """Share of the planted that was found; None where nothing was planted."""
        return self.hit / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the found that is right; None where nothing was found."""
        return self.right / self.found if self.found else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with intervals of 95 %."""
        return {
            "name": self.name,
            "planted": self.planted,
            "hit": self.hit,
            "found": self.found,
            "right": self.right,
            "recall": self.recall,
            "recall_interval": list(wilson(self.hit, self.planted)),
            "precision": self.precision,
            "precision_interval": list(wilson(self.right, self.found)),
        }
