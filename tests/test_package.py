"""The package as a whole: cheap to import, doors that open, files that are vendored as said."""

import subprocess
import sys

import windchime


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"ibis", "duckdb", "polars", "pandas", "lightgbm", "sklearn", "scipy", "numpy", "sqlalchemy", "matplotlib"}
    code = "import sys, windchime; print(sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {m for m in heavy if f"'{m}'" in loaded} == set()


def test_a_server_starts_without_what_requests_rarely_need() -> None:
    rare = {"numba", "pandas", "sklearn", "lightgbm", "matplotlib", "scipy.stats", "scipy.optimize"}
    code = "import sys, windchime.cli.serving; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {m for m in rare if f"'{m}'" in loaded} == set()


def test_every_public_door_opens() -> None:
    for name in windchime.__all__:
        assert getattr(windchime, name) is not None
    assert "Scorecard" in dir(windchime)
