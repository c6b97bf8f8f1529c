"""Rules watched month by month: hit rate and bad rate against what was mined, alarms with a stated rate of false ones."""

from windchime.risk.rules.monitoring.expected import Expected, expected
from windchime.risk.rules.monitoring.proposals import Proposal
from windchime.risk.rules.monitoring.settings import Settings
from windchime.risk.rules.monitoring.watching import Watched, watch

__all__ = ["Expected", "Proposal", "Settings", "Watched", "expected", "watch"]
