"""What every request asks and no decision rests on: asked of the database once in a while, not each time."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from time import monotonic

#: how long a process may go by what stood before another one published something
LAG_SECONDS = 1.0
#: folder of a bank's content, kind and name of a document, date
Question = tuple[Path, str, str, date]


@dataclass(slots=True)
class Standing:
    """The versions that stood when they were asked for last."""

    #: how often everything was forgotten: what was found before the last time is not remembered after it
    forgotten: int = 0
    #: when it was asked, and the version in force; None where none was
    _known: dict[Question, tuple[float, str | None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def known(self, question: Question) -> tuple[str | None] | None:
        """The version, None for none, in a tuple; nothing where it was not asked for lately."""
        asked, version = self._known.get(question, (None, None))
        return None if asked is None or monotonic() - asked > LAG_SECONDS else (version,)

    def remember(self, question: Question, version: str | None, forgotten: int) -> None:
        """Keep an answer that was looked for when everything had been forgotten so often."""
        with self._lock:
            if forgotten == self.forgotten:
                self._known[question] = monotonic(), version

    def forget(self) -> None:
        """Ask anew: something was published."""
        with self._lock:
            self._known.clear()
            self.forgotten += 1
