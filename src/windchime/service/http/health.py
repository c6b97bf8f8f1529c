"""Whether the service lives, and whether it can be asked: a word for strangers, the reason for the log."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from windchime.core.errors import Damaged
from windchime.core.text import _
from windchime.service.bank import Bank
from windchime.service.database import HEAD, revision

LIVES, READY, NOT_READY = "lives", "ready", "not ready"
#: an answer holds for so long: whoever asks without end costs no more than this
SECONDS = 1.0
#: bytes that must have room on the disk of the bank's files
ROOM = 1_000_000
_log = logging.getLogger(__name__)

#: looks at one bank; raises where something is wrong
Check = Callable[[Bank], None]


class NotMigrated(Damaged):
    """The database is at another release's schema."""

    msgid = _("the database has schema {found}, this release needs {known}")
    hint = _("start this release once, it brings the schema up to date; or run the release that wrote it")

    def __init__(self, found: str) -> None:
        super().__init__(found=found, known=HEAD)


def database(bank: Bank) -> None:
    """The database answers, and stands at this release's schema.

    Raises:
        NotMigrated: at another one.
        SQLAlchemyError: it does not answer.
    """
    if (found := revision(bank.engine)) != HEAD:
        raise NotMigrated(str(found))


def room(bank: Bank) -> None:
    """What a form may bear can be written beside the bank's files.

    Raises:
        OSError: the disk is full, or may be read only.
    """
    with tempfile.TemporaryFile(dir=bank.folder) as file:
        file.write(bytes(ROOM))


@dataclass
class Health:
    """Looks at every bank, at most once a second."""

    banks: Callable[[], Iterable[Bank]]
    checks: Sequence[Check] = (database, room)
    now: Callable[[], float] = monotonic
    _found: tuple[float, bool] | None = None
    _lock: Lock = field(default_factory=Lock)

    def ready(self) -> bool:
        """Whether every bank can be asked."""
        with self._lock:
            if self._found is None or self.now() - self._found[0] >= SECONDS:
                self._found = (self.now(), all(self._sound(bank) for bank in self.banks()))
            return self._found[1]

    def _sound(self, bank: Bank) -> bool:
        try:
            for check in self.checks:
                check(bank)
        except Exception:  # noqa: BLE001 - whatever it is, the service cannot be asked; the log says what
            _log.warning("the service is not ready", exc_info=True, extra={"bank": bank.name})
            return False
        return True
