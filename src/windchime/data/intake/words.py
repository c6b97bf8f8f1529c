"""The words for what intake finds: why a row was rejected, what was noted, each as a message with places."""

from windchime.core.text import Text, _
from windchime.data.contracts import contract
from windchime.data.intake.csvfile import READ_AS
from windchime.data.intake.einvoice import told
from windchime.data.intake.rough import DAMAGES

#: reasons of rejection that belong to a column's type: message, and what is accepted
REASONS: dict[str, tuple[str, str]] = {
    "missing": (_("a value is missing"), _("a filled cell")),
    "not_text": (_("'{value}' is not a text"), _("a text")),
    "digits_lost": (
        _("'{value}' is a number with more than 15 digits, some of which a spreadsheet has lost"),
        _("a cell formatted as text before the number was typed"),
    ),
    "control_characters": (_("the text has control characters"), _("a text without them")),
    "not_an_id": (_("'{value}' cannot be an identifier"), _("a text without blanks and control characters")),
    "too_long": (_("the text is too long"), _("at most {accepted} characters")),
    "not_of_source": (
        _("'{value}' is no firm of this source"),
        _("an identifier that begins with the source of the pack and a colon"),
    ),
    "not_accepted": (_("'{value}' is not one of the accepted values"), _("one of: {accepted}")),
    "not_an_amount": (_("'{value}' is not an amount in yuan with at most two decimals"), _("a number such as 1234.50")),
    "not_a_rate": (_("'{value}' is not a share"), _("a fraction such as 0.045")),
    "not_a_number": (_("'{value}' is not a number"), _("a number such as 12.5")),
    "not_a_whole_number": (_("'{value}' is not a whole number"), _("a number without decimals")),
    "not_a_date": (_("'{value}' is not a date"), _("YYYY-MM-DD, or a cell formatted as a date, not before 1949-10-01")),
    "not_yes_or_no": (_("'{value}' is neither yes nor no"), _("是 or 否, true or false, 1 or 0")),
    "not_an_instant": (
        _("'{value}' is not a point in time"),
        _("a moment such as 2024-05-01 08:30, Shanghai time unless a zone is said"),
    ),
    "below_minimum": (_("'{value}' is too small"), _("at least {accepted}")),
    "above_maximum": (_("'{value}' is too large"), _("at most {accepted}")),
    **DAMAGES,
    "key_repeated": (_("an earlier row has the same key"), _("one row a key")),
}

#: notes that belong to no rule of a contract
NOTES: dict[str, str] = {
    "erased_came_back": _("{count} persons or firms whose data had been erased came back; each has a new key"),
    "blanks_trimmed": _("{count} values of column {column} had blanks around them, which were removed"),
    "time_of_day_dropped": _("{count} dates of column {column} had a time of day, which was dropped"),
    "rate_rounded": _("{count} values of column {column} were rounded to the decimals of their type"),
    "formula_cells": _("the workbook has {count} cells with formulas; their last computed values were read"),
    "unit_converted": _(
        "{count} values of column {column} had a unit of their own or were written in words; they were converted"
    ),
    "read_as": READ_AS,
    "file_left_out": _("the mapping reads no file of this name; it was left out"),
    "file_empty": _("the file holds no rows"),
    "column_not_expected": _("column {column} is not expected and was left out"),
    "credit_code_doubtful": _("{count} values of column {column} are no valid unified social credit codes"),
    **told.NOTES,
}

#: a rule of a contract that is true of a rejected row
BROKEN_RULE = "{label}"

#: a note that a contract's rule makes
RULE_NOTE = _("{count} rows: {label}")


def rule_label(table: str, code: str) -> Text | None:
    """The label of a contract's rule; None where the table has none of this code."""
    return next((rule.label for rule in contract(table).rules if rule.code == code), None)
