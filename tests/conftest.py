"""What all tests share: where the real samples are, a clock that stands still, a bank in a temporary home."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests import postgres

from windchime.core.clock import FixedClock

# no test is timed, and what is green here is green elsewhere; `--hypothesis-profile=explore` looks for new examples
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# a Spark of this machine for a few thousand rows: two partitions for two cores, and no second compilation of what runs once
_JAVA = "'-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"
os.environ.setdefault(
    "PYSPARK_SUBMIT_ARGS", f"--conf spark.sql.shuffle.partitions=2 --driver-java-options {_JAVA} pyspark-shell"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Full counts take hours: they run where `-m` speaks of them (`make soak`), and nowhere else.

    The tests of a module stay together, so that what they share is made once; those of the console share a bank, and some
    modules share more (`xdist_group`), which takes long: they come first.
    """
    for item in items:
        if item.nodeid.startswith("tests/console/"):
            item.add_marker(pytest.mark.xdist_group("console"))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    if "soak" not in config.getoption("markexpr"):
        soak = [item for item in items if item.get_closest_marker("soak")]
        items[:] = [item for item in items if item not in soak]
        config.hook.pytest_deselected(items=soak)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data; tests that need it skip with a word where it is absent."""
    named = os.environ.get("WINDCHIME_SAMPLES")
    if not named or not Path(named).is_dir():
        pytest.skip("WINDCHIME_SAMPLES names no folder of sample data")
    return Path(named)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a database on a PostgreSQL server of this run; tests skip with a word where it is not installed.

    Each bank has a schema of its own: a test that wants an empty database opens a bank of a name of its own.
    """
    if (programs := postgres.programs()) is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """What `Bank.open` is told of the database: both kinds in turn."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_address")


@pytest.fixture
def clock() -> FixedClock:
    """Noon in Shanghai on 2026-01-05."""
    return FixedClock(datetime(2026, 1, 5, 4, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which `windchime demo` ran once over a small region; tests that change it copy it first.

    Tests that use it bear `pytest.mark.xdist_group("demo")`, so that one worker makes it once.
    """
    home = tmp_path_factory.mktemp("demo")
    environ = os.environ | {"WINDCHIME_HOME": str(home), "WINDCHIME_LANG": "en"}
    command = [sys.executable, "-m", "windchime", "demo", "--firms", "300", "--seed", "7", "--no-serve", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr
    (home / "demo.json").write_text(done.stdout, encoding="utf8")
    return home
