"""`windchime serve`: the console and the API, on this machine alone, or for others over TLS."""

import errno
import os
import socket
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.app import app
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall, Refused
from windchime.core.settings import Settings
from windchime.core.text import _

if TYPE_CHECKING:
    import uvicorn

#: TLS 1.2 with forward secrecy and authenticated encryption; the suites of TLS 1.3 are all so (RFC 9325 §4.2)
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
#: limits of the server: bytes of a request's line and headers, seconds a connection may rest, connections at a time, seconds
#: for requests in hand when the server ends, seconds after which a silent worker is believed dead
LIMITS = {
    "h11_max_incomplete_event_size": 16_384,
    "timeout_keep_alive": 15,
    "limit_concurrency": 512,
    "timeout_graceful_shutdown": 25,
    "timeout_worker_healthcheck": 30,
}


class NotLocal(Refused):
    """An address that other machines could reach, before anybody could sign in."""

    msgid = _(
        "no account exists yet: until then this is served on this machine only, without a proxy; {host} is refused"
    )
    hint = _("make one: windchime account make")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class NotSecured(Refused):
    """Other machines without TLS."""

    msgid = _("other machines are answered over TLS only; {host} is refused")
    hint = _("name --tls-cert and --tls-key, or the networks of the proxy that speaks TLS: --behind-proxy")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class NoNames(BadCall):
    """An address for others, and no name to be asked under."""

    msgid = _("under which names is it served? none is set")
    hint = _("set WINDCHIME_HOSTS, such as loans.bank.example, or name a file of banks: WINDCHIME_BANKS_FILE")

    def __init__(self) -> None:
        super().__init__()


class BadCertificate(BadCall):
    """Files of a certificate that cannot be used."""

    msgid = _("the certificate {certificate} and its key cannot be used: {reason}")
    hint = _("both files in PEM form, the key without password, the certificate with its chain")

    def __init__(self, certificate: Path, reason: str) -> None:
        super().__init__(certificate=str(certificate), reason=reason)


class PortTaken(BadCall):
    """A port that another program listens on."""

    msgid = _("port {port} is in use; choose another with --port, or let one be picked: --port 0")

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


@app.command(help=say(_("serve the console and the API")))
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help=say(_("0 picks a free one")))] = 8000,
    host: Annotated[
        str | None, typer.Option(help=say(_("an address of this machine; default: WINDCHIME_LISTEN, or 127.0.0.1")))
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help=say(_("processes that answer")))] = 1,
    tls_cert: Annotated[Path | None, typer.Option(help=say(_("certificate with its chain, PEM")))] = None,
    tls_key: Annotated[Path | None, typer.Option(help=say(_("its key, PEM")))] = None,
    behind_proxy: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORKS",
            help=say(_("networks of the proxy that speaks TLS, such as 10.0.3.0/29; default: WINDCHIME_PROXIES")),
        ),
    ] = None,
) -> None:
    """Serve until interrupted."""
    shell: Shell = context.obj
    named = {"WINDCHIME_PROXIES": behind_proxy} if behind_proxy is not None else {}
    proxies = Settings.from_environment(named).proxies if named else shell.settings.proxies
    shell.settings = replace(shell.settings, listen=host or shell.settings.listen, proxies=proxies)
    run(shell, port, workers=workers, certificate=tls_cert, key=tls_key)


def run_console(shell: Shell, host: str, port: int) -> None:
    """Serve this machine alone."""
    shell.settings = replace(shell.settings, listen=host, proxies=())
    run(shell, port)


def run(shell: Shell, port: int, *, workers: int = 1, certificate: Path | None = None, key: Path | None = None) -> None:
    """Refuse what must not be served; bind, print the address, serve.

    Raises:
        NotLocal, NotSecured, NoNames, BadCertificate, PortTaken: as named.
    """
    import uvicorn

    from windchime.cli.certificate import attend
    from windchime.service.http import logs

    settings = shell.settings
    _admitted(settings, secured=certificate is not None or bool(settings.proxies))
    logs.configure(settings.log)
    if certificate is not None:
        _tried(certificate, key)
        attend(shell, certificate)
    with _bound(settings.listen, port) as bound, suppress(KeyboardInterrupt):  # Ctrl-C is how serving ends
        name = f"[{settings.listen}]" if ":" in settings.listen else settings.listen
        way = "https" if certificate else "http"
        address = f"{way}://{name}:{bound.getsockname()[1]}/"
        shell.say(_("the console is at {address} (stop with Ctrl-C)"), address=address)
        if workers == 1:
            from windchime.cli.serving import application

            config = configured(application(settings), settings, certificate, key)
            uvicorn.Server(config).run(sockets=[bound])
            return
        with tempfile.TemporaryDirectory(prefix="windchime-metrics-") as shared:
            os.environ.update(_told(settings, shared))
            name = "windchime.cli.supervising:served"
            _several(configured(name, settings, certificate, key, factory=True, workers=workers), bound)


def configured(
    app: Any, settings: Settings, certificate: Path | None = None, key: Path | None = None, **more: Any
) -> "uvicorn.Config":
    """How the server is set up: patience, limits, TLS, whose word on the caller is believed.

    Args:
        app: the application, or its name.
        settings: where, and behind which proxies.
        certificate: with its chain; None for no TLS.
        key: the certificate's.
        more: of uvicorn's own options.
    """
    import uvicorn

    from windchime.service.http.patience import Patient

    tls = {"ssl_certfile": certificate, "ssl_keyfile": key, "ssl_context_factory": modern} if certificate else {}
    return uvicorn.Config(
        app,
        **{**LIMITS, **tls, **more},
        http=Patient,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=[str(network) for network in settings.proxies],
    )


def modern(config: "uvicorn.Config", usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:  # noqa: ARG001 - uvicorn's call
    """TLS 1.2 and 1.3 alone, with suites that keep a stolen key from opening what was recorded."""
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    return context


def _several(config: "uvicorn.Config", bound: socket.socket) -> None:
    """Serve with several processes, of which one that dies is replaced."""
    from windchime.cli.supervising import Supervisor

    bound.set_inheritable(True)
    Supervisor(config, [bound]).run()


def _told(settings: Settings, shared: str) -> dict[str, str]:
    """What workers are told besides the environment they inherit: what options have said, where figures are shared."""
    said = {
        "WINDCHIME_HOME": str(settings.home.absolute()),
        "WINDCHIME_BANK": settings.bank,
        "WINDCHIME_LANG": settings.lang,
        "WINDCHIME_LISTEN": settings.listen,
        "WINDCHIME_PROXIES": ",".join(str(network) for network in settings.proxies),
    }
    return said | ({"PROMETHEUS_MULTIPROC_DIR": shared} if settings.metrics else {})


def _admitted(settings: Settings, *, secured: bool) -> None:
    """Whether this may be served to whom it would be. Opens every bank, so that what is wrong with one is said here."""
    from windchime.cli.keyfiles import KeyFiles
    from windchime.service.banks import Banks
    from windchime.service.http.reaching import LOCAL_NAMES, is_exposed, own_names
    from windchime.service.http.visitors import any_account

    registry, known, keys = Banks.of(settings), False, KeyFiles()
    for entry in registry.entries:
        bank = registry.open(entry)
        with bank.session() as session:
            known = any_account(session) or known
        keys(bank)
        bank.close()
    if not is_exposed(settings):
        return
    if not known:
        raise NotLocal(settings.listen)
    if not secured:
        raise NotSecured(settings.listen)
    if not registry.listed and own_names(settings) == LOCAL_NAMES:
        raise NoNames


def _tried(certificate: Path, key: Path | None) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(certificate, getattr(error, "reason", None) or type(error).__name__) from None


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(port) if error.errno == errno.EADDRINUSE else error from None
    return bound
