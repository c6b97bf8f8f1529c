"""Who can reach the service: this machine alone or others too, and under which names."""

from ipaddress import ip_address

from starlette.requests import HTTPConnection

from windchime.core.settings import Settings

#: names of this machine, as browsers send them, without brackets
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
#: headers that proxies add and browsers do not
FORWARDING = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "cf-connecting-ip", "true-client-ip"}
)
#: how the names of others begin
FORWARDED = ("x-forwarded", "x-original-", "x-envoy-")
#: all addresses of a machine at once: nobody's name
ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - told apart, not bound


def is_exposed(settings: Settings) -> bool:
    """Whether other machines can come: through another address than this machine's own, or through a proxy."""
    return bool(settings.proxies) or not of_this_machine(settings.listen)


def own_names(settings: Settings) -> frozenset[str]:
    """Names under which a single bank answers: this machine's, the address it is served at, those of the settings."""
    return LOCAL_NAMES | frozenset({settings.listen.lower(), *settings.hosts}) - ANY


def of_this_machine(host: str) -> bool:
    """Whether an address is one that no other machine can reach."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def through_proxy(request: HTTPConnection) -> bool:
    """Whether a request came through a proxy, as its headers say by their names, or its age: browsers speak HTTP/1.1 or later.

    One that speaks as browsers do and keeps quiet is not found out.
    """
    if request.scope["http_version"] in {"0.9", "1.0"}:
        return True
    return any(name in FORWARDING or name.startswith(FORWARDED) for name in request.headers)
