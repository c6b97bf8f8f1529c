"""Names in forms: what may be an account's, so that no two that look alike are two; and those that name nothing."""

import re

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.core.unit import plain_name

#: what a name consists of, width and case left out
READABLE = re.compile(r"[0-9a-z\u3400-\u9fff]+")


class BadAccountName(BadCall):
    """A name that is empty, too long, or has characters that cannot be seen or look like others."""

    msgid = _("an account's name has 2 to 64 Latin letters, Chinese characters, digits, and . _ - @")

    def __init__(self) -> None:
        super().__init__()


class NamesNothing(UnknownName):
    """A name that stands in a form and names nothing: the address it was sent to is there, the form is wrong."""


def examine_name(name: str) -> None:
    """See that a name could be an account's.

    Letters of other scripts than these look like Latin ones, and would make two accounts of one name to the eye.

    Raises:
        BadAccountName: it could not.
    """
    letters = name.replace(".", "").replace("_", "").replace("-", "").replace("@", "")
    if not 2 <= len(name) <= 64 or not letters.isalnum() or not READABLE.fullmatch(plain_name(letters)):
        raise BadAccountName
