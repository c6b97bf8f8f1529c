"""The static files pages may load, each under an address that changes with its content."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from windchime.core.canonical import sha256_file
from windchime.core.errors import UnknownName
from windchime.present import vendor

_OWN = Path(str(files("windchime.present.web"))) / "static"

#: every file that may be served, by the name it has under `/static/`; nothing else is
ASSETS: MappingProxyType[str, Path] = MappingProxyType(
    {p.name: p for p in sorted(_OWN.iterdir()) if p.suffix in {".css", ".js", ".svg"}}
    | {e["path"].rpartition("/")[2]: vendor.path(e["path"]) for e in vendor.declared() if e["path"].startswith("js/")}
)

#: no inline script or style, no eval, nothing from elsewhere; `data:` images are the marks in the style sheet
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def asset(name: str) -> str:
    """The address of a static file; it bears a piece of the content hash, so it may be cached for ever.

    Raises:
        UnknownName: no such file.
    """
    if name not in ASSETS:
        raise UnknownName("asset", name, tuple(ASSETS))
    return f"/static/{name}?v={sha256_file(ASSETS[name])[:12]}"
