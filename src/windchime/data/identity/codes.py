"""What codes prove: mentions of one valid code are one firm, mentions of two different ones are two.

A credit code holds the organisation code that came before it; a register that brings the old registration number beside
the credit code tells what that number has become.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from windchime.core import credit_code


def registration_number(text: str) -> str:
    """A registration number of 15 digits whose check digit (ISO 7064 MOD 11,10) is right; empty otherwise.

    Example:
        >>> registration_number("991020000000016"), registration_number("991020000000017")
        ('991020000000016', '')
    """
    plain = credit_code.normalise(text)
    if not (len(plain) == 15 and plain.isascii() and plain.isdigit()):
        return ""
    product = 10
    for digit in plain[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return plain if (product + int(plain[14])) % 10 == 1 else ""


def organisation_code(text: str) -> str:
    """An organisation code of nine characters whose check character is right; empty otherwise."""
    plain = credit_code.normalise(text)
    legal = len(plain) == 9 and all(c in credit_code.ORGANISATION_ALPHABET for c in plain[:8])
    return plain if legal and credit_code.organisation_check(plain[:8]) == plain[8] else ""


def valid_code(text: str | None) -> str | None:
    """The code in its normal form if its check holds: credit code, organisation code or registration number.

    A credit code with letters that it cannot have (O for 0) is corrected where the check character proves it.
    """
    if not text:
        return None
    found = credit_code.check(text)
    if found.valid:
        return found.code
    return found.proposal or organisation_code(text) or registration_number(text) or None


def credit_codes(written: Sequence[Sequence[str]]) -> list[str | None]:
    """The credit code of each mention, from all codes that its sources wrote; None where none is proven.

    Older codes are followed to the one credit code that holds them, or that stands beside them in a register. A mention
    with two different credit codes has none: its sources contradict each other.
    """
    valid = [sorted({c for c in map(valid_code, codes) if c}) for codes in written]
    whole: dict[str, set[str]] = defaultdict(set)
    for codes in valid:
        for new in (c for c in codes if len(c) == 18):
            whole[new].add(new)
            whole[new[8:17]].add(new)
            for old in (c for c in codes if len(c) < 18):
                whole[old].add(new)
    return [_one(set().union(*(whole[c] for c in codes if c in whole))) for codes in valid]


def _one(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def same_code(written: Sequence[Sequence[str]], proven: Sequence[str | None]) -> Iterator[tuple[int, int, str]]:
    """Pairs of mentions, each with the first of its code, and the code that joins them."""
    first: dict[str, int] = {}
    for mention, codes in enumerate(written):
        own = proven[mention]
        # older codes that no register has followed yet join those that bear the same
        keys = [own] if own else sorted({c for c in map(valid_code, codes) if c and len(c) < 18})
        for key in keys:
            if first.setdefault(key, mention) != mention:
                yield first[key], mention, key
