"""What a route is given besides its own parameters: the bank, who asks, what is kept open; and how a form becomes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self, cast

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from windchime.api import etags
from windchime.api.problems import lang_of
from windchime.core.text import Lang
from windchime.core.unit import Actor
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.networks import Networks
from windchime.service.bank import Bank
from windchime.service.http.visitors import Visitor

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as routes see it."""

    request: Request
    bank: Bank

    @classmethod
    async def of(cls, request: Request) -> Self:
        """From the request; a dependency."""
        return cls(request, request.app.state.bank)

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

    def unchanged(self, shape: BaseModel) -> None:
        """Hold `If-Match` against a record as it is now, in the transaction that changes it.

        Raises:
            Changed: the record is not as the caller has seen it.
        """
        etags.demand(self.request.headers.get("if-match"), etags.tag(shape.model_dump_json().encode()))


Ask = Annotated[Asked, Depends(Asked.of)]
