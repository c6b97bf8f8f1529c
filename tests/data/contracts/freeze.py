"""Writes the fingerprints of versions.toml anew: `python -m tests.data.contracts.freeze`; read the difference before it is committed."""

import tomllib
from pathlib import Path

from windchime.data.contracts import contracts
from windchime.data.contracts.evolution import at_version, fingerprint

VERSIONS = Path(__file__).with_name("versions.toml")
HEAD = """# Fingerprints of the columns of every version of every contract. A line, once written, never changes:
# a contract whose columns change gets a new version, `changes` that say what it added, and a line more.
"""


def frozen() -> dict[str, dict[str, str]]:
    """Fingerprint by table and version."""
    return tomllib.loads(VERSIONS.read_text(encoding="utf8"))


def today() -> dict[str, dict[str, str]]:
    """The same, from the contracts as they stand."""
    return {
        name: {str(v): fingerprint(at_version(found, v)) for v in range(1, found.version + 1)}
        for name, found in contracts().items()
    }


if __name__ == "__main__":
    lines = [f"[{name}]\n" + "".join(f'{v} = "{mark}"\n' for v, mark in of.items()) for name, of in today().items()]
    VERSIONS.write_text("\n".join([HEAD, *lines]), encoding="utf8")
