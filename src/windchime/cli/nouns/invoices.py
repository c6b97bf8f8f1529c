"""`windchime invoices …`: verify a borrower's list, learn what is usual, try what is seen of lists that were tampered with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.errors import BadCall, BadInput
from windchime.core.text import Text, _, translate

if TYPE_CHECKING:
    from windchime.data.intake.mapping import PackMapping
    from windchime.documents.invoice_files import Methods
    from windchime.risk.invoices.population.norms import Norms

app = typer.Typer(no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(
        help=say(_("list of invoices: table, workbook or invoice documents (XML, OFD, PDF); a folder or zip of them"))
    ),
]
Out = Annotated[Path, typer.Option(help=say(_("folder to write to")))]
Firm = Annotated[
    str | None,
    typer.Option(help=say(_("whose list it is: id, credit code or name, where the rows do not say it"))),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help=say(_("last day the list can know of; default: the last day of issue in it"))),
]
Mapping = Annotated[Path | None, typer.Option(help=say(_("mapping file of one's own; default: columns are found out")))]
NormsFile = Annotated[
    Path | None,
    typer.Option("--norms", help=say(_("what is usual among clean firms, as `invoices norms` writes it"))),
]
Seed = Annotated[int, typer.Option(help=say(_("equal seeds do the same")))]

#: verdicts that a call can be asked to fail on, with those at least as grave
GRAVE = {"question": ("question", "reject"), "reject": ("reject",)}


class UnknownVerdict(BadCall):
    """A verdict that a call cannot be asked to fail on."""

    msgid = _("--fail-on {verdict} cannot be used; accepted: question, reject")

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict=verdict)


class BadAmount(BadCall):
    """A number of invoices that cannot be read."""

    msgid = _("--count {count} is neither a whole number nor a share such as 10%")

    def __init__(self, count: str) -> None:
        super().__init__(count=count)


class BadNorms(BadInput):
    """A file of norms that is not there or holds something else."""

    msgid = _("{file} holds no norms of invoices: {reason}")
    hint = _("accepted is what windchime invoices norms writes")

    def __init__(self, file: Path, reason: object) -> None:
        super().__init__(file=file.name, reason=reason)


@app.command(
    help=say(
        _("verify a list of invoices by every layer that can be run: verdicts, reasons and rows, as page and tables")
    )
)
def verify(
    context: typer.Context,
    file: File,
    out: Out,
    against: Annotated[Path | None, typer.Option(help=say(_("the tax platform's copy of the same list")))] = None,
    before: Annotated[Path | None, typer.Option(help=say(_("an earlier download of the same list")))] = None,
    firm: Firm = None,
    as_of: AsOf = None,
    mapping: Mapping = None,
    norms: NormsFile = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", help=say(_("exit code 1 where a firm's verdict is so grave: question or reject"))),
    ] = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Verify, and say where the results are."""
    from windchime.documents.invoice_files import Asked, as_dict, verify_files, write
    from windchime.documents.invoice_verification import word

    shell: Shell = context.obj
    shell.json = json
    if fail_on is not None and fail_on not in GRAVE:
        raise UnknownVerdict(fail_on)
    now, by = shell.clock.now(), shell.actor(actor).name
    asked = Asked(file, against, before, firm, as_date(as_of), _mapping(mapping))
    found = verify_files(asked, _methods(shell, norms), spill=out, now=now, by=by)
    written = write(found, out, now=now, by=by, lang=shell.lang)
    told = as_dict(found)
    shell.envelope(
        {"verification": told, "files": [str(path) for path in written]},
        as_of=found.verification.listing.as_of,
        problems=found.problems,
    )
    rows = [
        [firm, word(verdict, shell.lang), f"{count:,}", f"{questioned:,}", f"{rejected:,}", code or "—"]
        for firm, verdict, code, _rarity, count, questioned, rejected in found.firms.head(50).iter_rows()
    ]
    headings = [_("firm"), _("verdict"), _("invoices"), _("asked about"), _("rejected"), _("gravest")]
    shell.table(headings, rows, right=[2, 3, 4])
    for problem in found.problems[:10]:
        shell.say("· {sentence}", sentence=problem.sentence(shell.lang))
    if found.left_out:
        shell.say(_("{count} rows could not be read and are left out"), count=f"{found.left_out:,}")
    if found.verification.norms is None:
        shell.say(_("without norms: what is usual among firms was not looked at"))
    shell.say(_("the results are in {folder}"), folder=out)
    if fail_on and found.firms["verdict"].is_in(GRAVE[fail_on]).any():
        raise typer.Exit(1)


@app.command(help=say(_("learn what is usual among clean firms from their lists, for `invoices verify --norms`")))
def norms(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=say(_("lists of firms that are taken for clean")))],
    out: Annotated[Path, typer.Option(help=say(_("file to write to")))] = Path("norms.json"),
    json: Json = False,
) -> None:
    """Learn, and write."""
    from windchime.documents.invoice_files import learn_norms

    shell: Shell = context.obj
    shell.json = json
    found = learn_norms(files, _methods(shell, None), spill=out.resolve().parent, now=shell.clock.now())
    out.write_bytes(found.to_json())
    shell.envelope({"norms": {"file": str(out), "digest": found.digest, "firms": found.firms}})
    shell.say(_("norms of {firms} firms are in {file}"), firms=found.firms, file=out)


@app.command(
    help=say(_("verify the lists of all firms of the library, and publish verdicts, norms and findings in it"))
)
def publish(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=say(_("last day of knowledge; default: that of the newest pack")))
    ] = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Verify the library, and say what came out."""
    from windchime.risk.invoices.publishing import publish as publish_verdicts

    shell: Shell = context.obj
    shell.json = json
    shell.ready()
    with shell.progress() as progress:
        done = publish_verdicts(shell.bank, shell.actor(actor), as_date(as_of), progress=progress)
    if done is None:
        shell.envelope({"verification": None})
        shell.say(_("the library holds no invoices"))
        return
    shell.envelope(
        {"verification": {"run_id": done.run_id, "firms": done.firms, "invoices": done.invoices, "norms": done.norms}},
        lake_version=done.lake_version,
        as_of=done.as_of,
    )
    shell.table([_("verdict"), _("firms")], [[v, f"{n:,}"] for v, n in done.firms.items()], right=[1])
    shell.say(
        _("{count} invoices did not pass; verdicts stand in lake version {version}"),
        count=f"{done.invoices:,}",
        version=done.lake_version,
    )


@app.command(help=say(_("the operations that can be done to a list, each with the level at which it leaves a trace")))
def operations(context: typer.Context, json: Json = False) -> None:
    """List them."""
    from windchime.risk.invoices.lab import OPERATIONS

    shell: Shell = context.obj
    shell.json = json
    shell.envelope(
        {
            "operations": [
                {
                    "code": o.code,
                    "label": o.label.as_dict(),
                    "how": o.how.as_dict(),
                    "level": o.level,
                    "copy": list(o.copy),
                    "needs": list(o.needs),
                    "note": o.note.as_dict(),
                }
                for o in OPERATIONS
            ]
        }
    )
    levels = {
        "invoice": _("in the invoice"),
        "set": _("in the firm's invoices"),
        "population": _("against other firms"),
        "none": _("in copies only"),
    }
    rows = [
        [o.code, o.label[shell.lang], translate(levels[o.level], shell.lang), ", ".join(o.copy)] for o in OPERATIONS
    ]
    shell.table([_("operation"), _("what it does"), _("leaves a trace"), _("differs from a copy in")], rows)


@app.command(help=say(_("do one of the operations to a list, to try what is seen of it")))
def tamper(
    context: typer.Context,
    file: File,
    out: Out,
    operation: Annotated[str, typer.Option(help=say(_("code, as `invoices operations` lists them")))],
    count: Annotated[str, typer.Option(help=say(_("invoices to alter in each firm: a number, or a share")))] = "10%",
    firm: Firm = None,
    seed: Seed = 1,
    mapping: Mapping = None,
    json: Json = False,
) -> None:
    """Tamper, write the list and what was altered in it."""
    from windchime.documents.invoice_lab import tamper_file

    shell: Shell = context.obj
    shell.json = json
    done = tamper_file(
        file,
        out,
        operation,
        count=_count(count),
        firm=firm,
        seed=seed,
        now=shell.clock.now(),
        mapping=_mapping(mapping),
    )
    counts = dict(done.altered.group_by("what").len().sort("what").iter_rows())
    shell.envelope(
        {"operation": operation, "altered": counts, "skipped": done.skipped, "folder": str(out)},
        as_of=done.listing.as_of,
    )
    if done.skipped:
        shell.say(_("nothing was done: the list has no {column}"), column=done.skipped)
        return
    told = {"changed": _("{count} invoices changed"), "removed": _("{count} removed"), "added": _("{count} added")}
    for what, of in counts.items():
        shell.say(told[what], count=f"{of:,}")
    shell.say(_("the results are in {folder}"), folder=out)


@app.command(help=say(_("what is seen of each operation, at a list of one's own or at simulated firms, as a table")))
def evaluate(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help=say(_("lists of clean firms; simulated firms where none is named")))
    ] = None,
    firms: Annotated[int, typer.Option(help=say(_("how many simulated firms a seed")))] = 100,
    seeds: Annotated[str, typer.Option(help=say(_("seeds of the simulation, with commas between")))] = "1",
    operation: Annotated[list[str] | None, typer.Option(help=say(_("only these operations; all by default")))] = None,
    seed: Seed = 1,
    norms: NormsFile = None,
    json: Json = False,
) -> None:
    """Evaluate, and print the table."""
    from tempfile import TemporaryDirectory

    from windchime.documents.invoice_lab import evaluate_files

    shell: Shell = context.obj
    shell.json = json
    with TemporaryDirectory() as folder, shell.progress() as told:
        paths = [file] if file else _simulated(Path(folder), firms, seeds, told)
        found = evaluate_files(
            paths, _methods(shell, norms), operations=operation, seed=seed, spill=Path(folder), now=shell.clock.now()
        )
    shell.envelope({"recall": found.to_dicts()})
    headings = [
        _("operation"),
        _("leaves a trace"),
        _("altered"),
        _("firms"),
        _("seen"),
        _("at 95 %"),
        _("earlier copy"),
    ]
    rows = [
        [
            row["operation"],
            row["level"],
            row["count"],
            f"{row['firms']:,}",
            f"{row['detected']:.3f}",
            f"{row['low']:.3f} – {row['high']:.3f}",
            f"{row['earlier']:.3f}",
        ]
        for row in found.iter_rows(named=True)
    ]
    shell.table(headings, rows, right=[3, 4, 5, 6])


def _simulated(folder: Path, firms: int, seeds: str, told: object) -> list[Path]:
    """Packs of simulated firms, one a seed."""
    from windchime.documents.invoice_lab import clean_firms
    from windchime.twin.generate import generate

    paths = []
    for seed in seeds.split(","):
        if not seed.strip().isdecimal():
            raise BadAmount(seed)
        region = folder / "regions" / seed.strip()
        generate(region, firms=firms, seed=int(seed), profile="credit", progress=told)  # type: ignore[arg-type]  # of `Shell.progress`
        paths.append(clean_firms(region, folder / "clean" / seed.strip()))
    return paths


def _methods(shell: Shell, norms: Path | None) -> "Methods":
    """A bank's own schemes and norms where there is a bank; what ships otherwise. Verifying a file makes no bank."""
    from windchime.core.dates import SHANGHAI
    from windchime.documents.invoice_files import Methods

    brought = _norms(norms) if norms else None
    if (shell.settings.home / "banks" / shell.settings.bank).is_dir():
        return Methods.of(shell.bank, shell.clock.now().astimezone(SHANGHAI).date(), brought)
    return Methods.shipped(brought)


def _norms(file: Path) -> "Norms":
    from windchime.risk.invoices.population.norms import Norms, NotNorms

    if not file.is_file():
        raise BadNorms(file, Text("没有这个文件", "there is no such file"))
    try:
        return Norms.of_json(file.read_bytes())
    except NotNorms as fault:
        raise BadNorms(file, fault.params["reason"]) from None


def _mapping(file: Path | None) -> "PackMapping | None":
    from windchime.data.intake.mapping_file import open_mapping

    return open_mapping(file) if file else None


def _count(text: str) -> int | float:
    """`10`, `10%` or `0.1`."""
    plain = text.strip()
    try:
        if plain.endswith("%"):
            return float(plain[:-1]) / 100
        return int(plain) if plain.isdecimal() else float(plain)
    except ValueError:
        raise BadAmount(text) from None
