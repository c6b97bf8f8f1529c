"""What is looked for when a list is held against another copy of it."""

from typing import Literal

from windchime.core.text import _
from windchime.risk.invoices.checks.check import Check

#: what the other copy is: the tax platform's list of the same invoices, or an earlier download of the same list
Role = Literal["platform", "earlier"]

_NUMBER = frozenset({"invoice_no", "issue_date"})

CHECKS: tuple[Check, ...] = (
    Check("differs_from_platform", "copy", "invoice", _("differs from the tax platform's copy in: {detail}"), _NUMBER),
    Check("absent_from_platform", "copy", "invoice", _("the tax platform's copy has no such row"), _NUMBER),
    Check(
        "withheld_from_list",
        "copy",
        "firm",
        _("{figure} invoices that the tax platform knows are not in the list, the first {detail}"),
        _NUMBER,
    ),
    Check(
        "changed_since_earlier",
        "copy",
        "invoice",
        _("changed since the earlier download, as no invoice lawfully does, in: {detail}"),
        _NUMBER,
    ),
    Check("new_before_earlier", "copy", "invoice", _("was not in the earlier download, which covers its day"), _NUMBER),
    Check(
        "gone_since_earlier",
        "copy",
        "firm",
        _("{figure} invoices of the earlier download are gone, the first {detail}"),
        _NUMBER,
    ),
    Check("differs_from_partner", "copy", "invoice", _("differs from the partner's copy in: {detail}"), _NUMBER),
    Check("absent_from_partner", "copy", "invoice", _("the partner's list has no such row"), _NUMBER),
    Check(
        "withheld_from_partner",
        "copy",
        "firm",
        _("{figure} invoices that partners list are not in the firm's list, the first {detail}"),
        _NUMBER,
    ),
)
