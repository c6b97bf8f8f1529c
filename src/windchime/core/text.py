"""Texts in two languages: labels inside content, and messages of code through gettext catalogues.

Code marks an English message with `_("…")`, which returns it unchanged; `translate` renders it. Chinese translations
stand in `src/windchime/locale/zh_CN/<package>.po`, one catalogue a package, read once with Babel.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal, Self

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


def _(msgid: str) -> str:
    """Mark a message for translation; the text itself is looked up by `translate`."""
    return msgid


@dataclass(frozen=True, slots=True)
class Text:
    """A label in both languages, as content files write it: `{zh: …, en: …}`."""

    zh: str
    en: str

    @classmethod
    def of(cls, value: "Text | dict[str, str] | str") -> Self:
        """Read a label from content; a plain string serves both languages (names of things that have one name)."""
        if isinstance(value, Text):
            return cls(value.zh, value.en)
        if isinstance(value, str):
            return cls(value, value)
        return cls(value["zh"], value["en"])

    def __getitem__(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def as_dict(self) -> dict[str, str]:
        """The form content files and JSON use."""
        return {"zh": self.zh, "en": self.en}


def plainly(text: str) -> str:
    """A text with what commands a terminal or turns the order of letters made visible, as escapes.

    These are controls and format characters (Unicode Cc, Cf); line ends and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if _commands(c) else c for c in text.replace("\r\n", "\n"))


def is_plain(text: str) -> bool:
    """Whether a text holds no control or format character but line ends and tabs."""
    return text.isprintable() or not any(map(_commands, text.replace("\r\n", "\n")))


def _commands(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf")


def places(template: str) -> tuple[str, ...]:
    """The names of the `{name}` places of a message, in order.

    Messages that come from content are filled by `str.format`; this is how they are read before.

    Raises:
        ValueError: anything else in braces (an attribute, an index, a conversion, a format), or a brace alone.
    """
    found = []
    for _literal, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"'{{{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}'")
        found.append(name)
    return tuple(found)


@cache
def catalogue() -> dict[str, str]:
    """All Chinese translations of the messages in code, English message id to Chinese text."""
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for entry in sorted((files("windchime") / "locale" / "zh_CN").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as stream:
                found |= {str(m.id): str(m.string) for m in read_po(stream, locale="zh_CN") if m.id and m.string}
    return found


def translate(msgid: str, lang: Lang = "zh", /, **params: Any) -> str:
    """The message in the language, its `{name}` places filled from `params`; English where no translation exists.

    A parameter that is itself a `Text` is rendered in the same language.
    """
    template = msgid if lang == "en" else catalogue().get(msgid, msgid)
    if not params:
        return template
    return template.format(**{k: v[lang] if isinstance(v, Text) else v for k, v in params.items()})
