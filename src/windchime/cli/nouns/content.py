"""`windchime content …`: what is in force, drafts, differences, and publication by a second person."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.clock import today
from windchime.core.dates import parse_date
from windchime.core.errors import BadInput
from windchime.core.text import _

if TYPE_CHECKING:
    from windchime.content.store import ContentStore

app = typer.Typer(no_args_is_help=True)
Kind = Annotated[str, typer.Argument(help=say(_("schemes, products or policies")))]
Name = Annotated[str, typer.Argument(help=say(_("name of the document")))]


class NoSuchFile(BadInput):
    """A file to import that is not there."""

    msgid = _("there is no file {file}")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class NoDraft(BadInput):
    """A comparison or publication without anything new."""

    msgid = _("{kind} '{name}' has no draft")
    hint = _("import one: windchime content import --help")

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind=kind, name=name)


def _store(shell: Shell) -> "ContentStore":
    from windchime.content.store import ContentStore

    return ContentStore(shell.bank.content_dir)


@app.command("list", help=say(_("all versions: what is in force, what is a draft")))
def list_(context: typer.Context, json: Json = False) -> None:
    """Show the register."""
    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        rows = [
            {
                "kind": v.kind,
                "name": v.name,
                "version": v.sha256,
                "valid_from": v.valid_from,
                "state": v.state,
                "author": v.author,
                "checker": v.checker,
            }
            for v in _store(shell).versions(session)
        ]
    shell.envelope({"content": rows})
    shell.table(
        [_("kind"), _("name"), _("version"), _("valid from"), _("state"), _("author"), _("checker")],
        [
            [
                str(r["kind"]),
                str(r["name"]),
                str(r["version"])[:12],
                str(r["valid_from"]),
                str(r["state"]),
                str(r["author"]),
                str(r["checker"] or "—"),
            ]
            for r in rows
        ],
    )
    if not rows:
        shell.say(_("nothing is published yet: windchime content set-up publishes the content that ships"))


@app.command(
    "set-up",
    help=say(_("publish the content that ships; once there are accounts: propose it, for somebody else to check")),
)
def set_up(context: typer.Context, actor: ActorName = None, json: Json = False) -> None:
    """Make an empty bank able to decide; changes nothing where it is done already."""
    from windchime.portfolio import setting_up

    shell: Shell = context.obj
    shell.json = json
    found = setting_up.set_up(shell.bank, shell.actor(actor))
    with shell.bank.session() as session:
        published = sum(v.state == "published" for v in _store(shell).versions(session))
    shell.envelope({"published": published, "proposed": found.proposed})
    if found.proposed:
        shell.say(
            _("{count} documents wait for somebody else's check: windchime proposal list"), count=len(found.proposed)
        )
    else:
        shell.say(_("the content that ships is published"))


@app.command("import", help=say(_("bring in a draft from a YAML file")))
def import_(
    context: typer.Context,
    kind: Kind,
    name: Name,
    file: Annotated[Path, typer.Argument(help=say(_("the file; - reads standard input")))],
    valid_from: Annotated[
        str | None, typer.Option("--from", help=say(_("date from which it counts; default: today")))
    ] = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose; a second person publishes."""
    from windchime.portfolio.publishing import bring_in

    shell: Shell = context.obj
    shell.json = json
    if str(file) != "-" and not file.is_file():
        raise NoSuchFile(str(file))
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    begins = parse_date(valid_from) if valid_from else today(shell.clock)
    by = shell.actor(actor)
    version, proposal = bring_in(shell.bank, by, kind, name, data, valid_from=begins, reason=reason or file.name)
    draft = {"kind": kind, "name": name, "version": version, "valid_from": begins, "proposal": proposal}
    shell.envelope({"draft": draft})
    shell.say(
        _("draft {version} of {kind} {name} counts from {valid_from} once a second person publishes it"),
        version=version[:12],
        kind=kind,
        name=name,
        valid_from=begins,
    )


@app.command(help=say(_("print the document in force, or one version of it")))
def export(
    context: typer.Context,
    kind: Kind,
    name: Name,
    version: Annotated[str | None, typer.Option(help=say(_("which version; default: the one in force today")))] = None,
    json: Json = False,
) -> None:
    """Write the bytes to standard output."""
    shell: Shell = context.obj
    shell.json = json
    store = _store(shell)
    with shell.bank.session() as session:
        found = version or store.published(session, kind, name, today(shell.clock)).version
    data = store.bytes_of(found)
    shell.envelope({"document": {"kind": kind, "name": name, "version": found, "text": data.decode()}})
    if not json:
        sys.stdout.buffer.write(data)


@app.command(help=say(_("the newest draft against what is in force, line by line")))
def diff(context: typer.Context, kind: Kind, name: Name, json: Json = False) -> None:
    """Show a unified diff."""
    from windchime.content.store import NotPublished

    shell: Shell = context.obj
    shell.json = json
    store = _store(shell)
    before = None
    with shell.bank.session() as session:
        drafts = [v for v in store.versions(session, kind, name) if v.state == "draft"]
        if not drafts:
            raise NoDraft(kind, name)
        draft = drafts[-1]
        with suppress(NotPublished):
            before = store.published(session, kind, name, draft.valid_from).version
    text = store.diff(before, draft.sha256) if before else store.bytes_of(draft.sha256).decode()
    shell.envelope({"diff": {"kind": kind, "name": name, "in_force": before, "draft": draft.sha256, "text": text}})
    if not json:
        typer.echo(text, nl=False)


@app.command(help=say(_("let a draft take effect; the one who wrote it cannot")))
def publish(
    context: typer.Context,
    kind: Kind,
    name: Name,
    version: Annotated[str | None, typer.Argument(help=say(_("which draft; default: the newest")))] = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Check, compile and publish."""
    from windchime.portfolio.publishing import publish as check_and_publish

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        drafts = [v.sha256 for v in _store(shell).versions(session, kind, name) if v.state == "draft"]
    if not drafts:
        raise NoDraft(kind, name)
    chosen = version or drafts[-1]
    notes = check_and_publish(shell.bank, shell.checker(actor), kind, name, chosen, reason=reason)
    shell.envelope({"published": {"kind": kind, "name": name, "version": chosen}}, problems=notes or ())
    for note in notes or ():
        shell.say("{sentence}", sentence=note.sentence(shell.lang))
    shell.say(_("{kind} {name} {version} is published"), kind=kind, name=name, version=chosen[:12])
