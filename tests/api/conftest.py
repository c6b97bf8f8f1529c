"""One small bank a session; tests of changes use records of their own."""

from collections.abc import Iterator

import pytest
from tests.api.helpers import Shop, a_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The bank behind the API."""
    made = a_shop(tmp_path_factory.mktemp("api") / "home")
    yield made
    made.close()
