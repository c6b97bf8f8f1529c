"""Help texts in the reader's language: they are fixed when the command tree is built, before options are read."""

import os
import sys
from functools import cache
from itertools import pairwise

from windchime.core.text import LANGS, Lang, translate


@cache
def language() -> Lang:
    """The language asked for by `--lang` or the environment; Chinese where neither can be used (the command will say so)."""
    asked = os.environ.get("WINDCHIME_LANG", "zh")
    for argument, following in pairwise([*sys.argv[1:], ""]):
        if argument == "--lang":
            asked = following
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return next((lang for lang in LANGS if lang == asked), "zh")


def say(msgid: str) -> str:
    """The help text in the reader's language."""
    return translate(msgid, language())
