"""`windchime webhook …`: where events go: made, tested, turned, ended; dead letters; sending by hand."""

from dataclasses import asdict
from typing import Annotated

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadCall
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help=say(_("id of the webhook: windchime webhook list")))]


class NothingNamed(BadCall):
    """A retry of nothing in particular."""

    msgid = _("name an event, a webhook with --webhook, or --all")

    def __init__(self) -> None:
        super().__init__()


@app.command(help=say(_("the kinds of events there are, with the fields of each")))
def kinds(context: typer.Context, json: Json = False) -> None:
    """List the kinds."""
    from windchime.service.outbox.kinds import KINDS

    shell: Shell = context.obj
    shell.json = json
    shell.envelope({"kinds": {k.name: k.schema() for k in KINDS.values()}})
    rows = [[k.name, k.label[shell.lang], ", ".join(k.fields)] for k in KINDS.values()]
    shell.table([_("kind"), _("what it says"), _("fields")], rows)


@app.command(help=say(_("send events to an address; the secret that signs them is shown once")))
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help=say(_("https://…")))],
    kinds: Annotated[list[str], typer.Argument(metavar="KIND…", help=say(_("which: windchime webhook kinds")))],
    label: Annotated[str, typer.Option(help=say(_("what people call it")))] = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Make a webhook."""
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    allowed = shell.settings.webhook_networks
    made = webhooks.add(shell.bank, shell.actor(actor), url, kinds, label=label, allowed=allowed)
    shell.envelope({"webhook": made.id, "secret": made.secret})
    shell.say(_("webhook {webhook}; its secret, shown this once: {secret}"), webhook=made.id, secret=made.secret)


@app.command("list", help=say(_("the webhooks, with the number of deliveries in each state")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List."""
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found, numbers = webhooks.webhooks(session), webhooks.counts(session)
    told = [
        {
            "id": w.id,
            "url": w.url,
            "label": w.label,
            "kinds": w.kinds.split(),
            "made_at": w.made_at,
            "deliveries": {state: numbers.get((w.id, state), 0) for state in webhooks.STATES},
        }
        for w in found
    ]
    shell.envelope({"webhooks": told})
    shown = ("waiting", "retrying", "sent", "dead")
    rows = [[w.id, w.label, w.url, w.kinds, *(str(numbers.get((w.id, s), 0)) for s in shown)] for w in found]
    headings = [_("webhook"), _("called"), _("address"), _("kinds"), _("waiting"), _("to be retried")]
    shell.table([*headings, _("sent"), _("dead")], rows, right=(4, 5, 6, 7))


@app.command("test", help=say(_("send a test event")))
def try_out(context: typer.Context, webhook: Id, actor: ActorName = None, json: Json = False) -> None:
    """Test."""
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        event = webhooks.send_test(unit, webhook)
    shell.envelope({"event": event})
    shell.say(_("event {event} waits to be sent: windchime webhook send, or a worker"), event=event)


@app.command(help=say(_("give a webhook a new secret; the one before it signs too for a while")))
def rotate(context: typer.Context, webhook: Id, actor: ActorName = None, json: Json = False) -> None:
    """Turn the secret."""
    from windchime.portfolio.outbox import delivery_policy
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        made = webhooks.rotate(shell.bank, unit, webhook, delivery_policy(shell.bank, unit.session))
    shell.envelope({"webhook": made.id, "secret": made.secret})
    shell.say(_("webhook {webhook}; its secret, shown this once: {secret}"), webhook=made.id, secret=made.secret)


@app.command(help=say(_("send nothing to a webhook any more; what waits is dropped")))
def end(context: typer.Context, webhook: Id, reason: Reason = "", actor: ActorName = None, json: Json = False) -> None:
    """End."""
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        dropped = webhooks.end(unit, webhook, reason)
    shell.envelope({"webhook": webhook, "dropped": dropped})
    shell.say(_("the webhook has ended; {count} deliveries were dropped"), count=dropped)


@app.command(help=say(_("dead letters, with the reason of each")))
def dead(
    context: typer.Context,
    last: Annotated[int, typer.Option(help=say(_("at most this many, from the end")), min=1)] = 50,
    json: Json = False,
) -> None:
    """List dead letters."""
    from windchime.service.outbox.reading import letters
    from windchime.service.outbox.sending import REASONS

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found, total = letters(session, state="dead", size=last)
    shell.envelope({"total": total, "letters": [asdict(letter) for letter in found]})
    rows = [
        [
            letter.event,
            letter.kind,
            letter.called,
            str(letter.attempt),
            f"{REASONS[letter.error][shell.lang] if letter.error else ''} {letter.status or ''}".strip(),
            f"{letter.tried_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if letter.tried_at else "",
        ]
        for letter in found
    ]
    headings = [_("event"), _("kind"), _("webhook"), _("attempts"), _("reason"), _("last tried")]
    shell.table(headings, rows, right=(3,))


@app.command(help=say(_("let dead letters be tried once more: one event's, a webhook's, or all")))
def retry(
    context: typer.Context,
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help=say(_("id of the event")))] = None,
    webhook: Annotated[str | None, typer.Option(help=say(_("those of this webhook")))] = None,
    everything: Annotated[bool, typer.Option("--all", help=say(_("all of them")))] = False,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Try again."""
    from windchime.service.outbox import webhooks

    shell: Shell = context.obj
    shell.json = json
    if not (event or webhook or everything):
        raise NothingNamed
    with shell.bank.unit(shell.actor(actor)) as unit:
        count = webhooks.retry(unit, webhook_id=webhook, event_id=event, reason=reason)
    shell.envelope({"letters": count})
    shell.say(_("{count} dead letters are tried once more"), count=count)


@app.command(help=say(_("send what is due, once; a worker does it all the time")))
def send(
    context: typer.Context,
    seed: Annotated[int | None, typer.Option(help=say(_("of the chance in the waits")))] = None,
    json: Json = False,
) -> None:
    """Send."""
    from windchime.portfolio.outbox import sender

    shell: Shell = context.obj
    shell.json = json
    outgoing, count = sender(shell.bank, shell.settings.webhook_networks, seed), 0
    while sent := outgoing.send_due():
        count += sent
    outgoing.sweep()
    shell.envelope({"attempts": count})
    shell.say(_("{count} deliveries were tried"), count=count)
