"""One small region for all tests that only read it."""

from pathlib import Path

import pytest
from tests.twin.helpers import Row, region, rows

from windchime.twin import Manifest


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Forty firms."""
    return region(tmp_path_factory.mktemp("region") / "pack")


@pytest.fixture(scope="session")
def pack(small: Manifest) -> Path:
    """Their folder."""
    return small.folder


@pytest.fixture(scope="session")
def invoices(pack: Path) -> list[Row]:
    """Their invoices."""
    return rows(pack, "invoices")


@pytest.fixture(scope="session")
def honest(pack: Path, invoices: list[Row]) -> list[Row]:
    """Their invoices without those a firm changed before it handed them in."""
    changed = {(r["firm_id"], r["invoice_no"]) for r in rows(pack, "truth/altered_row")}
    assert changed
    return [r for r in invoices if (r["seller_id"], r["invoice_no"]) not in changed]
