"""`windchime graph groups`: who counts as one borrower, by which edge each member joined, what the group owes."""

import json as json_text
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import Asked, names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _, translate
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.graph.groups.exposure import Exposure, Limit

#: groups of one list that people are shown
_MOST = 40
NetCapital = Annotated[str | None, typer.Option(help=say(_("the bank's net capital in yuan, for limits")))]
Tier1 = Annotated[str | None, typer.Option(help=say(_("the bank's net tier 1 capital in yuan, for limits")))]


@app.command(
    help=say(_("connected groups as the newest run found them; with a firm its own, the chain, and what it owes"))
)
def groups(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Argument(help=say(_("id of a firm, or words of its name; all by default")))
    ] = None,
    net_capital: NetCapital = None,
    tier1: Tier1 = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show groups."""
    from windchime.graph.groups.published import groups_of

    shell: Shell = context.obj
    shell.json = json
    with opened(shell, as_of, "connected_groups") as read:
        names = names_of(read.reading)
        found = groups_of(read.reading)
        if firm:
            meant = node_meant(firm, {m["firm_id"] for g in found for m in g.members} | names.keys(), names)
            found = sorted((g for g in found if meant in g.firms), key=lambda g: g.strength)
        owed = _exposures(read, [g.firms for g in found], net_capital, tier1) if firm else []
        version, day = read.reading.lake_version, read.as_of
    payload = [{**g.as_dict(), **(_exposure_dict(*owed[n]) if owed else {})} for n, g in enumerate(found)]
    shell.envelope({"groups": payload}, lake_version=version, as_of=day)
    if firm:
        for number, group in enumerate(found):
            _say_group(shell, group.members, names)
            _say_exposure(shell, *owed[number], names)
        if not found:
            shell.say(_("the newest run put {firm} in no group"), firm=names.get(meant, meant))
        return
    shell.table(
        [_("id of the group"), _("level"), _("basis"), _("head"), _("members")],
        [
            [g.group_id, _word(shell, g.level), _word(shell, g.basis), names.get(g.head, g.head), str(len(g.members))]
            for g in found[:_MOST]
        ],
        right=[4],
    )
    if len(found) > _MOST:
        shell.say(_("{count} more; --json lists all"), count=len(found) - _MOST)


def _exposures(
    read: Asked, groups: list[frozenset[str]], net_capital: str | None, tier1: str | None
) -> list[tuple["Exposure", list["Limit"]]]:
    from windchime.core.money import yuan
    from windchime.graph.facts.guarantees import guarantees
    from windchime.graph.groups.exposure import against, exposure_of, loans

    owed, given = loans(read.reading), guarantees(read.reading)
    part = read.scheme.number("outside_guarantee", read.as_of)
    own: dict[str, Decimal | None] = {
        n: yuan(v) if v else None for n, v in (("net_capital", net_capital), ("tier1", tier1))
    }
    made = [exposure_of(firms, owed, given, part) for firms in groups]
    return [(e, against(e, read.scheme, read.as_of, **own)) for e in made]


def _exposure_dict(exposure: "Exposure", limits: list["Limit"]) -> dict[str, Any]:
    return {
        "exposure": {
            "loans": [{"firm_id": f, "amount": a} for f, a in exposure.loans],
            "lent": exposure.lent,
            "guaranteed_inside": exposure.inside,
            "guaranteed_outside": [{"debtor_id": f, "amount": a} for f, a in exposure.outside],
            "total": exposure.total,
        },
        "limits": [{"name": x.name, "share": f"{x.share:.6f}", "limit": x.limit, "state": x.state} for x in limits],
    }


def _word(shell: Shell, code: str) -> str:
    from windchime.graph.groups.telling import BASIS_WORDS, LEVEL_WORDS

    return translate((LEVEL_WORDS | BASIS_WORDS)[code], shell.lang)


def _say_group(shell: Shell, members: list[dict[str, Any]], names: Mapping[str, str]) -> None:
    from windchime.graph.groups.telling import sentence

    first = members[0]
    shell.say(
        _("group {group_id}: {level}, {basis}, {count} members"),
        group_id=first["group_id"],
        level=_word(shell, first["level"]),
        basis=_word(shell, first["basis"]),
        count=len(members),
    )
    for m in members:
        why = (
            sentence(json_text.loads(m["evidence"]), shell.lang, names)
            if m["evidence"]
            else translate(_("head"), shell.lang)
        )
        name = names.get(m["firm_id"], m["firm_id"])
        shell.say(_("  {place}{name}: {why}"), place="  " * m["step"], name=name, why=why)


def _say_exposure(shell: Shell, exposure: "Exposure", limits: list["Limit"], names: Mapping[str, str]) -> None:
    shell.say(
        _(
            "  owes {total}: loans {lent}, guarantees for others {outside}; guarantees within the group add nothing: {inside}"
        ),
        total=formats.money(exposure.total, shell.lang),
        lent=formats.money(exposure.lent, shell.lang),
        outside=formats.money(exposure.guaranteed, shell.lang),
        inside=formats.money(exposure.inside, shell.lang),
    )
    for firm, amount in exposure.loans:
        shell.say("    {name}  {amount}", name=names.get(firm, firm), amount=formats.money(amount, shell.lang))
    for limit in limits:
        shell.say(
            _("  {name}: {share} of the bank's capital, limit {limit}: {state}"),
            name=translate(_LIMITS[limit.name], shell.lang),
            share=f"{limit.share:.2%}",
            limit=f"{limit.limit:.2%}",
            state=translate(_STATES[limit.state], shell.lang),
        )


_LIMITS = {
    "credit_of_net_capital": _("loans over net capital"),
    "exposure_of_tier1": _("exposure over tier 1 capital"),
}
_STATES = {"within": _("within"), "near": _("near the limit"), "above": _("above the limit")}
