"""The sender: takes what is due, sends it signed, tells what became of it. Several may run; leases keep them apart.

A delivery is one POST to an address that was looked at (`addresses.place`), without redirects, proxies or cookies, under a hard
deadline; of the answer its status alone is read. A webhook whose receiver fails is left alone until its next turn; the others
are not held up: each webhook is served beside the rest.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from threading import Event

import httpx
from sqlalchemy.orm import Session

from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.core.unit import Actor
from windchime.service.bank import Bank
from windchime.service.outbox import deliveries
from windchime.service.outbox.addresses import BadWebhookUrl, Network, NoAddress, Place, PrivateAddress, Resolver, place
from windchime.service.outbox.deliveries import Outcome, Parcel
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.signing import headers
from windchime.service.outbox.tables import Webhook
from windchime.service.outbox.webhooks import secrets_of

log = logging.getLogger(__name__)

#: what can go wrong before there is a status, and what a status that is no success means
REASONS = {
    "no_address": Text("域名无法解析", "the host has no address"),
    "private_address": Text("目标地址不允许", "the address must not be reached"),
    "no_connection": Text("无法连接", "no connection"),
    "tls": Text("TLS 证书或握手失败", "TLS failed: certificate or handshake"),
    "too_slow": Text("超时", "took too long"),
    "broken_answer": Text("应答不是 HTTP", "the answer is no HTTP"),
    "redirect": Text("应答为重定向（不跟随）", "a redirect, which is not followed"),
    "refused": Text("接收方拒绝", "the receiver refused it"),
    "failed": Text("接收方出错", "the receiver failed"),
    "no_secret": Text("签名密钥无法打开", "the signing secret cannot be opened"),
}
USER_AGENT = "Windchime-Webhooks/1"
#: how long a sender is believed alive besides the time of one attempt
MARGIN = timedelta(seconds=45)
BETWEEN_SWEEPS = timedelta(minutes=10)


@dataclass
class Sender:
    """Sends what is due at one bank.

    Attributes:
        bank: whose events.
        name: of this sender, unlike any other's.
        policy: the bank's rule at the moment of asking.
        allowed: networks of the operator's, besides public addresses.
        random: chance of the waits.
        resolve: gives addresses of a host; the system's by default.
        trust: certificates that are believed; the public ones by default.
    """

    bank: Bank
    name: str
    policy: Callable[[Session], DeliveryPolicy]
    allowed: Sequence[Network] = ()
    random: Random = field(default_factory=Random)
    resolve: Resolver | None = None
    trust: ssl.SSLContext | None = None

    def send_due(self) -> int:
        """Send what is due, once; gives the number of attempts. Nothing is written where nothing is due."""
        with self.bank.session() as session:
            if not deliveries.due(session, self.bank.clock.now()):
                return 0
            policy = self.policy(session)
        with self.bank.unit(self._actor) as unit:
            parcels = deliveries.claim(unit, self.name, policy.deadline + MARGIN)
        return asyncio.run(self._send_all(parcels, policy)) if parcels else 0

    def run(self, stop: Event, *, pause: float = 1.0) -> None:
        """Send until told to stop; what is under way is finished first."""
        swept: datetime | None = None
        while not stop.is_set():
            sent = 0
            try:
                sent = self.send_due()
                if swept is None or self.bank.clock.now() - swept > BETWEEN_SWEEPS:
                    swept = self.bank.clock.now()
                    self.sweep()
            except Exception:  # whatever it is, such as a database that is away: the sender is there when it is over
                log.exception("sender %s had to wait", self.name)
            if not sent:
                stop.wait(pause)

    def sweep(self) -> int:
        """Forget what was kept long enough; gives the number of events."""
        with self.bank.session() as session:
            policy = self.policy(session)
        with self.bank.unit(self._actor) as unit:
            return deliveries.sweep(unit, policy)

    @property
    def _actor(self) -> Actor:
        return Actor(self.name, "system")

    async def _send_all(self, parcels: Sequence[Parcel], policy: DeliveryPolicy) -> int:
        queues: dict[str, list[Parcel]] = {}
        for parcel in parcels:
            queues.setdefault(parcel.webhook_id, []).append(parcel)
        return sum(await asyncio.gather(*(self._serve(w, queue, policy) for w, queue in queues.items())))

    async def _serve(self, webhook_id: str, queue: Sequence[Parcel], policy: DeliveryPolicy) -> int:
        """Send one webhook's parcels in their order; after one that failed the rest waits for the next turn."""
        tried, failed = 0, False
        for parcel in queue:
            if failed or self.bank.clock.now() + policy.deadline > parcel.until:
                await asyncio.to_thread(self._release, parcel)
                continue
            outcome = await self._attempt(webhook_id, parcel, policy)
            failed, tried = outcome.error is not None, tried + 1
            await asyncio.to_thread(self._settle, parcel, outcome, policy)
        return tried

    async def _attempt(self, webhook_id: str, parcel: Parcel, policy: DeliveryPolicy) -> Outcome:
        try:
            async with asyncio.timeout(policy.deadline.total_seconds()):
                url, keys = await asyncio.to_thread(self._opened, webhook_id)
                target = await asyncio.to_thread(place, url, self.allowed, self.resolve)
                body = parcel.payload.encode()
                signed = headers(keys, parcel.event_id, self.bank.clock.now(), body)
                return _judged(await _post(target, body, dict(signed), self._believed))
        except Exception as error:
            # one webhook that cannot be served, for whatever reason, must not hold up the others
            if not isinstance(error, TimeoutError | httpx.HTTPError | PrivateAddress | NoAddress):
                log.exception("webhook %s could not be served", webhook_id)
            return Outcome(error=_reason(error))

    @cached_property
    def _believed(self) -> ssl.SSLContext:
        """Certificates that are believed, read once."""
        return self.trust or httpx.create_ssl_context(trust_env=False)

    def _opened(self, webhook_id: str) -> tuple[str, list[str]]:
        with self.bank.session() as session:
            row = session.get_one(Webhook, webhook_id)
            return row.url, secrets_of(self.bank, row, self.bank.clock.now())

    def _settle(self, parcel: Parcel, outcome: Outcome, policy: DeliveryPolicy) -> None:
        with self.bank.unit(self._actor) as unit:
            deliveries.settle(unit, parcel, outcome, policy, self.random)

    def _release(self, parcel: Parcel) -> None:
        with self.bank.unit(self._actor) as unit:
            deliveries.release(unit, parcel)


async def _post(target: Place, body: bytes, signed: dict[str, str], trust: ssl.SSLContext) -> int:
    """One request; gives the status. The body of the answer is not read, and no connection is kept for another host."""
    named = {
        **signed,
        "host": target.authority,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "accept-encoding": "identity",
    }
    async with (
        httpx.AsyncClient(
            verify=trust,
            timeout=None,  # noqa: S113 - the deadline of the whole attempt stands around it
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        ) as client,
        client.stream(
            "POST", target.url, content=body, headers=named, extensions={"sni_hostname": target.host}
        ) as answer,
    ):
        return answer.status_code


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(status, "redirect" if status < 400 else "refused" if status < 500 else "failed")


#: codes by class of error, the first that fits
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (PrivateAddress, "private_address"),
    (NoAddress, "no_address"),
    (BadWebhookUrl, "private_address"),
    (TimeoutError, "too_slow"),
    (httpx.TimeoutException, "too_slow"),
    (httpx.NetworkError, "no_connection"),
    (WindchimeError, "no_secret"),
)


def _reason(error: Exception) -> str:
    """The code of what went wrong before there was a status."""
    if _of_tls(error):
        return "tls"
    return next((code for kind, code in _CODES if isinstance(error, kind)), "broken_answer")


def _of_tls(error: BaseException) -> bool:
    """Whether a connection failed in its handshake: told by what caused the error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
