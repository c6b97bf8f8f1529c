"""Personal data inside free text: numbers of people, phones, accounts, e-mail addresses and known names become tokens.

Found by form: resident ids by their check character, mobile and landline phones, e-mail addresses, bank cards by their
check digit, accounts and document numbers where a word before them says so. Names of people are found only where the
same load brings them in a column of names, written the same way. What has no form and no such column (a name that
appears in prose alone, a nickname, a postal address) stays: prose is scrubbed, not certified.
"""

import re
from bisect import bisect, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from windchime.core import credit_code, resident_id
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault.people import words
from windchime.data.vault.tokens import Tokeniser

#: full-width forms and dashes as their half-width ones, one for one, so that places in the text stay the same
_HALF = (
    {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
    | {0x3000: 0x20, 0xA0: 0x20}
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), 0x2D)
)
#: what may stand between a word and the number it announces
_THEN = r"[^0-9A-Za-z，。；、,;]{0,8}"
#: not inside a longer number or word
_FREE, _END = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
#: people write blanks or hyphens between the groups of a number
_GAP = r"[ \-]?"


@dataclass(frozen=True, slots=True)
class Form:
    """One form that a personal value has in prose."""

    kind: PersonalDataClass
    #: its group `it`, or all of it, is the value
    pattern: re.Pattern[str]
    #: what else must be true of the value
    proof: Callable[[str], bool] = lambda _text: True


class Span(NamedTuple):
    """A place in a text that holds something personal."""

    start: int
    end: int
    kind: PersonalDataClass


def spans(text: str) -> list[Span]:
    """Where numbers and addresses of people stand in a text, in order; where two forms overlap, the earlier listed counts."""
    half = text.translate(_HALF)
    found: list[Span] = []
    for form in FORMS:
        for match in form.pattern.finditer(half):
            start, end = match.span("it")
            at = bisect(found, start, key=lambda span: span.start)
            free = (not at or found[at - 1].end <= start) and (at == len(found) or found[at].start >= end)
            if free and form.proof(half[start:end]):
                insort(found, Span(start, end, form.kind))
    return found


def _digits(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)


def _resident(text: str) -> bool:
    number = _digits(text)
    return resident_id.check(number).valid and not credit_code.check(number).valid


def _document(text: str) -> bool:
    return any(map(str.isdigit, text)) and not credit_code.check(text).valid


def _card(text: str) -> bool:
    """The check digit of bank cards (ISO/IEC 7812-1, annex B)."""
    digits = [int(d) for d in _digits(text)][::-1]
    total = sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
    return 13 <= len(digits) <= 19 and total % 10 == 0


def _form(kind: PersonalDataClass, pattern: str, proof: Callable[[str], bool] = lambda _text: True) -> Form:
    return Form(kind, re.compile(pattern, re.IGNORECASE), proof)


FORMS = (
    # begins where no address can begin earlier: else each place of a long text is tried to its end
    _form(
        "contact",
        r"(?<![A-Za-z0-9._%+\-])(?P<it>[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,})",
    ),
    _form(
        "identity",
        rf"{_FREE}(?P<it>[1-9][0-9]{{5}}{_GAP}(?:18|19|20)[0-9]{{2}}{_GAP}[01][0-9]{_GAP}[0-3][0-9]{_GAP}[0-9]{{3}}[0-9Xx]){_END}",
        _resident,
    ),
    _form("identity", rf"{_FREE}(?P<it>[1-9][0-9]{{7}}[01][0-9][0-3][0-9][0-9]{{3}}){_END}", _resident),
    _form(
        "identity",
        rf"(?:身份证|证件|护照|通行证){_THEN}(?P<it>[0-9A-Za-z][0-9A-Za-z* \-]{{4,20}}[0-9A-Za-z])",
        _document,
    ),
    _form("account", rf"(?:账号|帐号|账户|帐户|卡号|户号|account|a/c){_THEN}(?P<it>[0-9][0-9 \-]{{6,36}}[0-9]){_END}"),
    _form("contact", rf"{_FREE}(?P<it>(?:\+?(?:00)?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}){_END}"),
    _form("contact", rf"{_FREE}(?P<it>\(?0[1-9][0-9]{{1,2}}\)?{_GAP}[2-9][0-9]{{6,7}}){_END}"),
    _form(
        "contact", rf"(?:电话|手机|传真|热线|联系方式|tel|phone|fax){_THEN}(?P<it>[+(]?[0-9][0-9 ()\-]{{5,20}}[0-9])"
    ),
    _form("account", rf"{_FREE}(?P<it>[3-69][0-9]{{3}}(?:{_GAP}[0-9]){{9,15}}){_END}", _card),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A personal value that stood in prose."""

    #: which of the texts
    number: int
    kind: PersonalDataClass
    token: str
    value: str

    def __repr__(self) -> str:
        return f"Found({self.number}, {self.token!r})"


def in_brackets(token: str) -> str:
    """A token as it stands inside a text."""
    return f"⟨{token}⟩"


class Scrubber:
    """Replaces what is personal in texts.

    Args:
        tokeniser: makes the tokens.
        names: names of people to look for, as written; others than people's, and single characters, are passed over.
    """

    def __init__(self, tokeniser: Tokeniser, names: Iterable[str] = ()) -> None:
        self._tokeniser = tokeniser
        wanted = {n.strip() for n in names if len(n.strip()) > 1 and words().is_person(n)}
        #: the longest first: of names that begin at one place, the longest is meant
        self._names = sorted(wanted, key=lambda n: (-len(n), n))
        self._tokens = [in_brackets(t) for t in tokeniser.tokens("identity", self._names).to_pylist()]

    def __repr__(self) -> str:
        return f"Scrubber({len(self._names)} names)"

    @property
    def knows_names(self) -> bool:
        """Whether it looks for any name."""
        return bool(self._names)

    def scrub(self, texts: Sequence[str]) -> tuple[list[str], list[Found]]:
        """Texts without what was found, and the values found (names, which stand elsewhere too, are not repeated)."""
        places = [(number, span) for number, text in enumerate(texts) for span in spans(text)]
        found = [
            Found(number, span.kind, self._tokeniser.token(span.kind, value), value)
            for number, span in places
            for value in (texts[number][span.start : span.end].translate(_HALF),)
        ]
        done = list(texts)
        for one, (number, span) in zip(reversed(found), reversed(places), strict=True):
            text = done[number]
            done[number] = text[: span.start] + in_brackets(one.token) + text[span.end :]
        if self._names:
            series = pl.Series("text", done, pl.String)
            replaced = pl.col("text").str.replace_many(self._names, self._tokens, leftmost=True)
            done = series.to_frame().select(replaced).to_series().to_list()
        return done, found
