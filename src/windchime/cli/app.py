"""The tree of commands: everyday verbs on top, `noun verb` for the rest."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from windchime import __version__
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.settings import Settings
from windchime.core.text import _

app = typer.Typer(
    help=say(_("Windchime: know a firm, decide in seconds, hear the risk before it arrives.")),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"windchime {__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help=say(_("folder of all banks")), envvar="WINDCHIME_HOME")] = None,
    bank: Annotated[str | None, typer.Option(help=say(_("which bank")), envvar="WINDCHIME_BANK")] = None,
    lang: Annotated[str | None, typer.Option(help=say(_("zh or en")), envvar="WINDCHIME_LANG")] = None,
    version: Annotated[  # noqa: ARG001 - an eager option acts in its callback
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=say(_("print the release and stop")),
        ),
    ] = False,
) -> None:
    """Read the settings once, at the edge."""
    named = {"WINDCHIME_HOME": str(home) if home else None, "WINDCHIME_BANK": bank, "WINDCHIME_LANG": lang}
    settings = Settings.from_environment({k: v for k, v in named.items() if v is not None})
    around = Settings.from_environment()
    context.obj = Shell(replace(around, home=settings.home, bank=settings.bank, lang=settings.lang))
