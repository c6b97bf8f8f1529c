"""`windchime rules export|keep|list`: rules in one form, and rules in the bank's keeping."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.nouns.rules.app import RulesFile, app, provenance
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _, translate
from windchime.present import formats


@app.command(help=say(_("write rules in one form: SQL of a dialect, decision table, DMN, PMML, workbook, sentences")))
def export(
    context: typer.Context,
    rules: RulesFile,
    form: Annotated[
        str, typer.Option(help=say(_("duckdb, postgresql, spark, mysql, oracle, decision_table, dmn, pmml, xlsx …")))
    ],
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help=say(_("file to write; standard output by default")))
    ] = None,
    table: Annotated[
        str, typer.Option(help=say(_("table that the SQL asks; schema.table names both")))
    ] = "applications",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Write one form."""
    from windchime.risk.rules.exports import written
    from windchime.risk.rules.store import read_rules

    shell: Shell = context.obj
    shell.json = json
    content = written(read_rules(rules), form, provenance(shell, actor), shell.lang, table=table)
    if out is not None:
        out.write_bytes(content)
        shell.say(_("{form} is in {file}"), form=form, file=out)
    elif not json:
        typer.echo(content, nl=False)
    text = None if form == "xlsx" or out is not None else content.decode()
    shell.envelope({"form": form, "out": out and str(out), "content": text})


@app.command(help=say(_("keep rules in the bank, so that the console shows them")))
def keep(
    context: typer.Context,
    rules: RulesFile,
    name: Annotated[str, typer.Option(help=say(_("how people call them")))],
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Keep."""
    from windchime.risk.rules.store import keep as put
    from windchime.risk.rules.store import read_rules

    shell: Shell = context.obj
    shell.json = json
    found = put(shell.bank, shell.actor(actor), read_rules(rules), name)
    shell.envelope({"kept": {"version": found.version, "name": found.name, "by": found.by}})
    shell.say(_("rules {version} are kept as {name}"), version=found.version[:12], name=found.name)


@app.command(help=say(_("propose to keep rules in the bank; somebody else approves")))
def propose(
    context: typer.Context,
    rules: RulesFile,
    name: Annotated[str, typer.Option(help=say(_("how people call them")))],
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose."""
    from windchime.portfolio import four_eyes
    from windchime.risk.rules.proposals import KEEP, wanted
    from windchime.risk.rules.store import read_rules

    shell: Shell = context.obj
    shell.json = json
    subject, after = wanted(shell.bank, read_rules(rules), name)
    one = four_eyes.propose(shell.bank, shell.actor(actor), KEEP.name, subject, after, reason=reason)
    shell.envelope({"proposal": one, "version": after["version"]})
    shell.say(_("proposal {proposal} waits to be checked by somebody else"), proposal=one)


@app.command("list", help=say(_("rule sets that the bank keeps, newest first")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List what is kept."""
    from windchime.risk.rules.store import Kept, kept

    shell: Shell = context.obj
    shell.json = json
    found = kept(shell.bank)
    shell.envelope(
        {
            "rules": [
                {"version": k.version, "name": k.name, "by": k.by, "kept_at": k.kept_at}
                | {"damaged": not isinstance(k, Kept)}
                for k in found
            ]
        }
    )
    counts = [str(len(k.rules.rules)) if isinstance(k, Kept) else translate(_("damaged"), shell.lang) for k in found]
    shell.table(
        [_("version"), _("name"), _("rules"), _("by"), _("made at")],
        [[k.version[:12], k.name, n, k.by, formats.instant(k.kept_at)] for k, n in zip(found, counts, strict=True)],
        right=[2],
    )
