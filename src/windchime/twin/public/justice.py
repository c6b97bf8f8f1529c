"""Tables of courts and news: cases, parties, enforcement, lists of debtors, bankruptcy, events in the news."""

import pyarrow as pa

from windchime.twin.public import courts, execution, news
from windchime.twin.public.lawsuits import Lawsuits
from windchime.twin.public.life import Life


def tables(life: Life) -> dict[str, pa.Table]:
    """Rows of some firms by table; a case comes with its defendant."""
    world = life.world
    suits = Lawsuits.of(world, life.firms)
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
