"""`windchime lake …`: the versions of the library, and the care of its files."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _, translate

app = typer.Typer(no_args_is_help=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help=say(_("say what would be done and do nothing")))]
#: bytes in the unit that people read
MEGABYTE = 1_000_000
#: tables that a line of the log names
_NAMED = 5


@app.command(help=say(_("every lake version: when it was made, by which load, which tables")))
def log(context: typer.Context, json: Json = False) -> None:
    """Show the versions."""
    from windchime.data.lake import log as lake_log
    from windchime.data.lake.versions import readable

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = lake_log(session)
        there = {v.lake_version for v in readable(session)}
    shell.envelope(
        {
            "versions": [
                {
                    "lake_version": v.lake_version,
                    "tables": dict(v.tables),
                    "load_id": v.load_id,
                    "content_hash": v.content_hash,
                    "made_at": v.made_at,
                    "readable": v.lake_version in there,
                }
                for v in found
            ]
        }
    )
    before = {v.lake_version: v.tables for v in found}
    shell.table(
        [_("version"), _("made at"), _("load"), _("tables written")],
        [
            [
                f"{v.lake_version}{'' if v.lake_version in there else '*'}",
                f"{v.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                v.load_id,
                _few([t for t, n in v.tables.items() if before.get(v.lake_version - 1, {}).get(t) != n]),
            ]
            for v in found
        ],
        right=[0],
    )
    if len(there) < len(found):
        shell.say(_("* the files of this version were given up"))


def _few(tables: list[str]) -> str:
    """The first names of a list, and how many there are where not all are named."""
    named = ", ".join(tables[:_NAMED])
    return f"{named} … ({len(tables)})" if len(tables) > _NAMED else named


@app.command(help=say(_("write tables with many small files anew as few large ones, in a version of equal content")))
def compact(
    context: typer.Context,
    target_megabytes: Annotated[
        int, typer.Option("--target-mb", min=1, help=say(_("about how large files become, in megabytes")))
    ] = 256,
    dry_run: DryRun = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Compact and show the tables before and after."""
    from windchime.data.lake.compaction import compact as run

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as progress:
        done = run(
            shell.bank,
            shell.actor(actor),
            target_bytes=target_megabytes * MEGABYTE,
            dry_run=dry_run,
            progress=progress,
        )
    tables = [
        {"table": t.table, "files_before": t.files_before, "files_after": t.files_after, "bytes": t.bytes_before}
        for t in done.tables
    ]
    shell.envelope({"tables": tables, "published": done.lake_version, "dry_run": dry_run})
    if not done.tables:
        shell.say(_("nothing to do: no table has more files than its size needs"))
        return
    shell.table(
        [_("table"), _("files"), _("files afterwards"), _("megabytes")],
        [[t.table, str(t.files_before), str(t.files_after), f"{t.bytes_before / MEGABYTE:,.1f}"] for t in done.tables],
        right=[1, 2, 3],
    )
    if done.lake_version is not None:
        shell.say(_("lake version {version} holds the same rows in fewer files"), version=done.lake_version)


@app.command(help=say(_("give up files that no cited, recent or newest lake version needs")))
def vacuum(
    context: typer.Context,
    keep_days: Annotated[
        int, typer.Option("--keep-days", min=0, help=say(_("versions made within so many days stay")))
    ] = 90,
    dry_run: DryRun = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Vacuum and show what stays and why."""
    from windchime.data.lake.vacuum import NEWEST, RECENT
    from windchime.data.lake.vacuum import vacuum as run

    shell: Shell = context.obj
    shell.json = json
    done = run(shell.bank, shell.actor(actor), keep_days=keep_days, dry_run=dry_run)
    kept = [{"lake_version": number, "because": list(why)} for number, why in sorted(done.kept.items())]
    shell.envelope(
        {
            "retired": list(done.retired),
            "kept": kept,
            "files": len(done.files),
            "bytes": done.bytes,
            "dry_run": dry_run,
        }
    )
    words = {NEWEST: _("newest"), RECENT: _("recent")}
    shell.table(
        [_("version"), _("stays because of")],
        [
            [str(number), ", ".join(translate(words[w], shell.lang) if w in words else w for w in why)]
            for number, why in sorted(done.kept.items())
        ],
        right=[0],
    )
    said = (
        _("would give up: {versions} versions, {files} files, {size} MB")
        if dry_run
        else _("given up: {versions} versions, {files} files, {size} MB")
    )
    shell.say(said, versions=len(done.retired), files=len(done.files), size=f"{done.bytes / MEGABYTE:,.1f}")


@app.command(help=say(_("take a backup of the bank, database and lake at one lake version")))
def backup(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(help=say(_("a folder that does not exist yet")))],
    link: Annotated[
        bool, typer.Option("--link", help=say(_("hard links for files of the lake: no room, but the same bytes")))
    ] = False,
    without_key: Annotated[
        bool, typer.Option("--without-key", help=say(_("leave the vault's own key out; keep it elsewhere")))
    ] = False,
    dry_run: DryRun = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Take a backup and say what is in it."""
    from windchime.data.lake.backup import backup as run

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as progress:
        done = run(
            shell.bank,
            shell.actor(actor),
            to,
            link=link,
            with_key=not without_key,
            dry_run=dry_run,
            progress=progress,
        )
    shell.envelope(
        {
            "files": done.files,
            "bytes": done.bytes,
            "with_key": done.with_key,
            "sha256": done.sha256,
            "dry_run": dry_run,
        },
        lake_version=done.lake_version,
    )
    said = (
        _("would take {files} files, {size} MB, at lake version {version}")
        if dry_run
        else _("{files} files, {size} MB, at lake version {version}; manifest {sha256}")
    )
    shell.say(
        said,
        files=done.files,
        size=f"{done.bytes / MEGABYTE:,.1f}",
        version=done.lake_version or 0,
        sha256=done.sha256,
    )
    if done.with_key:
        shell.say(_("the vault's key is in it: keep the backup as safe as the bank itself"))


@app.command(help=say(_("put a backup into a home that has no bank of this name; a damaged backup is refused")))
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help=say(_("the folder of the backup")))],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Restore into the home and bank of the settings."""
    from windchime.data.lake.backup import restore as run

    shell: Shell = context.obj
    shell.json = json
    settings = shell.settings
    with shell.progress() as progress:
        found = run(
            source,
            settings.home,
            settings.bank,
            database=settings.database_url,
            dry_run=dry_run,
            progress=progress,
        )
    shell.envelope(
        {"files": len(found.files), "bytes": found.bytes, "made_at": found.made_at, "dry_run": dry_run},
        lake_version=found.lake_version,
    )
    said = (
        _("the backup of {made_at} is whole: {files} files, lake version {version}")
        if dry_run
        else _("restored the backup of {made_at}: {files} files, lake version {version}")
    )
    shell.say(said, made_at=found.made_at, files=len(found.files), version=found.lake_version or 0)
    if not found.with_key:
        shell.say(_("the vault's key was not in it: put it in its place before personal data are asked for"))


@app.command(help=say(_("hold every file of the lake against the hash it was published with")))
def verify(context: typer.Context, json: Json = False) -> None:
    """Exit code 1 when a file is missing or changed."""
    from windchime.data.lake import Lake
    from windchime.data.lake.sealing import verify as run

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as progress, shell.bank.session() as session:
        problems = run(session, Lake(shell.bank.lake_dir), progress)
    bad = [p for p in problems if p.code != "lake_file_unknown"]
    shell.envelope({"whole": not bad}, problems=problems)
    for problem in problems:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    if bad:
        raise typer.Exit(1)
    shell.say(_("every file of the lake is the one that was published"))
