"""A rule set with hostile names in a bank's keeping."""

from tests.console.helpers import ANNA, NASTY
from tests.risk.rules.exports.builders import RULES, rule_set

from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.store import Kept, keep
from windchime.service.bank import Bank

#: names of a category that a page must escape
HOSTILE = Rule((Condition("行业", "category", categories=(NASTY, "批发"), named=(NASTY, "批发")),))


def kept_rules(bank: Bank) -> Kept:
    """The rule set of the pages; kept once."""
    return keep(bank, ANNA, rule_set(rules=(*RULES, HOSTILE)), NASTY)
