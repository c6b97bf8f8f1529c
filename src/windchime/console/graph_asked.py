"""What an address asks of a graph: how far, how much, which day, which kinds of ties, which layout, the way to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from windchime.console.asking import asked_date
from windchime.core.text import Text

#: hops and nodes that a page may ask for, the first unless asked otherwise
HOPS, CAPS = (1, 2, 3), (60, 150, 500)
LAYOUTS: Mapping[str, Text] = {
    "web": Text("网状", "web"),
    "rings": Text("按距离环绕", "rings by distance"),
    "tree": Text("股权层级", "layers of ownership"),
}
#: longest part of an address
LONGEST = 200


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text[:LONGEST].split(",")))


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a graph."""

    hops: int
    cap: int
    #: only ties that hold on this day; None for any
    on: date | None
    layout: str
    #: id or words of a second firm, to which the path is asked; empty for none
    to: str
    #: kinds of ties; None for all
    kinds: tuple[str, ...] | None
    #: kinds that are not drawn; None where the address does not say
    hide: tuple[str, ...] | None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """From an address; what cannot be read is as if it were not asked."""
        hops, cap = query.get("hops", ""), query.get("cap", "")
        return cls(
            int(hops) if hops in map(str, HOPS) else HOPS[0],
            int(cap) if cap in map(str, CAPS) else CAPS[0],
            asked_date(query.get("on")),
            query["layout"] if query.get("layout") in LAYOUTS else next(iter(LAYOUTS)),
            query.get("to", "").strip()[:LONGEST],
            _listed(query.get("kinds", "")) or None,
            _listed(query["hide"]) if "hide" in query else None,
        )
