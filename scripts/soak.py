"""The promises at full counts: `make soak`, or some parts of it: `make soak PARTS="kills bypass"`.

The parts run one after another, the quick ones first. Each says what it is before it begins and how long it took when it ends;
a part that fails holds none of the others up, and the run ends with 1. Which there are stands in CONTRIBUTING.md.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTEST = ("pytest", "-q", "-rP", "-m", "soak", "--hypothesis-profile=explore", "--no-header", "-W", "ignore")


@dataclass(frozen=True, slots=True)
class Part:
    """One part."""

    #: what it shows, in a few words
    shows: str
    #: arguments of `python -m`
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


def _tests(shows: str, *paths: str) -> Part:
    return Part(shows, (*PYTEST, *paths))


PARTS = {
    "rules": _tests("rules hit alike on a million rows, and mined lists keep what they promise", "tests/risk/rules"),
    "data": _tests(
        "files larger than memory, the sample's workbook whole, the other engine",
        *("tests/data/intake", "tests/data/test_samples.py", "tests/data/engines"),
    ),
    "bypass": _tests("every route × everybody × whose record", "tests/ground/test_bypass.py"),
    "loads": _tests("loads killed at random moments", "tests/data/test_killed.py"),
    "jobs": _tests("workers killed at random moments", "tests/service/jobs/test_worker.py"),
    "hostile": _tests("hostile requests to every route", "tests/ground/test_hostile.py"),
    "fuzz": _tests("requests made from the description of the API", "tests/api/test_fuzzing.py"),
    "kills": _tests("a loaded service and its database killed at random moments", "tests/ground/test_kills.py"),
    "load": Part("half an hour of load", ("bench", "service"), {"WINDCHIME_BENCH_SECONDS": "1800"}),
}


def run(names: Sequence[str]) -> Iterator[tuple[str, bool, float]]:
    """Run parts; name, whether it held, and seconds of each."""
    for number, name in enumerate(names, 1):
        part = PARTS[name]
        print(f"[{number}/{len(names)}] {name}: {part.shows}, from {time.strftime('%H:%M')}", flush=True)
        began = time.monotonic()
        environ = {**part.environ, **os.environ}
        held = subprocess.run([sys.executable, "-m", *part.command], cwd=ROOT, env=environ, check=False).returncode == 0
        seconds = time.monotonic() - began
        print(f"[{number}/{len(names)}] {name}: {'held' if held else 'FAILED'} in {seconds / 60:.1f} min", flush=True)
        yield name, held, seconds


def main(names: Sequence[str]) -> int:
    """Run the parts named, or all; 0 where everything held, 1 where something did not, 2 for a part that is not there."""
    if unknown := set(names) - set(PARTS):
        print(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    done = list(run(names or list(PARTS)))
    print("\n| Part | Outcome | Minutes |\n| --- | --- | ---: |")
    for name, held, seconds in done:
        print(f"| {name} | {'held' if held else 'FAILED'} | {seconds / 60:.1f} |")
    return 0 if all(held for _name, held, _seconds in done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
