"""`windchime health` against a server that answers, one that does not, and none at all."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.cli.test_commands import envelope, windchime


class Answering(BaseHTTPRequestHandler):
    """Lives, and is not ready."""

    def do_GET(self) -> None:
        """Answer as a server does whose database is away."""
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_lives_and_is_not_ready(tmp_path: Path, port: int) -> None:
    assert envelope(tmp_path, "health", "--port", str(port), "--alive")["sound"]
    done = windchime(tmp_path, "health", "--port", str(port))
    assert done.returncode == 1
    assert "cannot be asked" in done.stdout


def test_no_server_and_no_tls(tmp_path: Path, port: int) -> None:
    assert windchime(tmp_path, "health", "--port", str(port), "--tls").returncode == 1
    assert windchime(tmp_path, "health", "--port", "9").returncode == 1
    assert not (tmp_path / "banks").exists(), "asking opens no bank"
