"""Work too long for a request: done once by one thread, asked for again by the page until it is there."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass
class Background(Generic[Found]):
    """Answers that take seconds, by question; the few asked last are kept."""

    most: int = 4
    _workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "windchime-console"))
    _answers: dict[Hashable, "Future[Found]"] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, question: Hashable, find: Callable[[], Found], *, patience: float = 0.0) -> Found | None:
        """The answer; None while it is being found.

        Args:
            question: what the answer depends on.
            find: finds it; run by the one worker thread.
            patience: seconds to wait for it.

        Raises:
            Exception: what finding it raised; the next call tries again.
        """
        with self._lock:
            if question not in self._answers:
                while len(self._answers) >= self.most:
                    self._answers.pop(next(iter(self._answers)))
                self._answers[question] = self._workers.submit(find)
            answer = self._answers[question]
        try:
            return answer.result(patience)
        except TimeoutError:
            return None
        except BaseException:
            with self._lock:
                self._answers.pop(question, None)
            raise

    def close(self) -> None:
        """Wait for the work at hand, drop what waits."""
        self._workers.shutdown(cancel_futures=True)
