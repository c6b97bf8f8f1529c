"""`python -m bench [area …]`: run the benchmarks and print one table."""

import importlib
import os
import platform
import sys
from pathlib import Path


def main(areas: list[str]) -> None:
    """Print the rows of the named areas, or of all."""
    known = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))
    if unknown := set(areas) - set(known):
        sys.exit(f"unknown area {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print("| area | what | measured | target | peer | ratio | note |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for area in areas or known:
        for row in importlib.import_module(f"bench.{area}").rows():
            peer = f"{row.peer}: {row.peer_measured:.4g} {row.unit}" if row.peer_measured is not None else row.peer
            ratio = f"{row.ratio:.1f}×" if row.ratio is not None else ""
            print(
                f"| {row.area} | {row.what} | {row.measured:.4g} {row.unit} | {row.target} | {peer} | {ratio} | {row.note} |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
