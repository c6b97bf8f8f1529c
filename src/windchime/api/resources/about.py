"""`/api/v1/openapi.json` and `/api/v1/docs`: the description, for programs and for people."""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from windchime.api.asking import Ask
from windchime.api.described import PREFIX, told
from windchime.api.description import TAGS, operations
from windchime.api.opening import resource
from windchime.core.canonical import canonical
from windchime.core.text import Text
from windchime.present.web import environment
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.http.rules import open_to_all

router = resource("about")
TITLE = Text("风铃接口", "Windchime API")
STYLE = (
    "body{font:15px/1.6 system-ui,sans-serif;margin:0;color:#1c2430;background:#fff}"
    "main{max-width:70rem;margin:0 auto;padding:1.5rem 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}"
    "section{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #dde2e9;vertical-align:top}"
    "code{font:13px/1.5 ui-monospace,monospace;white-space:nowrap}"
)
#: the one style of the page is named by its hash; nothing else is loaded
POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
    f" style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the page."""

    method: str
    path: str
    summary: str
    #: name of the permission; words where none is wanted
    permission: Text | str


#: what stands in the place of a permission
DOORS = {"open": Text("对所有人开放", "open to all"), "signed_in": Text("登录即可", "whoever is signed in")}


@lru_cache(maxsize=4)
def _described(app: FastAPI) -> bytes:
    return canonical(app.openapi())


@router.get("/openapi.json", **told(Text("接口描述", "The description"), None))
@open_to_all
def openapi(asked: Ask) -> Response:
    """This description, as OpenAPI 3.1."""
    return asked.raw(_described(asked.request.app))


@router.get("/docs", **told(Text("接口说明页", "A page about the API"), None, media_type="text/html"))
@open_to_all
def docs(asked: Ask) -> Response:
    """Every call in a list, for people."""
    described: dict[str, Any] = asked.request.app.openapi()
    groups: dict[str, list[Operation]] = {}
    for path, method, operation in operations(described):
        wanted = operation["x-permission"]
        permission = PERMISSIONS[wanted].label if wanted in PERMISSIONS else DOORS[wanted]
        summary = operation["x-summary-zh"] if asked.lang == "zh" else operation["summary"]
        groups.setdefault(operation["tags"][0], []).append(Operation(method.upper(), path, summary, permission))
    shown = [(tag, TAGS[tag], groups[tag]) for tag in TAGS if tag in groups]
    page = environment(asked.lang, "windchime.api").get_template("api.html")
    html = page.render(title=TITLE, prefix=PREFIX, groups=shown, style=Markup(STYLE))  # noqa: S704 - our own constant
    return HTMLResponse(html, headers={"content-security-policy": POLICY, "vary": "accept-language"})
