"""One small bank a session for pages that only read; tests that write make their own."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import CLERK, AsServed, a_bank, at_console, propose_other_policy

from windchime.console import create_app
from windchime.risk.invoices.publishing import publish
from windchime.service.bank import Bank


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A bank with decisions about ten firms, a row in quarantine, a draft of its policy and verified invoices."""
    bank = a_bank(tmp_path_factory.mktemp("shop") / "home")
    propose_other_policy(bank)
    publish(bank, CLERK)
    return bank


@pytest.fixture(scope="session")
def console(shop: Bank) -> AsServed:
    """The console of the shop: its routes and shapes are put together once."""
    return AsServed(create_app(shop, actor=CLERK))


@pytest.fixture
def client(console: AsServed) -> TestClient:
    """A browser without script."""
    return at_console(console)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path / "home"
