"""What the attacks share: two banks with everybody at their door, made once."""

import pytest
from tests.ground.world import World, a_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two banks in one home; tests that change them put them back."""
    return a_world(tmp_path_factory.mktemp("ground") / "home")
