"""What a decision cites: the versions of everything it used, so that it can be made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Cite:
    """A published document by name and hash."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Cites:
    """Versions of everything a decision used."""

    #: hash of the definitions of all indicators
    indicators: str
    product: Cite
    policy: Cite
    #: by what they are for
    schemes: Mapping[str, Cite]
    lake_version: int
    #: of the program
    release: str
    #: of the libraries under it
    lock: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        cite = {"product": self.product, "policy": self.policy}
        return {
            "indicators": self.indicators,
            **{k: {"name": c.name, "version": c.version} for k, c in cite.items()},
            "schemes": {k: {"name": c.name, "version": c.version} for k, c in self.schemes.items()},
            "lake_version": self.lake_version,
            "release": self.release,
            "lock": self.lock,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(
            indicators=body["indicators"],
            product=Cite(**body["product"]),
            policy=Cite(**body["policy"]),
            schemes={k: Cite(**c) for k, c in body["schemes"].items()},
            lake_version=body["lake_version"],
            release=body["release"],
            lock=body["lock"],
        )
