"""A tie in words: kinds of clues and their numbers, never a value of one."""

from collections.abc import Mapping
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.graph.ties.controllers import HiddenController
from windchime.graph.ties.finding import HiddenTie

#: clues and rows that are cited for one tie; the rarest come first
CITED = 8

#: by kind of clue: how it is told
KINDS = {
    "person": _("people in both: {count} (in {firms} firms)"),
    "kin": _("near relatives who serve both: {count}"),
    "phone": _("shared phone numbers: {count} (known of {firms} firms)"),
    "mail": _("shared mail addresses: {count} (known of {firms} firms)"),
    "filed": _("shared contacts in annual reports: {count} (in those of {firms} firms)"),
    "agent": _("the same agency files for both (and for {firms} firms in all)"),
    "address": _("shared addresses: {count} (of {firms} firms)"),
    "domain": _("shared web domains: {count} (of {firms} firms)"),
    "device": _("shared devices: {count} (used by {firms} firms)"),
    "ip": _("shared network addresses: {count} (used by {firms} firms)"),
    "account": _("shared accounts: {count} (with {firms} firms)"),
    "funds": _("funds move between the two beside trade"),
    "guarantee": _("one guarantees debts of the other"),
    "partner": _("rare trading partners in common: {count}"),
}
DECLARED = {
    "stake": _("the register shows the tie: one holds or controls the other"),
    "controller": _("the register shows the tie: one controller above both"),
    "leader": _("the register shows the tie: one person holds or leads both"),
}
#: by sign: what it says of a person and a firm
SIGNS = {
    "payee": _("the owner's profits go to somebody of this name (borne by {many})"),
    "pledgor": _("the person's property secures debts of the firm"),
    "guarantor": _("the person stands for debts of the firm"),
    "own_phone": _("the firm's phone is the person's (known of {many} firms)"),
    "own_mail": _("the firm's mail address is the person's (known of {many} firms)"),
    "own_address": _("the firm's address is the person's (of {many} firms)"),
    "own_domain": _("the firm's web domain is the person's (of {many} firms)"),
    "own_device": _("the firm uses a device of the person (used by {many} firms)"),
    "own_ip": _("the firm uses a network address of the person (used by {many} firms)"),
    "own_account": _("an account of the person is the firm's too (with {many} firms)"),
    "kin": _("a near relative of the person holds or serves the firm"),
    "phone": _("the firm shares a phone with a firm of the person (known of {many} firms)"),
    "mail": _("the firm shares a mail address with a firm of the person (known of {many} firms)"),
    "address": _("the firm shares an address with a firm of the person (of {many} firms)"),
    "domain": _("the firm shares a web domain with a firm of the person (of {many} firms)"),
    "device": _("the firm shares a device with a firm of the person (used by {many} firms)"),
    "ip": _("the firm shares a network address with a firm of the person (used by {many} firms)"),
    "account": _("the firm shares an account with a firm of the person (with {many} firms)"),
    "funds": _("funds move between the firm and a firm of the person"),
    "guarantee": _("one of the firm and a firm of the person guarantees debts of the other"),
}
HIDDEN_TIE, HIDDEN_CONTROLLER = "hidden_tie", "hidden_controller"


def tie_evidence(tie: HiddenTie) -> dict[str, Any]:
    """What a tie rests on: code and params of its sentence, and the rows of its rarest clues."""
    return {
        "code": HIDDEN_TIE,
        "params": {"kinds": {k: list(v) for k, v in tie.kinds.items()}, "declared": tie.declared},
        "rows": [{"kind": c.kind, "firms": c.firms, "rows": [list(r) for r in c.rows]} for c in tie.clues[:CITED]],
    }


def controller_evidence(found: HiddenController) -> dict[str, Any]:
    """What a hint at a controller rests on."""
    return {
        "code": HIDDEN_CONTROLLER,
        "params": {"signs": {s.sign: s.many for s in found.signs}, "classes": found.classes},
        "rows": [{"kind": s.sign, "rows": [[s.table, s.row]]} for s in found.signs[:CITED]],
    }


def sentence(evidence: Mapping[str, Any], lang: Lang = "en") -> str:
    """The sentence of a piece of evidence as `tie_evidence` or `controller_evidence` gives it."""
    params = evidence["params"]
    if evidence["code"] == HIDDEN_TIE:
        said = [translate(KINDS[k], lang, count=n, firms=f) for k, (n, f) in params["kinds"].items()]
        if params["declared"]:
            said.append(translate(DECLARED[params["declared"]], lang))
    else:
        said = [translate(SIGNS[s], lang, many=n) for s, n in params["signs"].items()]
    return ("；" if lang == "zh" else "; ").join(said)
