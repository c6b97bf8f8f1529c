"""`/sign-in`: name and password, the code of the second factor, or the bank's provider of identities; and `/sign-out`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.console.signing import entrance, fields, provider
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.core.unit import Actor
from windchime.service.access import elsewhere, sessions
from windchime.service.access.fetching import ElsewhereRefused
from windchime.service.access.proving import SignInRefused
from windchime.service.access.second_factor import WrongCode
from windchime.service.http.leading_on import own_path
from windchime.service.http.rules import open_to_all, settling
from windchime.service.http.signing_in import Arrived, TooManyAttempts, forget, remember
from windchime.service.http.visitors import any_account, cookie_name, origin_of

router = APIRouter()
TITLE = Text("登录", "Sign in")
#: the browser's half of an attempt to sign in elsewhere: sent with the answer, which another site's page leads to
ATTEMPT, SECURE_ATTEMPT = "windchime_elsewhere", "__Host-windchime_elsewhere"


@dataclass(frozen=True, slots=True)
class SignIn(Context):
    """A form of one step, and what was wrong with the last one."""

    template: ClassVar[str] = "sign_in.html"
    #: `password`, `code`, or `none` where the bank has no account yet
    step: str
    #: own path to go on to
    leads_to: str
    #: what was wrong; empty for nothing
    message: str
    #: whether people can sign in elsewhere
    elsewhere: bool


def _shown(request: Request, step: str, leads_to: str, message: str = "", status: int = 200) -> Response:
    frame = Frame.of(request)
    with frame.bank.session() as session:
        step = step if any_account(session) else "none"
        context = SignIn(step, own_path(leads_to), message, provider(request) is not None)
        return frame.render(session, TITLE, context, status)


@router.get("/sign-in")
@open_to_all
def sign_in(request: Request) -> Response:
    """The form; whoever is signed in already goes on."""
    leads_to = own_path(request.query_params.get("next", "/"))
    frame = Frame.of(request)
    if frame.visitor is not None and frame.visitor.by == "session":
        return RedirectResponse(leads_to, 303)
    return _shown(request, "password", leads_to)


@router.post("/sign-in")
@open_to_all
async def by_password(request: Request) -> Response:
    """Name and password: on to the code, or to what was asked for."""
    return await run_in_threadpool(_by_password, request, await fields(request))


def _by_password(request: Request, form: Mapping[str, str]) -> Response:
    leads_to = own_path(form.get("next", "/"))
    try:
        found = entrance(request).by_password(request, form.get("name", ""), form.get("password", ""))
    except TooManyAttempts as refused:
        return _shown(request, "password", leads_to, refused.message(Frame.of(request).lang), 429)
    if found is None:
        return _shown(request, "password", leads_to, SignInRefused().message(Frame.of(request).lang), 403)
    return arrived(request, found, leads_to)


@router.get("/sign-in/code")
@open_to_all
def code(request: Request) -> Response:
    """The form of the second step, for a browser that has taken the first."""
    leads_to = own_path(request.query_params.get("next", "/"))
    if not entrance(request).is_half(request):
        return RedirectResponse("/sign-in?" + urlencode({"next": leads_to}), 303)
    return _shown(request, "code", leads_to)


@router.post("/sign-in/code")
@open_to_all
async def by_code(request: Request) -> Response:
    """The code of the second factor, or a recovery code."""
    return await run_in_threadpool(_by_code, request, await fields(request))


def _by_code(request: Request, form: Mapping[str, str]) -> Response:
    leads_to = own_path(form.get("next", "/"))
    try:
        found = entrance(request).by_code(request, form.get("code", ""))
    except TooManyAttempts as refused:
        return _shown(request, "code", leads_to, refused.message(Frame.of(request).lang), 429)
    if found is None:
        return _shown(request, "code", leads_to, WrongCode().message(Frame.of(request).lang), 403)
    return arrived(request, found, leads_to)


@router.get("/sign-in/elsewhere")
@open_to_all
def away(request: Request) -> Response:
    """Off to the provider, with an attempt that only this browser can finish."""
    frame, asked = Frame.of(request), provider(request)
    if asked is None:
        return RedirectResponse("/sign-in", 303)
    try:
        entrance(request).limit(request, "elsewhere " + origin_of(request, ""))
        with frame.bank.unit(Actor("-", "system", origin_of(request, "-"))) as unit:
            secret = elsewhere.begin(unit, own_path(request.query_params.get("next", "/")))
        address = asked.leads_to(secret, _back(request), frame.bank.clock.now())
    except WindchimeError as refused:
        return _shown(request, "password", "/", refused.message(frame.lang), 429 if _limited(refused) else 502)
    response = RedirectResponse(address, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(_attempt(request), secret, max_age=600, httponly=True, samesite="lax", secure=secure, path="/")
    return response


@router.get("/sign-in/elsewhere/back")
@open_to_all
def back(request: Request) -> Response:
    """Back from the provider: the answer counts once, in the browser that asked."""
    frame, asked = Frame.of(request), provider(request)
    secret = request.cookies.get(_attempt(request), "")
    if asked is None or not secret:
        return RedirectResponse("/sign-in", 303)
    try:
        with frame.bank.unit(Actor("-", "system", origin_of(request, "-"))) as unit:
            leads_to = elsewhere.take(unit, secret)
        proved = asked.proved(secret, request.query_params, _back(request), frame.bank.clock.now())
        response = arrived(request, entrance(request).by_identity(request, proved), leads_to)
    except ElsewhereRefused as refused:
        entrance(request).refused_elsewhere(request, refused.params["why"])
        response = _shown(request, "password", "/", refused.message(frame.lang), 403)
    response.delete_cookie(
        _attempt(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
    return response


@router.get("/sign-out")
@settling
def sign_out_page() -> Response:
    """The address of signing out leads to the account, which has the button: a link must not sign anybody out."""
    return RedirectResponse("/account", 303)


@router.post("/sign-out")
@settling
def sign_out(request: Request) -> Response:
    """End the session and take its cookie back."""
    frame = Frame.of(request)
    with frame.bank.unit(frame.actor) as unit:
        sessions.end(unit, request.cookies.get(cookie_name(request), ""))
    response = RedirectResponse("/sign-in", 303)
    forget(request, response)
    return response


def arrived(request: Request, found: Arrived, leads_to: str) -> Response:
    """On to the code, or to what was asked for, with the new session's cookie."""
    address = leads_to if found.stage == "full" else "/sign-in/code?" + urlencode({"next": leads_to})
    response = RedirectResponse(address, 303)
    remember(request, response, found)
    return response


def _back(request: Request) -> str:
    """Our address that the provider knows; the guard has seen that the host is ours."""
    return f"{request.url.scheme}://{request.url.netloc}/sign-in/elsewhere/back"


def _attempt(request: Request) -> str:
    return SECURE_ATTEMPT if request.url.scheme == "https" else ATTEMPT


def _limited(refused: WindchimeError) -> bool:
    return isinstance(refused, TooManyAttempts)
