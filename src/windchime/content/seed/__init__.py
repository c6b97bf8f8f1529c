"""The content that ships: a seed, from which a bank publishes its own. One folder a kind, one YAML file a document."""

from functools import cache
from importlib.resources import files
from typing import Any

from windchime.content import yamlfile

KINDS = ("contracts", "intake", "packs", "schemes", "products", "policies", "lexicons", "twin", "lab")


@cache
def sources(kind: str) -> dict[str, bytes]:
    """The bytes of each document of a kind by its name (file name without suffix), sorted by name."""
    folder = files("windchime.content.seed") / kind
    found = ((e.name, e.read_bytes()) for e in folder.iterdir() if e.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): data for name, data in sorted(found)}


def document(kind: str, name: str) -> Any:
    """One document, parsed; None where none of the name ships."""
    data = sources(kind).get(name)
    return None if data is None else yamlfile.parse(data, f"{kind}/{name}.yaml")


def documents(kind: str) -> dict[str, Any]:
    """The documents of a kind, parsed, by name."""
    return {name: document(kind, name) for name in sources(kind)}
