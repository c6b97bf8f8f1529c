"""Mappings of the bank's own: saved with author and time, every version kept; those that ship stand beside them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.content import seed
from windchime.core.errors import UnknownName
from windchime.core.unit import Unit
from windchime.data.intake import mapping_file
from windchime.data.intake.mapping import PackMapping, mapping
from windchime.data.intake.tables import SavedMapping


def save(unit: Unit, data: bytes, file: str = "mapping.yaml") -> PackMapping:
    """Keep a mapping; the same bytes again change nothing.

    Raises:
        BadYaml, BadMapping: it cannot be followed.
    """
    found = mapping_file.read(data, file)
    keep(unit, found)
    return found


def keep(unit: Unit, found: PackMapping) -> None:
    """Keep a mapping that was read from a file; a load keeps the one it followed, so that repairs can follow it too."""
    if unit.session.get(SavedMapping, found.version) is None:
        unit.session.add(
            SavedMapping(
                version=found.version,
                name=found.name,
                body=found.body.decode(),
                author=unit.actor.name,
                saved_at=unit.now,
            )
        )
        unit.session.flush()
        unit.record("mapping.save", f"mapping:{found.name}", after={"version": found.version})


def saved(session: Session, name: str | None = None) -> list[SavedMapping]:
    """All versions of all mappings or of one, newest first."""
    query = select(SavedMapping).order_by(SavedMapping.saved_at.desc(), SavedMapping.version)
    return list(session.scalars(query.where(SavedMapping.name == name) if name else query))


def stored(session: Session, name: str, version: str = "") -> SavedMapping:
    """A mapping of the bank's own: the version that begins so, the newest by default.

    Raises:
        UnknownName: there is none.
    """
    found = next((m for m in saved(session, name) if m.version.startswith(version)), None)
    if found is None:
        raise UnknownName("mapping", name, sorted({m.name for m in saved(session)}))
    return found


def known(session: Session, name: str, version: str = "") -> PackMapping:
    """A mapping by name, shipped or the bank's own; of one's own, the version a load cites.

    Raises:
        UnknownName: no such mapping; the message names the near misses.
    """
    own = {m.name for m in saved(session)}
    if name not in own:
        return mapping(name)
    return mapping_file.read(stored(session, name, version).body.encode(), f"{name}.yaml")


def names(session: Session) -> list[str]:
    """Names of all mappings, shipped and own."""
    return sorted({*seed.documents("packs"), *(m.name for m in saved(session))})
