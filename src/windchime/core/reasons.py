"""What a library says is wrong with a file, fit to be shown."""

import re

#: where libraries begin to quote what stood in the file
_QUOTING = re.compile("[\"'`]|\\b(?:with )?value\\b|:\\s*$|,? got \\d+:")


def reason_of(error: BaseException) -> str:
    """What a library says is wrong with a file, without the values and paths it quotes: they may be a person's."""
    line = (str(error).splitlines() or [""])[0]
    return _QUOTING.split(line)[0].strip()[:200] or type(error).__name__
