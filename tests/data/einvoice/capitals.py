"""The writer of amounts in Chinese capitals (大写金额), the other way round from the reader."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"


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
