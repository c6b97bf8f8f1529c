"""The console's own static files, served beside the shared ones under addresses that change with their content."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from windchime.core.canonical import sha256_file
from windchime.present.web.assets import ASSETS

_FOLDER = Path(str(files("windchime.console"))) / "static"
_OWN = {p.name: p for p in sorted(_FOLDER.iterdir()) if p.suffix in {".css", ".js"}}

#: every file that may be served, by the name it has under `/static/`; nothing else is
SERVED: MappingProxyType[str, Path] = MappingProxyType({**_OWN, **ASSETS})


@cache
def own(name: str) -> str:
    """The address of one of the console's own files."""
    return f"/static/{name}?v={sha256_file(_OWN[name])[:12]}"
