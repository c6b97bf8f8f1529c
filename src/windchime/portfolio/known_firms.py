"""Which firms the library knows: asked where something is said of a firm by its id alone."""

from collections.abc import Collection, Container, Iterator
from contextlib import contextmanager

import ibis
from rapidfuzz import fuzz
from rapidfuzz.process import extract
from sqlalchemy.orm import Session

from windchime.core.text import _
from windchime.data.lake import Lake, versions
from windchime.data.packs import packs
from windchime.data.reading import Reading
from windchime.portfolio.shown.kept import Kept
from windchime.service.access.customers import belonging
from windchime.service.access.names import NamesNothing
from windchime.service.bank import Bank

_FIRMS = "firms"
#: firms that an error names, and characters of a wrong id that it repeats
_NEAR, _LONGEST = 3, 80
#: ids of the registers asked last: while one stands the lake is not opened again, which would make other writers wait
_REGISTERS = Kept(4)


class NoSuchFirm(NamesNothing):
    """A firm that the register of the newest lake version does not have."""

    msgid = _("the library knows no firm '{name}'; ids like it: {known}")
    hint = _("a firm is named by its id in the register, and must be loaded first")

    def __init__(self, firm_id: str, known: Collection[str]) -> None:
        """From the id that was named, and all that are known."""
        near = extract(firm_id[:_LONGEST], sorted(known), limit=_NEAR, scorer=fuzz.ratio)
        super().__init__(_("firm"), firm_id[:_LONGEST], tuple(found[0] for found in near))


def demand(bank: Bank, session: Session, firm_id: str) -> None:
    """See that the library knows a firm.

    Raises:
        NoSuchFirm: it does not, or nothing was loaded yet.
    """
    firms = known(bank, session)
    if firm_id not in firms:
        raise NoSuchFirm(firm_id, firms)


def known(bank: Bank, session: Session) -> frozenset[str]:
    """The ids of all firms that the library knows."""
    head = versions.head(session)
    if head is None:
        return frozenset()

    def read() -> frozenset[str]:
        with _register(bank, session) as reading:
            return frozenset(_ids(reading) if reading else ())

    return _REGISTERS.get((bank.lake_dir, head.lake_version, head.load_id), read)


def can_agree(session: Session, firm_id: str, register: Container[str]) -> bool:
    """Whether a consent of a firm can be recorded: it is in the register, or somebody's customer.

    Args:
        session: a reading session.
        firm_id: the firm.
        register: the ids of all firms that the library knows.
    """
    return firm_id in register or belonging(session, firm_id) is not None


def demand_agreeing(bank: Bank, session: Session, firm_id: str) -> None:
    """See that a consent of a firm can be recorded.

    Raises:
        NoSuchFirm: it cannot.
    """
    firms = known(bank, session)
    if not can_agree(session, firm_id, firms):
        raise NoSuchFirm(firm_id, firms)


@contextmanager
def _register(bank: Bank, session: Session) -> Iterator[Reading | None]:
    """The register as the newest pack knows it; None where nothing was loaded yet."""
    loaded = packs(session)
    if not loaded:
        yield None
        return
    with Lake(bank.lake_dir).reading(session, as_of=max(p.as_of for p in loaded), tables=[_FIRMS]) as reading:
        yield reading


def _ids(reading: Reading) -> list[str]:
    if not reading.has(_FIRMS):
        return []
    asked = reading.table(_FIRMS).select("firm_id").distinct()
    return [row[0] for row in reading.con.con.sql(str(ibis.to_sql(asked, dialect="duckdb"))).fetchall()]
