"""Errors as people and programs meet them at the command line: a sentence, a code, an exit code."""

import errno
import json
import os
import sys
import traceback
from dataclasses import dataclass, field
from typing import Any

from typer.exceptions import TyperException

from windchime.cli.words import language
from windchime.core.errors import BadCall, BadInput, Damaged, Refused, WindchimeError
from windchime.core.text import LANGS, Lang, _, translate

EXIT_CODES: dict[type[WindchimeError], int] = {BadCall: 2, BadInput: 3, Refused: 4, Damaged: 5}
WRONG_CALL, INTERNAL, INTERRUPTED = 2, 5, 130

#: what the machine refuses, by number of the error or by words that libraries put in its place
FULL = {errno.ENOSPC, errno.EDQUOT}
FULL_WORDS = ("no space left on device", "disk is full", "disk quota exceeded")
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
FORBIDDEN_WORDS = ("read-only file system", "readonly database", "permission denied")
#: what says that the database is away; named, as loading the library takes longer than most commands
DATABASE = {f"sqlalchemy.exc.{name}" for name in ("OperationalError", "InterfaceError", "TimeoutError")}


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure, ready to be said."""

    code: str
    msgid: str
    exit_code: int
    params: dict[str, Any] = field(default_factory=dict)

    def sentence(self, lang: Lang) -> str:
        """What went wrong and what to do."""
        return translate(self.msgid, lang, **self.params)


def report(error: BaseException) -> int:
    """Say what went wrong on the error stream (as JSON with `--json`); returns the exit code.

    What is neither an error of the project nor of the call nor of the machine is an internal error; its traceback is
    shown where `WINDCHIME_DEBUG` is set.
    """
    if isinstance(error, WindchimeError):
        branch = next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), INTERNAL)
        return _tell(error.code, {lang: error.message(lang) for lang in LANGS}, branch)
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    if os.environ.get("WINDCHIME_DEBUG") and not isinstance(error, TyperException | KeyboardInterrupt):
        traceback.print_exception(error)
    found = _failure(error)
    return _tell(found.code, {lang: found.sentence(lang) for lang in LANGS}, found.exit_code)


def interrupted() -> int:
    """Say that a person stopped the command, and what that means."""
    return report(KeyboardInterrupt())


def _failure(error: BaseException) -> Failure:
    name, text = type(error).__name__, str(error)
    if isinstance(error, KeyboardInterrupt):
        msgid = _("interrupted; what was finished stays, nothing is half done: run the command again")
        return Failure("Interrupted", msgid, INTERRUPTED)
    if isinstance(error, TyperException):
        return _wrong_call(error)
    number = getattr(error, "errno", None)
    lower = text.lower()
    if number in FULL or any(words in lower for words in FULL_WORDS):
        msgid = _(
            "the disk is full; what was finished stays, nothing is half done: make room and run the command again"
        )
        return Failure("DiskFull", msgid, INTERNAL)
    if number in FORBIDDEN or any(words in lower for words in FORBIDDEN_WORDS):
        place = getattr(error, "filename", None) or "WINDCHIME_HOME"
        msgid = _("{place} cannot be read or written ({text}); get the right to it, or name another folder with --home")
        return Failure(
            "NoAccess",
            msgid,
            INTERNAL,
            {"place": place, "text": getattr(error, "strerror", None) or text.splitlines()[0]},
        )
    if DATABASE & {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}:
        told = str(getattr(error, "orig", None) or text).strip() or name
        msgid = _(
            "the database does not answer ({text}); see that it runs and that WINDCHIME_DATABASE_URL leads to it, then run the command again"
        )
        return Failure("NoDatabase", msgid, INTERNAL, {"text": told.splitlines()[0]})
    msgid = _("internal error ({kind}: {text}); set WINDCHIME_DEBUG=1 to see where")
    return Failure(name, msgid, INTERNAL, {"kind": name, "text": text})


def _wrong_call(error: TyperException) -> Failure:
    """A call that the command tree cannot read."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    name = type(error).__name__
    params: dict[str, Any] = {
        "help": f"{context.command_path if context else 'windchime'} --help",
        "name": parameter.get_error_hint() if parameter else getattr(error, "option_name", ""),
        "text": error.message.rstrip(".") or error.format_message().rstrip("."),
    }
    msgid = {
        "NoSuchOption": _("there is no option {name}; see {help}"),
        "MissingParameter": _("{name} is missing; see {help}"),
        "BadParameter": _("the value of {name} cannot be used: {text}; see {help}"),
    }.get(name, _("the call cannot be understood: {text}; see {help}"))
    return Failure(name, msgid, WRONG_CALL, params)


def _tell(code: str, sentences: dict[Lang, str], exit_code: int) -> int:
    if "--json" in sys.argv:
        body = {"error": {"code": code, "message": sentences}}
        sys.stderr.write(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"windchime: {sentences[language()]}\n")
    return exit_code
