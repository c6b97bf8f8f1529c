"""The graph of the newest library in memory: read once a version by a thread of its own, shared by all pages."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from windchime.data.lake import Lake, versions
from windchime.data.packs import packs
from windchime.graph.views.network import Network
from windchime.portfolio.shown.background import Background
from windchime.service.bank import Bank

#: seconds a page waits before it says that the graph is being read
PATIENCE = 0.5


@dataclass
class Networks:
    """The network of one bank; of an older version it lets go when a newer one is asked for."""

    bank: Bank
    _read: Background[Network] = field(default_factory=lambda: Background(most=1))

    def newest(self, session: Session, patience: float = PATIENCE) -> Network | None:
        """The network of the newest lake version as of the newest pack's date.

        Returns:
            None where nothing is loaded, or while it is being read.
        """
        at = standing(session)
        if at is None:
            return None
        return self._read.get(at, lambda: self._network(*at), patience=patience)

    def _network(self, as_of: date, lake_version: int) -> Network:
        lake = Lake(self.bank.lake_dir)
        with self.bank.session() as session, lake.reading(session, as_of=as_of, lake_version=lake_version) as reading:
            found = Network.read(reading)
        for node in found.nodes["node"].slice(0, 1).to_pylist():
            # what a machine compiles when first asked is compiled here, beside the pages and not inside one
            found.neighbourhood(node)
            found.counts(node)
        return found

    def close(self) -> None:
        """Wait for what is being read."""
        self._read.close()


def standing(session: Session) -> tuple[date, int] | None:
    """As-of date and lake version of the graph that pages show; None where nothing is loaded."""
    head, loaded = versions.head(session), packs(session)
    return (max(p.as_of for p in loaded), head.lake_version) if head and loaded else None
