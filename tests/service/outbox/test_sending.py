"""Events reach a real receiver, signed; one that fails, dawdles, redirects or talks too much is dealt with."""

import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select
from tests.service.outbox.helpers import (
    LI,
    LOOPBACK,
    POLICY,
    Receiver,
    a_sender,
    a_webhook,
    later,
    serving,
    states,
    tell,
)
from tests.service.outbox.test_signing import verified

from windchime.service.bank import Bank
from windchime.service.outbox import webhooks
from windchime.service.outbox.addresses import PrivateAddress
from windchime.service.outbox.tables import Delivery

#: a receiver that holds the clock of these tests right
FOREVER = 10**10
ROOT = Path(__file__).parents[3]


def last(bank: Bank) -> Delivery:
    with bank.session() as session:
        return session.scalars(select(Delivery).order_by(Delivery.event_seq.desc())).first() or pytest.fail("none")


def test_an_event_arrives_as_the_how_to_says(bank: Bank, receiver: Receiver) -> None:
    made = a_webhook(bank, f"{receiver.base}/ok?a=b")
    event = tell(bank, "1")
    assert a_sender(bank).send_due() == 1
    (got,) = receiver.received
    assert verified([made.secret], dict(got.headers), got.body, FOREVER)
    assert got.headers["webhook-id"] == event
    assert got.headers["content-type"] == "application/json"
    assert "cookie" not in got.headers
    body = json.loads(got.body)
    assert (body["type"], body["subject"]) == ("job.ended", "job:1")
    assert body["data"] == {"job": "1", "kind": "k", "state": "done"}
    assert states(bank) == ["sent"]
    assert a_sender(bank).send_due() == 0


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [("/fail", "failed", 500), ("/redirect", "redirect", 307), ("/gone", "refused", 410)],
)
def test_an_answer_that_is_no_success_is_named(
    small: Bank, receiver: Receiver, path: str, error: str, status: int
) -> None:
    a_webhook(small, receiver.base + path)
    tell(small, "1")
    assert a_sender(small).send_due() == 1
    row = last(small)
    assert (row.error, row.status) == (error, status)
    assert [r.path for r in receiver.received] == [path]


def test_a_receiver_that_dawdles_is_cut_off_and_does_not_hold_up_another(small: Bank, receiver: Receiver) -> None:
    a_webhook(small, f"{receiver.base}/slow")
    a_webhook(small, f"{receiver.base}/ok")
    tell(small, "1")
    policy = replace(POLICY, deadline=timedelta(seconds=0.3))
    assert a_sender(small, policy=policy).send_due() == 2
    assert sorted(states(small)) == ["retrying", "sent"]
    with small.session() as session:
        assert {d.error for d in session.scalars(select(Delivery))} == {None, "too_slow"}


def test_a_huge_answer_is_not_read(small: Bank) -> None:
    taken = 0

    def talk(connection: socket.socket) -> None:
        nonlocal taken
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        with suppress(OSError):
            for _part in range(1000):
                connection.sendall(b"x" * 1_000_000)
                taken += 1_000_000

    with _raw(talk) as url:
        a_webhook(small, url)
        tell(small, "1")
        assert a_sender(small).send_due() == 1
    assert states(small) == ["sent"]
    # what the buffers of the machine hold, of a thousand million
    assert taken < 50_000_000


def test_after_a_failure_the_rest_waits_and_comes_in_order(small: Bank, receiver: Receiver) -> None:
    a_webhook(small, f"{receiver.base}/script")
    events = [tell(small, str(n), f"job:{n}") for n in range(4)]
    receiver.script[:] = [200, 503]
    sender = a_sender(small)
    assert sender.send_due() == 2
    assert states(small) == ["sent", "retrying", "waiting", "waiting"]
    assert sender.send_due() == 2
    later(small, 20)
    assert sender.send_due() == 1
    assert receiver.ids == [events[n] for n in (0, 1, 2, 3, 1)]
    assert states(small) == ["sent"] * 4


def test_nobody_listening_at_the_address_is_named(small: Bank) -> None:
    a_webhook(small, "http://127.0.0.1:9/")
    tell(small, "1")
    a_sender(small).send_due()
    assert last(small).error == "no_connection"


def test_what_is_no_http_is_named(small: Bank) -> None:
    with _raw(lambda connection: connection.sendall(b"SSH-2.0-none\r\n\r\n")) as url:
        a_webhook(small, url)
        tell(small, "1")
        a_sender(small).send_due()
    assert last(small).error == "broken_answer"


def test_an_answer_that_drips_is_cut_off(small: Bank) -> None:
    stop = Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            while not stop.wait(0.02):
                connection.sendall(b"x-more: 1\r\n")

    with _raw(drip) as url:
        a_webhook(small, url)
        tell(small, "1")
        a_sender(small, policy=replace(POLICY, deadline=timedelta(seconds=0.3))).send_due()
        stop.set()
    assert last(small).error == "too_slow"


@contextmanager
def _raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of one connection that answers as it likes; gives its address."""

    def serve(listening: socket.socket) -> None:
        connection, _peer = listening.accept()
        with connection:
            connection.recv(65_536)
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join()


def test_a_name_that_changes_its_mind_leads_nowhere(small: Bank, receiver: Receiver) -> None:
    url = receiver.base.replace("http://127.0.0.1", "https://rebinding.example")
    answers = ["8.8.8.8"]
    webhooks.add(small, LI, url, ("job.ended",), resolve=lambda _h, _p: [answers[-1]])
    tell(small, "1")
    answers.append("127.0.0.1")
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [answers[-1]]

    a_sender(small, allowed=(), resolve=resolve).send_due()
    assert last(small).error == "private_address"
    assert asked == ["rebinding.example"]
    assert receiver.received == []


def test_a_private_address_is_refused_when_a_webhook_is_made(small: Bank, receiver: Receiver) -> None:
    with pytest.raises(PrivateAddress):
        webhooks.add(small, LI, receiver.base.replace("http", "https"), ("job.ended",))
    with small.session() as session:
        assert webhooks.webhooks(session) == []


def test_the_proxy_of_the_environment_is_not_asked(
    small: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    a_webhook(small, f"{receiver.base}/ok")
    tell(small, "1")
    a_sender(small).send_due()
    assert states(small) == ["sent"]


def test_over_tls_the_certificate_is_of_the_name_and_believed(small: Bank, tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path, "hooks.example")
    trust = ssl.create_default_context(cafile=str(certificate))

    def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    def a_webhook_at(host: str, port: str) -> webhooks.Made:
        url = f"https://{host}:{port}/ok"
        return webhooks.add(small, LI, url, ("job.ended",), allowed=LOOPBACK, resolve=resolve)

    with serving(Receiver(), ssl_certfile=str(certificate), ssl_keyfile=str(key)) as receiver:
        port = receiver.base.rpartition(":")[2]
        made = a_webhook_at("hooks.example", port)
        tell(small, "1")
        a_sender(small, trust=trust, resolve=resolve).send_due()
        assert states(small) == ["sent"]
        assert receiver.received[0].headers["host"] == f"hooks.example:{port}"
        with small.unit(LI) as unit:
            webhooks.end(unit, made.id)
        a_webhook_at("other.example", port)
        tell(small, "2")
        a_sender(small, trust=trust, resolve=resolve).send_due()
        assert last(small).error == "tls"
        later(small, 20)
        a_sender(small, resolve=resolve).send_due()
        assert last(small).error == "tls"
        assert len(receiver.received) == 1


def test_a_webhook_whose_secret_is_lost_does_not_hold_up_another(small: Bank, receiver: Receiver) -> None:
    lost = a_webhook(small, f"{receiver.base}/lost")
    a_webhook(small, f"{receiver.base}/ok")
    with small.unit(LI) as unit:
        row = webhooks.find(unit.session, lost.id)
        row.secret = row.secret[:-1] + bytes([row.secret[-1] ^ 1])
    tell(small, "1")
    assert a_sender(small).send_due() == 2
    with small.session() as session:
        assert {(d.error, d.state) for d in session.scalars(select(Delivery))} == {
            ("no_secret", "retrying"),
            (None, "sent"),
        }
    assert [r.path for r in receiver.received] == ["/ok"]


def test_a_sender_runs_until_told_to_stop(small: Bank, receiver: Receiver) -> None:
    a_webhook(small, f"{receiver.base}/ok")
    stop, sender = Event(), a_sender(small)
    thread = Thread(target=sender.run, args=(stop,), kwargs={"pause": 0.01})
    thread.start()
    tell(small, "1")
    for _wait in range(500):
        if states(small) == ["sent"]:
            break
        stop.wait(0.02)
    stop.set()
    thread.join()
    assert states(small) == ["sent"]


def test_a_kill_between_commit_and_sending_loses_nothing(small: Bank, receiver: Receiver) -> None:
    event = _killed(small, receiver, "committed")
    assert receiver.ids == []
    _sent_by_another(small, receiver, event)


def test_a_kill_between_sending_and_telling_doubles_under_the_same_id(bank: Bank, receiver: Receiver) -> None:
    event = _killed(bank, receiver, "posted")
    assert receiver.ids == [event]
    _sent_by_another(bank, receiver, event)
    assert receiver.ids == [event, event]


def _killed(bank: Bank, receiver: Receiver, place: str) -> str:
    """A process tells an event and dies at a place; gives the event's id."""
    a_webhook(bank, f"{receiver.base}/ok")
    address = "" if bank.engine.dialect.name == "sqlite" else bank.engine.url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "tests.service.outbox.killed_sender"]
    home, name = str(bank.folder.parents[1]), bank.name
    done = subprocess.run([*program, home, name, address, place], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.split()[-1]


def _sent_by_another(bank: Bank, receiver: Receiver, event: str) -> None:
    # the clock of the process that was killed is the machine's; ours goes on from there
    later(bank, (datetime.now(UTC) - bank.clock.now()).total_seconds() + 120)
    assert a_sender(bank, "s2").send_due() == 1
    assert set(receiver.ids) == {event}
    assert states(bank) == ["sent"]


def _certificate(folder: Path, host: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private
