"""What is served to whom: this machine, others over TLS only; headers on every answer; health, figures, several workers."""

import errno
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from windchime.cli import failures
from windchime.cli.serving import application
from windchime.cli.shell import Shell
from windchime.cli.verbs import serve
from windchime.core.settings import Settings
from windchime.core.unit import Actor
from windchime.data.vault import Vault
from windchime.data.vault.errors import WrongVaultKey
from windchime.present.web import CONTENT_SECURITY_POLICY
from windchime.service import masters
from windchime.service.access import second_factor
from windchime.service.access.accounts import SignInPolicy, make
from windchime.service.bank import Bank
from windchime.service.http import front, paths, patience, rules
from windchime.service.http.reaching import is_exposed
from windchime.service.masters import NoMasterSecret
from windchime.service.sealing import WrongSecretsKey

NAME = "loans.bank.example"
PASSWORD = "correct horse battery staple"
POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
#: of a proxy that speaks TLS
PROXIES = (ip_network("10.0.3.0/29"),)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose bank has one account."""
    home = tmp_path_factory.mktemp("served")
    bank = Bank.open(home)
    with bank.unit(Actor("root")) as unit:
        make(unit, "olga", "Olga", roles=("credit_officer",), password=PASSWORD, policy=POLICY)
    bank.close()
    return home


@pytest.fixture(scope="module")
def inside(home: Path) -> front.Front:
    """Served to this machine."""
    return application(Settings(home=home, lang="en", metrics=True), {})


@pytest.fixture(scope="module")
def outside(home: Path) -> front.Front:
    """Served to others."""
    return application(
        Settings(
            home=home,
            lang="en",
            metrics=True,
            metrics_token="figures-token",
            hosts=(NAME,),
            listen="0.0.0.0",
            proxies=PROXIES,
        ),
        {},
    )


def browser(app: front.Front, address: str, *, client: str = "127.0.0.1") -> TestClient:
    return TestClient(app, base_url=address, follow_redirects=False, raise_server_exceptions=False, client=(client, 1))


def addresses(app: front.Front) -> Iterator[tuple[str, str]]:
    """Method and an address of every route of console and API, from the route tables, and of what is no route."""
    yield from (
        ("GET", a) for a in (paths.ALIVE, paths.READY, paths.METRICS, "/nowhere", "/api/v1/nowhere", "/static/x")
    )
    for served in (app.houses[0].console, app.houses[0].api):
        for method, path, _rule in rules.routes(served.routes):
            yield method, re.sub(r"\{[^}]*\}", "x", path)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_answer_of_every_route_bears_the_headers(inside: front.Front, outside: front.Front, scheme: str) -> None:
    app, address = (outside, f"https://{NAME}") if scheme == "https" else (inside, "http://127.0.0.1:8000")
    client = browser(app, address)
    known = set(addresses(app))
    assert len(known) > 60
    for method, path in sorted(known):
        answer = client.request(method, path)
        told = answer.headers
        policy = told["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert policy == CONTENT_SECURITY_POLICY or policy.startswith("default-src 'none'"), path
        assert told["x-content-type-options"] == "nosniff", path
        assert told["x-frame-options"] == "DENY", path
        assert told["referrer-policy"] in {"same-origin", "no-referrer"}, path
        assert told["cross-origin-opener-policy"] == "same-origin", path
        assert told["cross-origin-resource-policy"] == "same-origin", path
        assert "camera=()" in told["permissions-policy"], path
        assert "server" not in told, path
        assert told["cache-control"].startswith(("no-store", "private, no-cache", "public, max-age=31536000")), path
        assert ("strict-transport-security" in told) is (scheme == "https"), path
        for cookie in told.get_list("set-cookie"):
            parts = {p.strip().lower() for p in cookie.split(";")}
            assert {"httponly", "path=/"} <= parts, (path, cookie)
            assert parts & {"samesite=strict", "samesite=lax"}, (path, cookie)
            if not cookie.startswith("windchime_lang"):
                assert ("secure" in parts, cookie.startswith("__Host-")) == (
                    (True, True) if scheme == "https" else (False, False)
                )
        if paths.METRICS not in path and path not in {paths.ALIVE, paths.READY}:
            assert re.fullmatch(r"[0-9a-f-]{36}", told["x-request-id"]), path


def test_the_session_cookie_is_kept_from_scripts_and_from_plain_http(inside: front.Front, outside: front.Front) -> None:
    for app, address, name in (
        (inside, "http://127.0.0.1:8000", "windchime_session"),
        (outside, f"https://{NAME}", "__Host-windchime_session"),
    ):
        client = browser(app, address)
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/sign-in").text)
        assert token
        form = {"csrf": token[1], "name": "olga", "password": PASSWORD}
        assert client.post("/sign-in", data={**form, "csrf": "0" * 64}).status_code == 403
        assert client.post("/sign-in", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert client.post("/sign-in", data=form, headers={"origin": "https://evil.example"}).status_code == 403
        answer = client.post("/sign-in", data=form, headers={"origin": address})
        assert answer.status_code == 303, answer.text
        (cookie,) = [c for c in answer.headers.get_list("set-cookie") if "session" in c]
        parts = {p.strip().lower() for p in cookie.split(";")}
        assert cookie.startswith(name + "=")
        assert {"httponly", "path=/"} <= parts
        assert parts & {"samesite=strict", "samesite=lax"}
        assert ("secure" in parts) is address.startswith("https")
        # the token of before belongs to the browser that was not signed in
        assert client.post("/sign-out", data={"csrf": token[1]}).status_code == 403


def test_others_are_answered_over_tls_only(outside: front.Front) -> None:
    client = browser(outside, f"http://{NAME}")
    led = client.get("/sign-in?next=/firms")
    assert (led.status_code, led.headers["location"]) == (308, f"https://{NAME}/sign-in?next=/firms")
    assert client.post("/sign-in", data={"name": "olga", "password": PASSWORD}).status_code == 403
    assert client.get("/api/v1/me", headers={"authorization": "Bearer x"}).status_code in {308, 403}
    assert client.get("/healthz").status_code == 200


def test_others_are_strangers_until_they_sign_in(outside: front.Front) -> None:
    client = browser(outside, f"https://{NAME}")
    assert client.get("/firms").headers["location"].startswith("/sign-in")
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("path", ["/firms", "/sign-in", "/api/v1/me", "/static/windchime.css"])
def test_other_names_are_nobody(inside: front.Front, outside: front.Front, path: str) -> None:
    for host in ("evil.example", "", f"{NAME}.evil.example", "10.9.9.9", "[::2]:80"):
        for app, address in ((inside, "http://127.0.0.1:8000"), (outside, f"https://{NAME}")):
            answer = browser(app, address).get(path, headers={"host": host})
            assert answer.status_code == 421, (host, path)
            assert answer.text == "nothing answers under this name"
    assert browser(inside, "http://127.0.0.1").get("/firms", headers={"host": NAME}).status_code == 421


def test_health_is_one_word_for_strangers(home: Path, inside: front.Front, outside: front.Front) -> None:
    for app in (inside, outside):
        client = browser(app, "http://192.0.2.7")
        assert client.get("/healthz").json() == {"status": "lives"}
        assert client.get("/readyz").json() == {"status": "ready"}
        assert client.head("/readyz").status_code == 200
        assert client.post("/readyz").status_code == 405


def test_a_lake_that_cannot_be_read_is_not_ready(tmp_path: Path) -> None:
    from windchime.data.lake import versions

    bank = Bank.open(tmp_path)
    with bank.unit(Actor("root")) as unit:
        versions.append(unit, {"firms": 3}, load_id="l", content_hash="h")
    client = browser(application(Settings(home=tmp_path), {}, banks=[bank]), "http://127.0.0.1")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    log = bank.lake_dir / "firms" / "_delta_log" / "00000000000000000003.json"
    log.parent.mkdir(parents=True)
    log.write_text("{}")
    time.sleep(1.1)  # an answer holds for a second
    assert client.get("/readyz").status_code == 200


def test_figures_are_for_this_machine_or_for_the_token(home: Path, inside: front.Front, outside: front.Front) -> None:
    local = browser(inside, "http://127.0.0.1:8000")
    local.get("/healthz")
    local.get("/firms")
    assert 'route="/firms"' in local.get("/metrics").text
    assert browser(inside, "http://127.0.0.1:8000", client="192.0.2.7").get("/metrics").status_code == 404
    assert local.get("/metrics", headers={"host": "evil.example"}).status_code == 404
    # behind a proxy the caller's address may be the proxy's own
    proxied = browser(outside, f"https://{NAME}")
    assert proxied.get("/metrics").status_code == 404
    assert proxied.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert proxied.get("/metrics", headers={"authorization": "Bearer figures-token"}).status_code == 200
    off = application(Settings(home=home), {})
    assert browser(off, "http://127.0.0.1:8000").get("/metrics").status_code == 404


def test_each_bank_answers_under_its_own_names(tmp_path: Path) -> None:
    file = tmp_path / "banks.yaml"
    file.write_text(
        "banks:\n- {name: one, hosts: [one.example], lang: en}\n- {name: two, hosts: [two.example, localhost]}\n"
    )
    settings = Settings(home=tmp_path, banks_file=file)
    app = application(settings, {})
    banks = {h.bank.name: h.bank for h in app.houses}
    with banks["one"].unit(Actor("root")) as unit:
        make(unit, "olga", "Olga", roles=("credit_officer",), password=PASSWORD, policy=POLICY)
    assert browser(app, "http://one.example").get("/firms").headers["location"].startswith("/sign-in")
    assert browser(app, "http://localhost").get("/firms").status_code == 200
    # where there are several, what may cross between them has a page
    assert 'href="/agreements"' in browser(app, "http://localhost").get("/firms").text
    assert browser(app, "http://two.example").get("/firms").headers["location"].startswith("/sign-in")
    assert browser(app, "http://127.0.0.1").get("/firms").status_code == 421
    assert browser(app, "http://one.example").get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT 1", {}, Exception("away")), OSError(errno.ENOSPC, "no space")]
)
def test_what_passes_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def away(_bank: Bank) -> Any:
        raise error

    client = browser(application(Settings(home=tmp_path, lang="en"), {}), "http://127.0.0.1")
    monkeypatch.setattr(Bank, "session", away)
    for path in ("/firms", "/api/v1/me"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60"), path
        assert "try again in a minute" in answer.text or "请一分钟后再试" in answer.text
    monkeypatch.setattr(error, "errno", 1, raising=False)
    assert client.get("/firms").status_code == (503 if isinstance(error, OperationalError) else 500)


@pytest.mark.parametrize("which", ["vault", "secrets"])
def test_key_files_are_looked_at_before_they_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    file = tmp_path / "outside.key"
    named: Any = {f"{which}_key_file": file}
    with pytest.raises(NoMasterSecret):
        serve._admitted(Settings(home=tmp_path, **named), secured=False)
    masters.make(file)
    bank = Bank.open(tmp_path, **named)
    if which == "vault":
        Vault.open(bank)
    else:
        with bank.unit(Actor("root")) as unit:
            make(unit, "olga", "Olga", roles=("credit_officer",), password=PASSWORD, policy=POLICY)
        with bank.unit(Actor("olga")) as unit:
            second_factor.offer(bank, unit)
    bank.close()
    serve._admitted(Settings(home=tmp_path, **named), secured=False)
    client = browser(application(Settings(home=tmp_path, lang="en", **named), {}), "http://127.0.0.1")
    assert client.get("/readyz").status_code == 200
    file.write_text("ab" * 32)
    with pytest.raises((WrongVaultKey, WrongSecretsKey)) as found:
        serve._admitted(Settings(home=tmp_path, **named), secured=False)
    time.sleep(1.1)
    assert client.get("/readyz").status_code == 503

    def amiss(_bank: Bank) -> Any:
        raise found.value

    monkeypatch.setattr(Bank, "session", amiss)
    for path in ("/firms", "/api/v1/me"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "outside.key" not in answer.text


@pytest.mark.parametrize("said", ["database or disk is full", "connection refused\nhttps://sqlalche.me/e/20/e3q8"])
def test_the_command_line_says_what_to_do_for_the_database(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert failures.report(OperationalError("SELECT 1", {}, Exception(said))) == 5
    told = capsys.readouterr().err
    assert "internal" not in told
    assert "sqlalche.me" not in told


# who is admitted at all


@pytest.mark.parametrize(
    ("said", "secured", "refused"),
    [
        ({}, False, None),
        ({"listen": "::1"}, False, None),
        ({"listen": "0.0.0.0", "hosts": (NAME,)}, False, serve.NotSecured),
        ({"listen": "0.0.0.0"}, True, serve.NoNames),
        ({"listen": "0.0.0.0", "hosts": (NAME,)}, True, None),
        ({"listen": "127.0.0.1", "proxies": PROXIES}, True, serve.NoNames),
    ],
)
def test_who_may_be_served(home: Path, said: dict[str, Any], secured: bool, refused: type[Exception] | None) -> None:
    settings = Settings(home=home, **said)
    if refused is None:
        serve._admitted(settings, secured=secured)
    else:
        with pytest.raises(refused):
            serve._admitted(settings, secured=secured)


@pytest.mark.parametrize("said", [{"listen": "0.0.0.0", "hosts": (NAME,)}, {"proxies": PROXIES, "hosts": (NAME,)}])
def test_without_an_account_nothing_is_served_to_others(tmp_path: Path, said: dict[str, Any]) -> None:
    settings = Settings(home=tmp_path, **said)
    assert is_exposed(settings)
    with pytest.raises(serve.NotLocal):
        serve._admitted(settings, secured=True)
    app = application(settings, {})
    assert browser(app, f"https://{NAME}").get("/firms").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/", "/accounts", "/firms", "/audit", "/api/v1/me"])
def test_without_an_account_a_forgotten_proxy_opens_nothing(tmp_path: Path, path: str) -> None:
    app = application(Settings(home=tmp_path, hosts=(NAME,)), {})
    for name in (NAME, f"{NAME.upper()}:8000"):
        answer = browser(app, "http://127.0.0.1:8000").get(path, headers={"host": name})
        assert answer.status_code == (401 if path.startswith("/api") else 303), (name, path)
    assert browser(app, "http://localhost:8000").get(path).status_code == 200


# a real server


@contextmanager
def running(config: uvicorn.Config) -> Iterator[tuple[uvicorn.Server, int]]:
    """A server of this process, and its port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield server, bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our name, signed by itself, and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return cert, secret


def spoken(port: int, certificate: Path, version: ssl.TLSVersion, ciphers: str = "DEFAULT@SECLEVEL=0") -> str:
    """One request over one version of TLS: the version that came about, and the answer's first lines."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.set_ciphers(ciphers)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secure,
    ):
        secure.sendall(f"GET /sign-in HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := secure.recv(65536):
            answer += part
        return f"{secure.version()} {answer.decode()}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_is_spoken_as_it_should_be(home: Path, certificate: tuple[Path, Path]) -> None:
    settings = Settings(home=home, lang="en", listen="0.0.0.0", hosts=(NAME,))
    cert, key = certificate
    serve._tried(cert, key)
    with running(serve.configured(application(settings, {}), settings, cert, key)) as (_server, port):
        for version, name in ((ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2")):
            answer = spoken(port, cert, version)
            head = answer.partition("\r\n\r\n")[0].lower()
            assert answer.startswith(f"{name} HTTP/1.1 200")
            assert "strict-transport-security: max-age=31536000" in head
            assert "set-cookie: __host-windchime_csrf=" in head
            assert "\r\nserver:" not in head
        for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                spoken(port, cert, version)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            spoken(port, cert, ssl.TLSVersion.TLSv1_2, "AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA@SECLEVEL=0")
        # whoever speaks no TLS gets nothing
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/sign-in", headers={"host": NAME})
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            connection.getresponse()


def test_a_certificate_that_cannot_be_used_is_said(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    (tmp_path / "no.pem").write_text("nothing")
    for pair in ((cert, cert), (tmp_path / "no.pem", key), (tmp_path / "absent.pem", key)):
        with pytest.raises(serve.BadCertificate):
            serve._tried(*pair)


@pytest.mark.parametrize(
    ("peer", "word", "scheme"), [("127.0.0.0/8", "https", "https"), ("10.0.3.0/29", "https", "http")]
)
def test_only_a_named_proxy_is_believed(home: Path, peer: str, word: str, scheme: str) -> None:
    settings = Settings(home=home, hosts=(NAME,), proxies=(ip_network(peer),))
    with running(serve.configured(application(settings, {}), settings)) as (_server, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/sign-in", headers={"host": NAME, "x-forwarded-proto": word})
        answer = connection.getresponse()
        assert (answer.status, "strict-transport-security" in answer.headers) == (
            (200, True) if scheme == "https" else (308, False)
        )


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """An application that takes its time over an answer, and reads what it is sent."""
    import asyncio

    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def closed_after(port: int, drops: list[bytes], every: float) -> bytes:
    """What comes back before the server closes, when a request is sent drop by drop."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            for drop in drops:
                line.sendall(drop)
                time.sleep(every)
            return line.recv(65536)
        except ConnectionError:
            return b""


def test_whoever_never_finishes_asking_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 1.5)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
    with running(serve.configured(slow, Settings())) as (_server, port):
        assert closed_after(port, [b""], 0) == b""
        assert closed_after(port, [head[i : i + 4] for i in range(0, len(head), 4)], 0.3) == b""
        assert closed_after(port, [head + b"\r\n", *([b"x"] * 20)], 0.3) == b""
        # an answer may take longer than a question, and a connection may rest between two
        kept = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        kept.connect()
        for _turn in range(2):
            line = kept.sock
            kept.request("GET", "/")
            answer = kept.getresponse()
            assert (answer.status, answer.read()) == (200, b"ok")
            assert kept.sock is line, "the connection was not kept"
            time.sleep(2)
        kept.close()


def test_long_heads_are_refused() -> None:
    with running(serve.configured(slow, Settings())) as (_server, port):
        for head in (b"GET /" + b"x" * 20_000, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000):
            assert closed_after(port, [head], 0).startswith(b"HTTP/1.1 400")


def test_a_request_in_hand_is_ended_before_the_server() -> None:
    found: list[int] = []
    with running(serve.configured(slow, Settings())) as (server, port):

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/")
            found.append(connection.getresponse().status)

        asking = threading.Thread(target=ask)
        asking.start()
        while not server.server_state.tasks:
            time.sleep(0.01)
        server.should_exit = True
    asking.join()
    assert found == [200]


def until(true: Callable[[], bool], seconds: float = 240) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def answers(port: int, path: str = "/readyz") -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False


def test_several_workers_answer_and_end_with_their_parent(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("WINDCHIME_")}
    environ |= {"WINDCHIME_LANG": "en", "WINDCHIME_METRICS": "on"}
    words = ["--home", str(tmp_path), "serve", "--port", "0", "--workers", "2"]
    command = [sys.executable, "-m", "windchime", *words]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            port = int(re.findall(r":(\d+)/", parent.stdout.readline())[0])
            assert until(lambda: answers(port))
            assert until(lambda: answers(port, "/firms"))
            assert until(lambda: answers(port, "/metrics"))
            # one that dies is replaced at once, while the other answers
            family = psutil.Process(parent.pid)
            known = {c.pid for c in family.children() if "spawn_main" in " ".join(c.cmdline())}
            assert len(known) == 2
            os.kill(min(known), signal.SIGKILL)
            assert until(lambda: bool({c.pid for c in family.children()} - known - {min(known)}), 25)
            assert until(lambda: answers(port, "/healthz"))
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            # nobody is left who holds the port
            assert until(lambda: not answers(port, "/healthz"))
        finally:
            parent.kill()


def test_options_reach_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    given: list[tuple[Settings, int, dict[str, Any]]] = []
    monkeypatch.setattr(serve, "run", lambda shell, port, **more: given.append((shell.settings, port, more)))
    context: Any = SimpleNamespace(obj=Shell(Settings(home=home)))
    serve.serve(context, 9000, "10.1.2.3", 3, Path("c"), Path("k"), "10.0.3.0/29,fd00::/64")
    ((settings, port, more),) = given
    assert (settings.listen, port, [str(n) for n in settings.proxies]) == (
        "10.1.2.3",
        9000,
        ["10.0.3.0/29", "fd00::/64"],
    )
    assert more == {"workers": 3, "certificate": Path("c"), "key": Path("k")}
    told = serve._told(replace(settings, metrics=True), "/run/shared")
    back = Settings.from_environment(told)
    assert (back.listen, back.proxies, told["PROMETHEUS_MULTIPROC_DIR"]) == (
        settings.listen,
        settings.proxies,
        "/run/shared",
    )
