"""Normal forms of personal values: what is written differently and means the same becomes one text, so one token."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from windchime.core import resident_id
from windchime.data.contracts.column import PersonalDataClass

#: blanks, what cannot be seen, and the dots inside names of people
_DROPPED = re.compile(r"[^\S\n]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[·•・‧∙⋅]")
_BLANKS = re.compile(r"[^\S\n]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")
_PHONE = re.compile(r"[+\d()\-./]{5,}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
#: a document's number begins to look like one at this length
_SHORTEST_NUMBER = 6


def normal(kind: PersonalDataClass, value: str) -> str:
    """One value in its normal form; see `normals`."""
    return normals(kind, [value])[0]


def normals(kind: PersonalDataClass, values: Sequence[str]) -> list[str]:
    """Values in their normal form, by kind.

    - identity: names of people by NFKC, without blanks and dots, in simplified characters, upper case; numbers of
      documents upper case without punctuation, resident ids of 15 digits as those of 18;
    - contact: e-mail addresses lower case; phones as digits, without +86, landlines with the zero of their area code;
      anything else (postal addresses, devices) by NFKC without blanks, lower case;
    - account: letters and digits, upper case;
    - sensitive: NFKC without blanks.

    A value of which nothing would be left stays as it is.
    """
    if not values:
        return []
    made = _FORMS[kind](_joined(values))
    return [form or value.strip() for form, value in zip(made, values, strict=True)]


def _joined(values: Sequence[str]) -> str:
    """All values in one text, a line each, by NFKC: whole texts are worked on faster than a million small ones."""
    text = "\n".join(values)
    if text.count("\n") >= len(values):
        text = "\n".join(v.replace("\n", " ") for v in values)
    return unicodedata.normalize("NFKC", text)


def _identities(text: str) -> list[str]:
    plain = _simplified().convert(_DROPPED.sub("", text)).upper()
    return [
        _number(v) if v.isascii() and len(v) >= _SHORTEST_NUMBER and any(map(str.isdigit, v)) else v.replace(".", "")
        for v in plain.split("\n")
    ]


def _number(text: str) -> str:
    """The number of a document; stars of a masked one stay, as it is another text than the whole one."""
    plain = re.sub(r"[^0-9A-Z*]", "", text)
    if len(plain) == 15 and plain.isdigit() and resident_id.check(plain).valid:
        body = f"{plain[:6]}19{plain[6:]}"
        return body + resident_id.check_character(body)
    return plain


def _contacts(text: str) -> list[str]:
    return [_contact(v) for v in _BLANKS.sub("", text).lower().split("\n")]


def _contact(text: str) -> str:
    if "@" in text or not _PHONE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    for prefix in ("0086", "86"):
        rest = digits.removeprefix(prefix)
        if rest != digits and len(rest) >= 9:
            digits = rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else f"0{rest}"
            break
    return digits


def _accounts(text: str) -> list[str]:
    return [_NOT_ALPHANUMERIC.sub("", v) for v in text.upper().split("\n")]


def _sensitive(text: str) -> list[str]:
    return _BLANKS.sub("", text).split("\n")


_FORMS: dict[str, Callable[[str], list[str]]] = {
    "identity": _identities,
    "contact": _contacts,
    "account": _accounts,
    "sensitive": _sensitive,
}
#: the classes of personal data that have values in the vault
KINDS = tuple(_FORMS)


@cache
def _simplified() -> Any:
    """OpenCC's conversion from traditional to simplified characters."""
    from opencc import OpenCC

    return OpenCC("t2s")
