"""What the types of columns mean, in words; English, translated where they are shown."""

from windchime.core.text import _

MEANINGS: dict[str, str] = {
    "id": _("text that names something and never changes"),
    "text": _("text"),
    "enum": _("one of the listed codes"),
    "codes": _("several of the listed codes, sorted and joined by `|`"),
    "bool": _("true or false"),
    "int": _("whole number"),
    "date": _("date"),
    "month": _("first day of the month"),
    "money": _("yuan, exact to the fen"),
    "rate": _("fraction, exact to six decimals"),
    "number": _("measured number in the column's unit, four decimals"),
    "quantity": _("quantity, eight decimals"),
    "price": _("yuan a unit, ten decimals"),
    "instant": _("moment in UTC"),
}
