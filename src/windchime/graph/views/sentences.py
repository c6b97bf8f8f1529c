"""Ties, views and paths in words, in both languages. Persons and contact points appear as pages show them: masked."""

from collections.abc import Iterable, Mapping

from windchime.core.text import Lang, Text, _, translate
from windchime.data.contracts import contract
from windchime.data.showing import said
from windchime.data.vault.masking import masked, shown
from windchime.data.vault.tokens import is_token
from windchime.graph.views.kinds import in_order, kind
from windchime.graph.views.view import Node, Tie, View
from windchime.present import formats

#: where the codes of a tie's detail are explained, by kind of tie
_DETAILS = {
    "holds": ("shareholdings", "nominee"),
    "leads": ("key_persons", "role"),
    "kin": ("relatives", "relation"),
    "guarantees": ("guarantees", "kind"),
}


def name_of(node: Node) -> str:
    """What a node is called: a firm by its name, a person by the masked one, whoever has none by the id."""
    if node.kind == "person" and node.label and not is_token(node.label):
        return masked("identity", node.label)
    return shown(node.label or node.node)


def called(node: Node, lang: Lang) -> str:
    """`name_of`, and of a contact point what it is: `手机 ****k2z5zr`."""
    kinds = dict(contract("contacts")["kind"].values) | {"account": Text("账户", "account")}
    return f"{kinds[node.kind][lang]} {name_of(node)}" if node.kind in kinds else name_of(node)


def detail_of(tie: Tie, lang: Lang) -> str:
    """Role, relation or kind of a tie, by the label of its contract; empty where it has none."""
    if tie.detail is None:
        return ""
    if tie.kind not in _DETAILS:
        return shown(tie.detail)
    table, name = _DETAILS[tie.kind]
    return said(contract(table)[name], tie.detail)[lang]


def of_tie(tie: Tie, names: Mapping[str, str], lang: Lang, *, days: bool = True) -> str:
    """A tie in words, with the days it lasts: `甲 持有 乙 51.00%，自 2019-03-01`.

    Args:
        tie: any.
        names: of its ends, by id, as they are shown; an id without a name goes by itself, masked where it is a token.
        lang: language of the sentence.
        days: whether the days are said.
    """
    form = kind(tie.kind)
    sentence = translate(
        form.without_share if tie.share is None and form.without_share else form.sentence,
        lang,
        source=names.get(tie.source, shown(tie.source)),
        target=names.get(tie.target, shown(tie.target)),
        share=formats.percent(tie.share),
        amount=formats.short_money(tie.amount, lang),
        count=formats.count(tie.count),
        detail=detail_of(tie, lang),
        kind=tie.kind,
    )
    if tie.kind == "holds" and tie.detail is not None:
        sentence = translate(_("{said} (held for another: {detail})"), lang, said=sentence, detail=detail_of(tie, lang))
    return _lasting(sentence, tie, lang) if days else sentence


def of_path(path: Iterable[Tie], names: Mapping[str, str], lang: Lang) -> tuple[str, ...]:
    """A path in words, a sentence for each tie."""
    return tuple(of_tie(tie, names, lang) for tie in path)


def of_view(view: View, lang: Lang) -> tuple[str, ...]:
    """A view in words: whom it is about, how many ties by kind, the greatest tie of each kind, what is not shown."""
    if not view.nodes:
        return ()
    names = {n.node: called(n, lang) for n in view.nodes}
    by_kind: dict[str, list[Tie]] = {}
    for tie in view.ties:
        by_kind.setdefault(tie.kind, []).append(tie)
    kinds = [f"{translate(kind(k).label, lang)} {formats.count(len(by_kind[k]))}" for k in in_order(by_kind)]
    counts = {"nodes": formats.count(len(view.nodes) - 1), "ties": formats.count(len(view.ties))}
    words = [translate(_("{name}: {nodes} others around it, {ties} ties"), lang, name=name_of(view.nodes[0]), **counts)]
    if kinds:
        listed = ("、" if lang == "zh" else ", ").join(kinds)
        words.append(translate(_("ties by kind: {kinds}"), lang, kinds=listed))
    words += [of_tie(by_kind[k][0], names, lang) for k in in_order(by_kind)]
    if view.truncated:
        left = formats.count(sum(view.left_out.values()))
        words.append(translate(_("not everything is shown: the nodes here have {count} more ties"), lang, count=left))
    return tuple(words)


def _lasting(sentence: str, tie: Tie, lang: Lang) -> str:
    """A sentence with the days of its tie, as far as they are known."""
    if tie.since is None and tie.until is None:
        return sentence
    form = _("{said}, until {until}")
    if tie.since is not None:
        form = _("{said}, since {since}") if tie.until is None else _("{said}, from {since} to {until}")
    return translate(form, lang, said=sentence, since=formats.day(tie.since), until=formats.day(tie.until))
