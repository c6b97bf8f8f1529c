"""The commands of `windchime rules …`, and what several of them ask for and show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windchime import __version__
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _

if TYPE_CHECKING:
    from windchime.present.exports import Provenance

app = typer.Typer(no_args_is_help=True)
Table = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say(_("table: .csv, .parquet or .xlsx")))]
Rules = Annotated[Path, typer.Option(exists=True, dir_okay=False, help=say(_("rules.json, as mine has written it")))]
RulesFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help=say(_("rules.json, as mine has written it")))
]
Out = Annotated[Path | None, typer.Option(dir_okay=False, help=say(_("CSV or Parquet file to write")))]


def provenance(shell: Shell, actor: str | None) -> "Provenance":
    """What a file made now says of itself."""
    from windchime.present.exports import Provenance

    return Provenance(shell.clock.now(), shell.actor(actor).name, __version__)
