"""The long run leaves no long test out, and a part that fails neither hides nor stops the others."""

from pathlib import Path

import pytest
from tests.scripts.test_sbom import ROOT, program

SOAK = program("soak")


def test_every_long_test_belongs_to_a_part() -> None:
    marked = {p for p in (ROOT / "tests").rglob("test_*.py") if p != Path(__file__) and "mark.soak" in p.read_text()}
    named = [ROOT / a for part in SOAK.PARTS.values() for a in part.command if a.startswith("tests/")]
    assert marked
    assert all(path.exists() for path in named)
    for file in marked:
        assert sum(file == path or path in file.parents for path in named) == 1, file


def test_every_part_is_told_of() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")
    assert [name for name in SOAK.PARTS if f"| `{name}` |" not in told] == []


def test_a_part_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    bad, good = SOAK.Part("ends with 1", ("no_such_module",)), SOAK.Part("ends with 0", ("platform",))
    monkeypatch.setattr(SOAK, "PARTS", {"bad": bad, "good": good})
    assert SOAK.main([]) == 1
    told = capfd.readouterr().out
    assert "[1/2] bad: FAILED" in told
    assert "| good | held |" in told
    assert SOAK.main(["good"]) == 0
    assert SOAK.main(["worse"]) == 2
