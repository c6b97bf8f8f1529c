"""What two banks agree on: one canonical JSON document, which names both and their keys, and is signed as it stands."""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from windchime.core.canonical import canonical, sha256
from windchime.core.dates import NotADate, parse_date
from windchime.core.text import Text
from windchime.service.agreements.answers import Answers
from windchime.service.agreements.errors import BadTerms

#: that new agreements have; of the first one, aggregates could be agreed on without saying how they are made
FORMAT = 2
FORMATS = (1, FORMAT)
#: what a signature is over, before the terms: no other document of ours begins so
DOMAIN = b"windchime agreement 1\n"
#: what may cross at all; personal data is no kind
KINDS = {
    "content": Text("已发布的内容（到对方为草稿）", "published content, which arrives as a draft"),
    "aggregates": Text("组合汇总数（口径写入协议）", "portfolio aggregates, made as the agreement says"),
}
#: `kind:name`, or the beginning of one and a star
SUBJECT = re.compile(r"(\*|[a-z][a-z0-9_]*:(\*|[a-z0-9_]{1,60}\*?))")
LONGEST = 400
#: of the document
FIELDS = {
    "format", "giving", "receiving", "kind", "subject", "purpose", "valid_from", "valid_until", "number"
}  # fmt: skip
#: of an agreement on aggregates
FIELDS_OF_AGGREGATES = FIELDS | {"answers"}
Side = Literal["giving", "receiving"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms; both banks sign the same bytes."""

    #: names of the banks, and their public Ed25519 keys, hexadecimal
    giving: str
    giving_key: str
    receiving: str
    receiving_key: str
    #: one of `KINDS`
    kind: str
    #: what of it: `schemes:access`, `schemes:*`
    subject: str
    #: what for, in words both understand
    purpose: str
    #: first and last day, in Shanghai
    valid_from: date
    valid_until: date
    #: unlike any other agreement's: one that was revoked can be made anew
    number: str
    #: how aggregates are made; None where none cross
    answers: Answers | None = None
    #: one of `FORMATS`
    format: int = FORMAT

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        told = {
            "format": self.format,
            "giving": {"bank": self.giving, "key": self.giving_key},
            "receiving": {"bank": self.receiving, "key": self.receiving_key},
            "kind": self.kind,
            "subject": self.subject,
            "purpose": self.purpose,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "number": self.number,
        }
        return told if self.answers is None else {**told, "answers": self.answers.as_dict()}

    @property
    def bytes(self) -> bytes:
        """The document."""
        return canonical(self.as_dict())

    @property
    def id(self) -> str:
        """SHA-256 of the document."""
        return sha256(self.bytes)

    @classmethod
    def of(cls, said: Any) -> Self:
        """From JSON.

        Raises:
            BadTerms: it is none, or says what cannot be agreed on.
        """
        try:
            open_ = said["format"] == 1 and "answers" not in said
            fields = FIELDS_OF_AGGREGATES if said["kind"] == "aggregates" and not open_ else FIELDS
            if said["format"] not in FORMATS or set(said) != fields:
                raise BadTerms("the fields are not those of an agreement")
            giving, receiving = said["giving"], said["receiving"]
            terms = cls(
                giving=str(giving["bank"]),
                giving_key=str(giving["key"]),
                receiving=str(receiving["bank"]),
                receiving_key=str(receiving["key"]),
                kind=str(said["kind"]),
                subject=str(said["subject"]),
                purpose=str(said["purpose"]),
                valid_from=parse_date(said["valid_from"]),
                valid_until=parse_date(said["valid_until"]),
                number=str(said["number"]),
                answers=Answers.of(said["answers"]) if "answers" in said else None,
                format=int(said["format"]),
            )
        except (TypeError, KeyError, AttributeError, NotADate):
            raise BadTerms("the fields are not those of an agreement") from None
        terms._examine()
        return terms

    @classmethod
    def read(cls, text: str) -> Self:
        """From the stored document; see `of`."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            raise BadTerms("no JSON") from None
        return cls.of(said)

    @property
    def says_not_how(self) -> bool:
        """Whether aggregates were agreed on before agreements said how these are made: nothing crosses under such terms."""
        return self.kind == "aggregates" and self.answers is None

    def covers(self, subject: str) -> bool:
        """Whether a subject is one of those agreed on: the same, or one that begins so."""
        plain, star, _rest = self.subject.partition("*")
        return subject.startswith(plain) if star else subject == self.subject

    def key_of(self, side: Side) -> str:
        """A side's public key."""
        return self.giving_key if side == "giving" else self.receiving_key

    def fingerprint(self, side: Side) -> str:
        """What people compare of a side's public key."""
        return fingerprint(self.key_of(side))

    def signed_by(self, side: Side, signature: str) -> bool:
        """Whether a signature is the side's, over these terms."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key_of(side)))
            key.verify(bytes.fromhex(signature), DOMAIN + self.bytes)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _examine(self) -> None:
        texts = (self.giving, self.receiving, self.kind, self.subject, self.purpose, self.number)
        keys = (self.giving_key, self.receiving_key)
        if not all(0 < len(text.strip()) <= LONGEST for text in texts):
            raise BadTerms("a field is empty or too long")
        if not all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys) or len(set(keys)) != len(keys):
            raise BadTerms("both banks have a key of their own")
        if self.giving == self.receiving:
            raise BadTerms("two banks agree, not one with itself")
        if self.kind not in KINDS:
            raise BadTerms(f"what may cross: {', '.join(KINDS)}")
        if not SUBJECT.fullmatch(self.subject):
            raise BadTerms("a subject is kind:name, or the beginning of one and *")
        if self.valid_from > self.valid_until:
            raise BadTerms("it ends before it begins")


def fingerprint(key: str) -> str:
    """What people compare of a public key: the beginning of its SHA-256, in fours.

    Args:
        key: hexadecimal.
    """
    found = sha256(bytes.fromhex(key))[:32]
    return " ".join(found[n : n + 4] for n in range(0, len(found), 4))
