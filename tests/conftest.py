"""What all tests share: where the real samples are, a clock that stands still, a bank in a temporary home."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from windchime.core.clock import FixedClock


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data; tests that need it skip with a word where it is absent."""
    named = os.environ.get("WINDCHIME_SAMPLES")
    if not named or not Path(named).is_dir():
        pytest.skip("WINDCHIME_SAMPLES names no folder of sample data")
    return Path(named)


@pytest.fixture
def clock() -> FixedClock:
    """Noon in Shanghai on 2026-01-05."""
    return FixedClock(datetime(2026, 1, 5, 4, 0, tzinfo=UTC))
