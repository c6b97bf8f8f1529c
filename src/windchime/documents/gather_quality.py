"""What the report on the quality of the data is made of, taken from a bank."""

from windchime.core.errors import BadCall
from windchime.core.text import Lang, _
from windchime.data.packs import packs
from windchime.data.quality import Schemes, runs
from windchime.decision.release import release
from windchime.documents.inputs import Made
from windchime.documents.quality import quality_report
from windchime.documents.tree import Report
from windchime.service.bank import Bank


class NothingChecked(BadCall):
    """A report asked for before any check was recorded."""

    msgid = _("the quality of the data has not been checked yet")
    hint = _("check it: windchime check")


def bank_quality_report(bank: Bank, lang: Lang, *, by: str) -> Report:
    """The report on the newest recorded check of a bank.

    Raises:
        NothingChecked: there is none.
    """
    with bank.session() as session:
        found = runs(session)
        if not found:
            raise NothingChecked
        newest = found[-1]
        made = Made(
            generated_at=bank.clock.now(),
            by=by,
            release=release(),
            bank=bank.name,
            as_of=newest.as_of,
            lake_version=newest.lake_version,
            simulated=any(p.simulated for p in packs(session)),
        )
        return quality_report(found, Schemes.in_force(bank, session, newest.as_of), made, lang)
