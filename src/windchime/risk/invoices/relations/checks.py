"""The checks of relations: what each looks for, in the one form of all checks."""

from windchime.core.text import _
from windchime.risk.invoices.checks.check import Check

_PARTNER = frozenset({"partner_id", "issue_date"})
_SALES = frozenset({"partner_id", "issue_date", "total", "direction"})
#: of an invoice; in the order in which a reader wants them
ROWS: tuple[Check, ...] = (
    Check(
        "partner_not_yet_founded",
        "relation",
        "invoice",
        _("{count} invoices are dated before the other side was founded"),
        _PARTNER,
    ),
    Check(
        "firm_not_yet_founded",
        "relation",
        "invoice",
        _("{count} invoices are dated before the firm itself was founded"),
        frozenset({"issue_date"}),
    ),
    Check(
        "partner_had_ended",
        "relation",
        "invoice",
        _("{count} invoices are dated after the other side was cancelled or revoked"),
        _PARTNER,
    ),
    Check(
        "circular_invoicing",
        "relation",
        "invoice",
        _("{count} invoices are hops of loops in which goods come back to their seller"),
        _SALES,
    ),
    Check(
        "mutual_invoicing",
        "relation",
        "invoice",
        _("{count} invoices have a counterpart that the other side issued back within days, of nearly the same total"),
        _SALES,
    ),
    Check(
        "partner_is_shell",
        "relation",
        "invoice",
        _("{count} invoices are with parties that bear several signs of a shell"),
        _PARTNER,
    ),
    Check(
        "partner_in_trouble",
        "relation",
        "invoice",
        _("{count} invoices are with parties that courts or authorities had listed on that day"),
        _PARTNER,
    ),
    Check(
        "partner_is_related",
        "relation",
        "invoice",
        _("{count} invoices are with related parties"),
        frozenset({"partner_id"}),
    ),
)
#: of a firm as a whole, by the check of invoices whose share of sales it measures
SHARES: dict[str, Check] = {
    of: Check(code, "relation", "firm", msgid, _SALES)
    for of, code, msgid in (
        (
            "circular_invoicing",
            "circular_share_high",
            _("sales that run in loops make up {figure} of twelve months' sales, above {bound}"),
        ),
        (
            "mutual_invoicing",
            "mutual_share_high",
            _("sales that the buyer invoiced back make up {figure} of twelve months' sales, above {bound}"),
        ),
        (
            "partner_is_shell",
            "shell_share_high",
            _("sales to parties with signs of a shell make up {figure} of twelve months' sales, above {bound}"),
        ),
        (
            "partner_had_ended",
            "ended_share_high",
            _("sales to firms that had ended make up {figure} of twelve months' sales, above {bound}"),
        ),
        (
            "partner_in_trouble",
            "troubled_share_high",
            _("sales to buyers in trouble make up {figure} of twelve months' sales, above {bound}"),
        ),
        (
            "partner_is_related",
            "related_share_high",
            _("sales to related parties make up {figure} of twelve months' sales, above {bound}"),
        ),
    )
}
CHECKS: tuple[Check, ...] = (*ROWS, *SHARES.values())
