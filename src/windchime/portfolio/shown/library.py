"""The libraries of a bank as pages read them: the version that stands, few readings kept open and shared by all requests."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from windchime.content import yamlfile
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore, NotPublished
from windchime.data.lake import Lake, versions
from windchime.data.packs import Pack, packs
from windchime.portfolio.shown.kept import Kept
from windchime.portfolio.shown.register import NOBODY, Register
from windchime.portfolio.shown.shelf import Shelf
from windchime.service.bank import Bank

#: readings kept open
_OPEN = 4
#: the scheme of indicators
INDICATORS = "invoice_indicators"


@dataclass(frozen=True, slots=True)
class _Standing:
    """The newest version, and the packs it was loaded from."""

    lake_version: int
    #: newest first
    packs: tuple[Pack, ...]

    @property
    def as_of(self) -> date:
        """The latest date of any pack."""
        return max(p.as_of for p in self.packs)

    def as_of_firm(self, firm_id: str) -> date:
        """The date of the pack that brought a firm, or of the newest pack."""
        return next((p for p in self.packs if firm_id.startswith(f"{p.source}:")), self.packs[0]).as_of


class Library:
    """The readings of one bank that pages share."""

    def __init__(self, bank: Bank) -> None:
        self._lake = Lake(bank.lake_dir)
        self._content = ContentStore(bank.content_dir)
        self._shelves: OrderedDict[tuple[date, int], Shelf] = OrderedDict()
        self._lock = threading.Lock()
        #: what pages keep beside readings, by what it depends on
        self.kept = Kept(64)

    def shelf(self, session: Session, as_of: date, lake_version: int | None = None) -> Shelf:
        """The lake as of a date, at a version or the newest.

        Raises:
            NoLakeVersion: nothing was loaded yet, or there is no such version.
        """
        head = versions.head(session) if lake_version is None else versions.version(session, lake_version)
        if head is None:
            raise versions.NoLakeVersion(0, 0)
        return self._shelf(session, as_of, head.lake_version)

    def newest(self, session: Session, firm_id: str = "") -> Shelf | None:
        """The newest version as of the date of the pack that brought the firm, or of the newest pack; None if empty."""
        stands = self._standing(session)
        return self._shelf(session, stands.as_of_firm(firm_id), stands.lake_version) if stands else None

    def of_firm(self, session: Session, firm_id: str) -> tuple[Shelf, str] | None:
        """The newest version for a firm, and the firm's name; None where no pack's register knows it."""
        stands = self._standing(session)
        if stands is None:
            return None
        name = self._shelf(session, stands.as_of, stands.lake_version).names().get(firm_id)
        return (self._shelf(session, stands.as_of_firm(firm_id), stands.lake_version), name) if name else None

    def names(self, session: Session) -> Mapping[str, str]:
        """The name of every firm of any pack, by id."""
        return self._register(session).names

    def ids(self, session: Session) -> tuple[str, ...]:
        """The ids of all firms, sorted."""
        return self._register(session).ids

    def _register(self, session: Session) -> Register:
        stands = self._standing(session)
        return self._shelf(session, stands.as_of, stands.lake_version).register if stands else NOBODY

    def _standing(self, session: Session) -> _Standing | None:
        """Packs are written in the transaction that makes a version, so they are kept while it is the newest."""
        head = versions.head(session)
        if head is None:
            return None
        question = ("packs", head.lake_version, head.load_id)
        loaded = self.kept.get(question, lambda: tuple(packs(session)))
        return _Standing(head.lake_version, loaded) if loaded else None

    def _shelf(self, session: Session, as_of: date, lake_version: int) -> Shelf:
        key = (as_of, lake_version)
        with self._lock:
            if key not in self._shelves:
                self._shelves[key] = Shelf(self._lake.reading(session, as_of=as_of, lake_version=lake_version))
            self._shelves.move_to_end(key)
            while len(self._shelves) > _OPEN:
                self._shelves.popitem(last=False)
            return self._shelves[key]

    def scheme(self, session: Session, as_of: date) -> Scheme | None:
        """The parameters of indicators that the bank has in force at a date; None where it published none."""
        try:
            version = self._content.version_at(session, "schemes", INDICATORS, as_of)
        except NotPublished:
            return None

        def find() -> Scheme:
            return Scheme.of(yamlfile.parse(self._content.bytes_of(version), INDICATORS))

        return self.kept.get(("scheme", version), find)

    def close(self) -> None:
        """Let go of every reading."""
        with self._lock:
            self._shelves.clear()
