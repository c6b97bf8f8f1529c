"""`windchime account …`: who may sign in, with which roles; passwords are asked for and never stand on the command line."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from windchime.portfolio.accounts import Name as KindName

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help=say(_("name of the account")))]
RoleNames = Annotated[list[str] | None, typer.Option("--role", help=say(_("a role; give it again for each")))]
BranchName = Annotated[str | None, typer.Option("--branch", help=say(_("the branch one works at")))]


@app.command(help=say(_("make an account; the password is asked for, and must be changed at the first sign-in")))
def make(
    context: typer.Context,
    name: Name,
    role: RoleNames = None,
    label: Annotated[str | None, typer.Option(help=say(_("what people call them; default: the name")))] = None,
    branch: BranchName = None,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help=say(_("without a password: they sign in at the bank's provider")))
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help=say(_("why, for the audit chain")))] = "-",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Make or propose."""
    shell: Shell = context.obj
    shell.json = json
    after = {
        "label": label or name, "branch": branch or "", "roles": sorted(set(role or ())), "given": not elsewhere,
    }  # fmt: skip
    _changed(shell, actor, "account.make", name, after, reason, None if elsewhere else _given(shell))


@app.command("list", help=say(_("the accounts: roles, branch, whether they are open")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List."""
    from sqlalchemy import select

    from windchime.service.access.permissions import ROLES
    from windchime.service.access.tables import Account, SecondFactor

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        rows = session.scalars(select(Account).order_by(Account.name)).all()
        factors = set(session.scalars(select(SecondFactor.account).where(SecondFactor.confirmed_at.is_not(None))))
    told = [
        {
            "name": a.name,
            "label": a.label,
            "branch": a.branch,
            "roles": a.roles.split(),
            "open": a.active,
            "given_password": a.must_change,
            "second_factor": a.name in factors,
        }
        for a in rows
    ]
    shell.envelope({"accounts": told})
    if not rows:
        shell.say(_("no account yet: the console is open to this machine alone"))
        return
    words = {True: translate(_("yes"), shell.lang), False: translate(_("no"), shell.lang)}
    shell.table(
        [_("name"), _("called"), _("branch"), _("roles"), _("open"), _("second factor")],
        [
            [
                a.name,
                a.label,
                a.branch,
                ", ".join(ROLES[r].label[shell.lang] for r in a.roles.split()),
                words[a.active],
                words[a.name in factors],
            ]
            for a in rows
        ],
    )


@app.command(help=say(_("give an account other roles, in place of all it has")))
def roles(
    context: typer.Context,
    name: Name,
    reason: Reason,
    role: RoleNames = None,
    branch: BranchName = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Change or propose."""
    from windchime.service.access.accounts import find

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        stands = find(session, name).branch
    after = {"roles": sorted(set(role or ())), "branch": stands if branch is None else branch}
    _changed(shell, actor, "account.roles", name, after, reason)


@app.command(help=say(_("close an account; it is never opened again, and its name stays taken")))
def close(context: typer.Context, name: Name, reason: Reason, actor: ActorName = None, json: Json = False) -> None:
    """Close or propose."""
    shell: Shell = context.obj
    shell.json = json
    _changed(shell, actor, "account.close", name, {"open": False}, reason)


@app.command(help=say(_("give an account a new password, which is asked for and must be changed at the next sign-in")))
def password(context: typer.Context, name: Name, reason: Reason, actor: ActorName = None, json: Json = False) -> None:
    """Give or propose."""
    shell: Shell = context.obj
    shell.json = json
    _changed(shell, actor, "account.password", name, {"given": True}, reason, _given(shell))


@app.command(
    help=say(_("take a lost second factor from an account; where its roles want one, another is set up first"))
)
def factor(context: typer.Context, name: Name, reason: Reason, actor: ActorName = None, json: Json = False) -> None:
    """Take away or propose."""
    shell: Shell = context.obj
    shell.json = json
    _changed(shell, actor, "account.factor", name, {"second_factor": False}, reason)


@app.command(help=say(_("say who an account is at the bank's provider of identities")))
def link(
    context: typer.Context,
    name: Name,
    reason: Reason,
    subject: Annotated[str, typer.Option(help=say(_("the provider's own name of the person")))] = "",
    claimed: Annotated[str, typer.Option(help=say(_("what the configured claim says at the first sign-in")))] = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Link or propose."""
    from windchime.service.access.provider import ProviderSettings

    shell: Shell = context.obj
    shell.json = json
    provider = ProviderSettings.of(shell.settings)
    if provider is None:
        raise typer.BadParameter(say(_("no provider of identities is set: WINDCHIME_OIDC_ISSUER")))
    after = {"issuer": provider.issuer, "subject": subject, "claimed": claimed}
    _changed(shell, actor, "account.link", name, after, reason)


@app.command(help=say(_("make a token for a program that works in an account's name; password and code are asked for")))
def token(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option(help=say(_("what the token is for")))],
    scope: Annotated[list[str], typer.Option(help=say(_("a permission it may use; give it again for each")))],
    days: Annotated[int, typer.Option(min=1, max=366, help=say(_("until it expires")))] = 90,
    json: Json = False,
) -> None:
    """Make one; the secret is shown this once."""
    from windchime.portfolio.tokens import make_token, wants_code

    shell: Shell = context.obj
    shell.json = json
    shown, code = shell.proof(wants_code(shell.bank, name))
    origin = shell.origin
    token_id, secret = make_token(shell.bank, name, shown, code, label=label, scopes=scope, days=days, origin=origin)
    shell.envelope({"token": {"id": token_id, "secret": secret}})
    shell.say(_("the token, shown this once and never again:"))
    shell.say("{secret}", secret=secret)


def _given(shell: Shell) -> str | None:
    """A password to be given; at a terminal it is typed twice. None where it is drawn when a second person approves."""
    from windchime.portfolio import accounts

    if not accounts.begins(shell.bank):
        return None
    first = shell.asked(_("password to be given (not shown)"))
    if sys.stdin.isatty() and shell.asked(_("the same again")) != first:
        raise typer.BadParameter(say(_("the two were not the same")))
    return first


def _changed(
    shell: Shell,
    actor: str | None,
    kind: "KindName",
    name: str,
    after: Mapping[str, object],
    reason: str,
    password: str | None = None,
) -> None:
    from windchime.portfolio import accounts

    made = accounts.change(
        shell.bank,
        shell.actor(actor),
        kind,
        name,
        after,
        reason=reason,
        password=password,
        at_machine=True,
    )
    shell.envelope({"account": name, "kind": kind, "proposal": made})
    if made is None:
        shell.say(_("done at once: fewer than two people can check accounts yet"))
    else:
        shell.say(_("proposed; a second person checks it: {proposal}"), proposal=made)
