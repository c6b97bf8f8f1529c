"""`windchime graph ties`: what a firm shares with others that no register shows, and who seems to stand behind it."""

import json as json_text
from typing import Annotated

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _


@app.command(
    help=say(_("hidden ties of a firm as the newest run found them, with their evidence, and hints at who controls it"))
)
def ties(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(help=say(_("id of a firm, or words of its name")))],
    declared: Annotated[bool, typer.Option("--declared", help=say(_("ties that a register shows, too")))] = False,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show hidden ties."""
    from windchime.graph.ties.published import controllers_of, ties_of
    from windchime.graph.ties.telling import sentence

    shell: Shell = context.obj
    shell.json = json
    with opened(shell, as_of, "hidden_ties") as read:
        names = names_of(read.reading)
        meant = node_meant(firm, names, names)
        found = ties_of(read.reading, meant, declared=declared)
        behind = controllers_of(read.reading, meant)
        version, day = read.reading.lake_version, read.as_of
    told = [
        row | {"sentences": {lang: sentence(json_text.loads(row["evidence"]), lang) for lang in ("zh", "en")}}
        for row in (*found, *behind)
    ]
    payload = {"firm_id": meant, "ties": told[: len(found)], "controllers": told[len(found) :]}
    shell.envelope(payload, lake_version=version, as_of=day)
    for row in told[: len(found)]:
        other = row["firm_b_id"] if row["firm_a_id"] == meant else row["firm_a_id"]
        shell.say(
            "{name}  {score}  {why}",
            name=names.get(other, other),
            score=f"{row['score']:.2f}",
            why=row["sentences"][shell.lang],
        )
    for row in told[len(found) :]:
        shell.say(
            _("perhaps behind it: {name} ({why})"),
            name=names.get(row["person_id"], row["person_id"]),
            why=row["sentences"][shell.lang],
        )
    if not told:
        shell.say(_("no tie is hidden, as far as the library shows"))
