"""`windchime graph contagion`: who falls if a firm falls, with the path; or all firms ranked by what their fall does."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.graph.contagion.gathering import Stakes
    from windchime.graph.contagion.settings import Settings

#: firms that lose and do not fall, shown to people
_MOST = 20


class Model(StrEnum):
    """How losses pass on."""

    SCHEME = "scheme"
    LINEAR = "linear"
    THRESHOLD = "threshold"
    CLEARING = "clearing"


@app.command(help=say(_("who falls if firms fail, with the path; or --rank: all firms by what their failure does")))
def contagion(
    context: typer.Context,
    firms: Annotated[list[str] | None, typer.Argument(help=say(_("ids of firms that fail, or words of names")))] = None,
    rank: Annotated[int, typer.Option(min=0, help=say(_("so many firms ranked by the impact of their failure")))] = 0,
    model: Annotated[Model, typer.Option(help=say(_("how losses pass on")))] = Model.SCHEME,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Let firms fail, or rank them."""
    from windchime.graph.contagion.gathering import gather
    from windchime.graph.contagion.settings import SCHEME, Settings

    shell: Shell = context.obj
    shell.json = json
    if bool(firms) == bool(rank):
        raise typer.BadParameter(say(_("give firms that fail, or --rank and how many")))
    with opened(shell, as_of, SCHEME) as read:
        settings = _modelled(Settings.of(read.scheme, read.as_of), model)
        stakes = gather(read.reading, settings)
        names = names_of(read.reading)
        version, day = read.reading.lake_version, read.as_of
    if rank:
        payload = _ranked(shell, stakes, settings, names, rank)
    else:
        known = set(stakes.network.firms.ids.to_pylist())
        meant = [node_meant(f, known, names) for f in firms or ()]
        said = _settled if model is Model.CLEARING else _spread
        payload = said(shell, stakes, settings, names, meant)
    shell.envelope(payload, lake_version=version, as_of=day)


def _modelled(settings: "Settings", model: Model) -> "Settings":
    alpha = {Model.LINEAR: 0.0, Model.THRESHOLD: float("inf")}.get(model)
    return settings if alpha is None else replace(settings, alpha=alpha)


def _spread(
    shell: Shell, stakes: "Stakes", settings: "Settings", names: Mapping[str, str], failing: list[str]
) -> dict[str, Any]:
    from windchime.graph.contagion import telling
    from windchime.graph.contagion.cascade import cascade

    found = cascade(
        stakes.network,
        dict.fromkeys(failing, 1.0),
        alpha=settings.alpha,
        least=settings.least_change,
        rounds=settings.rounds,
        listed_from=settings.listed_from,
    )
    shell.say("{sentence}", sentence=telling.of_cascade(found, names, shell.lang))
    others = [h for h in found.hits if h.fell_round is None]
    for hit in (*found.fallen, *others[:_MOST]):
        shell.say("{sentence}", sentence=telling.of_hit(hit, stakes, names, shell.lang))
    if len(others) > _MOST:
        shell.say(_("… and {count} more; --json gives all"), count=len(others) - _MOST)
    return {
        "contagion": asdict(found) | {"loss": f"{found.loss:.2f}"},
        "sentences": {
            lang: [
                telling.of_cascade(found, names, lang),
                *(telling.of_hit(h, stakes, names, lang) for h in found.hits),
            ]
            for lang in ("zh", "en")
        },
    }


def _settled(
    shell: Shell, stakes: "Stakes", _settings: "Settings", names: Mapping[str, str], failing: list[str]
) -> dict[str, Any]:
    from windchime.graph.contagion.settling import settle

    found = settle(stakes, failing)
    shell.table(
        [_("firm"), _("round"), _("owed"), _("paid"), _("lost")],
        [
            [
                names.get(u.firm, u.firm),
                str(u.round or ""),
                *(formats.short_money(v, shell.lang) for v in (u.owed, u.paid, u.lost)),
            ]
            for u in found[: 2 * _MOST]
        ],
        right=[1, 2, 3, 4],
    )
    return {"clearing": [asdict(u) for u in found]}


def _ranked(
    shell: Shell, stakes: "Stakes", settings: "Settings", names: Mapping[str, str], count: int
) -> dict[str, Any]:
    from windchime.graph.contagion.results import ranked

    rows = ranked(stakes, settings).slice(0, count).to_pylist()
    shell.table(
        [_("place"), _("firm"), _("impact"), _("firms that fall"), _("vulnerability"), _("buffer")],
        [
            [
                str(r["rank"]),
                names.get(r["firm_id"], r["firm_id"]),
                formats.short_money(r["impact_amount"], shell.lang),
                formats.count(r["fallen_count"]),
                formats.short_money(r["vulnerability_amount"], shell.lang),
                formats.short_money(r["buffer_amount"], shell.lang),
            ]
            for r in rows
        ],
        right=[0, 2, 3, 4, 5],
    )
    return {"ranks": rows}
