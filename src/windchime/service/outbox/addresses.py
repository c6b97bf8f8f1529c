"""Where a webhook may go: public addresses and the networks the operator named; never this machine or its neighbours.

A name is resolved once, every address it gives is looked at, and the connection goes to the address that was looked at: a name
that answers otherwise a moment later leads nowhere else (DNS rebinding).
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from windchime.core.errors import BadCall, Refused
from windchime.core.text import _

Network = IPv4Network | IPv6Network
#: gives the addresses of a host and port
Resolver = Callable[[str, int], Sequence[str]]
LONGEST = 2000
PORTS = {"https": 443, "http": 80}

#: of the registries of special addresses (RFC 6890, with later entries) what lets a packet end elsewhere than it says, or
#: stay near; kept here whole, because `is_global` differs between releases of Python
SPECIAL = tuple(
    ip_network(n)
    for n in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
#: of IPv6 nothing is public outside (which leaves out mapped, translated (NAT64), local and multicast addresses)
GLOBAL_UNICAST = ip_network("2000::/3")


class BadWebhookUrl(BadCall):
    """An address that no webhook can have."""

    msgid = _("'{url}' cannot be the address of a webhook: {reason}")
    hint = _("accepted: https://host/path, without user name or fragment")

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url=url[:200], reason=reason)


class PrivateAddress(Refused):
    """A host that resolves to an address webhooks must not reach."""

    msgid = _("{host} leads to an address that webhooks must not reach")
    hint = _("the operator names networks of the bank's own in WINDCHIME_WEBHOOK_NETWORKS")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class NoAddress(BadCall):
    """A host that has no address."""

    msgid = _("{host} has no address")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one delivery connects to, and under which name."""

    #: the name, for the certificate
    host: str
    #: name and port, as the Host header has them
    authority: str
    #: scheme, address in place of the name, port, path, query: as the connection is made
    url: str


def parse(url: str) -> SplitResult:
    """The parts of a webhook's address.

    Raises:
        BadWebhookUrl: it is none.
    """
    if len(url) > LONGEST or not url.isascii() or any(c.isspace() or not c.isprintable() or c == "\\" for c in url):
        raise BadWebhookUrl(url, "longer than 2000, or with blanks or other than ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadWebhookUrl(url, "it cannot be read") from None
    if parts.scheme not in PORTS:
        raise BadWebhookUrl(url, "not https")
    if not parts.hostname or port == 0:
        raise BadWebhookUrl(url, "no host")
    if "@" in parts.netloc or parts.fragment:
        # the answer must not repeat a password
        raise BadWebhookUrl(f"{parts.scheme}://{parts.hostname}", "a user name or a fragment")
    return parts


def place(url: str, allowed: Sequence[Network], resolve: Resolver | None = None) -> Place:
    """Resolve a webhook's address, once.

    Plain http is for networks the operator named alone.

    Args:
        url: of the webhook.
        allowed: networks of the operator's.
        resolve: gives addresses of a host; the system's by default.

    Raises:
        BadWebhookUrl, NoAddress: as named.
        PrivateAddress: one of its addresses is not to be reached.
    """
    parts = parse(url)
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = [ip_address(a.partition("%")[0]) for a in (resolve or system)(host, port)]
    except (OSError, ValueError, UnicodeError):
        raise NoAddress(host) from None
    if not found:
        raise NoAddress(host)
    if not all(public(a) or within(a, allowed) for a in found):
        raise PrivateAddress(host)
    if parts.scheme != "https" and not all(within(a, allowed) for a in found):
        raise BadWebhookUrl(url, "not https")
    address = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    name = f"[{host}]" if ":" in host else host
    authority = name if port == PORTS[parts.scheme] else f"{name}:{port}"
    return Place(host, authority, f"{parts.scheme}://{address}:{port}{target}")


def within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    return any(address.version == n.version and address in n for n in networks)


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is another machine's on the public internet."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not within(address, SPECIAL)


def system(host: str, port: int) -> list[str]:
    """The addresses of a host as this machine resolves them, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_family, address in found))
