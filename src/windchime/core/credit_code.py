"""Unified social credit code 统一社会信用代码 (GB 32100-2015) with the organisation code inside it (GB 11714-1997)."""

from dataclasses import dataclass

from windchime.core.text import _

#: 31 symbols: no I, O, S, V, Z; a symbol's value is its index
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
#: GB 11714: all letters, A = 10 … Z = 35
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: letters that are illegal here, and what they are usually a slip for
CONFUSED = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}
_DEPARTMENTS = frozenset("123456789ANY")


def check_character(first17: str) -> str:
    """The 18th character: C18 = MOD(31 − MOD(Σ Ci·Wi, 31), 31) with Wi = 3^(i−1) mod 31 (GB 32100-2015, annex).

    Example:
        >>> check_character("91350100M000100Y4")
        '3'
    """
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(body8: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997): 11 − (Σ Ci·Wi mod 11), 10 as X, 11 as 0.

    Example:
        >>> organisation_check("D2143569")
        'X'
    """
    total = sum(ORGANISATION_ALPHABET.index(c) * w for c, w in zip(body8, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


@dataclass(frozen=True, slots=True)
class CreditCodeCheck:
    """What is known of a text that should be a credit code."""

    #: normalised: half width, upper case, no blanks
    code: str
    #: English message ids of faults that make it invalid; empty when it is valid
    faults: tuple[str, ...]
    #: doubts that do not make it invalid
    doubts: tuple[str, ...]
    #: the code with confused letters (O, I, S, Z, V) corrected, where the check character proves it
    proposal: str = ""

    @property
    def valid(self) -> bool:
        """Whether the code is well formed and its check character is right."""
        return not self.faults


def normalise(text: str) -> str:
    """Half width, upper case, no blanks or hyphens."""
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("-", "")


def check(text: str) -> CreditCodeCheck:
    """Check a credit code as people write it.

    A wrong check character of the organisation code inside (positions 9–17) is only a doubt, as some legacy codes do
    not follow it; region 99 is not in GB/T 2260 and marks fictitious codes, which is a doubt as well.
    """
    code = normalise(text)
    if len(code) != 18:
        return CreditCodeCheck(code, (_("a credit code has 18 characters"),), ())
    if any(c not in ALPHABET for c in code):
        fault = _("a credit code has digits and capital letters without I, O, S, V, Z")
        return CreditCodeCheck(code, (fault,), (), _proposal(code))
    faults = []
    if code == "0" * 18 or code[0] not in _DEPARTMENTS:
        faults.append(_("the first character names no registering authority"))
    if not code[2:8].isdigit():
        faults.append(_("characters 3 to 8 are a region code of six digits"))
    if check_character(code[:17]) != code[17]:
        faults.append(_("the check character is wrong"))
    doubts = []
    if organisation_check(code[8:16]) != code[16]:
        doubts.append(_("the organisation code inside has a wrong check character"))
    if code[2:4] == "99":
        doubts.append(_("region 99 does not exist: the code is fictitious"))
    return CreditCodeCheck(code, tuple(faults), tuple(doubts))


def _proposal(code: str) -> str:
    """The code with confused letters replaced, if its check character proves it; else empty."""
    corrected = "".join(CONFUSED.get(c, c) for c in code)
    legal = all(c in ALPHABET for c in corrected)
    return corrected if legal and check_character(corrected[:17]) == corrected[17] else ""
