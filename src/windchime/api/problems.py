"""What went wrong, as `application/problem+json` (RFC 9457), in the language the caller reads; never a traceback, never a value."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from windchime.core.errors import WindchimeError
from windchime.core.text import Lang, Text, _, translate
from windchime.service.http.failing import NOT_NOW, RETRY_AFTER, passes
from windchime.service.http.languages import language
from windchime.service.http.observing import ID_HEADER
from windchime.service.http.statuses import status_of

MEDIA_TYPE = "application/problem+json"
#: before the code, so that the type of a problem is a URI
TYPES = "urn:windchime:problem:"
TITLES = {
    400: Text("请求有误", "The request cannot be used"),
    401: Text("未登录", "Not signed in"),
    403: Text("不允许", "Not allowed"),
    404: Text("没有这条记录", "No such record"),
    405: Text("这个地址不能这样使用", "The address cannot be used in this way"),
    406: Text("无法以所要求的格式回答", "No answer in a form you accept"),
    409: Text("与正在进行的请求冲突", "In conflict with another request"),
    412: Text("记录已被更改", "The record has changed"),
    413: Text("请求过大", "The request is too large"),
    415: Text("只接受 JSON", "JSON only"),
    422: Text("内容不被接受", "The content is not accepted"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("内部错误", "Something went wrong inside"),
    503: Text("暂时无法服务", "Not able to serve just now"),
}
#: what kinds of fault pydantic finds, in words; another kind is `NOT_ACCEPTED`
FAULTS = {
    "missing": _("it is missing"),
    "extra_forbidden": _("there is no such field"),
    "string_type": _("it is not a text"),
    "int_type": _("it is not a whole number"),
    "int_parsing": _("it is not a whole number"),
    "int_from_float": _("it is not a whole number"),
    "bool_type": _("it is neither true nor false"),
    "bool_parsing": _("it is neither true nor false"),
    "date_from_datetime_parsing": _("it is not a date such as 2026-01-31"),
    "date_parsing": _("it is not a date such as 2026-01-31"),
    "literal_error": _("it is none of the values accepted: {expected}"),
    "enum": _("it is none of the values accepted: {expected}"),
    "string_too_short": _("it is shorter than {min_length} characters"),
    "string_too_long": _("it is longer than {max_length} characters"),
    "string_pattern_mismatch": _("it does not have the form {pattern}"),
    "greater_than_equal": _("it is less than {ge}"),
    "less_than_equal": _("it is more than {le}"),
    "too_short": _("it has fewer than {min_length} parts"),
    "too_long": _("it has more than {max_length} parts"),
    "model_attributes_type": _("it is not an object"),
    "model_type": _("it is not an object"),
    "dict_type": _("it is not an object"),
    "list_type": _("it is not a list"),
    "json_invalid": _("it is not JSON"),
}
NOT_ACCEPTED = _("the value is not accepted")
NOT_VALID = _("the request does not have the form described; see errors")
NO_METHOD = _("the address answers {allowed}")
NO_ADDRESS = _("there is no such address; /api/v1/openapi.json lists them")
INSIDE = _("something went wrong inside; the log of the server has the details under this request id")
NO_STATUS = _("the request cannot be answered")
_log = logging.getLogger("windchime.api")


class Fault(BaseModel):
    """One part of a request that is not as described."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: str = Field(description="body, query, path or header", examples=["body"])
    pointer: str = Field(description="JSON pointer of the part (RFC 6901), as a URI fragment", examples=["#/kind"])
    detail: str = Field(description="what is wrong with it", examples=["it is missing"])


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="URI of the kind of problem", examples=["urn:windchime:problem:NoSuchRecord"])
    title: str = Field(description="the kind in few words, in the language asked for", examples=["No such record"])
    status: int = Field(description="status of HTTP", examples=[404])
    detail: str = Field(description="what is the matter here, and what to do", examples=["there is no such record"])
    instance: str = Field(description="the address that was asked", examples=["/api/v1/decisions/0198"])
    code: str = Field(description="stable name of the problem for programs", examples=["NoSuchRecord"])
    request_id: str = Field(
        description="id of the request in the log", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"]
    )
    errors: tuple[Fault, ...] = Field(default=(), description="parts that are not as described; empty otherwise")


def lang_of(request: Request) -> Lang:
    """The language of an answer."""
    default: Lang = request.app.state.lang
    return language(request.headers.get("accept-language", ""), default)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as an answer; `detail` is in the caller's language already."""
    lang = lang_of(request)
    title = TITLES.get(status) or Text.of(HTTPStatus(status).phrase)
    told = Problem(
        type=TYPES + code,
        title=title[lang],
        status=status,
        detail=detail,
        instance=request.url.path,
        code=code,
        request_id=getattr(request.state, "request_id", ""),
        errors=tuple(faults),
    )
    extra = {"content-language": "zh-CN" if lang == "zh" else "en", "vary": "accept-language"}
    if told.request_id:
        extra[ID_HEADER] = told.request_id
    if status == HTTPStatus.UNAUTHORIZED:
        extra["www-authenticate"] = 'Bearer realm="windchime"'
    return Response(
        told.model_dump_json(), status_code=status, media_type=MEDIA_TYPE, headers={**extra, **(headers or {})}
    )


def of_error(request: Request, error: WindchimeError) -> Response:
    """An error of the project as an answer."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request %s: %s", getattr(request.state, "request_id", ""), error.code, exc_info=error)
    return problem(request, status, error.code, error.message(lang_of(request)))


def inside(app: FastAPI, scope: Scope, error: Exception) -> Response:
    """An error of the surroundings, or one nobody foresaw: the log has it, the caller a sentence."""
    request = Request({**scope, "app": app})
    if passes(error):
        return problem(request, 503, "NotNow", translate(NOT_NOW, lang_of(request)), headers=RETRY_AFTER)
    return problem(request, 500, "InternalError", translate(INSIDE, lang_of(request)))


def explain(app: FastAPI) -> None:
    """Let an application answer its errors as problems."""
    app.add_exception_handler(WindchimeError, _failed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(RequestValidationError, _misread)


def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, WindchimeError)
    if passes(error):
        raise error
    return of_error(request, error)


def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    lang = lang_of(request)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(methods_of(request))
        said = translate(NO_METHOD, lang, allowed=allowed)
        return problem(request, 405, "NoSuchMethod", said, headers={"allow": allowed})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(request, 404, "NoSuchAddress", translate(NO_ADDRESS, lang))
    return problem(request, error.status_code, "BadRequest", translate(NO_STATUS, lang))


def methods_of(request: Request) -> list[str]:
    """Every method that the address answers, over all its routes."""
    found: set[str] = set()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found |= {method, "HEAD"} if method == "GET" else {method}
    return sorted(found)


def _misread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = lang_of(request)
    faults = tuple(_fault(found, lang) for found in error.errors()[:20])
    return problem(request, 422, "NotValid", translate(NOT_VALID, lang), faults=faults)


def _fault(found: Mapping[str, Any], lang: Lang) -> Fault:
    """One fault in words of ours: the value itself is never told, only what is accepted."""
    where, *parts = [str(part) for part in found["loc"]] or ["body"]
    pointer = "#" + "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
    kind = FAULTS.get(found["type"], NOT_ACCEPTED)
    return Fault(where=where, pointer=pointer[:200], detail=translate(kind, lang, **found.get("ctx", {})))
