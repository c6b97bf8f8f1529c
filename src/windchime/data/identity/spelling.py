"""One spelling of a text: width, case, blanks, brackets, traditional characters; how it sounds."""

import html
import unicodedata
from functools import cache

_BRACKETS = str.maketrans(dict.fromkeys("〔【[{<〈《｛〖", "(") | dict.fromkeys("〕】]}>〉》｝〗", ")"))
#: dots between the parts of a name, and what is written behind it
_DOTS = str.maketrans("", "", "·•・‧∙⋅")
_TAIL = "。.,;:、，；：-_/\\|"
#: unified ideographs of the basic plane
_IDEOGRAPHS = range(0x4E00, 0xA000)


@cache
def simplified() -> dict[int, str]:
    """Traditional characters with their simplified form, for `str.translate`.

    A character that GB 2312 has is a simplified one in its own right (乾, 著) and stays as it is.
    """
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    found = {}
    for code in _IDEOGRAPHS:
        try:
            chr(code).encode("gb2312")
        except UnicodeEncodeError:
            to = convert(chr(code))
            if to != chr(code):
                found[code] = to
    # some lead on to a character that has a simplified form itself
    return {code: "".join(found.get(ord(c), c) for c in to) for code, to in found.items()}


def normalised(text: str) -> str:
    """The text in one spelling: what differs in width, case, blanks, brackets or traditional characters becomes equal.

    Normalising what is normalised changes nothing.

    Example:
        >>> normalised("重慶 銘達（集團）貿易有限公司。")
        '重庆铭达(集团)贸易有限公司'
    """
    for _round in range(8):
        after = _once(text)
        if after == text:
            break
        text = after
    return text


def _once(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    wide = unicodedata.normalize("NFKC", text).upper()
    plain = wide.translate(_BRACKETS).translate(_DOTS).translate(simplified())
    if not plain.isalnum():
        # category Z: blanks; C: control and invisible characters; M: marks that stand on others
        plain = "".join(c for c in plain if c.isalnum() or unicodedata.category(c)[0] not in "ZCM")
        plain = plain.replace("()", "").rstrip(_TAIL)
    return plain


@cache
def _sounds() -> dict[int, str]:
    """The first reading of each ideograph, without tone."""
    from pypinyin import Style, pinyin

    said = {code: pinyin(chr(code), Style.NORMAL, errors="ignore") for code in _IDEOGRAPHS}
    return {code: readings[0][0] for code, readings in said.items() if readings}


def sound(text: str) -> str:
    """How a text sounds, without tones: equal for names that are written differently and said alike.

    Example:
        >>> sound("启航") == sound("起杭")
        True
    """
    return " ".join(_sounds().get(ord(c), c) for c in text)
