"""What the base template needs to know of a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from windchime.core.text import Lang, Text


@dataclass(frozen=True, slots=True)
class Crumb:
    """A link with a name: in the navigation, or on the way back."""

    label: Text | str
    href: str
    #: how much waits behind it; shown where there is some
    count: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The frame of one page: who and where, in which language, on what data."""

    #: title of the window and, unless the page sets its own, the first heading
    title: Text | str
    #: language of everything on it
    lang: Lang
    #: path of this page, without query
    path: str
    #: query of this page, language left out; kept when the language is switched
    query: Mapping[str, str] = field(default_factory=dict)
    #: main navigation
    navigation: tuple[Crumb, ...] = ()
    #: where the bank's name leads
    home: str = "/"
    #: name of the bank whose data are shown
    bank: str = "default"
    #: where the search box (`/`) sends its `q`; empty for no box
    search: str = "/firms"
    #: end of this day is the last moment of knowledge; None where nothing is loaded
    as_of: date | None = None
    #: lake version the page reads; None where nothing is loaded
    lake_version: int | None = None
    #: whether any of the data come from the simulated region
    simulated: bool = False
    #: when the page was made, and by which release
    generated_at: datetime | None = None
    release: str = ""
    #: token every POST of this page must bear
    csrf: str = ""
    #: name of who is signed in; empty for nobody
    account: str = ""
    #: whether it is shown in place of the answer to a form that was sent before
    sent_before: bool = False

    @property
    def other_language(self) -> Lang:
        """The language one click away."""
        return "en" if self.lang == "zh" else "zh"

    @property
    def switch_href(self) -> str:
        """The same page, same place, in the other language."""
        return f"{self.path}?{urlencode({**self.query, 'lang': self.other_language})}"

    def here(self, href: str) -> bool:
        """Whether a navigation entry leads to this page or to a page above it."""
        path = href.partition("?")[0]
        return self.path == path or (path != "/" and self.path.startswith(path.rstrip("/") + "/"))
