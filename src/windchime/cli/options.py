"""Options that several commands share, each declared once."""

from typing import Annotated

import typer

from windchime.cli.words import say
from windchime.core.text import _

Json = Annotated[bool, typer.Option("--json", help=say(_("print one JSON document for programs")))]
ActorName = Annotated[str | None, typer.Option("--actor", help=say(_("who acts; default: the system's user name")))]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help=say(_("date whose end is the last moment of knowledge; default: the data pack's"))),
]
Reason = Annotated[str, typer.Option("--reason", help=say(_("why, for the audit chain")))]
LakeVersionOption = Annotated[
    int | None, typer.Option("--lake-version", help=say(_("which lake version; default: the newest")))
]
