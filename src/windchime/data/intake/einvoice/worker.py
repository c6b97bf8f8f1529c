"""Reads PDFs in a process of its own, which is ended when a document takes too long or more memory than it may.

The library under it is written in C++: a hostile file can make it run for minutes or crash, and neither may reach the
bank's process. Bytes go in and JSON comes out, both with their length in front; nothing is unpickled.
"""

import base64
import json
import resource
import selectors
import struct
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from windchime.data.intake.einvoice.limits import MIB, DocumentLimits
from windchime.data.intake.einvoice.pdf import NotPdf, Pdf
from windchime.data.intake.einvoice.words import Page, Word

#: bytes of memory that the process may take
MEMORY = 2_048 * MIB
#: seconds in which the process must have started, however busy the machine is
START_SECONDS = 60.0
#: what the process runs: the packages above this one are entered without what they import for others
BOOT = """
import sys, types
for name in {packages!r}:
    module = types.ModuleType(name)
    module.__path__ = [sys.argv[1] + "/" + name.replace(".", "/")]
    sys.modules[name] = module
from windchime.data.intake.einvoice.worker import main
main()
"""
PACKAGES = ("windchime", "windchime.data", "windchime.data.intake", "windchime.data.intake.einvoice")
_LENGTH = struct.Struct(">Q")


class Worker:
    """A process that reads PDFs one after the other; it starts with the first and starts again after it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def read(self, data: bytes, limits: DocumentLimits) -> Pdf:
        """Read a PDF, within the limits of time and memory.

        Raises:
            NotPdf: what `pdf.read` raises, and `document_too_slow` when time or memory ran out.
        """
        question = json.dumps(asdict(limits)).encode()
        try:
            if self._process is None or self._process.poll() is not None:
                self._process = _start()
                _answer(_pipes(self._process)[1], START_SECONDS)
            questions, answers = _pipes(self._process)
            for part in (question, data):
                questions.write(_LENGTH.pack(len(part)) + part)
            questions.flush()
            answer = _answer(answers, limits.seconds)
        except (OSError, EOFError):
            self.close()
            raise NotPdf("document_too_slow", f"{limits.seconds:g}") from None
        return _pdf(json.loads(answer))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", BOOT.format(packages=PACKAGES), str(Path(__file__).parents[4])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _answer(stream: IO[bytes], seconds: float) -> bytes:
    """The answer, once it begins within the time; it is written whole, so the rest follows at once."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_READ)
        if not waiting.select(seconds):
            raise EOFError
    return _exactly(stream, _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0])


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


def _pdf(said: dict[str, Any]) -> Pdf:
    if "code" in said:
        raise NotPdf(said["code"], said["reason"])
    return Pdf(
        tuple(base64.b64decode(part) for part in said["attached"]),
        said["stated"],
        tuple(Page(w, h, tuple(Word(*word) for word in words)) for w, h, words in said["pages"]),
        said["pictures"],
    )


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Read documents until the questions end: the loop of the process."""
    from windchime.data.intake.einvoice.pdf import read

    answers.write(_LENGTH.pack(0))  # ready
    answers.flush()
    while head := questions.read(_LENGTH.size):
        limits = DocumentLimits(**json.loads(_exactly(questions, _LENGTH.unpack(head)[0])))
        data = _exactly(questions, _LENGTH.unpack(_exactly(questions, _LENGTH.size))[0])
        said: dict[str, Any]
        try:
            found = read(data, limits)
            pages = [(p.width, p.height, [(w.text, w.x0, w.top, w.x1, w.bottom) for w in p.words]) for p in found.pages]
            attached = [base64.b64encode(part).decode() for part in found.attached]
            said = {"attached": attached, "stated": found.stated, "pages": pages, "pictures": found.pictures}
        except NotPdf as error:
            said = {"code": error.code, "reason": error.reason}
        except MemoryError:
            said = {"code": "document_too_large", "reason": "memory"}
        answer = json.dumps(said).encode()
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def main() -> None:
    """Bound this process and serve."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)
