"""The kinds of ties, in the order of what they mean: whoever can show only some shows the first of these first."""

from collections.abc import Collection
from dataclasses import dataclass

from windchime.core.text import _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of tie."""

    name: str
    #: message id of its name, as a list of kinds shows it
    label: str
    #: message id of a tie in words: `{source}`, `{target}`, `{detail}`, `{share}`, `{amount}`, `{count}`
    sentence: str
    #: the same where the share is not known; empty where `sentence` does without
    without_share: str = ""
    #: whether many rows over time are one tie: invoices and payments between two parties
    is_flow: bool = False


#: control and people before promises, promises before what is merely shared or traded
KINDS: tuple[Kind, ...] = (
    Kind(
        "holds",
        _("shareholding"),
        _("{source} holds {share} of {target}"),
        _("{source} is a shareholder of {target}; the share is not disclosed"),
    ),
    Kind("leads", _("post"), _("{source} is {detail} of {target}")),
    Kind("kin", _("kinship"), _("{source} and {target} are relatives ({detail})")),
    Kind("guarantees", _("guarantee"), _("{source} guarantees {amount} for {target}")),
    Kind("contact", _("shared contact point"), _("{source} uses {target}")),
    Kind("sells", _("trade by invoice"), _("{source} sold {amount} to {target} (invoices: {count})"), is_flow=True),
    Kind("pays", _("payment"), _("{source} paid {amount} to {target} (transfers: {count})"), is_flow=True),
)
FLOWS = tuple(k.name for k in KINDS if k.is_flow)
_PLACES = {k.name: n for n, k in enumerate(KINDS)}


def kind(name: str) -> Kind:
    """A kind by its name; one that is not declared goes by its name alone."""
    return KINDS[_PLACES[name]] if name in _PLACES else Kind(name, name, _("{source} is tied to {target} ({kind})"))


def in_order(names: Collection[str]) -> list[str]:
    """Names of kinds, those that mean more first; kinds that are not declared last, by name."""
    return sorted(set(names), key=lambda n: (_PLACES.get(n, len(KINDS)), n))
