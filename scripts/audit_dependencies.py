"""Known vulnerabilities of what the locks pin: `make audit-dependencies`, part of `make check`.

Asks the advisory service through pip-audit; first about a release that is known to be vulnerable, since a mirror of the
package index may answer and know no advisories. Where that one is not found to be, within 20 seconds, it says "skipped" and
ends with 0: a machine without that network can still check its work. With findings it ends with 1.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from pins import Pin, pinned

ROOT = Path(__file__).parent.parent
LOCKS = [ROOT / "requirements" / f"{name}.lock" for name in ("telemetry", "build", "tools")]
#: has had an advisory since 2019 (CVE-2019-10906); a service that does not know it knows none
CONTROL = Pin("jinja2", "2.10")
#: seconds that the service has to answer about the control, and about all
FIRST, ALL = 15, 240
PROGRAM = (sys.executable, "-m", "pip_audit")


def asked(pins: Sequence[Pin], seconds: float, program: Sequence[str] = PROGRAM) -> list[Any] | None:
    """What the service says of packages; None where it does not answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("".join(f"{pin.name}=={pin.version}\n" for pin in pins))
        listed.flush()
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", "--timeout", "5"]
        try:
            done = subprocess.run(
                [*program, "-r", listed.name, *options], capture_output=True, text=True, check=False, timeout=seconds
            )
            return list(json.loads(done.stdout)["dependencies"])
        except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            return None


def told(found: Sequence[Any]) -> list[str]:
    """A line for each finding."""
    return [
        f"{package['name']} {package['version']}: {finding['id']}, mended in {', '.join(finding['fix_versions']) or '-'}"
        for package in found
        for finding in package.get("vulns", [])
    ]


def main(program: Sequence[str] = PROGRAM) -> int:
    """Ask about the control first, then about all."""
    found = asked(pinned(*LOCKS), ALL, program) if told(asked([CONTROL], FIRST, program) or []) else None
    if found is None:
        sys.stdout.write("audit of dependencies skipped: no advisory service is reachable\n")
        return 0
    lines = told(found)
    unknown = [package["name"] for package in found if "skip_reason" in package]
    if unknown:
        sys.stdout.write(f"not audited, unknown to the service: {', '.join(unknown)}\n")
    sys.stdout.write(
        "".join(f"{line}\n" for line in lines) or f"no known vulnerability in {len(found) - len(unknown)} packages\n"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
