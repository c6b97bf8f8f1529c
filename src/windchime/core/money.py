"""Exact money: yuan as `Decimal` with two places; whole fen as integers where millions are added up."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from windchime.core.errors import BadCall
from windchime.core.text import _

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
#: DECIMAL(18,2): what the lake can hold
LARGEST = Decimal("9999999999999999.99")


class NotAnAmount(BadCall):
    """A value that is not an exact amount in yuan."""

    msgid = _("'{value}' is not an amount in yuan with at most two decimals")

    def __init__(self, value: object) -> None:
        super().__init__(value=str(value)[:40])


def yuan(value: "Decimal | int | str") -> Decimal:
    """An exact amount in yuan with two decimals.

    Args:
        value: integer, decimal or text. A binary float is refused: it cannot say which cent it means.

    Raises:
        NotAnAmount: more than two decimals, not a number, infinite, or beyond DECIMAL(18,2).
    """
    if isinstance(value, float):
        raise NotAnAmount(value)
    try:
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact) > LARGEST:
            raise NotAnAmount(value)
        cents = exact.quantize(CENT)
    except InvalidOperation:
        raise NotAnAmount(value) from None
    if cents != exact:
        raise NotAnAmount(value)
    return cents


def round_yuan(value: "Decimal | float") -> Decimal:
    """Round to the cent, halves away from zero as invoices and loan notes do; the one named place for it.

    A float is first taken at its shortest decimal text, so 0.285 means 0.285 and not the binary number below it.
    """
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(CENT, ROUND_HALF_UP)


def to_fen(value: Decimal) -> int:
    """Yuan to whole fen."""
    return int(yuan(value).scaleb(2))


def from_fen(fen: int) -> Decimal:
    """Whole fen to yuan with two decimals."""
    return Decimal(fen).scaleb(-2).quantize(CENT)
