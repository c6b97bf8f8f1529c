"""Family of courts and news: cases, parties, enforcement, lists of debtors, bankruptcy, events in the news."""

import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import courts, execution, news
from windchime.twin.public.lawsuits import Lawsuits
from windchime.twin.public.life import Life
from windchime.twin.world import World


def of_firms(world: World, some: Ints) -> dict[str, pa.Table]:
    """Rows of some firms by table; a case comes with its defendant."""
    life, suits = Life.of(world, some), Lawsuits.of(world, some)
    cases = execution.Enforcements.of(suits)
    return {
        "court_cases": courts.court_cases(world, suits),
        "court_parties": courts.court_parties(world, suits),
        "enforcement": execution.enforcement(world, cases),
        "dishonest_debtors": execution.dishonest_debtors(world, cases),
        "consumption_limits": execution.consumption_limits(world, cases),
        "bankruptcy": execution.bankruptcy(life),
        "news_events": news.news_events(life),
    }


def truth(world: World) -> dict[str, pa.Table]:  # noqa: ARG001 - the form of a family
    """Nothing beyond what the course of the world tells."""
    return {}
