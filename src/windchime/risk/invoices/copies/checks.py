"""What is looked for when a list is held against another copy of it."""

from typing import Literal

from windchime.core.text import _
from windchime.risk.invoices.checks.check import Check

#: what the other copy is: the tax platform's list of the same invoices, or an earlier download of the same list
Role = Literal["platform", "earlier"]

_NUMBER = frozenset({"invoice_no", "issue_date"})


def _check(unit: Literal["invoice", "firm"], code: str, msgid: str) -> Check:
    return Check(code, "copy", unit, msgid, _NUMBER)


CHECKS: tuple[Check, ...] = (
    _check(
        "invoice",
        "differs_from_platform",
        _("{count} invoices differ from the tax platform's copy, the first in {detail}"),
    ),
    _check("invoice", "absent_from_platform", _("{count} invoices of the list are not in the tax platform's copy")),
    _check(
        "firm",
        "withheld_from_list",
        _("{count} invoices of the tax platform's copy are not in the list, the first is {detail}"),
    ),
    _check(
        "invoice",
        "changed_since_earlier",
        _("{count} invoices have changed since the earlier download as no law explains, the first in {detail}"),
    ),
    _check(
        "invoice",
        "new_before_earlier",
        _("{count} invoices are dated in days of the earlier download, which does not have them"),
    ),
    _check(
        "firm",
        "gone_since_earlier",
        _("{count} invoices of the earlier download are gone, the first is {detail}"),
    ),
    _check(
        "invoice", "differs_from_partner", _("{count} invoices differ from the partner's list, the first in {detail}")
    ),
    _check("invoice", "absent_from_partner", _("{count} invoices are not in the list of the partner, who reports too")),
    _check(
        "firm",
        "withheld_from_partner",
        _("{count} invoices that partners list are not in the list, the first is {detail}"),
    ),
)
