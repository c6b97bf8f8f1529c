"""Fixtures: the shop, made once and given to each test as a copy of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.decision.helpers import a_bank
from tests.decision.shop import a_shop

from windchime.service.bank import Bank


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a shop that nobody changes."""
    home = tmp_path_factory.mktemp("shop")
    a_shop(home).close()
    return home


@pytest.fixture
def shop(shop_home: Path, tmp_path: Path) -> Iterator[Bank]:
    """A bank that can decide, for this test alone."""
    shutil.copytree(shop_home, tmp_path / "home")
    bank = a_bank(tmp_path / "home")
    yield bank
    bank.close()
