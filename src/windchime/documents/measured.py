"""All indicators of a firm, as a section of its report: one table, group by group."""

from windchime.core.text import _
from windchime.documents.citing import Citing, nothing
from windchime.documents.steps import GROUPS
from windchime.documents.tree import Block, Cell, Grid
from windchime.present import formats

_DIRECTIONS = {
    "higher_is_riskier": _("higher is riskier"),
    "lower_is_riskier": _("lower is riskier"),
    "neutral": _("neither"),
}


def indicators(cite: Citing) -> tuple[Block, ...]:
    """All indicators, group by group."""
    c = cite.c
    if not cite.data.indicators:
        return (nothing(cite, _("Nothing was measured.")),)
    order = list(GROUPS)
    ordered = sorted(
        cite.data.indicators, key=lambda m: order.index(g) if (g := m.indicator.group) in order else len(order)
    )
    rows, last = [], ""
    for found in ordered:
        card = found.indicator
        window = (
            c.say(_("{months} months"), months=card.window_months) if card.window_months else c.say(_("whole history"))
        )
        rows.append(
            (
                Cell(c.say(GROUPS.get(card.group, card.group)) if card.group != last else "", strong=True),
                c.words(card.name),
                c.figure(formats.measured(found.value, card.unit, card.digits, c.lang), cite.indicator(found)),
                c.words(window),
                c.words(c.say(_DIRECTIONS[card.direction])),
            )
        )
        last = card.group
    header = c.header(_("group"), _("indicator"), _("value"), _("window"), _("direction"), numeric=(2,))
    return (Grid(header, tuple(rows), (1.5, 4, 2.8, 1.4, 1.8)),)
