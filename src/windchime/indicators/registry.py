"""All definitions in their stable order."""

from collections.abc import Collection
from functools import cache

from windchime.core.errors import UnknownName
from windchime.indicators.catalogue import conduct, counterparties, growth, numbers, rhythm, size, tax
from windchime.indicators.definition import Definition, Indicator


@cache
def definitions() -> tuple[Definition, ...]:
    """Every indicator with its formula, group by group; a new group goes to the end."""
    groups = (size, growth, rhythm, conduct, tax, counterparties, numbers)
    return tuple(definition for group in groups for definition in group.DEFINITIONS)


@cache
def indicators() -> tuple[Indicator, ...]:
    """The cards of all indicators, in the order of the measured columns."""
    return tuple(d.indicator for d in definitions())


def definition(code: str) -> Definition:
    """One indicator with its formula.

    Raises:
        UnknownName: no such indicator; the message names the near misses.
    """
    for found in definitions():
        if found.indicator.code == code:
            return found
    raise UnknownName("indicator", code, [d.indicator.code for d in definitions()])


def chosen(codes: Collection[str] | None) -> tuple[Definition, ...]:
    """The definitions of some codes in the stable order; all for None.

    Raises:
        UnknownName: one of them is no indicator.
    """
    if codes is None:
        return definitions()
    wanted = {definition(code).indicator.code for code in codes}
    return tuple(d for d in definitions() if d.indicator.code in wanted)
