"""The contracts that ship with the release: they define the lake's tables and move only with a migration."""

from functools import cache

from windchime.content import seed, yamlfile
from windchime.core.errors import UnknownName
from windchime.data.contracts.contract import Contract


@cache
def contracts() -> dict[str, Contract]:
    """All contracts by name, in alphabetical order."""
    return {name: contract(name) for name in seed.sources("contracts")}


@cache
def contract(name: str) -> Contract:
    """The contract of a table; only its own file is read, since most callers need a few of many.

    Raises:
        UnknownName: no such table; the message names the near misses.
    """
    found = seed.sources("contracts")
    if name not in found:
        raise UnknownName("table", name, list(found))
    return Contract.of(yamlfile.parse(found[name], f"contracts/{name}.yaml"))
