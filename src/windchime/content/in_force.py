"""The scheme in force: a bank's own published parameters on a date, those that ship where it has published none yet."""

from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore, NotPublished
from windchime.core.canonical import sha256


def scheme_in_force(content: Path, session: Session, name: str, as_of: date) -> tuple[Scheme, str]:
    """A scheme and its version (hash).

    Args:
        content: folder of the bank's content store.
        session: of the bank's operational database.
        name: of the scheme.
        as_of: the date on which it holds.

    Raises:
        ContentChanged: the published bytes were changed.
    """
    store = ContentStore(content)
    try:
        version = store.version_at(session, "schemes", name, as_of)
    except NotPublished:
        return shipped(name)
    # the bytes are proven each time; what they say is read once
    return _read(store.bytes_of(version), name), version


def service_scheme(content: Path, session: Session, name: str, as_of: date) -> Scheme:
    """A scheme of the service itself, on whose parameters no decision rests.

    What a version of an earlier release does not say, the shipped one says: an upgrade asks nobody to publish first. What
    another process publishes holds within `standing.LAG_SECONDS`, what this one publishes at once.

    Raises:
        ContentChanged: the published bytes were changed.
    """
    store = ContentStore(content)
    try:
        version = store.standing(session, "schemes", name, as_of)
    except NotPublished:
        return shipped(name)[0]
    return _completed(content, version, store.state_of(version), name)


@lru_cache(maxsize=64)
def _completed(content: Path, version: str, _state: tuple[int, ...], name: str) -> Scheme:
    return _read(ContentStore(content).bytes_of(version), name).completed(shipped(name)[0])


@lru_cache(maxsize=64)
def _read(data: bytes, name: str) -> Scheme:
    return Scheme.of(yamlfile.parse(data, f"schemes/{name}.yaml"))


@cache
def shipped(name: str) -> tuple[Scheme, str]:
    """A scheme as the release ships it, and its version."""
    data = seed.sources("schemes")[name]
    return Scheme.of(yamlfile.parse(data, f"schemes/{name}.yaml")), sha256(data)
