"""`windchime audit …`: the chain of who did what, and whether it is whole."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


Key = Annotated[Path, typer.Option("--key", envvar="WINDCHIME_AUDIT_KEY_FILE", help=say(_("file of the signing key")))]


@app.command(help=say(_("walk the chain and name each record that was changed, is missing or was put in between")))
def verify(
    context: typer.Context,
    against: Annotated[
        list[Path] | None,
        typer.Option(help=say(_("checkpoints kept elsewhere: they show a chain that was cut or written anew"))),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            envvar="WINDCHIME_AUDIT_KEY_FILE",
            help=say(_("file of the key they were signed with, or of its public half")),
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Exit code 1 when the chain is not whole."""
    from windchime.decision import log as decision_log
    from windchime.decision import overriding
    from windchime.service import audit, checkpoints
    from windchime.service.proposals import verifying

    shell: Shell = context.obj
    shell.json = json
    if against and key is None:
        raise typer.BadParameter(say(_("name the key that the checkpoints were signed with: --key FILE")))
    known = [(str(file), checkpoints.Checkpoint.read(file)) for file in against or ()]
    with shell.bank.session() as session:
        problems = [*audit.verify(session), *decision_log.verify(session), *overriding.verify(session)]
        problems += verifying.verify(session)
        if key and known:
            problems += checkpoints.held_against(session, shell.bank.name, known, checkpoints.public_key(key))
        count = audit.length(session)
    shell.envelope({"records": count, "checkpoints": len(known), "whole": not problems}, problems=problems)
    if problems:
        for problem in problems:
            shell.say("{sentence}", sentence=problem.sentence(shell.lang))
        raise typer.Exit(1)
    shell.say(_("the audit chain is whole: {count} records"), count=count)
    if known:
        shell.say(
            _("it agrees with {count} checkpoints, the last at record {seq}"),
            count=len(known),
            seq=max(c.seq for _n, c in known),
        )
    else:
        shell.say(_("whether its end was cut off shows only beside a checkpoint kept elsewhere: --against FILE"))


@app.command(help=say(_("sign the end of the chain; keep the file where whoever keeps the database cannot reach it")))
def checkpoint(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help=say(_("the file to write, which must not exist")))],
    key: Key,
    json: Json = False,
) -> None:
    """Write a signed checkpoint."""
    from windchime.service import checkpoints

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        taken = checkpoints.take(session, shell.bank.name, checkpoints.private_key(key), shell.clock.now())
    with out.open("xb") as file:
        file.write(taken.as_bytes())
    shell.envelope({"file": str(out), "seq": taken.seq, "hash": taken.hash})
    shell.say(_("{file} vouches for the chain up to record {seq}"), file=str(out), seq=taken.seq)


@app.command(
    help=say(_("write the records of some days for a supervisor, with all hashes, and a checkpoint beside them"))
)
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help=say(_("the file to write, which must not exist")))],
    begin: Annotated[str | None, typer.Option("--from", help=say(_("first day; default: since ever")))] = None,
    end: Annotated[str | None, typer.Option("--to", help=say(_("last day; default: until now")))] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", envvar="WINDCHIME_AUDIT_KEY_FILE", help=say(_("file of the signing key"))),
    ] = None,
    json: Json = False,
) -> None:
    """Write JSON lines; what the hashes say of them everybody can check."""
    from windchime.service import audit_export, checkpoints

    shell: Shell = context.obj
    shell.json = json
    signing = checkpoints.private_key(key) if key else None
    with shell.bank.session() as session:
        part = audit_export.stretch(session, as_date(begin), as_date(end))
        with out.open("xb") as file:
            file.writelines(audit_export.written(session, shell.bank.name, part, shell.clock.now()))
    beside = out.with_name(f"{out.name}.checkpoint") if signing else None
    if signing and beside:
        sealed = checkpoints.sealed(shell.bank.name, part.last, part.hash, signing, shell.clock.now())
        with beside.open("xb") as file:
            file.write(sealed.as_bytes())
    told = {"file": str(out), "first": part.first, "last": part.last, "records": part.records, "hash": part.hash}
    shell.envelope(told | {"checkpoint": beside and str(beside)})
    shell.say(
        _("{count} records, {first} to {last}, are in {file}"),
        count=part.records,
        first=part.first,
        last=part.last,
        file=str(out),
    )
    if beside is None:
        shell.say(_("no key, no checkpoint: name one with --key, so that the end of the file is vouched for"))
    else:
        shell.say(_("{file} vouches for the chain up to record {seq}"), file=str(beside), seq=part.last)


@app.command("key", help=say(_("make a signing key for checkpoints, and its public half beside it")))
def key_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=say(_("the file to write, which must not exist")))],
    json: Json = False,
) -> None:
    """Write both halves of a new key."""
    from windchime.service import checkpoints

    shell: Shell = context.obj
    shell.json = json
    public = checkpoints.make_key(file)
    shell.envelope({"key": str(file), "public": str(public)})
    shell.say(_("{file} signs; {public} checks and may be known to everybody"), file=str(file), public=str(public))


@app.command("list", help=say(_("the records, newest last")))
def list_(
    context: typer.Context,
    subject: Annotated[str | None, typer.Option(help=say(_("only of this subject, such as decision:0192…")))] = None,
    last: Annotated[int, typer.Option(help=say(_("at most this many, from the end")))] = 50,
    json: Json = False,
) -> None:
    """Show the chain."""
    from windchime.service import audit

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = list(audit.records(session, subject=subject))[-last:]
        fields = ("seq", "at", "actor", "action", "subject", "before", "after", "reason", "hash")
        shell.envelope({"records": [{name: getattr(r, name) for name in fields} for r in found]})
        rows = [
            [str(r.seq), f"{r.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", r.actor, r.action, r.subject, r.reason]
            for r in found
        ]
    shell.table([_("no."), _("at"), _("who"), _("action"), _("subject"), _("reason")], rows, right=[0])
