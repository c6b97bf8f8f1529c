"""The bill and the licence report over a small planted lock; the audit of dependencies with a service that is and is not there."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def program(name: str) -> Any:
    """A script of the repository as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"scripts/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


SBOM, AUDIT = program("sbom"), program("audit_dependencies")
LOCK = """\
alpha==1.0 \\
    --hash=sha256:00
Beta_Two==2.5 ; python_full_version >= '3.8' \\
    --hash=sha256:00
    # via alpha
other-system==9.9 ; sys_platform == 'nowhere' \\
    --hash=sha256:00
"""


def planted(folder: Path, **licences: str) -> Path:
    for name, said in licences.items():
        about = folder / f"{name}.dist-info"
        about.mkdir(parents=True)
        version = {"alpha": "1.0", "beta_two": "2.5"}[name]
        (about / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{said}\n")
    return folder


def run(
    tmp_path: Path, rules: Path = ROOT / "scripts/licences.toml", **licences: str
) -> tuple[int, dict[str, Any], str]:
    tmp_path.mkdir(exist_ok=True)
    lock = tmp_path / "planted.lock"
    lock.write_text(LOCK)
    installed = planted(tmp_path / "installed", **licences)
    options = ["--lock", lock, "--installed", installed, "--rules", rules, "--out", tmp_path / "out"]
    code = SBOM.main([str(option) for option in options])
    body = json.loads((tmp_path / "out/windchime.cdx.json").read_text())
    return code, body, (tmp_path / "out/licences.md").read_text()


def test_what_the_lock_pins_for_this_system_and_the_vendored_files(tmp_path: Path) -> None:
    code, body, report = run(
        tmp_path,
        alpha="License-Expression: MIT OR GPL-3.0-only",
        beta_two="Classifier: License :: OSI Approved :: BSD License",
    )
    assert code == 0
    assert (body["bomFormat"], body["specVersion"]) == ("CycloneDX", "1.6")
    libraries = {c["name"]: c for c in body["components"] if c["type"] == "library"}
    assert {name: c["version"] for name, c in libraries.items()} == {"alpha": "1.0", "beta-two": "2.5"}
    assert libraries["alpha"]["purl"] == "pkg:pypi/alpha@1.0"
    assert libraries["alpha"]["licenses"] == [{"acknowledgement": "declared", "expression": "MIT OR GPL-3.0-only"}] or (
        libraries["alpha"]["licenses"][0]["expression"] == "MIT OR GPL-3.0-only"
    )
    files = {c["name"]: c for c in body["components"] if c["type"] == "file"}
    assert files["htmx"]["hashes"][0]["alg"] == "SHA-256"
    assert "| beta-two | 2.5 | BSD | yes |" in report


@pytest.mark.parametrize(
    "said",
    [
        "License-Expression: GPL-3.0-only",
        "License-Expression: MIT AND AGPL-3.0-or-later",
        "License: proprietary",
        "License-Expression: Apache-2.0 WITH Classpath-exception-2.0",
        "Summary: says nothing",
    ],
)
def test_a_licence_that_is_not_allowed_fails(tmp_path: Path, said: str) -> None:
    code, _body, report = run(tmp_path, alpha=said, beta_two="License: MIT")
    assert code == 1
    assert next(line for line in report.splitlines() if "**no**" in line).startswith("| alpha |")


def test_an_exception_holds_for_the_licence_it_names_alone(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(
        (ROOT / "scripts/licences.toml").read_text()
        + '\n[[exception]]\npackage = "alpha"\nlicence = "EPL-2.0"\nreason = "planted"\n'
    )
    assert run(tmp_path / "1", rules, alpha="License-Expression: EPL-2.0", beta_two="License: MIT")[0] == 0
    assert run(tmp_path / "2", rules, alpha="License-Expression: GPL-2.0-only", beta_two="License: MIT")[0] == 1


def test_what_is_not_installed_is_not_vouched_for(tmp_path: Path) -> None:
    code, _body, report = run(tmp_path, alpha="License: MIT")
    assert code == 1
    assert "| beta-two | 2.5 | ? | **no**: not installed" in report


SERVICE = """
import json, sys
text = open(sys.argv[sys.argv.index('-r') + 1]).read().split()
known = {known}
print(json.dumps({{"dependencies": [
    {{"name": n, "version": v, "vulns": [{{"id": "CVE-1", "fix_versions": ["9"]}}] if n in known else []}}
    for n, v in (line.split("==") for line in text)]}}))
"""


@pytest.mark.parametrize(
    ("service", "code", "said"),
    [
        (SERVICE.format(known={"jinja2"}), 1, "jinja2"),
        (SERVICE.format(known=set()), 0, "skipped"),
        ("raise SystemExit(1)", 0, "skipped"),
        ("print('[]')", 0, "skipped"),
    ],
)
def test_the_audit_tells_findings_and_a_service_that_knows_nothing(
    tmp_path: Path, service: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "service.py").write_text(service)
    assert AUDIT.main([sys.executable, str(tmp_path / "service.py")]) == code
    assert said in capsys.readouterr().out
