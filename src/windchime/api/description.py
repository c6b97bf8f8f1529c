"""The description of the API: OpenAPI 3.1, in both languages, with an example of every request and answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from windchime import __version__
from windchime.api.asking import REPLAYED
from windchime.api.problems import MEDIA_TYPE, TITLES, Problem
from windchime.core.text import Text
from windchime.service.http.enforcing import PURPOSE_HEADER
from windchime.service.http.rules import Door, Rule, routes
from windchime.service.http.visitors import PLAIN_COOKIE, SECURE_COOKIE

ABOUT = """What programs read and change of a bank. How to use it: `docs/reference/api.md`.

Problems are told as `application/problem+json` in the language of `Accept-Language` (zh or en). Lists come in parts: go on
with `cursor`, or follow the header `Link`. Money is yuan as text with two decimals; shares and rates are fractions as text."""
TAGS = {
    "me": Text("我与我的令牌", "who asks, and their tokens"),
    "portfolio": Text("组合", "the book in figures"),
    "decisions": Text("决策", "decisions and their documents"),
    "consents": Text("授权", "what firms agreed to"),
    "firms": Text("企业", "firms, their figures, what is around them"),
    "jobs": Text("后台任务", "work in the background"),
    "quality": Text("数据质量", "data quality"),
    "lake": Text("一库版本", "versions of the library"),
    "content": Text("制度参数与策略", "schemes, products, policies"),
    "models": Text("模型", "models"),
    "audit": Text("审计", "the audit chain"),
    "proposals": Text("提案与复核", "proposals and their checks"),
    "webhooks": Text("事件推送", "webhooks and what became of deliveries"),
    "about": Text("关于本接口", "about this interface"),
}
#: statuses of problems that any operation may answer; of changes; of those that need somebody
ANY, CHANGES, SOMEBODY = (400, 404, 406, 422, 500, 503), (408, 409, 412, 413, 415), (401, 403)
_UNSAFE = frozenset({"post", "put", "patch", "delete"})
_HEADERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "x-request-id": ("id of the request in the log", {"type": "string"}),
    "etag": ("strong tag of the record", {"type": "string"}),
    "link": ("where the list goes on: rel=next", {"type": "string"}),
    "location": ("where what was made is found", {"type": "string"}),
    REPLAYED: ("true where the answer was kept from an earlier request with this key", {"type": "string"}),
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "a new UUID for new work, the same one when you try again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-\\[\\]-~]+$"},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "etag of the record as you have read it; another one by now is 412",
    "schema": {"type": "string", "maxLength": 200},
}
_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "etag of the answer you have; the same one by now is 304",
    "schema": {"type": "string", "maxLength": 200},
}
_PURPOSE = {
    "name": PURPOSE_HEADER,
    "in": "header",
    "required": False,
    "description": "what a firm's data are read for; the first purpose of your role by default",
    "schema": {"type": "string", "maxLength": 80},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application's routes."""
    found = get_openapi(
        title="Windchime API",
        version=__version__,
        openapi_version="3.1.0",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": text.en, "x-description-zh": text.zh} for name, text in TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = found.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "an API token (`wct_…`), made on your own page"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": PLAIN_COOKIE,
            "description": f"a signed-in browser (over TLS the cookie is {SECURE_COOKIE}); changes bear x-csrf-token as well",
        },
    }
    parts["headers"] = {n: {"description": d, "schema": s} for n, (d, s) in _HEADERS.items()}
    parts["responses"] = {str(status): _problem(status, schemas) for status in (*ANY, *CHANGES, *SOMEBODY)}
    rules = {(method.lower(), path): rule for method, path, rule in routes(app.routes)}
    for path, method, operation in operations(found):
        route = next(key for key in rules if key[0] == method and key[1].replace(":path", "") == path)
        _complete(operation, method, rules[route], schemas)
    return found


def operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of a description, in order."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _problem(status: int, schemas: Mapping[str, Any]) -> dict[str, Any]:
    example = example_of(schemas["Problem"], schemas) | {"status": status, "title": _title(status).en, "errors": []}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": _title(status).en,
        "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def _title(status: int) -> Text:
    return TITLES.get(status, TITLES[400])


def _complete(operation: dict[str, Any], method: str, rule: Rule, schemas: Mapping[str, Any]) -> None:
    """What the framework does not say: who may, keys and tags, problems, examples."""
    open_ = rule.door is Door.OPEN
    operation["security"] = [] if open_ else [{"token": []}, {"session": []}]
    operation["x-permission"] = rule.permission or rule.door.value
    parameters = operation.setdefault("parameters", [])
    changes = method in _UNSAFE
    parameters += [_KEY, _MATCH] if changes else [_NONE_MATCH]
    parameters += [_PURPOSE] if rule.firm is not None else []
    for parameter in parameters:
        # the form of an example is the parameter's own
        shown = parameter.get("schema", {}).pop("examples", None)
        if shown and shown[0] is not None:
            parameter["example"] = shown[0]
    answers = operation["responses"]
    answers.pop("422", None)
    for status, answer in answers.items():
        _answered(answer, int(status), changes=changes, schemas=schemas)
    if not changes:
        answers["304"] = {"description": "what you have is what there is", "headers": _borne("x-request-id", "etag")}
    statuses = (*ANY, *(CHANGES if changes else ()), *(() if open_ else SOMEBODY))
    answers |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}
    operation["responses"] = dict(sorted(answers.items()))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example_of(content["schema"], schemas)


def _answered(answer: dict[str, Any], status: int, *, changes: bool, schemas: Mapping[str, Any]) -> None:
    answer["description"] = {201: "made", 202: "taken on"}.get(status, "the answer")
    listed = not changes and any("Page_" in str(c.get("schema")) for c in answer.get("content", {}).values())
    made = ("location",) if status in (201, 202) else ()
    answer["headers"] = _borne(
        "x-request-id", "etag", *(("link",) if listed else ()), *made, *((REPLAYED,) if changes else ())
    )
    for content in answer.get("content", {}).values():
        if content.get("schema"):
            content["example"] = example_of(content["schema"], schemas)


def _borne(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A value of a schema, put together from the examples of its parts."""
    found: Any = schema.get("default")
    if "examples" in schema:
        found = schema["examples"][0]
    elif "$ref" in schema:
        found = example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    elif "anyOf" in schema:
        found = example_of(schema["anyOf"][0], schemas)
    elif schema.get("type") == "object":
        found = {name: example_of(part, schemas) for name, part in schema.get("properties", {}).items()}
    elif schema.get("type") == "array":
        found = [example_of(schema["items"], schemas)]
    elif "pattern" in schema:
        found = "0.00"
    return found
