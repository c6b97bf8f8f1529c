"""A certificate that ends soon, or has ended, is said at the start and in the log."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from windchime.cli import certificate
from windchime.cli.shell import Shell
from windchime.core.settings import Settings

NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)


def written(file: Path, end: datetime) -> Path:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")]),
    )
    made = x509.CertificateBuilder(name, name, key.public_key(), 1).not_valid_before(end - timedelta(days=90))
    signed = made.not_valid_after(end).sign(key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("days", "said", "logged"),
    [(22, None, ""), (20, "ends on 2026-03-21", "ends within"), (0, "ended on 2026-03-01", "has ended")],
)
def test_an_end_that_is_near_is_said(
    tmp_path: Path, days: int, said: str | None, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    end = certificate.end_of(written(tmp_path / "cert.pem", NOW + timedelta(days=days)))
    assert end == NOW + timedelta(days=days)
    told = certificate.warning(end, NOW, "en")
    assert (told is None) if said is None else (told is not None and said in told)
    with caplog.at_level(logging.WARNING):
        certificate.told(end, NOW)
    assert (logged in caplog.text) if logged else not caplog.records


def test_it_is_said_when_serving_begins_and_daily(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "cert.pem", NOW)
    certificate.attend(Shell(Settings(home=tmp_path, lang="en")), file)
    assert "ended on 2026-03-01" in capsys.readouterr().err
    monkeypatch.setattr(certificate, "DAY", 0.0)
    stopped, asked = Event(), []

    def now() -> datetime:
        asked.append(1)
        if len(asked) == 3:
            stopped.set()
        return NOW

    certificate.watch(certificate.end_of(file), now, stopped)
    assert stopped.wait(10)
