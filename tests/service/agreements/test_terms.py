"""Terms are one canonical document: what is not one is refused, and a changed byte is another agreement."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.canonical import canonical
from windchime.service.agreements.errors import BadTerms, NoAgreement
from windchime.service.agreements.papers import Paper
from windchime.service.agreements.terms import DOMAIN, Terms

KEYS = (Ed25519PrivateKey.from_private_bytes(b"\x01" * 32), Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))


def raw(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


SAID: dict[str, Any] = {
    "format": 2,
    "giving": {"bank": "east", "key": raw(KEYS[0])},
    "receiving": {"bank": "west", "key": raw(KEYS[1])},
    "kind": "content",
    "subject": "schemes:access",
    "purpose": "one rule of signing in",
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
    "number": "7",
}


ANSWERS = {"months": 3, "least_firms": 10, "largest_share": "0.5", "firms_step": 5, "amount_step": "1000000.00"}


def test_terms_on_aggregates_say_how_they_are_made() -> None:
    said = SAID | {"kind": "aggregates", "subject": "aggregates:decisions", "answers": ANSWERS}
    terms = Terms.of(said)
    assert json.loads(terms.bytes) == said
    assert Terms.read(terms.bytes.decode()) == terms
    assert Terms.of(said | {"answers": ANSWERS | {"months": 6}}).id != terms.id


def test_terms_of_the_first_format_are_read_as_they_were_signed() -> None:
    content = SAID | {"format": 1}
    open_ = content | {"kind": "aggregates", "subject": "aggregates:decisions"}
    for said in (content, open_):
        signature = KEYS[0].sign(DOMAIN + canonical(said)).hex()
        terms = Terms.read(json.dumps(said))
        assert terms.signed_by("giving", signature)
        assert terms.says_not_how == (said is open_)


def test_terms_are_read_as_they_were_written() -> None:
    terms = Terms.of(SAID)
    assert terms.valid_until == date(2026, 12, 31)
    assert Terms.read(terms.bytes.decode()) == terms
    assert json.loads(terms.bytes) == SAID


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 3},
        {"format": 1, "answers": ANSWERS},
        {"kind": "persons"},
        {"subject": "schemes"},
        {"subject": "schemes:../x"},
        {"subject": "sch*:x"},
        {"purpose": " "},
        {"purpose": "x" * 401},
        {"valid_from": "2027-01-01"},
        {"valid_from": "soon"},
        {"giving": SAID["receiving"]},
        {"giving": {"bank": "east", "key": raw(KEYS[1])}},
        {"giving": {"bank": "east", "key": "00"}},
        {"giving": {"bank": "west", "key": raw(KEYS[0])}},
        {"giving": "east"},
        {"more": 1},
        {"answers": ANSWERS},
        {"kind": "aggregates", "subject": "aggregates:decisions"},
        {"kind": "aggregates", "subject": "aggregates:decisions", "answers": None},
        {"kind": "aggregates", "subject": "aggregates:decisions", "answers": ANSWERS | {"months": 7}},
    ],
)
def test_what_cannot_be_agreed_on_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadTerms):
        Terms.of(SAID | changed)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000, '{"format": 1}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(BadTerms):
        Terms.read(text)


@pytest.mark.parametrize(
    ("pattern", "subject", "covered"),
    [
        ("schemes:access", "schemes:access", True),
        ("schemes:access", "schemes:access2", False),
        ("schemes:acc*", "schemes:access", True),
        ("schemes:*", "policies:access", False),
        ("*", "policies:anything", True),
    ],
)
def test_a_star_covers_what_begins_so(pattern: str, subject: str, covered: bool) -> None:
    assert Terms.of(SAID | {"subject": pattern}).covers(subject) is covered


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_changed_byte_of_a_signature_or_of_terms_verifies(place: int, bit: int) -> None:
    terms = Terms.of(SAID)
    signature = KEYS[0].sign(DOMAIN + terms.bytes)
    assert terms.signed_by("giving", signature.hex())
    assert not terms.signed_by("receiving", signature.hex())
    changed = bytearray(signature)
    changed[place % len(changed)] ^= 1 << bit
    assert not terms.signed_by("giving", changed.hex())
    other = Terms.of(SAID | {"number": str(place) + "x"})
    assert not other.signed_by("giving", signature.hex())
    assert other.id != terms.id


def test_a_signature_on_something_else_is_none() -> None:
    terms = Terms.of(SAID)
    assert not terms.signed_by("giving", KEYS[0].sign(terms.bytes).hex())
    assert not terms.signed_by("giving", "no hexadecimal")
    assert not terms.signed_by("giving", "")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"terms": {}, "signatures": []}', b"\xff\xfe", b"{" * 100_000, b'{"signatures": {}}']
)
def test_a_file_that_is_no_agreement_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "paper"
    file.write_bytes(data)
    with pytest.raises((NoAgreement, BadTerms)):
        Paper.read(file)
    with pytest.raises(NoAgreement):
        Paper.read(tmp_path / "absent")


def test_a_paper_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "paper"
    paper = Paper(Terms.of(SAID), {"giving": "00", "receiving": "11"})
    file.write_bytes(paper.as_bytes())
    assert Paper.read(file) == paper
