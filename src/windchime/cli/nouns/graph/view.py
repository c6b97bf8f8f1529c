"""`windchime graph view|path|export|import`: what lies around a firm, what ties two, the graph as files and back."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.options import ActorName, AsOf, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.graph.views.network import Network
    from windchime.present.exports import Provenance

#: ties of one view that people are shown
_MOST = 40
Kinds = Annotated[list[str] | None, typer.Option(help=say(_("one kind of ties; may be given again")))]
On = Annotated[str | None, typer.Option(help=say(_("only ties that hold on this date; all by default")))]
Hops = Annotated[int, typer.Option(min=0, max=6, help=say(_("how far from the firm")))]
Cap = Annotated[int, typer.Option(min=1, max=20_000, help=say(_("most nodes")))]


class NoStatements(BadInput):
    """A file that holds nothing of what it should."""

    msgid = _("nothing can be read from {file}: {why}")
    hint = _("give a JSON file of BODS statements, 0.1 to 0.4")

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(file=file.name, why=why)


@dataclass(frozen=True, slots=True)
class _Read:
    """The network of a bank's library, and when it is from."""

    network: "Network"
    as_of: date
    lake_version: int
    simulated: bool


@app.command(help=say(_("what lies around a firm: nodes, ties, and what is left out")))
def view(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(help=say(_("id of a firm, or words of its name")))],
    hops: Hops = 1,
    cap: Cap = 500,
    kinds: Kinds = None,
    on: On = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show a neighbourhood."""
    from windchime.graph.views import sentences
    from windchime.graph.views.naming import node_called

    shell: Shell = context.obj
    shell.json = json
    read = _network(shell, as_of, kinds)
    found = read.network.neighbourhood(node_called(read.network, firm), hops, cap, kinds, as_date(on))
    names = {n.node: sentences.called(n, shell.lang) for n in found.nodes}
    nodes = [asdict(n) | {"label": sentences.name_of(n)} for n in found.nodes]
    body = {
        "nodes": nodes,
        "ties": [asdict(t) for t in found.ties],
        "truncated": found.truncated,
        "left_out": found.left_out,
        "sentences": {lang: list(sentences.of_view(found, lang)) for lang in ("zh", "en")},
    }
    shell.envelope({"view": body}, lake_version=read.lake_version, as_of=read.as_of)
    for sentence in sentences.of_view(found, shell.lang):
        shell.say("{sentence}", sentence=sentence)
    shell.table(
        [_("tie"), _("share"), _("amount"), _("since"), _("until")],
        [
            [
                sentences.of_tie(t, names, shell.lang, days=False),
                formats.percent(t.share),
                formats.money(t.amount, shell.lang),
                formats.day(t.since),
                formats.day(t.until),
            ]
            for t in found.ties[:_MOST]
        ],
        right=[1, 2],
    )
    if len(found.ties) > _MOST:
        shell.say(_("… and {count} more; --json gives all"), count=len(found.ties) - _MOST)


@app.command(help=say(_("the shortest explained tie between two firms")))
def path(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help=say(_("id of a firm, or words of its name")))],
    second: Annotated[str, typer.Argument(help=say(_("id of a firm, or words of its name")))],
    kinds: Kinds = None,
    on: On = None,
    longest: Annotated[int, typer.Option(min=1, max=20, help=say(_("most ties between them")))] = 6,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show a path."""
    from windchime.graph.views import sentences
    from windchime.graph.views.naming import node_called

    shell: Shell = context.obj
    shell.json = json
    read = _network(shell, as_of, kinds)
    ends = [node_called(read.network, words) for words in (first, second)]
    found = read.network.path(ends[0], ends[1], kinds, as_date(on), longest)
    met = dict.fromkeys([*ends, *(n for t in found or () for n in (t.source, t.target))])
    names = {n: sentences.called(read.network.neighbourhood(n, 0, 1).nodes[0], shell.lang) for n in met}
    words = {lang: list(sentences.of_path(found or (), names, lang)) for lang in ("zh", "en")}
    ties = None if found is None else [asdict(t) for t in found]
    body = {"from": ends[0], "to": ends[1], "ties": ties, "sentences": words}
    shell.envelope({"path": body}, lake_version=read.lake_version, as_of=read.as_of)
    if found is None:
        msgid = _("{first} and {second} are not tied within {longest} steps")
        shell.say(msgid, first=names[ends[0]], second=names[ends[1]], longest=longest)
    for sentence in words[shell.lang]:
        shell.say("{sentence}", sentence=sentence)


@app.command(help=say(_("write the graph, or what lies around a firm, as a file of another program")))
def export(
    context: typer.Context,
    form: Annotated[str, typer.Option("--format", help=say(_("graphml, gexf, node_link, cypher or bods")))],
    out: Annotated[Path, typer.Option(help=say(_("file to write")))],
    firm: Annotated[
        str | None, typer.Argument(help=say(_("id of a firm, or words of its name; all by default")))
    ] = None,
    hops: Hops = 2,
    cap: Cap = 500,
    kinds: Kinds = None,
    on: On = None,
    as_of: AsOf = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Export."""
    from windchime.graph.exchange.drawing import Drawing
    from windchime.graph.exchange.formats import format_of
    from windchime.graph.views.naming import node_called

    shell: Shell = context.obj
    shell.json = json
    wanted = format_of(form)
    read = _network(shell, as_of, kinds)
    told = _provenance(shell, read, actor)
    if firm is None:
        drawing = Drawing.of_network(read.network, told, kinds, as_date(on))
    else:
        start = node_called(read.network, firm)
        drawing = Drawing.of_view(read.network.neighbourhood(start, hops, cap, kinds, as_date(on)), told)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f"{out.name}.part")
    with partial.open("wb") as stream:
        wanted.write(drawing, stream)
    partial.replace(out)
    counts = {"nodes": drawing.nodes.num_rows, "ties": drawing.ties.num_rows}
    payload = {"export": {"file": str(out), "format": wanted.name, **counts}}
    shell.envelope(payload, lake_version=read.lake_version, as_of=read.as_of)
    shell.say(_("{out}: {nodes} nodes and {ties} ties"), out=out, **{k: f"{v:,}" for k, v in counts.items()})


@app.command("import", help=say(_("read ownership from BODS statements into an edge list")))
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help=say(_("file of BODS statements, 0.1 to 0.4")))
    ],
    out: Annotated[Path | None, typer.Option(help=say(_("edge list to write, .csv or .parquet")))] = None,
    on: Annotated[
        str | None, typer.Option(help=say(_("stakes that hold on this date; by default those that last")))
    ] = None,
    json: Json = False,
) -> None:
    """Import."""
    from windchime.graph.exchange.bods_import import import_bods
    from windchime.graph.exchange.edge_lists import write_edges

    shell: Shell = context.obj
    shell.json = json
    found = import_bods(file)
    if not found.nodes.num_rows and found.problems:
        raise NoStatements(file, found.problems[0].sentence(shell.lang))
    edges = found.edge_list(as_date(on))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_edges(edges, out)
    payload: dict[str, Any] = {
        "nodes": found.nodes.num_rows,
        "edges": edges.to_pylist(),
        "file": str(out) if out else None,
    }
    shell.envelope({"import": payload}, problems=found.problems)
    shell.table(
        [_("owner"), _("company"), _("share")],
        [[e["owner"], e["company"], formats.percent(e["share"])] for e in edges.to_pylist()],
        right=[2],
    )
    for problem in found.problems:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    if out is not None:
        shell.say(_("{out}: {count} stakes"), out=out, count=edges.num_rows)


def _network(shell: Shell, as_of: str | None, kinds: list[str] | None) -> _Read:
    """The network of the newest lake version, of some kinds of ties or of all."""
    from windchime.core.errors import UnknownName
    from windchime.data.lake import Lake
    from windchime.graph.facts.ties_all import KINDS
    from windchime.graph.views.network import Network

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName(_("kind of tie"), kind, KINDS)
    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        pack = lake.pack(session)
        day = as_date(as_of) or pack.as_of
        with lake.reading(session, as_of=day) as reading:
            network = Network.read(reading, kinds)
            version = reading.lake_version
    return _Read(network, day, version, pack.simulated)


def _provenance(shell: Shell, read: _Read, actor: str | None) -> "Provenance":
    from windchime import __version__
    from windchime.present.exports import Provenance

    by = shell.actor(actor).name
    now = shell.bank.clock.now()
    return Provenance(now, by, __version__, read.as_of, read.lake_version, read.simulated)
