"""How long work tells how far it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Told the name of the step, how much is done and how much there is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`step` is a short English message id; `total` 0 means unknown."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Listens to nothing."""
