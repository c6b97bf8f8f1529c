"""Who finds what: each finder reads the library under one scheme and answers with rows of its tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.reading import Reading


@dataclass(frozen=True, slots=True)
class Found:
    """What one finder answers."""

    #: by table: the columns of its contract without `run_id`, `known_on` and `is_withdrawn`; one row a key
    tables: Mapping[str, pa.Table]
    #: what in the data kept it from an answer
    problems: tuple[Problem, ...] = ()


#: from a reading and the schemes in force; a table of the library that holds nothing gives no rows and no error
Find = Callable[..., Found]


@dataclass(frozen=True, slots=True)
class Finder:
    """One area of the graph."""

    name: str
    #: message id, as progress says it
    label: str
    #: name of its scheme
    scheme: str
    #: tables it writes, and it alone
    tables: tuple[str, ...] = field(default=())
    #: names of other schemes it reads, given behind its own in this order
    also: tuple[str, ...] = field(default=())

    def find(self, reading: Reading, *schemes: Scheme) -> Found:
        """Run it: `results` of the module `windchime.graph.<name>.results`, loaded when first needed."""
        run: Find = import_module(f"windchime.graph.{self.name}.results").results
        return run(reading, *schemes)


#: in the order in which they run
FINDERS: tuple[Finder, ...] = (
    Finder("ownership", _("finding owners and controllers"), "ownership", ("control_links",)),
    Finder("supply", _("measuring the supply chain"), "supply_chain", ("supply_links",)),
    Finder("loops", _("finding loops of money"), "money_loops", ("money_loops", "money_patterns")),
    Finder("ties", _("finding hidden ties"), "hidden_ties", ("hidden_ties", "hidden_controllers")),
    Finder("groups", _("finding connected groups"), "connected_groups", ("group_members",), also=("hidden_ties",)),
    Finder("guarantees", _("finding circles of guarantee"), "guarantee_circles", ("guarantee_circles",)),
    Finder("contagion", _("ranking firms by contagion"), "contagion", ("contagion_ranks",)),
)
