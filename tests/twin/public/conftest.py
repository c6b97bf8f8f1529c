"""One region and its public records for all tests that only read them."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest

from windchime.twin.generate import make_world
from windchime.twin.public import family
from windchime.twin.world import World

FIRMS = 240


@pytest.fixture(scope="session")
def world() -> World:
    """A region after all months have happened."""
    return make_world(FIRMS, 11)


@pytest.fixture(scope="session")
def tables(world: World) -> Mapping[str, pa.Table]:
    """All tables of all firms."""
    return family.of_firms(world, np.arange(FIRMS))


@pytest.fixture(scope="session")
def truth(world: World) -> Mapping[str, pa.Table]:
    """What is planted."""
    return family.truth(world)
