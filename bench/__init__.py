"""The figures of the project: each area yields rows, the runner prints one table that can be pasted into a note."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure beside its target and, where there is one, a peer measured in the same run."""

    area: str
    what: str
    measured: float
    unit: str
    #: what was hoped for, in words such as `≤ 1 s`; empty where there is no target
    target: str = ""
    #: the peer doing the same work, and its figure in the same unit
    peer: str = ""
    peer_measured: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Peer's figure over ours: above 1 we need less."""
        return self.peer_measured / self.measured if self.peer_measured is not None and self.measured else None
