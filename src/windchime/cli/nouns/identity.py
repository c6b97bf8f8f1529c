"""`windchime identity …`: who is who: resolve, look at, explain, judge, take back, evaluate."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.options import ActorName, AsOf, Json, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _, translate
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.data.identity.explaining import Step
    from windchime.data.identity.running import Run

app = typer.Typer(no_args_is_help=True)
#: mentions that a search shows
_MOST = 50
Later = Annotated[bool, typer.Option("--later", help=say(_("do not resolve now; the next run follows the judgement")))]


@app.command(help=say(_("resolve all mentions of firms and persons, as a new lake version")))
def run(context: typer.Context, as_of: AsOf = None, actor: ActorName = None, json: Json = False) -> None:
    """Resolve."""
    shell: Shell = context.obj
    shell.json = json
    done = _resolve(shell, actor, as_of)
    shell.envelope({"run": _run_dict(done)}, lake_version=done.lake_version, as_of=done.as_of)


@app.command(help=say(_("the entity of a firm or person with all its mentions; or search by words of names and codes")))
def show(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help=say(_("an id, or words of a name or code")))],
    json: Json = False,
) -> None:
    """Show one entity, or what is found."""
    from windchime.data.identity.explaining import mention_dict, step_of
    from windchime.data.identity.links import known, links_of, members, mentions_called

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session, links_of(shell.bank, session) as reading:
        one = known(reading, words[0]) if len(words) == 1 else None
        found = members(reading, one.entity_id) if one else mentions_called(reading, words, limit=_MOST)
        version = reading.lake_version
    held = {m.mention_id: m for m in found}
    shell.envelope(
        {"entity_id": one.entity_id if one else None, "mentions": [mention_dict(m) for m in found]},
        lake_version=version,
    )
    if one:
        shell.say(_("entity {entity_id}: {count} mentions"), entity_id=one.entity_id, count=len(found))
        for mention in found:
            shell.say("  {id}  {name}", id=mention.mention_id, name=" / ".join(mention.names))
            step = step_of(mention, held)
            if step:
                _say_step(shell, step, indent="      ")
    else:
        shell.table([_("mention"), _("name"), _("entity")], [[m.mention_id, m.name, m.entity_id] for m in found])
    if not found:
        shell.say(_("nothing is found; resolve first: windchime identity run"))


@app.command(help=say(_("why two mentions are one, link by link, and what speaks against it")))
def explain(
    context: typer.Context,
    left: Annotated[str, typer.Argument(help=say(_("id of a mention")))],
    right: Annotated[str, typer.Argument(help=say(_("id of another")))],
    json: Json = False,
) -> None:
    """Explain."""
    from windchime.data.identity import explain as explained
    from windchime.data.identity.links import links_of

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session, links_of(shell.bank, session) as reading:
        found = explained(reading, left, right)
        version = reading.lake_version
    shell.envelope({"explanation": found.as_dict()}, lake_version=version)
    if not found.same:
        shell.say(
            _("{left} and {right} are two: no chain of links joins them"), left=found.left.name, right=found.right.name
        )
    for step in found.steps:
        shell.say("{left} — {right}", left=step.left.name, right=step.right.name)
        _say_step(shell, step, indent="  ")


@app.command(help=say(_("say that two mentions are one, or that they are two; kept through every run")))
def judge(
    context: typer.Context,
    left: Annotated[str, typer.Argument(help=say(_("id of a mention")))],
    right: Annotated[str, typer.Argument(help=say(_("id of another")))],
    reason: Reason,
    same: Annotated[bool, typer.Option("--same/--different", help=say(_("one, or two")))],
    later: Later = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Judge."""
    from windchime.data.identity import judge as judged

    shell: Shell = context.obj
    shell.json = json
    made = judged(shell.bank, shell.actor(actor), left, right, same=same, reason=reason)
    shell.say(_("recorded as judgement {judgement_id}"), judgement_id=made.judgement_id)
    _follow(shell, actor, made.judgement_id, later=later)


@app.command(help=say(_("take a judgement back, as a new fact")))
def undo(
    context: typer.Context,
    judgement_id: Annotated[str, typer.Argument(help=say(_("id of the judgement")))],
    reason: Reason,
    later: Later = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Take back."""
    from windchime.data.identity import undo as undone

    shell: Shell = context.obj
    shell.json = json
    made = undone(shell.bank, shell.actor(actor), judgement_id, reason=reason)
    shell.say(_("judgement {judgement_id} is taken back"), judgement_id=judgement_id)
    _follow(shell, actor, made.judgement_id, later=later)


@app.command("judgements", help=say(_("what people have judged, newest first")))
def judgements_(context: typer.Context, json: Json = False) -> None:
    """List judgements."""
    from dataclasses import asdict

    from windchime.data.identity import judgements, standing

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = judgements(session)[::-1]
        stand = {j.judgement_id for j in standing(session)}
    shell.envelope({"judgements": [asdict(j) | {"stands": j.judgement_id in stand} for j in found]})
    said = {True: _("one"), False: _("two")}
    shell.table(
        [_("judgement"), _("mention"), _("mention"), _("says"), _("stands"), _("author"), _("reason")],
        [
            [
                j.judgement_id,
                j.left,
                j.right,
                translate(_("takes back") if j.undoes else said[j.same], shell.lang),
                translate(_("yes") if j.judgement_id in stand else _("no"), shell.lang),
                j.author,
                j.reason,
            ]
            for j in found
        ],
    )


@app.command(help=say(_("how well the links agree with the truth beside simulated data, by kind of writing")))
def evaluate(
    context: typer.Context,
    truth_folder: Annotated[Path, typer.Argument(help=say(_("the folder 'truth' beside generated data")))],
    json: Json = False,
) -> None:
    """Evaluate."""
    from windchime.data.identity.evaluating import agreement, persons_in, truth_in
    from windchime.data.identity.links import TABLE, links_of

    shell: Shell = context.obj
    shell.json = json
    truth = {"firms": truth_in(truth_folder), "persons": persons_in(truth_folder)}
    with shell.bank.session() as session, links_of(shell.bank, session) as reading:
        entities: dict[str, str] = {}
        if reading.has(TABLE):
            rows = reading.table(TABLE).select("mention_id", "entity_id").to_pyarrow().to_pydict()
            entities = dict(zip(rows["mention_id"], rows["entity_id"], strict=True))
        version = reading.lake_version
    found = {kind: agreement(entities, of) for kind, of in truth.items()}
    shell.envelope({"agreement": {k: [a.as_dict() for a in some] for k, some in found.items()}}, lake_version=version)

    def figure(share: float | None, bounds: tuple[float, float]) -> str:
        return formats.MISSING if share is None else f"{share:.4f} ({bounds[0]:.3f}–{bounds[1]:.3f})"

    shell.table(
        [_("mention"), _("written as"), _("precision"), _("recall"), "F1", _("right"), _("wrong"), _("not linked")],
        [
            [
                kind,
                a.kind,
                *(figure(getattr(a, m), a.intervals()[m]) for m in ("precision", "recall", "f1")),
                *(f"{n:,}" for n in (a.right, a.wrong, a.missed)),
            ]
            for kind, some in found.items()
            for a in some
        ],
        right=[2, 3, 4, 5, 6, 7],
    )


def _follow(shell: Shell, actor: str | None, judgement_id: str, *, later: bool) -> None:
    done = None if later else _resolve(shell, actor, None)
    shell.envelope(
        {"judgement_id": judgement_id, "run": _run_dict(done) if done else None},
        lake_version=done.lake_version if done else None,
    )


def _resolve(shell: Shell, actor: str | None, as_of: str | None) -> "Run":
    from windchime.data.identity import resolve

    with shell.progress() as progress:
        done = resolve(shell.bank, shell.actor(actor), as_date(as_of), progress=progress)
    counts = done.counts
    shell.say(
        _(
            "{mentions} mentions of firms and persons are {entities}; {changed} links changed, in lake version {version}"
        ),
        mentions=f"{counts['firms'] + counts['persons']:,}",
        entities=f"{counts['firm_entities'] + counts['person_entities']:,}",
        changed=f"{counts['changed']:,}",
        version=done.lake_version,
    )
    if counts["candidates"]:
        shell.say(
            _("{count} pairs wait for a person to judge; the console shows them"), count=f"{counts['candidates']:,}"
        )
    return done


def _run_dict(run: "Run") -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "read_version": run.read_version,
        "lake_version": run.lake_version,
        "scheme_version": run.scheme_version,
        **run.body,
    }


def _say_step(shell: Shell, step: "Step", indent: str) -> None:
    from windchime.data.identity.explaining import METHODS

    score = "" if step.score is None else f"  {step.score:.4f}"
    shell.say("{indent}{method}{score}", indent=indent, method=translate(METHODS[step.method], shell.lang), score=score)
    for reason in step.reasons:
        bits = "" if reason.bits is None else f"{reason.bits:+.1f}  "
        shell.say("{indent}  {bits}{said}", indent=indent, bits=bits, said=reason.said[shell.lang])
