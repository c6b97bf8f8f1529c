"""YAML read with limits: size, depth, node count; no aliases, tags, duplicate keys or characters that cannot be seen."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from windchime.core.errors import BadInput
from windchime.core.text import _

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 200_000
#: control characters, halves of surrogate pairs, and marks that make text read in another order than it stands:
#: a second person must see what a file says
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class BadYaml(BadInput):
    """A file that is not the YAML we accept."""

    msgid = _("{file}: {reason}")

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file=file, reason=reason)


class _Loader(Composer, yaml.CSafeLoader):
    """Safe loader that counts nodes and depth and refuses aliases and duplicate keys; scans and parses in C."""

    nodes = 0
    depth = 0

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not accepted")
        if event.tag is not None:
            raise yaml.YAMLError(f"tags are not accepted: {event.tag}")
        if isinstance(event, yaml.ScalarEvent) and UNSEEN.search(event.value):
            raise yaml.YAMLError(f"a character that cannot be seen in {event.value[:40]!a}")
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise yaml.YAMLError(f"more than {MAX_NODES} nodes or deeper than {MAX_DEPTH}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for written, value in node.value:
            key, line = self.construct_object(written, deep=True), written.start_mark.line + 1
            if not isinstance(key, Hashable):
                raise yaml.YAMLError(f"a key is a list or a mapping (line {line})")
            if key in seen:
                raise yaml.YAMLError(f"key '{key}' stands twice (line {line})")
            if node.flow_style and isinstance(value, yaml.ScalarNode) and not value.value and not value.style:
                raise yaml.YAMLError(f"key '{key}' has no value; quote a text with a comma in it (line {line})")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


# yes/no/on/off stay text and dates stay dates: only true and false are booleans here; numbers are plain decimal ones
# (YAML 1.1 reads 1:30 as 90 and 010 as 8)
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]{0,24})$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]{1,25}\.[0-9]{0,25}|\.[0-9]{1,25})(?:[eE][-+]?[0-9]{1,3})?$"),
    list("-+.0123456789"),
)


def parse(data: bytes, file: str = "<text>") -> Any:
    """Read one YAML document.

    Raises:
        BadYaml: too large, too deep, not UTF-8, aliases, tags, duplicate keys, or not YAML.
    """
    if len(data) > MAX_BYTES:
        raise BadYaml(file, f"larger than {MAX_BYTES} bytes")
    try:
        return yaml.load(_seen(data.decode("utf-8")), Loader=_Loader)  # noqa: S506 - a SafeLoader with limits
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise BadYaml(file, " ".join(str(error).split())) from None


def _seen(text: str) -> str:
    """The text, if all of it can be seen, comments too."""
    if unseen := UNSEEN.search(text):
        raise yaml.YAMLError(f"a character that cannot be seen (line {text.count(chr(10), 0, unseen.start()) + 1})")
    return text


def read(path: Path) -> Any:
    """Read one YAML file; see `parse`."""
    if path.stat().st_size > MAX_BYTES:
        raise BadYaml(path.name, f"larger than {MAX_BYTES} bytes")
    return parse(path.read_bytes(), path.name)
