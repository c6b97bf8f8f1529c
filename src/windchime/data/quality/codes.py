"""Checks of codes as expressions over a column, equal to those of `core` on every text, on any engine."""

import ibis

from windchime.core import credit_code, patent_number


def credit_code_fails(code: ibis.Value) -> ibis.Value:
    """Whether a text is no unified social credit code or its check character is not the one that belongs there."""
    code = code.re_replace(r"[\s-]", "").upper()
    shaped = code.re_search(f"^[1-9ANY][{credit_code.ALPHABET}][0-9]{{6}}[{credit_code.ALPHABET}]{{10}}$")
    total = _weighted(code, credit_code.ALPHABET, credit_code.WEIGHTS)
    wanted = (31 - total % 31) % 31
    return ~shaped | (_value(code, 17, credit_code.ALPHABET) != wanted)


def patent_number_fails(number: ibis.Value) -> ibis.Value:
    """Whether a text is no Chinese application number or its check digit is not the one that belongs there."""
    shaped = number.re_search(f"^{patent_number.PATTERN}$")
    digits = number.upper().re_replace("^CN", "").re_replace(r"\.", "")
    length = digits.length()
    weights = [patent_number.WEIGHTS[i % len(patent_number.WEIGHTS)] for i in range(12)]
    short, long = (_weighted(digits, "0123456789", weights[:n]) for n in (8, 12))
    total = ibis.ifelse(length == 9, short, long)
    last = ibis.literal(patent_number.CHECKS).find(digits.substr(length - 1, 1))
    return ~shaped | (last != total % 11)


def region_unknown(code: ibis.Value, provinces: tuple[str, ...]) -> ibis.Value:
    """Whether a text is not six digits that begin with a province."""
    return ~(code.re_search(r"^[0-9]{6}$") & code.substr(0, 2).isin(provinces))


def industry_malformed(code: ibis.Value) -> ibis.Value:
    """Whether a text is not a section letter with up to four digits (GB/T 4754)."""
    return ~code.re_search(r"^[A-T]([0-9]{2,4})?$")


def _value(text: ibis.Value, place: int, alphabet: str) -> ibis.Value:
    """Value of the character at a place: its index in the alphabet."""
    found: ibis.Value = ibis.literal(alphabet).find(text.substr(place, 1))
    return found


def _weighted(text: ibis.Value, alphabet: str, weights: tuple[int, ...] | list[int]) -> ibis.Value:
    total: ibis.Value = ibis.literal(0)
    for place, weight in enumerate(weights):
        total = total + _value(text, place, alphabet) * weight
    return total
