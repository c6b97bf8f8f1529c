"""YAML read with limits: size, depth, node count, no aliases, no tags, no duplicate keys."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from windchime.core.errors import BadInput
from windchime.core.text import _

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 200_000


class BadYaml(BadInput):
    """A content file that is not the YAML we accept."""

    msgid = _("{file}: {reason}")

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file=file, reason=reason)


class _Loader(yaml.SafeLoader):
    """Safe loader that counts nodes and depth and refuses aliases and duplicate keys."""

    nodes = 0
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not accepted")
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise yaml.YAMLError(f"more than {MAX_NODES} nodes or deeper than {MAX_DEPTH}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(k, deep=True) for k, _value in node.value]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                raise yaml.YAMLError(f"key '{key}' stands twice (line {node.value[i][0].start_mark.line + 1})")
        return super().construct_mapping(node, deep=deep)


# yes/no/on/off stay text and dates stay dates: only true and false are booleans here
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(data: bytes, file: str = "<text>") -> Any:
    """Read one YAML document.

    Raises:
        BadYaml: too large, too deep, not UTF-8, aliases, tags, duplicate keys, or not YAML.
    """
    if len(data) > MAX_BYTES:
        raise BadYaml(file, f"larger than {MAX_BYTES} bytes")
    try:
        return yaml.load(data.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader with limits
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadYaml(file, " ".join(str(error).split())) from None


def read(path: Path) -> Any:
    """Read one YAML file; see `parse`."""
    if path.stat().st_size > MAX_BYTES:
        raise BadYaml(path.name, f"larger than {MAX_BYTES} bytes")
    return parse(path.read_bytes(), path.name)
