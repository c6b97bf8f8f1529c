"""The noun `model`; the modules beside this one hang their verbs on it."""

from typing import Annotated

import typer

from windchime.cli.words import say
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)
Version = Annotated[str, typer.Argument(help=say(_("version of the model, or its first characters")))]
FeaturesAsOf = Annotated[
    str | None, typer.Option(help=say(_("nothing known later reaches a feature; default: the data pack's date")))
]
LabelsAsOf = Annotated[
    str | None, typer.Option(help=say(_("outcomes as known at this date; default: the data pack's date")))
]
