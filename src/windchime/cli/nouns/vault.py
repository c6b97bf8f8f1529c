"""`windchime vault …`: personal data: find, read, erase; turn the key."""

import sys
from typing import Annotated, cast

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import UnknownName
from windchime.core.text import _, translate
from windchime.data.contracts.column import PersonalDataClass

app = typer.Typer(no_args_is_help=True)

Purpose = Annotated[str, typer.Option("--purpose", help=say(_("why you look, for the audit chain")))]


@app.command(help=say(_("the token of a value, and whose it is; the value is asked for, or read from standard input")))
def find(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help=say(_("contact, identity, account or sensitive")))],
    purpose: Purpose,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Search by the blind index; the value never stands on the command line, where others could see it."""
    from windchime.data.vault import Vault
    from windchime.data.vault.normal import KINDS

    shell: Shell = context.obj
    shell.json = json
    if kind not in KINDS:
        raise UnknownName("class of personal data", kind, KINDS)
    value = shell.asked(_("value (not shown)"))
    vault = Vault.open(shell.bank)
    with shell.bank.unit(shell.actor(actor)) as unit:
        token, subjects = vault.find(unit, cast("PersonalDataClass", kind), value, purpose)
    shell.envelope({"found": {"token": token, "subjects": subjects}})
    shell.say("{token}", token=token)
    for subject in subjects:
        shell.say("  · {subject}", subject=subject)
    if not subjects:
        shell.say(_("the vault holds this value of nobody"))


@app.command(help=say(_("the value behind a token; who looked, and why, is put on record")))
def reveal(
    context: typer.Context,
    token: Annotated[str, typer.Argument(help=say(_("as it stands in the lake")))],
    purpose: Purpose,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Read one value."""
    from windchime.data.vault import Vault
    from windchime.data.vault.errors import NotAToken
    from windchime.data.vault.tokens import is_token
    from windchime.data.vault.vault import holders
    from windchime.service.access import reads

    shell: Shell = context.obj
    shell.json = json
    if not is_token(token):
        # what was typed in its place may be somebody's: it goes on no record
        raise NotAToken
    vault, who = Vault.open(shell.bank), shell.actor(actor)
    with shell.bank.session() as session:
        owner = next(iter(holders(session, token)), "")
    reads.log(shell.bank, who, [reads.Look(owner, "", token)], purpose=purpose)
    with shell.bank.unit(who) as unit:
        value = vault.reveal(unit, token, purpose)
    shell.envelope({"revealed": {"token": token, "value": value}})
    shell.say("{value}", value=value)


@app.command(help=say(_("erase all values of a person or firm by destroying the key; this cannot be undone")))
def erase(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help=say(_("id of the person or firm, as `vault find` names it")))],
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help=say(_("do not ask again")))] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Erase one subject; a person at a terminal is asked once more."""
    from dataclasses import asdict

    from windchime.data.vault import Vault
    from windchime.data.vault import erase as erase_subject

    shell: Shell = context.obj
    shell.json = json
    Vault.open(shell.bank)
    if not yes and not json and sys.stdin.isatty():
        typer.confirm(
            translate(_("destroy the key of {subject}? this cannot be undone"), shell.lang, subject=subject), abort=True
        )
    done = erase_subject(shell.bank, shell.actor(actor), subject, reason)
    shell.envelope({"erased": asdict(done)})
    shell.say(_("{count} values of {subject} can be read by nobody any more"), count=f"{done.gone:,}", subject=subject)
    if done.shared:
        shell.say(
            _("{count} values are another subject's as well and stay readable through that one"), count=done.shared
        )
    if not done.wiped and shell.bank.engine.dialect.name == "postgresql":
        shell.say(
            _(
                "the log and the backups of PostgreSQL hold the destroyed key: turn the master secret, destroy the old one"
            )
        )
    elif not done.wiped:
        shell.say(
            _("somebody reads the database: its log holds the destroyed key until console and commands have all ended")
        )


@app.command(help=say(_("turn the master secrets of vault and sealed secrets; values and tokens stay as they are")))
def rotate(
    context: typer.Context,
    reason: Reason,
    values: Annotated[
        bool, typer.Option("--values", help=say(_("make every data key anew too, and seal every value again")))
    ] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Rotate, and bring everything to the suite that the bank's settings name."""
    from dataclasses import asdict

    from windchime.data.vault import turn

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as progress:
        done = turn(shell.bank, shell.actor(actor), reason, values=values, progress=progress)
    shell.envelope({"rotated": asdict(done)})
    if done.vault:
        shell.say(
            _("{count} keys are wrapped under master secret {after} now; {before} opens nothing any more"),
            count=f"{done.vault.keys:,}",
            after=done.vault.after,
            before=done.vault.before,
        )
        if done.vault.new_keys:
            shell.say(
                _("{count} of them are new keys, {values} values were sealed again under them"),
                count=f"{done.vault.new_keys:,}",
                values=f"{done.vault.values:,}",
            )
    if done.secrets.turned or done.secrets.boxes:
        shell.say(
            _("{count} secrets of accounts and webhooks are sealed under master secret {after} now"),
            count=f"{done.secrets.boxes:,}",
            after=done.secrets.master,
        )
    if done.audit_changed:
        shell.say(_("the audit chain goes on with {algorithm}"), algorithm=done.audit.upper())


@app.command(help=say(_("what the vault holds, in numbers")))
def status(context: typer.Context, json: Json = False) -> None:
    """Show figures; nothing of whom or what."""
    from dataclasses import asdict

    from windchime.data.vault import Vault
    from windchime.data.vault.status import status as figures

    shell: Shell = context.obj
    shell.json = json
    vault = Vault.open(shell.bank)
    with shell.bank.session() as session:
        found = figures(session, vault)
    shell.envelope({"vault": asdict(found) | {"file": str(found.file)}})
    kinds = {
        "contact": _("contact data"),
        "identity": _("identity data"),
        "account": _("accounts"),
        "sensitive": _("sensitive data"),
    }
    rows = [(translate(kinds[kind], shell.lang), f"{count:,}") for kind, count in found.values.items()]
    rows += [
        (translate(_("persons and firms with a key"), shell.lang), f"{found.subjects:,}"),
        (translate(_("destroyed keys"), shell.lang), f"{found.destroyed:,}"),
        (translate(_("erased tokens"), shell.lang), f"{found.erased:,}"),
        (translate(_("master secret"), shell.lang), f"{found.master_id} ({found.file})"),
        (translate(_("crypto suites"), shell.lang), ", ".join(found.suites)),
        (translate(_("suite of the tokens"), shell.lang), found.tokens),
    ]
    shell.table([_("what"), _("how many")], rows, right=[1])
