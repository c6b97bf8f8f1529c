"""Whether the certificate that is served holds, said before and while it is served: browsers refuse one that has ended."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from cryptography import x509

from windchime.cli.shell import Shell
from windchime.core.dates import SHANGHAI
from windchime.core.text import Lang, _, translate

#: so long before the end it is said; whoever must ask an authority by hand needs some days
SOON = timedelta(days=21)
#: between two lines of the log, seconds
DAY = 24 * 3600.0
_log = logging.getLogger(__name__)


def end_of(certificate: Path) -> datetime:
    """Until when the first certificate of a PEM file holds.

    Raises:
        ValueError: it holds none.
    """
    return x509.load_pem_x509_certificates(certificate.read_bytes())[0].not_valid_after_utc


def warning(end: datetime, now: datetime, lang: Lang) -> str | None:
    """What is to be said of a certificate that ends then; None where it holds for long enough."""
    if end > now + SOON:
        return None
    day = end.astimezone(SHANGHAI).date().isoformat()
    if end > now:
        return translate(
            _("the certificate ends on {day}; put a renewed one in its place and start again"), lang, day=day
        )
    return translate(
        _("the certificate ended on {day}; browsers refuse it: put a renewed one in its place"), lang, day=day
    )


def told(end: datetime, now: datetime) -> None:
    """Say it in the log, which bears no dates of ours."""
    if end <= now:
        _log.warning("the certificate has ended")
    elif end <= now + SOON:
        _log.warning("the certificate ends within 21 days")


def watch(end: datetime, now: Callable[[], datetime], stopped: Event) -> None:
    """Say it in the log once a day from now on, beside the server, until stopped."""

    def daily() -> None:
        told(end, now())
        while not stopped.wait(DAY):
            told(end, now())

    Thread(target=daily, daemon=True, name="windchime-certificate").start()


def attend(shell: Shell, certificate: Path) -> None:
    """Say beforehand, and in the log from then on, that the certificate ends soon or has ended."""
    try:
        end, now = end_of(certificate), shell.clock.now
    except ValueError:  # OpenSSL takes certificates that stricter readers do not
        return
    if (said := warning(end, now(), shell.lang)) is not None:
        shell.err.print(said, markup=False)
    watch(end, now, Event())
