"""The scheme in force: a bank's own published parameters on a date, those that ship where it has published none yet."""

from datetime import date
from functools import cache
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
    try:
        found = ContentStore(content).published(session, "schemes", name, as_of)
    except NotPublished:
        return shipped(name)
    return Scheme.of(found.body), found.version


@cache
def shipped(name: str) -> tuple[Scheme, str]:
    """A scheme as the release ships it, and its version."""
    data = seed.sources("schemes")[name]
    return Scheme.of(yamlfile.parse(data, f"schemes/{name}.yaml")), sha256(data)
