"""A bank's content store: drafts are imported, a second person publishes them, published bytes never change.

What is in force on a date is the version with the latest `valid_from` not after it; of several with the same date, the
one published last.
"""

import difflib
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from windchime.content import yamlfile
from windchime.content.standing import Standing
from windchime.content.tables import ContentVersion
from windchime.core.canonical import sha256
from windchime.core.errors import BadCall, Damaged, Refused, UnknownName
from windchime.core.ids import named
from windchime.core.text import _
from windchime.core.unit import Unit, same_person

#: kinds a bank may publish its own version of; contracts and packs move with the release
PUBLISHED_KINDS = ("schemes", "products", "policies")


class NotPublished(BadCall):
    """No version of a document is in force at a date."""

    msgid = _("no {kind} '{name}' is in force as of {as_of}")
    hint = _("publish one: windchime content publish --help")

    def __init__(self, kind: str, name: str, as_of: date) -> None:
        super().__init__(kind=kind, name=name, as_of=as_of.isoformat())


class OwnContent(Refused):
    """Someone tried to publish what they wrote."""

    msgid = _("{actor} wrote {kind} '{name}' and cannot publish it")
    hint = _("four eyes: let a second person check and publish it")

    def __init__(self, actor: str, kind: str, name: str) -> None:
        super().__init__(actor=actor, kind=kind, name=name)


class ContentChanged(Damaged):
    """Published bytes are no longer those that were published."""

    msgid = _("content file {file} is missing or was changed: its hash is not {expected}")

    def __init__(self, file: str, expected: str) -> None:
        super().__init__(file=file, expected=expected)


#: where a session keeps what it was told of versions
_KNOWN = "windchime_versions"
#: set in a session that has published something
_PUBLISHING = "windchime_publishing"
_standing = Standing()
#: asked at every request: put together once
_VERSION = (
    select(ContentVersion.sha256)
    .where(
        ContentVersion.kind == bindparam("kind"),
        ContentVersion.name == bindparam("name"),
        ContentVersion.state == "published",
        ContentVersion.valid_from <= bindparam("as_of"),
    )
    .order_by(ContentVersion.valid_from.desc(), ContentVersion.published_at.desc(), ContentVersion.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Document:
    """One published version of one document."""

    kind: str
    name: str
    #: SHA-256 of its bytes: what decisions cite
    version: str
    body: Any
    valid_from: date
    published_at: datetime
    author: str
    checker: str


class ContentStore:
    """The store in one folder, its register in the operational database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def propose(self, unit: Unit, kind: str, name: str, data: bytes, *, valid_from: date) -> str:
        """Import a draft; returns its version (hash). Proposing the same bytes for the same date again changes nothing.

        But for the file: where it is missing or was changed, it is written again.

        Raises:
            UnknownName: not a kind that is published.
            BadYaml: the bytes cannot be read.
        """
        if kind not in PUBLISHED_KINDS:
            raise UnknownName("kind of content", kind, PUBLISHED_KINDS)
        yamlfile.parse(data, f"{kind}/{name}.yaml")
        version = sha256(data)
        self._keep(version, data)
        if self._find(unit.session, kind, name, version, valid_from):
            return version
        unit.session.add(
            ContentVersion(
                kind=kind,
                name=name,
                sha256=version,
                valid_from=valid_from,
                state="draft",
                author=unit.actor.name,
                author_kind=unit.actor.kind,
                proposed_at=unit.now,
                checker=None,
                published_at=None,
            )
        )
        unit.record("content.propose", f"{kind}:{name}", after={"version": version, "valid_from": valid_from})
        return version

    def publish(
        self, unit: Unit, kind: str, name: str, version: str, *, valid_from: date | None = None, reason: str = ""
    ) -> None:
        """Let a draft take effect; of the same bytes for several dates the one of `valid_from`, or the earliest.

        Raises:
            UnknownName: no such draft, or several that begin so.
            OwnContent: the one who wrote it is the one who publishes it.
        """
        row = self.draft(unit.session, kind, name, version, valid_from)
        if same_person(row.author, unit.actor.name):
            raise OwnContent(unit.actor.name, kind, name)
        before = self._in_force(unit.session, kind, name, row.valid_from)
        row.state, row.checker, row.published_at = "published", unit.actor.name, unit.now
        unit.session.info.pop(_KNOWN, None)
        unit.session.info[_PUBLISHING] = True
        event.listen(unit.session, "after_commit", lambda _session: _standing.forget(), once=True)
        unit.record(
            "content.publish",
            f"{kind}:{name}",
            before={"version": before.sha256 if before else None},
            after={"version": row.sha256, "valid_from": row.valid_from, "author": row.author},
            reason=reason,
        )
        told = {"kind": kind, "name": name, "version": row.sha256, "valid_from": row.valid_from.isoformat()}
        unit.emit("content.published", f"{kind}:{name}", told)

    def draft(
        self, session: Session, kind: str, name: str, version: str, valid_from: date | None = None
    ) -> ContentVersion:
        """A draft, named in full or by an unambiguous beginning; of the same bytes for several dates, the earliest or the named.

        Raises:
            UnknownName: no such draft, or several that begin so.
        """
        query = select(ContentVersion).filter_by(kind=kind, name=name, state="draft")
        query = query if valid_from is None else query.filter_by(valid_from=valid_from)
        drafts = session.scalars(query.order_by(ContentVersion.valid_from, ContentVersion.id)).all()
        found = named(version, (d.sha256 for d in drafts))
        if found is None:
            raise UnknownName(f"draft of {kind} {name}", version, [d.sha256[:12] for d in drafts])
        return next(d for d in drafts if d.sha256 == found)

    def published(self, session: Session, kind: str, name: str, as_of: date) -> Document:
        """The document in force at a date.

        Raises:
            NotPublished: none is.
            ContentChanged: its bytes were changed.
        """
        row = self._in_force(session, kind, name, as_of)
        if row is None or row.published_at is None or row.checker is None:
            raise NotPublished(kind, name, as_of)
        return Document(
            kind,
            name,
            row.sha256,
            yamlfile.parse(self.bytes_of(row.sha256), f"{kind}/{name}.yaml"),
            row.valid_from,
            row.published_at,
            row.author,
            row.checker,
        )

    def version_at(self, session: Session, kind: str, name: str, as_of: date) -> str:
        """The version in force at a date, without reading its bytes; asked of the database once a session.

        Raises:
            NotPublished: none is.
        """
        version = self._version_at(session, kind, name, as_of)
        if version is None:
            raise NotPublished(kind, name, as_of)
        return version

    def standing(self, session: Session, kind: str, name: str, as_of: date) -> str:
        """As `version_at`, or as it was a moment ago (`standing.LAG_SECONDS`): for what no decision rests on.

        Raises:
            NotPublished: none is.
        """
        question, forgotten = (self.folder, kind, name, as_of), _standing.forgotten
        known = None if _PUBLISHING in session.info else _standing.known(question)
        # what an older state says, or one that is not committed, is nobody else's to know
        new = not session.in_transaction()
        version = known[0] if known else self._version_at(session, kind, name, as_of)
        if known is None and new:
            _standing.remember(question, version, forgotten)
        if version is None:
            raise NotPublished(kind, name, as_of)
        return version

    def _version_at(self, session: Session, kind: str, name: str, as_of: date) -> str | None:
        """The version in force at a date; asked of the database once a session."""
        key, known = (kind, name, as_of), session.info.setdefault(_KNOWN, {})
        if key not in known:
            asked = {"kind": kind, "name": name, "as_of": as_of}
            known[key] = session.connection().execute(_VERSION, asked).scalar()
        found: str | None = known[key]
        return found

    def bytes_of(self, version: str) -> bytes:
        """The bytes of a version, proven by their hash."""
        path = self._path(version)
        data = path.read_bytes() if path.exists() else b""
        if sha256(data) != version:
            raise ContentChanged(path.name, version)
        return data

    def state_of(self, version: str) -> tuple[int, ...]:
        """What changes with every change of a version's bytes, told by the file system: whoever has proven them once need not again.

        Raises:
            ContentChanged: they are gone.
        """
        try:
            found = self._path(version).stat()
        except FileNotFoundError:
            raise ContentChanged(self._path(version).name, version) from None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def versions(self, session: Session, kind: str | None = None, name: str | None = None) -> list[ContentVersion]:
        """All versions, oldest first, of one kind or one document."""
        query = select(ContentVersion).order_by(ContentVersion.id)
        query = query.where(ContentVersion.kind == kind) if kind else query
        return list(session.scalars(query.where(ContentVersion.name == name) if name else query))

    def diff(self, old: str, new: str) -> str:
        """Two versions line by line, as unified diff."""
        before, after = (self.bytes_of(v).decode().splitlines(keepends=True) for v in (old, new))
        return "".join(difflib.unified_diff(before, after, fromfile=old[:12], tofile=new[:12]))

    def _keep(self, version: str, data: bytes) -> None:
        """See that the bytes of a version are there and its own, on disk before a row names them."""
        path = self._path(version)
        if path.exists() and sha256(path.read_bytes()) == version:
            return
        part = path.with_suffix(".part")
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, version: str) -> Path:
        return self.folder / f"{version}.yaml"

    def _find(self, session: Session, kind: str, name: str, version: str, valid_from: date) -> ContentVersion | None:
        return session.scalars(
            select(ContentVersion).filter_by(kind=kind, name=name, sha256=version, valid_from=valid_from)
        ).first()

    def _in_force(self, session: Session, kind: str, name: str, as_of: date) -> ContentVersion | None:
        query = select(ContentVersion).filter_by(kind=kind, name=name, state="published")
        return session.scalars(
            query.where(ContentVersion.valid_from <= as_of).order_by(
                ContentVersion.valid_from.desc(), ContentVersion.published_at.desc(), ContentVersion.id.desc()
            )
        ).first()
