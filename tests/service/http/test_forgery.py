"""Forged requests: tokens belong to one session or one browser; other sites are known by what browsers say of them."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from windchime.service.http import forgery
from windchime.service.http.visitors import PLAIN_COOKIE as SESSION
from windchime.service.http.visitors import SECURE_COOKIE as SECURE_SESSION

HOST = "loans.bank.example"
FORM = "application/x-www-form-urlencoded"


def asked(cookies: dict[str, str] | None = None, scheme: str = "https", body: bytes = b"", **headers: str) -> Request:
    given = {"host": HOST, "cookie": "; ".join(f"{k}={v}" for k, v in (cookies or {}).items()), **headers}
    lines = [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items() if v]
    scope = {"type": "http", "method": "POST", "scheme": scheme, "path": "/x", "query_string": b"", "headers": lines}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**scope, "server": (HOST, 443), "root_path": ""}, receive)


def forged(request: Request) -> bool:
    forgery.prepare(request)
    return asyncio.run(forgery.forged(request))


def sent(token: str, **more: Any) -> Request:
    return asked(body=urlencode({"csrf": token, "reason": "x"}).encode(), content_type=FORM, **more)


@given(one=st.text("abcdef0123456789", min_size=1), other=st.text("abcdef0123456789", min_size=1))
def test_a_token_is_one_sessions(one: str, other: str) -> None:
    request = sent(forgery.token(one), cookies={SECURE_SESSION: other})
    assert forged(request) is (one != other)


def test_the_token_is_taken_from_form_or_header() -> None:
    held, right = {SECURE_SESSION: "s1"}, forgery.token("s1")
    assert not forged(sent(right, cookies=held))
    assert not forged(asked(cookies=held, x_csrf_token=right))
    assert forged(sent("", cookies=held))
    assert forged(asked(cookies=held, body=urlencode({"csrf": right}).encode(), content_type="text/plain"))
    assert forged(asked(cookies=held, x_csrf_token="é" * 64))


def test_a_session_goes_before_the_nonce_and_each_scheme_has_its_own() -> None:
    both = {SECURE_SESSION: "s1", forgery.SECURE_COOKIE: "n1"}
    assert forged(sent(forgery.token("n1"), cookies=both))
    assert not forged(sent(forgery.token("n1"), cookies={forgery.SECURE_COOKIE: "n1"}))
    # a cookie that plain HTTP could have set counts for nothing over TLS
    for name in (SESSION, forgery.PLAIN_COOKIE):
        assert forged(sent(forgery.token("x"), cookies={name: "x"}))
        assert not forged(sent(forgery.token("x"), cookies={name: "x"}, scheme="http"))


def test_without_any_cookie_no_token_holds() -> None:
    assert forged(sent(forgery.token("")))
    request = asked()
    nonce = forgery.prepare(request)
    assert nonce is not None
    assert request.state.csrf == forgery.token(nonce)


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "invented"}, True),
        ({"origin": f"https://{HOST}"}, False),
        ({"origin": f"https://{HOST}", "sec_fetch_site": "cross-site"}, True),
        ({"origin": f"http://{HOST}"}, True),
        ({"origin": f"https://{HOST}:444"}, True),
        ({"origin": f"https://{HOST}.evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, False),
    ],
)
def test_other_sites_are_refused_whatever_they_know(headers: dict[str, str], elsewhere: bool) -> None:
    request = sent(forgery.token("s1"), cookies={SECURE_SESSION: "s1"}, **headers)
    assert forged(request) is elsewhere
    assert forgery.from_elsewhere(request) is elsewhere


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_nonce_is_kept_from_scripts_and_other_sites(scheme: str) -> None:
    response = Response()
    forgery.remember(asked(scheme=scheme), response, "n")
    cookie = response.headers["set-cookie"].lower()
    parts = {p.strip() for p in cookie.split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert not any(p.startswith("domain") for p in parts)
    assert ("secure" in parts, cookie.startswith("__host-")) == ((True, True) if scheme == "https" else (False, False))
