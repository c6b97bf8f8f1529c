"""Errors as people and programs meet them at the command line: a sentence, a code, an exit code."""

import json
import os
import sys
import traceback

from windchime.cli.words import language
from windchime.core.errors import BadCall, BadInput, Damaged, Refused, WindchimeError
from windchime.core.text import _, translate

EXIT_CODES: dict[type[WindchimeError], int] = {BadCall: 2, BadInput: 3, Refused: 4, Damaged: 5}
INTERNAL = 5


def exit_code(error: BaseException) -> int:
    """The exit code of an error."""
    return next((code for branch, code in EXIT_CODES.items() if isinstance(error, branch)), INTERNAL)


def report(error: Exception) -> int:
    """Say what went wrong on the error stream (as JSON with `--json`); returns the exit code.

    What is no error of the project is an internal error; its traceback is shown where `WINDCHIME_DEBUG` is set.
    """
    lang = language()
    if isinstance(error, WindchimeError):
        code, sentences = error.code, {"zh": error.message("zh"), "en": error.message("en")}
    else:
        code = type(error).__name__
        msgid = _("internal error ({kind}: {text}); set WINDCHIME_DEBUG=1 to see where")
        sentences = {
            "zh": translate(msgid, "zh", kind=code, text=error),
            "en": translate(msgid, "en", kind=code, text=error),
        }
        if os.environ.get("WINDCHIME_DEBUG"):
            traceback.print_exception(error)
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"error": {"code": code, "message": sentences}}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"windchime: {sentences[lang]}\n")
    return exit_code(error)
