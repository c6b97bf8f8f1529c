"""Amounts in Chinese capitals (大写金额), as invoices and cheques state them beside the figures."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
#: other writings of the same digits and units
_OTHER = str.maketrans(
    "〇○一二三四五六七八九弍贰弎陸兩两十百千萬億元園員廿", "零零壹贰叁肆伍陆柒捌玖贰贰叁陆贰贰拾佰仟万亿圆圆圆拾"
)
_SMALL = {"拾": 10, "佰": 100, "仟": 1000}
#: signs that stand before an amount so that nothing can be added
_SIGNS = "⊗ⓧⓍ×¥￥:： \t　人民币"
_NEGATIVE = ("负", "（负数）", "(负数)")


def spell(amount: Decimal) -> str:
    """An amount in yuan in Chinese capitals.

    Example:
        >>> spell(Decimal("1190.20"))
        '壹仟壹佰玖拾圆贰角整'
    """
    sign, cents = ("负" if amount < 0 else ""), int(abs(amount).scaleb(2))
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    said = (_whole(yuan) + "圆") if yuan else ""
    if jiao:
        said += DIGITS[jiao] + "角"
    elif fen and yuan:
        said += "零"
    said += DIGITS[fen] + "分" if fen else ("整" if said else "零圆整")
    return sign + said


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        groups.append(yuan % 10_000)
        yuan //= 10_000
    said = ""
    for i in reversed(range(len(groups))):
        group = groups[i]
        if group and said and group < 1000:
            said += "零"
        said += _group(group) + ("", "万", "亿", "万亿")[i] if group else ""
    return said


def _group(group: int) -> str:
    said, gap = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = group // unit % 10
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return said


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
