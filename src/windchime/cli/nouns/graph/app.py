"""The noun `graph`; the modules beside this one hang their verbs on it."""

import typer

app = typer.Typer(no_args_is_help=True)
