"""Cascades in words, in both languages."""

from collections.abc import Mapping

from windchime.core.text import Lang, _, translate
from windchime.graph.contagion.cascade import Cascade, Hit
from windchime.graph.contagion.gathering import Stakes
from windchime.present import formats

#: message ids of the kinds of exposures
KINDS = {
    "guarantee": _("by guarantee"),
    "supply": _("by unpaid deliveries"),
    "ownership": _("by ownership"),
    "money": _("by money lent"),
}


def of_path(hit: Hit, stakes: Stakes, names: Mapping[str, str], lang: Lang) -> str:
    """The way to a firm: `甲 →（应收账款，120万元）乙 →（担保，80万元）丙`."""
    if not hit.path:
        return ""
    kinds = stakes.exposures["kind"]
    said = names.get(hit.path[0].failed, hit.path[0].failed)
    for step in hit.path:
        said += translate(
            _(" → ({kind}, {amount}) {firm}"),
            lang,
            kind=translate(KINDS[kinds[step.exposure].as_py()], lang),
            amount=formats.short_money(step.carried, lang),
            firm=names.get(step.loser, step.loser),
        )
    return said


def of_hit(hit: Hit, stakes: Stakes, names: Mapping[str, str], lang: Lang) -> str:
    """What one firm loses, whether it falls, and the way by which most of it came."""
    if hit.fell_round is not None:
        sentence = _("{firm} loses {loss} and falls in round {round}: {path}")
    else:
        sentence = _("{firm} loses {loss}, {share} of its means: {path}")
    return translate(
        sentence,
        lang,
        firm=names.get(hit.firm, hit.firm),
        loss=formats.short_money(hit.loss, lang),
        share=formats.percent(hit.share),
        round=hit.fell_round,
        path=of_path(hit, stakes, names, lang),
    )


def of_cascade(found: Cascade, names: Mapping[str, str], lang: Lang) -> str:
    """The whole in one sentence."""
    failed = [names.get(f, f) for f in found.failed]
    return translate(
        _("if {failed} fails, {fallen} more fall and {hits} lose in all {loss}, in {rounds} rounds"),
        lang,
        failed="、".join(failed) if lang == "zh" else ", ".join(failed),
        fallen=formats.count(len(found.fallen)),
        hits=formats.count(len(found.hits)),
        loss=formats.short_money(found.loss, lang),
        rounds=found.rounds,
    )
