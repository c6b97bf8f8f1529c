"""What a route wants of whoever asks: declared beside the route, kept in one place, and nothing answers without.

A route names a permission and, where it is about one firm, how the firm is found in its address; whether that firm is the
asker's to see follows from the reach of their roles. An application is refused at its start where a route has no rule.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.routing import BaseRoute, Route

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.service.access.permissions import PERMISSIONS

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
#: the firm that an address is about, from the bank's database and the parts of the path; None where there is no such record
FirmOf = Callable[[Session, Mapping[str, Any]], str | None]
#: where an endpoint bears its rule
_BORNE = "__windchime_rule__"


class Door(Enum):
    """How wide a route is open."""

    #: to everybody: signing in, what the sign-in page needs, whether the service lives
    OPEN = "open"
    #: to everybody who is signed in, whatever their role: their own account, their own inbox
    SIGNED_IN = "signed_in"
    #: to whoever has the permission
    PERMITTED = "permitted"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one route wants."""

    door: Door
    #: name of the permission; empty where none is wanted
    permission: str = ""
    #: finds the firm the address is about; None where it is about no particular firm
    firm: FirmOf | None = None
    #: whether it serves those too who must first change a given password or set up their second factor
    settling: bool = False


class UnruledRoute(BadCall):
    """A route that says nothing of who may use it."""

    msgid = _("the route {method} {path} has no rule of access")
    hint = _("put needs(…), signed_in or open_to_all on its function")

    def __init__(self, method: str, path: str) -> None:
        super().__init__(method=method, path=path)


def needs(permission: str, *, firm: str | FirmOf | None = None) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint: whoever asks has this permission, over the firm where the address is about one.

    Args:
        permission: its name.
        firm: the part of the path that is the firm's id, or a function that finds it.

    Raises:
        UnknownName: no such permission.
    """
    if permission not in PERMISSIONS:
        raise UnknownName("permission", permission, tuple(PERMISSIONS))
    found: FirmOf | None = (lambda _s, parts: str(parts[firm])) if isinstance(firm, str) else firm
    return _marked(Rule(Door.PERMITTED, permission, found))


def signed_in(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint: it serves whoever is signed in with what is their own."""
    return _marked(Rule(Door.SIGNED_IN))(endpoint)


def settling(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint: it serves whoever is signed in, and is how they settle what they must settle before anything else."""
    return _marked(Rule(Door.SIGNED_IN, settling=True))(endpoint)


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint: it tells and changes nothing that needs protection."""
    return _marked(Rule(Door.OPEN))(endpoint)


def rule_of(endpoint: Any) -> Rule | None:
    """The rule an endpoint bears; None for none."""
    return getattr(endpoint, _BORNE, None)


def routes(found: Iterable[BaseRoute]) -> Iterator[tuple[str, str, Rule]]:
    """Method, path and rule of every route, those of included routers too.

    Raises:
        UnruledRoute: a route without a rule.
    """
    for route in found:
        router = getattr(route, "original_router", route)
        inner = getattr(router, "routes", None)
        if isinstance(route, Route):
            rule = rule_of(route.endpoint)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                if rule is None:
                    raise UnruledRoute(method, route.path)
                yield method, route.path, rule
        elif inner:
            yield from routes(inner)
        else:
            raise UnruledRoute("*", repr(route))


def _marked(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _BORNE, rule)
        return endpoint

    return mark
