"""What a route is given besides its own parameters: the bank, who asks, what is kept open; and how a form becomes an answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Self, cast

from fastapi import Depends, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api.problems import lang_of
from windchime.core.text import Lang
from windchime.core.unit import Actor, Unit
from windchime.portfolio.access import idempotency_terms, purposes
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.networks import Networks
from windchime.service import idempotency
from windchime.service.access.answering import Subject
from windchime.service.bank import Bank
from windchime.service.http import etags
from windchime.service.http.enforcing import asked_purpose
from windchime.service.http.reach import Visible, readable, visible
from windchime.service.http.visitors import Visitor

JSON = "application/json"
#: says that an answer was kept from an earlier request with the same key
REPLAYED = "idempotent-replayed"


@dataclass(frozen=True, slots=True)
class Made:
    """What a change is answered."""

    shape: BaseModel
    status: int = 200
    #: where what was made is found; empty for nowhere
    location: str = ""
    #: what is kept for the next request with this key, where the form holds a secret that is told once
    kept: BaseModel | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers that are kept with the answer."""
        return {"location": self.location} if self.location else {}

    @property
    def body(self) -> str:
        """As JSON."""
        return self.shape.model_dump_json()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as routes see it."""

    request: Request
    bank: Bank

    @classmethod
    async def of(cls, request: Request) -> Self:
        """From the request; a dependency."""
        return cls(request, request.app.state.bank)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for reading: the one in which the request was let in, until it is left."""
        if (held := self.request.state.session) is not None:
            yield held
            return
        with self.bank.session() as session:
            yield session

    def leave(self) -> None:
        """Let go of the state in which the request was let in: a change reads what stands when its turn has come."""
        if (held := self.request.state.session) is not None:
            held.close()
            self.request.state.session = None

    @property
    def lang(self) -> Lang:
        """The caller's language."""
        return lang_of(self.request)

    @property
    def visitor(self) -> Visitor:
        """Who asks; at doors that are open to all, use `request.state.visitor`."""
        return cast("Visitor", self.request.state.visitor)

    @property
    def actor(self) -> Actor:
        """Who acts when something changes."""
        return self.visitor.actor

    @property
    def subject(self) -> Subject | None:
        """Whose rights decide; None for the local visitor of a bank without accounts."""
        return self.visitor.subject

    def visible(self, session: Session, permission: str) -> Visible:
        """The firms over which the caller has a permission: what lists of the bank's own records show."""
        return visible(session, self.subject, permission)

    def readable(self, session: Session, permission: str) -> Visible:
        """Of these the firms that have agreed to what the caller reads for: what lists of firms' own data show."""
        purpose = asked_purpose(self.request, permission)
        return readable(session, self.subject, permission, purposes(self.bank, session), purpose, self.bank.clock.now())

    @property
    def library(self) -> Library:
        """The bank's open readings."""
        return cast("Library", self.request.app.state.library)

    @property
    def networks(self) -> Networks:
        """The graph in memory."""
        return cast("Networks", self.request.app.state.networks)

    def answer(self, shape: BaseModel, *, headers: Mapping[str, str] | None = None) -> Response:
        """A form as the answer to a reading request: with its tag, or without a body where the caller has it already."""
        return self.raw(shape.model_dump_json().encode(), headers=headers)

    def raw(self, data: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """JSON bytes as the answer to a reading request."""
        current = etags.tag(data)
        told = {"etag": current, "cache-control": "private, no-cache", **(headers or {})}
        if etags.known(self.request.headers.get("if-none-match", ""), current):
            return Response(status_code=304, headers=told)
        return Response(data, media_type=JSON, headers=told)

    def once(self, change: Callable[[Unit], Made]) -> Response:
        """Change something in one short transaction, once for each idempotency key.

        Raises:
            KeyReused, InProgress: as `service.idempotency` says; and whatever the change raises: nothing is changed then.
        """
        self.leave()
        with idempotency.once(self.bank, self.actor, self.work, self.terms) as call:
            if call.answered is None:
                made = change(call.unit)
                kept = made.kept.model_dump_json() if made.kept else None
                call.answer(made.status, made.body, made.headers, kept=kept)
        return changed(call.answered)

    @property
    def work(self) -> idempotency.Work:
        """What is asked for, as idempotency sees it."""
        address = self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else "")
        route = f"{self.request.method} {address}"
        return idempotency.Work(self.request.state.key, route, self.request.state.body_digest)

    @property
    def terms(self) -> idempotency.TermsOf:
        """How long the bank keeps keys."""
        return partial(idempotency_terms, self.bank)

    def unchanged(self, shape: BaseModel) -> None:
        """Hold `If-Match` against a record as it is now, in the transaction that changes it.

        Raises:
            Changed: the record is not as the caller has seen it.
        """
        etags.demand(self.request.headers.get("if-match"), etags.tag(shape.model_dump_json().encode()))


def changed(answer: idempotency.Answer | None) -> Response:
    """The answer to a change, new or kept."""
    assert answer is not None
    headers = {**answer.headers, **({REPLAYED: "true"} if answer.replayed else {})}
    if answer.body:
        headers["etag"] = etags.tag(answer.body.encode())
    return Response(answer.body, answer.status, headers, JSON if answer.body else None)


Ask = Annotated[Asked, Depends(Asked.of)]
