"""Between two banks of one home nothing crosses but what both have signed for, and both chains know of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from tests.accounts import Moved
from tests.fresh import fresh

from windchime.content import seed
from windchime.content.store import ContentStore
from windchime.content.tables import ContentVersion
from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.decision.tables import Decision
from windchime.portfolio import crossing, four_eyes
from windchime.service import audit
from windchime.service.agreements import papers, signing
from windchime.service.agreements.errors import (
    AgreementChanged,
    AnotherAnswer,
    BadTerms,
    NotAgreed,
    NotBothSigned,
    NotInTime,
    NotTheirSignature,
    Revoked,
    SaysNotHow,
    TellsTooMuch,
)
from windchime.service.agreements.papers import Paper
from windchime.service.agreements.proposals import subject
from windchime.service.agreements.tables import Agreement, Crossing
from windchime.service.agreements.terms import DOMAIN, Side, Terms
from windchime.service.bank import Bank
from windchime.service.proposals import stored
from windchime.service.proposals.errors import OwnProposal

ADA, BO, OPERATOR = Actor("ada"), Actor("bo"), Actor("operator")
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
TODAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Two:
    """Two banks of one home."""

    east: Bank
    west: Bank

    def terms(self, **changed: Any) -> Terms:
        """What east gives to west, as east writes it down."""
        said: dict[str, Any] = {
            "kind": "content",
            "subject": "schemes:*",
            "purpose": "one rule of signing in",
            "valid_from": TODAY,
            "valid_until": TODAY + timedelta(days=30),
        }
        if changed.get("kind") == "aggregates" and "answers" not in changed:
            with self.east.session() as session:
                said["answers"] = crossing.manner(self.east, session)
        return signing.draft(self.east, "giving", self.west.name, signing.public_key(self.west), **(said | changed))

    def agreed(self, **changed: Any) -> Terms:
        """Terms that both have signed and exchanged."""
        terms = self.terms(**changed)
        east, west = signed(self.east, terms), signed(self.west, terms)
        exchange(self.east, west)
        exchange(self.west, east)
        return terms


def signed(bank: Bank, terms: Terms) -> Paper:
    """One bank's own four eyes, and the paper it hands out."""
    proposal = four_eyes.propose(bank, ADA, "agreement.sign", subject(terms), terms.as_dict(), reason="wanted")
    with bank.session() as session:
        seen = stored.newest(session, stored.find(session, proposal)).digest
    four_eyes.approve(bank, BO, proposal, seen=seen)
    with bank.session() as session:
        return papers.paper(papers.find(session, terms.id))


def exchange(bank: Bank, paper: Paper) -> None:
    with bank.unit(OPERATOR) as unit:
        signing.complete(unit, paper)


def an_access_scheme(bank: Bank) -> None:
    """The shipped one, published."""
    data = seed.sources("schemes")["access"]
    with bank.unit(ADA) as unit:
        version = ContentStore(bank.content_dir).propose(unit, "schemes", "access", data, valid_from=TODAY)
    with bank.unit(BO) as unit:
        ContentStore(bank.content_dir).publish(unit, "schemes", "access", version)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both on SQLite, or both in one PostgreSQL database."""
    address = None if request.param == "sqlite" else request.getfixturevalue("postgres_address")
    home = tmp_path_factory.mktemp("home")
    banks = [
        Bank.open(home, f"{name}-{uuid4().hex[:8]}", clock=FixedClock(NOON), database=address)
        for name in ("east", "west")
    ]
    for bank in banks:
        an_access_scheme(bank)
    yield Two(*banks)
    for bank in banks:
        bank.close()


def drafts(bank: Bank) -> list[tuple[str, str, str]]:
    with bank.session() as session:
        rows = session.scalars(select(ContentVersion).where(ContentVersion.state == "draft"))
        return [(row.kind, row.name, row.author) for row in rows]


def actions(bank: Bank, about: str) -> list[tuple[str, str]]:
    with bank.session() as session:
        return [(r.action, r.actor) for r in audit.records(session, subject=about)]


def test_published_content_arrives_as_a_draft_and_both_chains_know(two: Two) -> None:
    terms = two.agreed(subject="schemes:access")
    payload = crossing.content(two.east, "schemes", "access")
    # the other bank has the same bytes in force: a later date makes another draft of them
    payload = replace(payload, valid_from=date(2026, 2, 1))
    made = crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    assert drafts(two.west) == [("schemes", "access", f"bank:{two.east.name}")]
    assert actions(two.east, f"crossing:{made}") == [("agreement.give", "operator")]
    assert actions(two.west, f"crossing:{made}") == [("agreement.receive", f"bank:{two.east.name}")]
    assert crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload) == made
    assert len(actions(two.east, f"crossing:{made}")) == len(drafts(two.west)) == 1
    for bank in (two.east, two.west):
        with bank.session() as session:
            assert audit.verify(session) == []


def test_an_agreement_one_bank_has_signed_lets_nothing_cross(two: Two) -> None:
    terms = two.terms()
    payload = crossing.content(two.east, "schemes", "access")
    with pytest.raises(NotBothSigned):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    east = signed(two.east, terms)
    with pytest.raises(NotBothSigned):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    with pytest.raises(UnknownName):
        exchange(two.west, east)
    west = signed(two.west, terms)
    exchange(two.west, east)
    with pytest.raises(NotBothSigned):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    exchange(two.east, west)
    assert crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)


def test_nobody_signs_alone(two: Two) -> None:
    terms = two.terms()
    proposal = four_eyes.propose(two.east, ADA, "agreement.sign", subject(terms), terms.as_dict(), reason="wanted")
    with two.east.session() as session:
        seen = stored.newest(session, stored.find(session, proposal)).digest
    with pytest.raises(OwnProposal):
        four_eyes.approve(two.east, ADA, proposal, seen=seen)
    with two.east.session() as session:
        assert session.get(Agreement, terms.id) is None


def test_terms_of_others_or_with_a_key_that_is_not_ones_own_are_not_signed(two: Two) -> None:
    stranger = Ed25519PrivateKey.generate()
    own = two.terms()
    for terms in (
        replace(own, giving="north"),
        replace(own, giving_key="ab" * 32),
        replace(own, giving="north", receiving=two.east.name),
    ):
        with pytest.raises(BadTerms):
            four_eyes.propose(two.east, ADA, "agreement.sign", subject(terms), terms.as_dict(), reason="wanted")
    terms = two.terms()
    with pytest.raises(BadTerms):
        four_eyes.propose(two.east, ADA, "agreement.sign", "agreement:" + "0" * 64, terms.as_dict(), reason="wanted")
    east = signed(two.east, terms)
    forged = Paper(terms, {**east.signatures, "receiving": stranger.sign(DOMAIN + terms.bytes).hex()})
    with pytest.raises(NotTheirSignature):
        exchange(two.east, forged)
    with pytest.raises(NotTheirSignature):
        exchange(two.east, east)


def test_what_was_written_past_the_signing_is_found(two: Two) -> None:
    payload = crossing.content(two.east, "schemes", "access")
    for bank, changed, error in (
        (two.west, {"other_signature": "00" * 64}, NotTheirSignature),
        (two.west, {"own_signature": "00" * 64}, AgreementChanged),
        (two.east, {"terms": "{}"}, AgreementChanged),
        (two.east, {"side": "receiving"}, AgreementChanged),
    ):
        terms = two.agreed()
        with bank.unit(OPERATOR) as unit:
            unit.session.execute(update(Agreement).where(Agreement.id == terms.id).values(**changed))
        with pytest.raises(error):
            crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    wider = two.agreed(subject="schemes:four_eyes")
    with two.east.unit(OPERATOR) as unit:
        text = replace(wider, subject="schemes:*").bytes.decode()
        unit.session.execute(update(Agreement).where(Agreement.id == wider.id).values(terms=text))
    with pytest.raises(NotAgreed):
        crossing.hand_over(two.east, two.west, OPERATOR, wider.id, payload)


@pytest.mark.parametrize("side", ["east", "west"])
def test_either_side_revokes_alone_and_at_once(two: Two, side: str) -> None:
    terms = two.agreed()
    payload = crossing.content(two.east, "schemes", "access")
    with getattr(two, side).unit(OPERATOR) as unit:
        signing.revoke(unit, terms.id, "not wanted any more")
    with pytest.raises(Revoked):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    with pytest.raises(Revoked), getattr(two, side).unit(OPERATOR) as unit:
        signing.revoke(unit, terms.id, "again")


def test_before_and_after_its_time_nothing_crosses(two: Two) -> None:
    payload = crossing.content(two.east, "schemes", "access")
    for begin, end in ((1, 5), (-5, -1)):
        terms = two.agreed(valid_from=TODAY + timedelta(days=begin), valid_until=TODAY + timedelta(days=end))
        with pytest.raises(NotInTime):
            crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    last = two.agreed(valid_until=TODAY)
    assert crossing.hand_over(two.east, two.west, OPERATOR, last.id, payload)


def test_what_was_not_agreed_on_does_not_cross(two: Two) -> None:
    terms = two.agreed(subject="schemes:four_eyes")
    payload = crossing.content(two.east, "schemes", "access")
    before = drafts(two.west)
    with pytest.raises(NotAgreed):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    with pytest.raises(NotAgreed):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, replace(payload, kind="aggregates"))
    wide = two.agreed(subject="*")
    with pytest.raises(NotAgreed):
        crossing.hand_over(two.west, two.east, OPERATOR, wide.id, crossing.content(two.west, "schemes", "access"))
    assert drafts(two.west) == before
    with two.west.session() as session:
        assert session.scalars(select(Crossing).where(Crossing.agreement_id.in_([terms.id, wide.id]))).all() == []


def test_a_hand_over_that_was_cut_off_is_completed(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = two.agreed(subject="schemes:access")
    payload = replace(crossing.content(two.east, "schemes", "access"), valid_from=date(2026, 3, 1))
    propose = ContentStore.propose

    def die(*_args: object, **_more: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(ContentStore, "propose", die)
    with pytest.raises(KeyboardInterrupt):
        crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    monkeypatch.setattr(ContentStore, "propose", propose)
    made = crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    assert len(actions(two.east, f"crossing:{made}")) == len(actions(two.west, f"crossing:{made}")) == 1


def decided(bank: Bank, firms: int, verdict: str, limit: str, *, first: int = 0, band: str = "B") -> None:
    """Decisions of so many firms, as the log has them."""
    with bank.unit(ADA) as unit:
        for number in range(first, first + firms):
            unit.session.add(
                Decision(
                    id=str(uuid4()), run_id="r", firm_id=f"bank:{number}", entity_id="", product="invoice_loan",
                    as_of=TODAY, lake_version=1, verdict=verdict, band=band, probability=Decimal("0.01"),
                    limit=Decimal(limit) if verdict == "approve" else None, rate=None, reason_codes=" ",
                    body_format=1, body="{}", body_sha256="", made_at=unit.now, actor="ada", actor_kind="person",
                )
            )  # fmt: skip


def aggregates(two: "Two", **changed: Any) -> Terms:
    """An agreement on aggregates."""
    return two.agreed(kind="aggregates", subject=crossing.DECISIONS, **changed)


def test_aggregates_have_enough_firms_a_cell_and_no_total(two: Two) -> None:
    terms = aggregates(two)
    with pytest.raises(crossing.NothingToGive):
        crossing.aggregates(two.east, terms.id)
    decided(two.east, 13, "approve", "100000.00")
    decided(two.east, 9, "decline", "0.00", first=100)
    decided(two.east, 10, "approve", "1000.00", first=200, band="A")
    # a firm that was decided anew counts once, with the newest
    decided(two.east, 1, "approve", "900000.00", first=200, band="A")
    payload = crossing.aggregates(two.east, terms.id)
    assert json.loads(payload.data)["cells"] == [
        {"product": "invoice_loan", "band": "A", "verdict": "approve", "firms": 10, "limit": None},
        {"product": "invoice_loan", "band": "B", "verdict": "approve", "firms": 10, "limit": "1000000.00"},
    ]
    crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)
    with two.west.session() as session:
        (got,) = crossing.received(session, terms.id)
    assert got["answers"]["least_firms"] == 10
    assert got["until"] == "2026-03-31"
    assert "bank:" not in json.dumps(got["cells"])


def test_aggregates_of_the_first_format_are_refused_by_name(two: Two) -> None:
    terms = replace(two.terms(kind="aggregates", subject=crossing.DECISIONS), answers=None, format=1)
    with pytest.raises(SaysNotHow):
        four_eyes.propose(two.east, ADA, "agreement.sign", subject(terms), terms.as_dict(), reason="wanted")
    # as a bank has them that signed before
    pairs: tuple[tuple[Bank, Bank, Side], ...] = ((two.east, two.west, "receiving"), (two.west, two.east, "giving"))
    for bank, other, side in pairs:
        with bank.unit(BO) as unit:
            signing.sign(bank, unit, terms, "p")
        theirs = signing.key(other).sign(DOMAIN + terms.bytes).hex()
        exchange(bank, Paper(terms, {side: theirs}))
    with pytest.raises(SaysNotHow):
        crossing.aggregates(two.east, terms.id)
    with two.east.session() as session:
        assert papers.as_dict(papers.find(session, terms.id), TODAY)["state"] == "says_not_how"


def test_content_agreed_on_in_the_first_format_crosses(two: Two) -> None:
    terms = replace(two.terms(subject="schemes:access"), format=1)
    east, west = signed(two.east, terms), signed(two.west, terms)
    exchange(two.east, west)
    exchange(two.west, east)
    payload = replace(crossing.content(two.east, "schemes", "access"), valid_from=date(2026, 4, 1))
    assert crossing.hand_over(two.east, two.west, OPERATOR, terms.id, payload)


@pytest.mark.parametrize("text", ["{}", "no JSON", "wider"])
def test_a_row_that_was_changed_stands_in_the_list_as_that(two: Two, text: str) -> None:
    terms = two.agreed(subject="schemes:four_eyes")
    stored_ = replace(terms, subject="schemes:*").bytes.decode() if text == "wider" else text
    with two.east.unit(OPERATOR) as unit:
        unit.session.execute(update(Agreement).where(Agreement.id == terms.id).values(terms=stored_))
    with two.east.session() as session:
        rows = {a["id"]: a for a in (papers.as_dict(row, TODAY) for row in papers.agreements(session))}
        assert (rows[terms.id]["state"], rows[terms.id]["terms"]) == ("changed", None)
        with pytest.raises(AgreementChanged):
            papers.paper(papers.find(session, terms.id))


def test_what_was_made_in_another_manner_is_not_handed_over(two: Two) -> None:
    with two.east.session() as session:
        rule = crossing.manner(two.east, session)
    strict, strange = (aggregates(two, answers=answers) for answers in (replace(rule, months=6), rule))
    loose = aggregates(two, answers=replace(rule, firms_step=2))
    with pytest.raises(TellsTooMuch):
        crossing.aggregates(two.east, loose.id)
    content = two.agreed()
    with pytest.raises(NotAgreed):
        crossing.aggregates(two.east, content.id)
    # the module's bank has given an answer of this period before
    payload = crossing.aggregates(two.east, strange.id)
    with pytest.raises(AnotherAnswer):
        crossing.aggregates(two.east, strict.id)
    with pytest.raises(NotAgreed):
        crossing.hand_over(two.east, two.west, OPERATOR, strict.id, payload)
    changed = replace(payload, data=payload.data.replace(b'"firms":10', b'"firms":15'))
    with pytest.raises(AnotherAnswer):
        crossing.hand_over(two.east, two.west, OPERATOR, strange.id, changed)


def test_a_bank_that_asks_all_it_may_learns_one_firms_figure_at_no_time(tmp_path: Path) -> None:
    """Two agreements, asked every week of a year; meanwhile one firm comes, is decided anew, and goes."""
    clock = Moved()
    east, west = (fresh(tmp_path, name, clock=clock) for name in ("east", "west"))
    for bank in (east, west):
        an_access_scheme(bank)
    two = Two(east, west)
    terms = [aggregates(two, valid_until=date(2027, 12, 31), purpose=f"study {n}") for n in range(2)]
    decided(east, 14, "approve", "437000.00")
    told: dict[str, list[dict[str, Any]]] = {}
    for week in range(52):
        match week:
            case 10:
                decided(east, 1, "approve", "731000.00", first=999)
            case 20:
                decided(east, 1, "approve", "999000.00", first=999)
            case 30:
                decided(east, 1, "decline", "0.00", first=999)
        for one in terms:
            crossing.hand_over(east, west, OPERATOR, one.id, crossing.aggregates(east, one.id))
            with west.session() as session:
                told[one.id] = crossing.received(session, one.id)
        clock.at += timedelta(weeks=1)
    first, second = (told[one.id] for one in terms)
    assert [a["cells"] for a in first] == [a["cells"] for a in second], "one answer, whoever asks under whatever"
    assert [a["until"] for a in first] == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    sums = {Decimal(cell["limit"]) for a in first for cell in a["cells"]}
    counts = {cell["firms"] for a in first for cell in a["cells"]}
    # 14 × 437000 = 6118000; with the firm 6849000 and 7117000
    assert sums == {Decimal(6_000_000), Decimal(7_000_000)}
    assert counts == {10, 15}
    # every figure up to the step fits all that was told: with others' sum between 5.5 and 6.5 million it is any of them
    step, half = Decimal(1_000_000), Decimal(500_000)
    bounds = [(Decimal(c["limit"]) - half, Decimal(c["limit"]) + half) for a in first for c in a["cells"]]
    without, with_ = bounds[0], bounds[1]
    least, most = with_[0] - without[1], with_[1] - without[0]
    assert (least, most) == (Decimal(0), 2 * step)
    for bank in (east, west):
        bank.close()
