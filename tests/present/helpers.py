"""What tests of pages and reports share: messages of a package, tags of a page."""

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

_PYTHON = re.compile(r"""(?<![\w.])_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)""")
_TEMPLATE = re.compile(r"""(?<![\w.])_\(\s*(?:"([^"]*)"|'([^']*)')""")


def messages(package: str) -> set[str]:
    """Every message id that the Python files and templates of a package mark."""
    folder = Path(str(files(package)))
    python = {
        "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found)).replace('\\"', '"')
        for path in folder.rglob("*.py")
        for found in _PYTHON.findall(path.read_text(encoding="utf-8"))
    }
    templates = {
        a or b
        for suffix in ("html", "typ")
        for path in folder.rglob(f"*.{suffix}")
        for a, b in _TEMPLATE.findall(path.read_text(encoding="utf-8"))
    }
    return python | templates


class Tags(HTMLParser):
    """All start tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of this name."""
        return [attributes for name, attributes in self.found if name == tag]
