"""Amounts in Chinese capitals (大写金额), as invoices, cheques and sheets state them in place of figures or beside them."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
#: other writings of the same digits and units
_OTHER = str.maketrans(
    "〇○一二三四五六七八九弍貳弎叄參陸兩两十百千萬億元圓園員",
    "零零壹贰叁肆伍陆柒捌玖贰贰叁叁叁陆贰贰拾佰仟万亿圆圆圆圆",
)
_SMALL = {"拾": 10, "佰": 100, "仟": 1000}
#: signs that stand before an amount so that nothing can be added
_SIGNS = "⊗ⓧⓍ×¥￥:： \t　人民币"
#: words of negative amounts, longer ones first
_NEGATIVE = ("（负数）", "(负数)", "负")


def read(text: str) -> Decimal | None:
    """The amount that a text in Chinese capitals states; None where it states none.

    Example:
        >>> read("⊗壹仟壹佰玖拾圆贰角整")
        Decimal('1190.20')
    """
    plain = text.strip(_SIGNS)
    negative = any(mark in plain for mark in _NEGATIVE)
    for mark in _NEGATIVE:
        plain = plain.replace(mark, "")
    plain = plain.strip(_SIGNS).translate(_OTHER).replace("整", "").replace("正", "")
    if not plain or len(plain) > 60:
        return None
    whole, mark, rest = plain.partition("圆")
    if not mark:
        whole, rest = ("", plain) if plain.endswith(("角", "分")) else (plain, "")
    yuan, cents = _read_whole(whole), _read_cents(rest)
    if yuan is None or cents is None:
        return None
    amount = Decimal(yuan * 100 + cents).scaleb(-2)
    return -amount if negative else amount


def _read_whole(text: str) -> int | None:
    total = section = digit = 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS.index(c)
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        elif c == "万":
            section = (section + digit) * 10_000
            total, section, digit = total + section, 0, 0
        elif c == "亿":
            total = (total + section + digit) * 100_000_000
            section = digit = 0
        else:
            return None
    return total + section + digit


def _read_cents(text: str) -> int | None:
    cents = digit = 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS.index(c)
        elif c in "角分" and digit is not None:
            cents += digit * (10 if c == "角" else 1)
            digit = 0
        else:
            return None
    return cents if digit == 0 else None
