"""What a refused page offers: the ways on that are open to whoever was refused."""

from collections.abc import Iterator

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.present.web import Crumb
from windchime.service.access.consents import NoConsent
from windchime.service.access.purposes import NotYourPurpose
from windchime.service.http.enforcing import NotAllowed
from windchime.service.http.rules import rule_of


def ways_on(frame: Frame, error: Exception) -> tuple[Crumb, ...]:
    """Where the reader of a refusal can go: the firm's consents, the same page for another purpose, their own first page."""
    found = list(_of_purpose(frame)) if isinstance(error, NoConsent | NotYourPurpose) else []
    return (*found, *frame.navigation[:1])


def leads_home(frame: Frame, error: WindchimeError) -> str:
    """Where a visitor is led who may not see the portfolio that the bank's own address shows; empty where nowhere."""
    first = next(iter(frame.navigation), None)
    asked_home = frame.request.url.path == "/" and frame.request.method == "GET"
    return first.href if isinstance(error, NotAllowed) and asked_home and first is not None else ""


def _of_purpose(frame: Frame) -> Iterator[Crumb]:
    rule = rule_of(frame.request.scope["endpoint"])
    parts = frame.request.path_params
    firm = str(parts.get("firm_id") or parts.get("node") or "")
    if firm and frame.may("consent.read"):
        yield Crumb(Text("该企业的授权", "The firm's consents"), addresses.consents(firm))
    if rule is None or frame.request.method != "GET":
        return
    asked = frame.purpose.name if frame.purpose else ""
    with frame.bank.session() as session:
        for other in frame.purposes(session, rule.permission):
            if other.name != asked:
                said = Text(f"按“{other.label.zh}”查阅", f"Read it for {other.label.en}")
                yield Crumb(said, f"{addresses.quoted(frame.request.url.path, firm)}?purpose={other.name}")
