"""Bill of materials and licence report of what is shipped: `make sbom`.

The bill (CycloneDX 1.6, JSON) lists what the lock pins on this system for running and for traces, and the vendored files, with
licences. The report is a table of name, version and licence; a licence that `licences.toml` does not allow ends it with 1,
unless the package stands there with a reason. Licences come from the metadata of the installed packages.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import ExpressionError, get_spdx_licensing
from packageurl import PackageURL
from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).parent))
from pins import Pin, pinned

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "telemetry.lock"
RULES = Path(__file__).parent / "licences.toml"
VENDOR = ROOT / "src" / "windchime" / "present" / "vendor" / "VENDOR.toml"
OUT = ROOT / ".artefacts" / "sbom"
#: a licence field that is longer is the licence's own text
LONGEST_NAME = 60
SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is shipped."""

    name: str
    version: str
    #: SPDX expression, or what the package calls it; empty where nothing says
    licence: str
    #: whether it is let through
    allowed: bool
    #: why, where the list alone does not say so; else what is wrong
    remark: str = ""
    #: hash of a vendored file; packages have theirs in the lock
    sha256: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it stands in our own tree."""
        return bool(self.sha256)


def named(about: metadata.PackageMetadata, names: Mapping[str, str]) -> str:
    """What a package says its licence is, as SPDX where that can be told."""
    said = about.get("License-Expression") or ""
    field = (about.get("License") or "").strip()
    classes = [c.rpartition("::")[2].strip() for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    short = [field] if field and len(field) <= LONGEST_NAME and "\n" not in field else []
    candidates = [said] if said else [names.get(text, text) for text in [*short, *classes]]
    return next((text for text in candidates if _is_spdx(text) or text in names.values()), next(iter(candidates), ""))


def is_allowed(licence: str, allowed: Iterable[str]) -> bool:
    """Whether one of the licences offered is allowed; of those that hold together, all."""
    known = set(allowed)
    if licence in known:
        return True
    if not _is_spdx(licence):
        return False
    return _holds(SPDX.parse(licence), known)


def _holds(term: Any, known: set[str]) -> bool:
    parts = getattr(term, "args", ())
    if not parts or hasattr(term, "exception_symbol"):
        return str(term) in known
    held = [_holds(part, known) for part in parts]
    return any(held) if type(term).__name__ == "OR" else all(held)


def _is_spdx(text: str) -> bool:
    try:
        return SPDX.parse(text, validate=True) is not None
    except ExpressionError:
        return False


def packages(pins: Iterable[Pin], rules: Mapping[str, Any], path: list[str] | None = None) -> Iterator[Part]:
    """What is known of each pinned package; `path` says where packages are installed, by default here."""
    search = {"path": path} if path is not None else {}
    here = {canonicalize_name(d.metadata["Name"]): d for d in metadata.distributions(**search)}
    let = {e["package"]: e for e in rules.get("exception", [])}
    for pin in pins:
        found = here.get(pin.name)
        if found is None or found.version != pin.version:
            yield Part(pin.name, pin.version, "", False, "not installed: make install")
            continue
        licence = named(found.metadata, rules["names"])
        exception = let.get(pin.name)
        if is_allowed(licence, rules["allowed"]):
            yield Part(pin.name, pin.version, licence, True)
        elif exception is not None and exception["licence"] == licence:
            yield Part(pin.name, pin.version, licence, True, exception["reason"])
        else:
            yield Part(pin.name, pin.version, licence, False, "not allowed" if licence else "no licence is named")


def files(vendor: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterator[Part]:
    """The vendored files."""
    for file in vendor["file"]:
        known = [*rules["allowed"], *(rules["fonts"] if "font" in file["path"] else ())]
        fine = is_allowed(file["licence"], known)
        said = "" if fine else "not allowed"
        yield Part(file["name"], file["version"], file["licence"], fine, said, sha256=file["sha256"])


def bill(parts: Iterable[Part], version: str) -> str:
    """The bill as CycloneDX 1.6, validated.

    Raises:
        ValueError: what was made is none.
    """
    make = LicenseFactory()
    bom = Bom()
    bom.metadata.component = Component(
        name="windchime", version=version, type=ComponentType.APPLICATION, bom_ref="windchime"
    )
    made = [
        Component(
            name=p.name,
            version=p.version,
            type=ComponentType.FILE if p.is_file else ComponentType.LIBRARY,
            bom_ref=f"{p.name}@{p.version}",
            purl=None if p.is_file else PackageURL("pypi", None, p.name, p.version),
            licenses=[make.make_from_string(p.licence)] if p.licence else (),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=p.sha256)] if p.sha256 else (),
        )
        for p in parts
    ]
    bom.components.update(made)
    bom.register_dependency(bom.metadata.component, made)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    if (fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise ValueError(str(fault))
    return text


def report(parts: Iterable[Part]) -> str:
    """The table."""
    lines = [f"| {p.name} | {p.version} | {p.licence or '?'} | {_said(p)} |" for p in parts]
    return "\n".join(["| Name | Version | Licence | Allowed |", "| --- | --- | --- | --- |", *lines, ""])


def _said(part: Part) -> str:
    return ("yes" if part.allowed else "**no**") + (f": {part.remark}" if part.remark else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both; 1 where a licence is not allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lock", type=Path, action="append", help="default: runtime and traces")
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument("--installed", help="folder of the installed packages; default: this interpreter's")
    parser.add_argument("--out", type=Path, default=OUT)
    said = parser.parse_args(arguments)
    rules = tomllib.loads(said.rules.read_text(encoding="utf-8"))
    vendor = tomllib.loads(VENDOR.read_text(encoding="utf-8"))
    path = [said.installed] if said.installed else None
    parts = [*packages(pinned(*(said.lock or [LOCK])), rules, path), *files(vendor, rules)]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    said.out.mkdir(parents=True, exist_ok=True)
    (said.out / "windchime.cdx.json").write_text(bill(parts, version), encoding="utf-8")
    (said.out / "licences.md").write_text(report(parts), encoding="utf-8")
    faults = [p for p in parts if not p.allowed]
    for fault in faults:
        sys.stderr.write(f"{fault.name} {fault.version}: {fault.licence or '?'}: {fault.remark}\n")
    sys.stdout.write(f"{len(parts)} parts, {len(faults)} not allowed: {said.out}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
