"""The contracts that ship with the release: they define the lake's tables and move only with a migration."""

from functools import cache

from windchime.content import seed
from windchime.core.errors import UnknownName
from windchime.data.contracts.contract import Contract


@cache
def contracts() -> dict[str, Contract]:
    """All contracts by name, in alphabetical order."""
    return {c.name: c for c in (Contract.of(body) for body in seed.documents("contracts").values())}


def contract(name: str) -> Contract:
    """The contract of a table.

    Raises:
        UnknownName: no such table; the message names the near misses.
    """
    try:
        return contracts()[name]
    except KeyError:
        raise UnknownName("table", name, list(contracts())) from None
