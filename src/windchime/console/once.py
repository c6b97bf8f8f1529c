"""A form that is sent twice acts once: each form of a change bears a key, and the first transaction it causes keeps the key.

Key and effect are written together, so a double click, a reload or a server that dies in between makes no second effect. The
second request is led where the first was led; where the first was told something once, or its answer was lost with the server,
to the form's own page, which says so. A key is worth something only together with the session whose page bore it.
"""

import hmac
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Send

from windchime.core.canonical import canonical
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.portfolio.access import idempotency_terms
from windchime.present.web.environment import KEY_FIELD
from windchime.service import idempotency
from windchime.service.bank import Bank
from windchime.service.http import forgery
from windchime.service.http.leading_on import own_path
from windchime.service.http.visitors import Visitor
from windchime.service.unit import DatabaseUnit

#: kept while the page is not answered yet, and in the end
_WORKING, _LED = 202, 303
#: how long and how often a second request asks what became of the first; after that it is led to the form's own page
_PATIENCE_S, _PAUSE_S = 5.0, 0.05
#: field of a form whose address is no page: the page it stands on
_BACK = "back"
#: what the address of a page bears for a form that was sent before
_BEFORE = ("sent", "before")
_log = logging.getLogger("windchime.console")


class FormSentBefore(idempotency.KeyReused):
    """A form that was sent, and is sent again with something else in it."""

    msgid = _("this form was sent already, with something else in it; what you typed was not used")
    hint = _("look at what became of the first, and send it again if it is still wanted")


class SentAgain(Exception):
    """The change was made already; pages do not answer it, the application does."""

    def __init__(self, bank: Bank, actor: Actor, work: idempotency.Work) -> None:
        super().__init__()
        self.bank, self.actor, self.work = bank, actor, work


@dataclass(slots=True)
class Sent:
    """A form with its key, on its way through one request."""

    work: idempotency.Work
    #: where the form's own page is; it says that the form was sent before
    page: str
    #: who acts and where, from the moment when the key is kept
    kept: tuple[Bank, Actor] | None = None
    #: whether it was looked up already
    known: bool = False

    def settle(self, location: str) -> None:
        """Keep where the request was led."""
        assert self.kept is not None
        bank, actor = self.kept
        with bank.unit(actor) as unit:
            idempotency.settle(unit, self.work.key, idempotency.Answer(_LED, "", {"location": location or self.page}))


class Keyed(Bank):
    """A bank in one request: the first of its transactions that commits keeps the key of the form."""

    def __init__(self, bank: Bank, sent: Sent) -> None:
        vars(self).update(vars(bank))
        self._bank, self._sent = bank, sent

    @contextmanager
    def unit(self, actor: Actor) -> Iterator[DatabaseUnit]:
        """A write transaction.

        Raises:
            SentAgain: the form was sent before.
            FormSentBefore: with something else in it.
        """
        if self._sent.kept is not None:
            with self._bank.unit(actor) as unit:
                yield unit
            return
        terms = partial(idempotency_terms, self._bank)
        with _known(), idempotency.once(self._bank, actor, self._sent.work, terms) as call:
            if call.answered is not None:
                raise SentAgain(self._bank, actor, self._sent.work)
            yield cast("DatabaseUnit", call.unit)
            call.answer(_WORKING, "", {"location": self._sent.page})
        self._sent.kept = (self._bank, actor)


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except idempotency.KeyReused:
        raise FormSentBefore from None


def prepare(request: Request, body: bytes) -> None:
    """Put the form of a request with its key in `request.state.sent`; None for what bears none. Call after `forgery.prepare`."""
    fields = parse_qsl(body.decode("utf8", "replace"), keep_blank_values=True)
    nonce = dict(fields).get(KEY_FIELD, "")
    address = quote(request.scope["path"]) + (f"?{request.url.query}" if request.url.query else "")
    told = [list(f) for f in fields if f[0] not in {KEY_FIELD, forgery.FIELD}]
    # both are keyed by what the database does not know: of what was typed, passwords too, nothing can be guessed from a row
    key, typed = (_under(request, said) for said in (nonce.encode(), canonical(told)))
    work = idempotency.Work(f"form:{key}", f"{request.method} {address}", typed)
    back = dict(fields).get(_BACK)
    request.state.sent = Sent(work, _saying_so(own_path(back) if back else address)) if nonce else None


def sent_before(request: Request) -> bool:
    """Whether a page is shown in place of the answer to a form that was sent before."""
    name, value = _BEFORE
    return request.query_params.get(name) == value


def _saying_so(page: str) -> str:
    path, _mark, query = page.partition("?")
    return f"{path}?{urlencode(dict([*parse_qsl(query), _BEFORE]))}"


def _under(request: Request, said: bytes) -> str:
    """What was said, hashed under the token of the page: the session's secret is behind it, and stands in no table."""
    return hmac.digest(request.state.csrf.encode(), said, "sha256").hex()


def bank_of(request: Request) -> Bank:
    """The bank of a request, which keeps the key of the form that was sent; strangers' forms have none.

    Raises:
        SentAgain: the form was sent before. A page that looks before it writes would find its own work, and refuse it.
    """
    bank: Bank = request.app.state.bank
    sent: Sent | None = getattr(request.state, "sent", None)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if sent is None or visitor is None:
        return bank
    if not sent.known:
        sent.known = True
        with bank.session() as session:
            if idempotency.answered(session, visitor.actor, sent.work) is not None:
                raise SentAgain(bank, visitor.actor, sent.work)
    return Keyed(bank, sent)


def settling(request: Request, send: Send) -> Send:
    """What is sent from here on; where the answer leads is kept before it leaves."""

    async def sent(message: Message) -> None:
        form: Sent | None = request.state.sent
        if message["type"] == "http.response.start" and form is not None and form.kept is not None:
            led = {k: v for k, v in message.get("headers", []) if k == b"location"}
            await run_in_threadpool(_settled, form, led.get(b"location", b"").decode("latin1"))
        await send(message)

    return sent


def _settled(form: Sent, location: str) -> None:
    try:
        form.settle(location)
    except Exception:  # noqa: BLE001 - the change is made and told; a second request is led to the form's own page
        _log.warning("where a form led could not be kept", exc_info=True)


def led_again(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature of a handler
    """The second request with a form is led where the first was."""
    assert isinstance(error, SentAgain)
    until = time.monotonic() + _PATIENCE_S
    while True:
        with error.bank.session() as session:
            answer = idempotency.answered(session, error.actor, error.work)
        assert answer is not None
        if answer.status == _LED or time.monotonic() > until:
            return RedirectResponse(answer.headers["location"], _LED)
        time.sleep(_PAUSE_S)
