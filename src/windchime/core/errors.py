"""The one error family: bad calls are exceptions of these classes; bad data are `Problem` values (`core.problems`).

Each situation is a class of its own in the package it belongs to, built from typed arguments that stay readable in
`params`. The four branches say who must act; the command line maps them to exit codes, the web to statuses.
"""

from typing import Any, ClassVar

from windchime.core.text import Lang, _, translate


class WindchimeError(Exception):
    """Base of every error the project raises on purpose.

    Attributes:
        msgid: English message with `{name}` places, the key of its translation.
        hint: what to do about it, same form; empty when the message says it.
        params: the values the message was built from.
    """

    msgid: ClassVar[str] = _("something went wrong")
    hint: ClassVar[str] = ""

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.message("en"))

    @property
    def code(self) -> str:
        """Stable name for programs: the class name."""
        return type(self).__name__

    def message(self, lang: Lang) -> str:
        """The sentence shown to people, with what to do."""
        parts = [translate(text, lang, **self.params) for text in (self.msgid, self.hint) if text]
        return ("；" if lang == "zh" else "; ").join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.params))


def _rebuild(cls: type[WindchimeError], params: dict[str, Any]) -> WindchimeError:
    error = cls.__new__(cls)
    WindchimeError.__init__(error, **params)
    return error


class BadCall(WindchimeError):
    """The caller asked for something that cannot be meant: a wrong option, an unknown name, a missing argument."""


class BadInput(WindchimeError):
    """A file, table or document cannot be used as a whole (a single bad row is a `Problem`, not an error)."""


class Refused(WindchimeError):
    """Permission, four eyes or state forbids it."""


class Damaged(WindchimeError):
    """Something stored is not what we wrote: a changed byte, a missing file, a broken chain."""


#: what can be unknown by name, where people meet it, each with its translation; another kind is named as it is
KINDS = (
    _("account"),
    _("class of personal data"),
    _("column"),
    _("decision"),
    _("decision run"),
    _("feature"),
    _("indicator"),
    _("job"),
    _("kind of content"),
    _("kind of job"),
    _("load"),
    _("mapping"),
    _("model version"),
    _("pack"),
    _("permission"),
    _("product"),
    _("profile of the twin"),
    _("proposal"),
    _("reason"),
    _("role"),
    _("schedule"),
    _("segment"),
    _("severity"),
    _("sheet"),
    _("sort key"),
    _("table"),
    _("token"),
)


class UnknownName(BadCall):
    """A name that does not exist, with the near misses."""

    msgid = _("unknown {kind} '{name}'; known: {known}")

    def __init__(self, kind: str, name: str, known: "list[str] | tuple[str, ...]") -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, list(known), n=3) or sorted(known)[:12]
        super().__init__(kind=kind, name=name, known=", ".join(near) or "-")

    def message(self, lang: Lang) -> str:
        """The sentence, with the kind in the reader's language."""
        return translate(self.msgid, lang, **self.params | {"kind": translate(self.params["kind"], lang)})
