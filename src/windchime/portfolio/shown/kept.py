"""Answers kept while what they depend on stands, the ones asked longest ago given up first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

#: answers kept
_KEPT = 4096
Found = TypeVar("Found")


@dataclass
class Kept:
    """Answers by question, the ones asked longest ago given up first. Two threads may both find an answer; they are equal."""

    most: int = _KEPT
    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, question: Hashable, find: Callable[[], Found]) -> Found:
        """The answer kept, or found now and kept."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                kept: Found = self._answers[question]
                return kept
        found = find()
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > self.most:
                self._answers.popitem(last=False)
        return found
