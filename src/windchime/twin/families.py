"""The families of tables that phase B writes besides firms, invoices and loans; `world` says what a family is."""

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import family
from windchime.twin.world import World


class Family(Protocol):
    """A module with these two functions."""

    def of_firms(self, world: World, some: Ints) -> Mapping[str, pa.Table]:
        """Rows of the firms `some`, by table of the contracts."""

    def truth(self, world: World) -> Mapping[str, pa.Table]:
        """What is planted, by name in `truth/`."""


FAMILIES: list[Family] = [family]
