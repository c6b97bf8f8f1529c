"""Who fails on purpose shuts out strangers alone: a browser the account has signed in with counts for itself, and no further."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.responses import Response
from tests.accounts import ROOT, Moved, cheap_hashes, code_of
from tests.fresh import fresh

from windchime.core.unit import Actor
from windchime.service import audit, masters
from windchime.service.access import accounts, devices, elsewhere, passwords, proving, second_factor
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.provider import Proved
from windchime.service.access.tables import Device
from windchime.service.bank import Bank
from windchime.service.http.signing_in import Entrance, TooManyAttempts, remember
from windchime.service.http.visitors import SECURE_COOKIE, SECURE_DEVICE
from windchime.service.sealing import key_file

POLICY = SignInPolicy(
    12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12), device=timedelta(days=365)
)
LIMITED = replace(POLICY, address_per_minute=30, account_per_minute=10)
PASSWORD = "一匹马走过长长的木桥 9 次"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture
def bank(tmp_path: Path, database: str | None) -> Iterator[Bank]:
    found = fresh(tmp_path / "home", uuid4().hex, database, clock=Moved())
    for name in ("li", "wang"):
        an_owner(found, name)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
    found.close()


@pytest.fixture
def door(bank: Bank) -> Entrance:
    return Entrance(bank, lambda _session: POLICY)


def an_owner(bank: Bank, name: str) -> None:
    with bank.unit(ROOT) as unit:
        accounts.make(unit, name, name, roles=["credit_officer"], password=PASSWORD, policy=POLICY)
        accounts.find(unit.session, name).must_change = False


def time_of(bank: Bank) -> Moved:
    assert isinstance(bank.clock, Moved)
    return bank.clock


@dataclass
class Browser:
    """Cookies, and where they are sent from."""

    door: Entrance
    address: str = "192.0.2.1"
    jar: dict[str, str] = field(default_factory=dict)

    def request(self) -> Request:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        return Request(
            {
                "type": "http", "method": "POST", "scheme": "https", "path": "/sign-in", "query_string": b"",
                "headers": [(b"host", b"bank.example"), (b"cookie", cookies.encode())],
                "server": ("bank.example", 443), "client": (self.address, 50000),
            }
        )  # fmt: skip

    def sign_in(self, name: str = "li", password: str = PASSWORD) -> bool:
        found = self.door.by_password(self.request(), name, password)
        if found is not None:
            self.jar[SECURE_COOKIE] = found.secret
            if found.device is not None:
                self.jar[SECURE_DEVICE] = found.device.value
        return found is not None

    def code(self, code: str) -> bool:
        found = self.door.by_code(self.request(), code)
        if found is not None and found.device is not None:
            self.jar[SECURE_DEVICE] = found.device.value
        return found is not None

    @property
    def device(self) -> str:
        return self.jar[SECURE_DEVICE]


def known(bank: Bank, cookie: str, name: str = "li", policy: SignInPolicy = POLICY) -> bool:
    with bank.session() as session:
        account = accounts.called(session, name)
        return devices.known(bank, account, cookie, policy, bank.clock.now()) is not None


def pause(door: Entrance, name: str = "li") -> None:
    stranger = Browser(door, "198.51.100.7")
    for _n in range(POLICY.most_failures):
        assert not stranger.sign_in(name, "guess")
    assert not stranger.sign_in(name), "even what is right is not looked at"


def test_a_stranger_pauses_the_account_and_its_owner_enters_from_a_known_browser(bank: Bank, door: Entrance) -> None:
    owner = Browser(door)
    assert owner.sign_in()
    pause(door)
    assert not Browser(door).sign_in(), "a browser that is not known waits"
    assert owner.sign_in()
    assert not owner.sign_in(password="mistyped")
    assert owner.sign_in()
    assert not Browser(door).sign_in(), "the owner's sign-in does not end the pause of strangers"
    time_of(bank).at += POLICY.pause + timedelta(seconds=1)
    assert Browser(door).sign_in()
    with bank.session() as session:
        said = [r.after for r in audit.records(session, subject="account:li") if r.action == "account.pause"]
    assert len(said) == 1
    assert '"of":"others"' in str(said[0])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_stranger_who_asks_without_end_takes_the_owner_no_attempt(bank: Bank) -> None:
    door = Entrance(bank, lambda _session: LIMITED)
    owner, stranger = Browser(door), Browser(door)
    assert owner.sign_in()
    for n in range(40):
        with suppress(TooManyAttempts):
            stranger.sign_in("li" if n % 2 else f"somebody-{n}", "guess")
    for name in ("li", "wang"):
        with pytest.raises(TooManyAttempts):
            Browser(door).sign_in(name)
    assert owner.sign_in(), "from the same address"
    # what one known browser may is limited too, and so are all of an address
    assert all(owner.sign_in() for _n in range(LIMITED.account_per_minute - 1))
    with pytest.raises(TooManyAttempts):
        owner.sign_in()


def test_a_cookie_of_something_else_is_a_strangers(bank: Bank, door: Entrance, tmp_path: Path) -> None:
    browser = Browser(door)
    assert browser.sign_in()
    right = browser.device
    assert known(bank, right)
    number, issued, shown = right.split(".")
    later = int(issued) + 60
    forged = [
        right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :] for at in (0, 21, 23, len(right) - 1)
    ] + [f"{number}.{later}.{shown}", f"{number}.{issued}.{'0' * 64}", f"{number}.{issued}.", shown, right + "x"]
    assert not any(known(bank, cookie) for cookie in forged)
    assert not known(bank, right, "wang"), "another account's"
    assert not known(bank, right, "nobody-of-that-name")
    other = fresh(tmp_path / "home", uuid4().hex, clock=bank.clock, secrets_key_file=key_file(bank))
    an_owner(other, "li")
    # the same master secret, and even the same hash of the password
    with bank.session() as here, other.unit(ROOT) as there:
        kept = accounts.find(here, "li").password_hash
        accounts.find(there.session, "li").password_hash = kept
    assert not known(other, right), "another bank's"
    other.close()
    for moved, worth in ((timedelta(days=364), True), (timedelta(days=1), False), (timedelta(days=-366), False)):
        time_of(bank).at += moved
        assert known(bank, right) is worth, moved


def test_with_a_new_password_every_browser_is_a_strangers(bank: Bank, door: Entrance) -> None:
    mine, thief = Browser(door), Browser(door)
    assert mine.sign_in()
    assert thief.sign_in()
    with bank.session() as session:
        checked = proving.check(session, "li", PASSWORD)
    with bank.unit(Actor("li")) as unit:
        proving.change_password(unit, checked, passwords.hashed("li", PASSWORD * 2, 12))
    assert not known(bank, mine.device)
    found = door.again(mine.request(), "li")
    assert found.device is not None
    assert known(bank, found.device.value), "but the one it was changed in"
    assert not known(bank, thief.device)


def test_a_stolen_cookie_has_a_limit_of_its_own_and_is_then_a_strangers(bank: Bank, door: Entrance) -> None:
    owner, other = Browser(door), Browser(door)
    assert owner.sign_in()
    assert other.sign_in()
    thief = Browser(door, "198.51.100.7", {SECURE_DEVICE: owner.device})
    for _n in range(POLICY.most_failures):
        assert not thief.sign_in(password="guess")
    assert door.device(thief.request(), "li") is None
    assert other.sign_in()
    assert owner.sign_in(), "as a stranger, while there is no pause of strangers"
    for _n in range(POLICY.most_failures):
        thief.sign_in(password="guess")
    assert not thief.sign_in(), "two limits, then nothing is looked at"
    assert not owner.sign_in()
    assert other.sign_in(), "the browser that was not stolen"
    time_of(bank).at += POLICY.pause + timedelta(seconds=1)
    assert owner.sign_in()


def test_however_many_guess_at_once_under_one_cookie_its_limit_holds(bank: Bank, door: Entrance) -> None:
    browser = Browser(door)
    assert browser.sign_in()
    device = door.device(browser.request(), "li")
    with bank.session() as session:
        wrong = [proving.check(session, "li", f"guess {n}") for n in range(16)]
        right = proving.check(session, "li", PASSWORD)

    def attempt(checked: proving.Checked) -> bool:
        with bank.unit(Actor("li")) as unit:
            return proving.sign_in(unit, checked, POLICY, device) is not None

    with ThreadPoolExecutor(6) as pool:
        assert not any(pool.map(attempt, wrong))
    assert not attempt(right)
    with bank.session() as session:
        (row,) = session.scalars(select(Device))
        account = accounts.find(session, "li")
        pauses = [r for r in audit.records(session, subject="account:li") if r.action == "account.pause"]
    assert row.locked_until is not None
    assert account.locked_until is not None
    assert len(pauses) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_wrong_codes_count_where_wrong_passwords_do(bank: Bank, door: Entrance) -> None:
    with bank.unit(Actor("li")) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offer = second_factor.offered(bank, session, "li")
    assert offer is not None
    with bank.unit(Actor("li")) as unit:
        second_factor.confirm(bank, unit, code_of(offer.secret, bank.clock))
    owner = Browser(door)
    time_of(bank).at += timedelta(minutes=1)
    assert owner.sign_in()
    assert SECURE_DEVICE not in owner.jar, "a password alone makes no browser known"
    assert owner.code(code_of(offer.secret, bank.clock))
    pause(door)
    time_of(bank).at += timedelta(minutes=1)
    assert owner.sign_in()
    assert not owner.code("000000")
    assert owner.code(code_of(offer.secret, bank.clock))
    for _n in range(POLICY.most_failures):
        assert owner.sign_in()
        assert not owner.code("000000")
    time_of(bank).at += timedelta(minutes=1)
    assert not owner.sign_in()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whom_the_provider_has_proved_waits_for_no_pause(bank: Bank, door: Entrance) -> None:
    with bank.unit(ROOT) as unit:
        elsewhere.link(unit, "li", "https://provider.example", subject="s-1")
    pause(door)
    browser = Browser(door)
    assert door.by_identity(browser.request(), Proved("https://provider.example", "s-1", "")).stage == "full"
    assert not browser.sign_in(), "which does not end the pause"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_browser_is_known_to_several_people_and_not_to_ever_more(bank: Bank, door: Entrance) -> None:
    browser = Browser(door)
    people = ["li", "wang", *(f"zhao-{n}" for n in range(devices.MOST - 1))]
    for name in people[2:]:
        an_owner(bank, name)
    for name in people:
        assert browser.sign_in(name)
    assert [known(bank, browser.device, name) for name in people] == [False] + [True] * devices.MOST
    before = browser.device
    assert browser.sign_in(people[-1])
    assert browser.device.split("~")[0].split(".")[0] == before.split("~")[0].split(".")[0], "one number, one count"
    assert len(browser.device) < 110 * devices.MOST


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_turned_keys_know_it_until_the_old_one_goes_and_a_lost_file_shuts_nobody_out(
    bank: Bank, door: Entrance
) -> None:
    browser = Browser(door)
    assert browser.sign_in()
    masters.put_before(key_file(bank))
    assert known(bank, browser.device)
    masters.keep_first(key_file(bank))
    assert not known(bank, browser.device)
    bank.secrets_key_file = bank.folder / "gone"
    assert Browser(door).sign_in()
    assert Browser(door, jar=browser.jar).sign_in()
    off = Entrance(bank, lambda _session: replace(POLICY, device=timedelta(0)))
    assert Browser(off).sign_in()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_place_of_keys_that_cannot_be_used_shuts_nobody_out(bank: Bank, door: Entrance) -> None:
    rmtree(bank.vault_dir)
    bank.vault_dir.write_text("no folder")
    browser = Browser(door)
    assert browser.sign_in()
    assert SECURE_DEVICE not in browser.jar
    assert Browser(door, jar={SECURE_DEVICE: f"{'A' * 22}.1.{'0' * 64}"}).sign_in()


def test_the_cookie_is_out_of_reach_and_lasts(tmp_path: Path) -> None:
    bank = fresh(tmp_path, uuid4().hex, clock=Moved())
    an_owner(bank, "li")
    browser, response = Browser(Entrance(bank, lambda _session: POLICY)), Response()
    found = browser.door.by_password(browser.request(), "li", PASSWORD)
    assert found is not None
    remember(browser.request(), response, found)
    (told,) = [c for c in response.headers.getlist("set-cookie") if c.startswith(f"{SECURE_DEVICE}=")]
    flags = {part.strip().lower() for part in told.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=strict", "secure", f"max-age={365 * 86400}"}
    assert "li" not in told.split(";")[0].split(".")[1:]
    bank.close()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    bank = fresh(tmp_path_factory.mktemp("home"), uuid4().hex, clock=Moved())
    with bank.unit(ROOT) as unit:
        accounts.make(unit, "li", "li", policy=POLICY)
    yield bank
    bank.close()


@given(cookie=st.text() | st.from_regex(r"[A-Za-z0-9_-]{22}\.[0-9]{1,11}\.[0-9a-f]{64}(~.*)*", fullmatch=True))
def test_anything_else_is_read_and_known_by_nobody(quiet: Bank, cookie: str) -> None:
    assert not known(quiet, cookie)
