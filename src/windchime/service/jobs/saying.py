"""What a failed job says to people: a sentence in both languages, and the firm it names, which not every reader may see."""

import json
from dataclasses import dataclass

from windchime.core.canonical import canonical
from windchime.core.errors import WindchimeError
from windchime.core.text import LANGS, Text

#: parameters of errors that hold a firm's id
_FIRM = ("firm", "firm_id")


@dataclass(frozen=True, slots=True)
class Said:
    """Why an attempt failed, in words of ours."""

    sentence: Text
    #: the firm it names; empty where it names none
    firm: str = ""


def written(error: WindchimeError) -> str:
    """An error as the job keeps it."""
    named = next((str(error.params[p]) for p in _FIRM if p in error.params), "")
    return canonical({**{lang: error.message(lang) for lang in LANGS}, "firm": named}).decode()


def read(kept: str | None) -> Said | None:
    """What a job keeps; earlier releases kept one sentence alone. None for nothing."""
    if not kept:
        return None
    try:
        told = json.loads(kept)
        return Said(Text(str(told["zh"]), str(told["en"])), str(told["firm"]))
    except (ValueError, TypeError, KeyError):
        return Said(Text.of(kept))
