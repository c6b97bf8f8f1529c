"""The page of agreements between banks: what crosses in words, who signed, what comes next; a bank that is alone is told nothing."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, NASTY, a_client, an_empty_bank
from tests.console.rights import as_somebody
from tests.console.test_guard import app_of
from tests.portfolio.test_crossing import NOON, TODAY, Two, an_access_scheme, signed
from tests.present.helpers import Tags

from windchime.core.clock import FixedClock
from windchime.core.text import LANGS, Lang
from windchime.core.unit import Actor
from windchime.portfolio import crossing, four_eyes
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts
from windchime.service.access.tables import SecondFactor
from windchime.service.agreements import signing
from windchime.service.agreements.proposals import subject
from windchime.service.agreements.tables import Agreement
from windchime.service.agreements.terms import fingerprint
from windchime.service.bank import Bank


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    banks = [Bank.open(tmp_path, name, clock=FixedClock(NOON)) for name in ("east", "west")]
    for bank in banks:
        an_access_scheme(bank)
    yield Two(*banks)
    for bank in banks:
        bank.close()


def client_of(bank: Bank) -> TestClient:
    """A browser at one of several banks."""
    return a_client(bank, several=True)


def shown(client: TestClient, lang: Lang = "en") -> str:
    answer = client.get(f"/agreements?lang={lang}")
    assert answer.status_code == 200
    assert NASTY not in answer.text
    return " ".join(Tags(answer.text).text.split())


def test_a_bank_that_is_alone_is_told_nothing_of_others(tmp_path: Path) -> None:
    bank = an_empty_bank(tmp_path / "home")
    client = a_client(bank)
    page = client.get("/agreements?lang=en").text
    assert "This bank stands alone" in page
    assert 'href="/agreements"' not in page
    beside = client_of(bank).get("/agreements?lang=en").text
    assert "No agreement yet" in beside
    assert 'href="/agreements"' in beside
    # and looking makes no key
    assert not (bank.vault_dir / signing.OWN_FILE).exists()
    bank.close()


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_told_in_words_and_with_what_hides_them(two: Two, lang: Lang) -> None:
    terms = two.agreed(kind="aggregates", subject=crossing.DECISIONS, purpose=NASTY)
    page = shown(client_of(two.east), lang)
    said = {
        "zh": ("east → west", "双方已签署", "按日历每 3 个月一份", "每格至少 10 户", "尚无", NASTY),
        "en": ("east → west", "signed by both", "one answer every 3 months", "at least 10 firms", "nothing yet", NASTY),
    }[lang]
    for words in said:
        assert " ".join(words.split()) in page
    assert f"windchime agreement give {terms.id[:12]} aggregates --to west" in page
    assert fingerprint(signing.public_key(two.west)) in page
    assert f"windchime agreement received {terms.id[:12]}" in shown(client_of(two.west), lang)
    assert terms.giving_key not in page


def test_what_crossed_last_is_told_on_both_sides(two: Two) -> None:
    terms = two.agreed()
    payload = crossing.content(two.east, "schemes", "access")
    crossing.hand_over(two.east, two.west, Actor("operator"), terms.id, payload)
    for bank, words in ((two.east, "This bankgives"), (two.west, "This bankreceives")):
        page = shown(client_of(bank))
        assert words in page
        assert "Last crossed2026-01-05 12:00" in page
        assert "schemes:access" in page


def test_each_state_says_what_comes_next(two: Two) -> None:
    drafted = two.terms(purpose="the drafted one")
    four_eyes.propose(two.east, ANNA, "agreement.sign", subject(drafted), drafted.as_dict(), reason="wanted")
    page = client_of(two.east).get("/agreements?lang=en").text
    assert "waits for this bank's signature" in unescape(page)
    assert [a["href"] for a in Tags(page).named("a") if str(a["href"]).startswith("/proposals/")]
    half = two.terms(subject="products:invoice*")
    signed(two.east, half)
    ended, forged, changed = two.agreed(), two.agreed(), two.agreed()
    with two.east.unit(ANNA) as unit:
        signing.revoke(unit, ended.id, "no more")
        unit.session.get_one(Agreement, forged.id).other_signature = "00" * 64
        unit.session.get_one(Agreement, changed.id).terms = "{}"
    page = shown(client_of(two.east))
    for words in (
        f"windchime agreement export {half.id[:12]} FILE",
        "published products whose name begins with invoice",
        "revoked",
        "a signature does not hold",
        "was changed after it was signed",
        "find out with the audit log who changed it",
    ):
        assert words in page
    assert two.terms(valid_from=TODAY).id not in page


def test_who_may_read_content_reads_it_and_drafts_are_for_who_signs(two: Two) -> None:
    drafted = two.terms(purpose="the drafted one")
    four_eyes.propose(two.east, ANNA, "agreement.sign", subject(drafted), drafted.as_dict(), reason="wanted")
    with two.east.session() as session:
        policy = sign_in_policy(two.east, session)
    roles = {"ma": "manager", "co": "compliance", "re": "relationship_manager"}
    with two.east.unit(Actor("keeper", "system")) as unit:
        for name, role in roles.items():
            accounts.make(unit, name, name, roles=(role,), policy=policy)
            unit.session.add(
                SecondFactor(account=name, secret=b"sealed", offered=None, confirmed_at=unit.now, last_step=0)
            )
    pages = {name: as_somebody(two.east, name).get("/agreements?lang=en") for name in roles}
    assert {n: p.status_code for n, p in pages.items()} == {"ma": 200, "co": 200, "re": 403}
    assert ["the drafted one" in pages[n].text for n in ("ma", "co")] == [True, False]


def test_what_hides_too_little_by_now_is_said(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = two.agreed(kind="aggregates", subject=crossing.DECISIONS)
    assert terms.answers is not None
    stricter = type(terms.answers).of(terms.answers.as_dict() | {"months": 12})
    monkeypatch.setattr(crossing, "manner", lambda _bank, _session: stricter)
    assert "hides less of single firms than this bank's rule in force wants" in shown(client_of(two.east))
    assert "hides less" not in shown(client_of(two.west))
    assert app_of(client_of(two.east)).state.several
