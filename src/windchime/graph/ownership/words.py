"""Links of control and benefit in words: one sentence a link, its evidence behind it, in both languages."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.graph.ownership.chains import Chain, chain_in_words, rest_in_words
from windchime.present import formats

Called = Callable[[str], str]

#: what is said of a link of each kind, where its route says nothing of its own
_CONTROL = _("{controller} controls {company} with {votes} of the votes: {through}")
_TOP = _("{controller}, whom nobody controls, controls {company} with {votes} of the votes: {through}")
_LOOP = _("{members} control each other and with that {company}, with {votes} of the votes: {through}")
_LEADING = _(
    "{controller} leads {company} with {votes} of the votes, nobody controls it; the next party has {next_votes}"
)
_FAMILY = _("{controller} and relatives lead {company} with {votes} of the votes; the next party has {next_votes}")
_OPERATOR = _("{controller} is the sole trader behind {company}")
_MANAGER = _("{controller} stands in as manager of {company} ({role}): no owner meets {rule}")
_BENEFICIAL = {
    "share": _("{controller} is a beneficial owner of {company} by {rule}, {article}: {share} of the shares"),
    "votes": _("{controller} is a beneficial owner of {company} by {rule}, {article}: {votes} of the votes"),
    "control": _(
        "{controller} is a beneficial owner of {company} by {rule}, {article}: control by {votes} of the votes"
    ),
    "coexistence_a": _(
        "{controller} is a beneficial owner of {company} by {rule}, {article}: entities under its control hold enough of it"
    ),
    "coexistence_b": _(
        "{controller} is a beneficial owner of {company} by {rule}, {article}: enough of an entity that controls it"
    ),
}


def sentences(link: Mapping[str, Any], lang: Lang = "en", called: Called = str) -> list[str]:
    """A row of `control_links` in words, then the chains of its evidence.

    Args:
        link: the row; its evidence as JSON text or read.
        lang: of the words.
        called: the name of an id.
    """
    evidence = json.loads(link["evidence"]) if isinstance(link["evidence"], str) else link["evidence"]
    said = translate(_form(link), lang, **_values(link, evidence, lang, called))
    return [said, *_chains(evidence, lang, called)]


def _form(link: Mapping[str, Any]) -> str:
    by_route = {"operator": _OPERATOR, "manager": _MANAGER, "leading": _LEADING, "family": _FAMILY}
    if link["route"] in by_route:
        return by_route[link["route"]]
    if link["kind"] == "beneficial":
        return _BENEFICIAL[link["route"]]
    return _LOOP if link["controller_type"] == "loop" else _TOP if link["kind"] == "ultimate" else _CONTROL


def _values(link: Mapping[str, Any], evidence: Mapping[str, Any], lang: Lang, called: Called) -> dict[str, str]:
    comma = "、" if lang == "zh" else ", "
    through = [f"{called(s['holder'])} {formats.percent(s['votes'])}" for s in evidence.get("through", ())]
    return {
        "controller": called(link["controller_id"]),
        "company": called(link["firm_id"]),
        "share": formats.percent(link["share"]),
        "votes": formats.percent(link["votes"]),
        "rule": str(link["rule"]),
        "article": str(link["article"]),
        "role": str(evidence.get("role", "")),
        "through": comma.join(through),
        "members": comma.join(called(m) for m in evidence.get("members", ()) if isinstance(m, str)),
        "next_votes": formats.percent(evidence.get("next_votes")),
    }


def _chains(evidence: Mapping[str, Any], lang: Lang, called: Called) -> Iterator[str]:
    for told in evidence.get("chains", ()):
        chain = Chain(tuple(told["nodes"]), tuple(told["shares"]), told["product"])
        if len(chain.shares) > 1 or len(evidence["chains"]) > 1:
            yield chain_in_words(chain, lang, called)
    if "chains" in evidence:
        yield from rest_in_words(evidence, lang)
