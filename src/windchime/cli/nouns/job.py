"""`windchime job …`: work in the background: asked for, watched, stopped; and the worker that does it."""

import os
import platform
import signal
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Annotated, Any

import typer

from windchime.cli.options import ActorName, AsOf, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI, parse_date
from windchime.core.text import _, translate

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="JOB", help=say(_("id of the job")))]
KindName = Annotated[str, typer.Argument(metavar="KIND", help=say(_("what is to be done: windchime job kinds")))]


@app.command(help=say(_("what can be done in the background")))
def kinds(context: typer.Context, json: Json = False) -> None:
    """List the kinds."""
    from windchime.portfolio.jobs import LABELS

    shell: Shell = context.obj
    shell.json = json
    shell.envelope({"kinds": sorted(LABELS)})
    shell.table([_("kind"), _("what it does")], [[name, label[shell.lang]] for name, label in LABELS.items()])


@app.command(help=say(_("ask for work; a worker does it")))
def ask(
    context: typer.Context,
    kind: KindName,
    as_of: AsOf = None,
    key: Annotated[str | None, typer.Option(help=say(_("asking again with the same key makes no second job")))] = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Put a job in the queue."""
    from windchime.portfolio import jobs

    shell: Shell = context.obj
    shell.json = json
    jobs.known(kind)
    with shell.bank.unit(shell.actor(actor)) as unit:
        job_id = jobs.ask(shell.bank, unit, kind, _params(as_of), key=key)
    shell.envelope({"job": job_id})
    shell.say(_("job {job} waits for a worker: windchime job work"), job=job_id)


@app.command("list", help=say(_("the jobs asked for last, newest first")))
def list_(
    context: typer.Context,
    last: Annotated[int, typer.Option(help=say(_("at most this many, from the end")), min=1)] = 20,
    json: Json = False,
) -> None:
    """Show the queue."""
    from windchime.service.jobs import errors, queue, saying

    shell: Shell = context.obj
    shell.json = json
    fields = ("id", "kind", "state", "attempt", "steps_done", "steps_total", "error", "author", "made_at", "ended_at")
    with shell.bank.session() as session:
        found = queue.jobs(session, last=last)
        shell.envelope({"jobs": [{name: getattr(j, name) for name in fields} for j in found]})
        rows = [
            [
                j.id,
                j.kind,
                errors.STATES[j.state][shell.lang],
                f"{translate(j.step, shell.lang)} {j.steps_done}/{j.steps_total}" if j.step else "",
                told.sentence[shell.lang] if (told := saying.read(j.said)) else j.error or "",
                j.author,
                f"{j.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            ]
            for j in found
        ]
    shell.table([_("job"), _("kind"), _("state"), _("progress"), _("error"), _("who"), _("made at")], rows)


@app.command(help=say(_("end a waiting job, ask a running one to stop")))
def cancel(context: typer.Context, job: Id, reason: Reason = "", actor: ActorName = None, json: Json = False) -> None:
    """Cancel."""
    from windchime.service.jobs import queue

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        queue.cancel(unit, job, reason)
    shell.envelope({"job": job})
    shell.say(_("job {job} is cancelled, or stops at its next step"), job=job)


@app.command(help=say(_("let a failed or cancelled job run once more")))
def retry(context: typer.Context, job: Id, reason: Reason = "", actor: ActorName = None, json: Json = False) -> None:
    """Try again."""
    from windchime.portfolio import jobs

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        jobs.again(shell.bank, unit, job, reason)
    shell.envelope({"job": job})
    shell.say(_("job {job} waits for a worker: windchime job work"), job=job)


@app.command(help=say(_("let a job come again by itself")))
def schedule(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=say(_("name of the schedule; one of this name is replaced")))],
    kind: KindName,
    every: Annotated[int, typer.Option(help=say(_("minutes from one to the next; 1440 is daily")), min=1)] = 1440,
    at: Annotated[
        str | None, typer.Option(help=say(_("first time, such as 2026-11-22T02:30 in Shanghai; default: now")))
    ] = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Put a schedule."""
    from windchime.portfolio.jobs import KINDS, known
    from windchime.service.jobs import scheduling
    from windchime.service.jobs.worker import let

    shell: Shell = context.obj
    shell.json = json
    known(kind)
    try:
        first = datetime.fromisoformat(at) if at else shell.clock.now()
    except ValueError:
        raise typer.BadParameter(at or "", param_hint="--at") from None
    first = first if first.tzinfo else first.replace(tzinfo=SHANGHAI)
    with shell.bank.unit(shell.actor(actor)) as unit:
        let(shell.bank, unit.session, KINDS[kind], unit.actor)
        scheduling.put(unit, name, kind, {}, first=first, every_minutes=every)
    shell.envelope({"schedule": name})
    shell.say(_("{name} comes every {every} minutes"), name=name, every=every)


@app.command(help=say(_("what comes again by itself")))
def schedules(context: typer.Context, json: Json = False) -> None:
    """List the schedules."""
    from windchime.service.jobs import scheduling

    shell: Shell = context.obj
    shell.json = json
    fields = ("name", "kind", "every_minutes", "next_at", "author")
    with shell.bank.session() as session:
        found = scheduling.schedules(session)
        shell.envelope({"schedules": [{name: getattr(s, name) for name in fields} for s in found]})
        rows = [
            [s.name, s.kind, str(s.every_minutes), f"{s.next_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", s.author]
            for s in found
        ]
    shell.table([_("schedule"), _("kind"), _("minutes"), _("next"), _("who")], rows, right=(2,))


@app.command(help=say(_("end a schedule; jobs it made stay")))
def unschedule(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=say(_("name of the schedule")))],
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """End a schedule."""
    from windchime.service.jobs import scheduling

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        scheduling.end(unit, name, reason)
    shell.envelope({"schedule": name})
    shell.say(_("{name} comes no more"), name=name)


@app.command(help=say(_("do the jobs that wait, send events; stops after the one at hand when asked to")))
def work(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help=say(_("end when no job is left")))] = False,
    json: Json = False,
) -> None:
    """Be a worker."""
    from windchime.cli.keyfiles import KeyFiles
    from windchime.portfolio.jobs import KINDS
    from windchime.portfolio.outbox import sender
    from windchime.service.http import logs
    from windchime.service.jobs.worker import work_on, work_one

    shell: Shell = context.obj
    shell.json = json
    # as the server does: a job must not be taken up, nor an event, only to fail for a key that is not there
    KeyFiles()(shell.bank)
    name = f"{platform.node()}-{os.getpid()}"
    done = 0
    if once:
        while work_one(shell.bank, name, KINDS):
            done += 1
        shell.envelope({"worker": name, "jobs": done})
        shell.say(_("{count} jobs were worked on"), count=done)
        return
    logs.configure(shell.settings.log)
    stop, leaving = Event(), Event()

    def told(number: int, _frame: object) -> None:
        # a person waits for the job at hand; whoever looks after the machine does not
        stop.set()
        if number == signal.SIGTERM:
            leaving.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    shell.say(_("worker {worker} waits for jobs; Ctrl-C ends it after the one at hand"), worker=name)
    # events leave beside the jobs, so that a long one holds none up
    outgoing = sender(shell.bank, shell.settings.webhook_networks)
    sending = Thread(target=outgoing.run, args=(stop,), name="outbox")
    sending.start()
    work_on(shell.bank, name, KINDS, stop, leaving=leaving, pause=timedelta(seconds=1).total_seconds())
    sending.join()


def _params(as_of: str | None) -> dict[str, Any]:
    return {"as_of": parse_date(as_of).isoformat()} if as_of else {}
