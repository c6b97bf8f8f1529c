"""Structures of guarantee and calls in words, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.data.contracts import contract
from windchime.graph.guarantees.calls import Called, Fallen
from windchime.present import formats

#: members named in one sentence
_NAMED = 8


def of_group(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], lang: Lang) -> str:
    """One structure from the rows of its members."""
    first = rows[0]
    members = [names.get(r["firm_id"], r["firm_id"]) for r in rows]
    shown = "、".join(members[:_NAMED]) if lang == "zh" else ", ".join(members[:_NAMED])
    if len(members) > _NAMED:
        shown += " …"
    kind = contract("guarantee_circles")["kind"].values[first["kind"]][lang]
    sentence = (
        _("{kind} of {count} members: {members}")
        if first["is_standing"]
        else _("{kind} of {count} members, not all of its guarantees are still in force: {members}")
    )
    return translate(sentence, lang, kind=kind, count=formats.count(first["member_count"]), members=shown)


def of_member(row: Mapping[str, Any], names: Mapping[str, str], lang: Lang) -> str:
    """What one member has promised in all, beside what it owns."""
    said = {
        "none": _("{firm} has promised {amount} in all, {share} of its net assets"),
        "warn": _("{firm} has promised {amount} in all, {share} of its net assets: a warning"),
        "severe": _("{firm} has promised {amount} in all, {share} of its net assets: severe"),
        "unknown": _("{firm} has promised {amount} in all; its net assets are not known"),
    }[row["level"]]
    if row["level"] == "severe" and row["out_to_net_assets"] is None:
        said = _("{firm} has promised {amount} in all and has no net assets: severe")
    elif row["out_to_net_assets"] is None and row["level"] == "none":
        said = _("{firm} has promised nothing that is in force")
    return translate(
        said,
        lang,
        firm=names.get(row["firm_id"], row["firm_id"]),
        amount=formats.short_money(row["total_out_amount"], lang),
        share=formats.percent(row["out_to_net_assets"]),
    )


def of_cycle(cycle: Sequence[str], names: Mapping[str, str]) -> str:
    """A cycle as a line of arrows, back to its first member; ties of several guarantors in brackets."""
    said = [f"[{node.removeprefix('tie:')}]" if node.startswith("tie:") else names.get(node, node) for node in cycle]
    return " → ".join([*said, said[0]])


def of_fallen(fallen: Fallen, names: Mapping[str, str], lang: Lang) -> str:
    """How one party came to fail."""

    def name(party: str) -> str:
        return names.get(party, party)

    if fallen.by is None:
        return translate(_("{firm} fails"), lang, firm=name(fallen.party))
    sentence = (
        _("round {round}: {firm} is called for {called}, can pay {paid} (assumed) and fails; path: {path}")
        if fallen.is_assumed
        else _("round {round}: {firm} is called for {called}, can pay {paid} and fails; path: {path}")
    )
    return translate(
        sentence,
        lang,
        round=fallen.round,
        firm=name(fallen.party),
        called=formats.short_money(fallen.called, lang),
        paid=formats.short_money(fallen.paid, lang),
        path=" → ".join(name(p) for p in fallen.path),
    )


def of_call(called: Called, names: Mapping[str, str], lang: Lang) -> tuple[str, ...]:
    """What the failure of debtors does to their guarantors: who fails, and what creditors lose."""
    sums = {
        "unpaid": formats.short_money(float(called.unpaid.sum()), lang),
        "paid": formats.short_money(float(called.paid.sum()), lang),
        "loss": formats.short_money(called.total_loss, lang),
    }
    whole = translate(_("of {unpaid} unpaid, guarantors pay {paid}; creditors lose {loss}"), lang, **sums)
    return (*(of_fallen(f, names, lang) for f in called.fallen), whole)
