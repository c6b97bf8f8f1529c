"""The part of a firm's report on its invoices: the verdict on the list, how much was looked at, what could not be."""

from windchime.core.text import Text, _
from windchime.documents.citing import Citing, nothing
from windchime.documents.tree import Block, Facts
from windchime.present import formats

WORDS = {
    "pass": Text("○ 通过", "○ pass"),
    "question": Text("◆ 存疑", "◆ question"),
    "reject": Text("■ 拒绝", "■ reject"),
}


def invoices(cite: Citing) -> tuple[Block, ...]:
    """Verdict, rows, invoices that did not pass, checks that could not be run."""
    c, found = cite.c, cite.data.verification
    if found is None:
        return (nothing(cite, _("The invoices were not verified: windchime invoices publish")),)
    source = c.source(
        c.say(_("verdict on the list of invoices")),
        [
            (_("as of"), formats.day(found.known_on)),
            (_("run"), found.run_id),
            (_("lake version"), str(cite.made.lake_version)),
            (_("norms"), found.norms or formats.MISSING),
        ],
    )
    figures = (
        (_("rows verified"), found.rows),
        (_("invoices questioned"), found.questioned),
        (_("invoices rejected"), found.rejected),
        (_("checks not run, as the sources do not tell what they take"), len(found.not_run)),
    )
    return (
        Facts(
            (
                (c.say(_("verdict")), c.words(WORDS[found.verdict][c.lang], source)),
                *((c.say(name), c.figure(formats.count(value), source)) for name, value in figures),
            )
        ),
    )
