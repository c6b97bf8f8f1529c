"""A condition laid out for writing it in another language: what it takes, each part once, nothing left to interpret."""

from dataclasses import dataclass
from math import inf, isnan

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.risk.rules.rule import Condition, Span


class NotWritable(BadInput):
    """A rule that a form of export cannot say exactly."""

    msgid = _("a rule on {feature} cannot be written as {form}: {reason}")
    hint = _("export it in another form, or change the cut or the name")

    def __init__(self, feature: str, form: str, reason: str) -> None:
        super().__init__(feature=feature, form=form, reason=reason)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The values of a quantity that a condition takes."""

    #: [low, high), none of them empty; None = unbounded (−∞ or +∞ included)
    spans: tuple[Span, ...]
    #: special codes that lie in a span and are not taken, in rising order
    without: tuple[float, ...]
    #: special codes that are taken, in rising order
    specials: tuple[float, ...]
    missing: bool

    def codes_in(self, span: Span) -> tuple[float, ...]:
        """The codes that must be left out of one span."""
        return tuple(c for c in self.without if _inside(c, span))


@dataclass(frozen=True, slots=True)
class Names:
    """The categories that a condition takes: those listed, or all texts but those listed."""

    listed: tuple[str, ...]
    #: whether the list says what is not taken
    all_but: bool
    missing: bool


def numbers(condition: Condition, form: str) -> Numbers:
    """The parts of a condition on a quantity.

    Raises:
        NotWritable: NaN as a bound or code, which the meaning of rules knows as missing.
    """
    bounds = [b for span in condition.spans for b in span if b is not None]
    if any(isnan(b) for b in (*bounds, *condition.specials, *condition.codes)):
        raise NotWritable(condition.feature, form, "NaN")
    spans = tuple(found for span in condition.spans if (found := _plain(span)) is not None)
    specials = tuple(sorted({float(c) + 0.0 for c in condition.specials}))
    codes = {float(c) + 0.0 for c in condition.codes} - set(specials)
    without = tuple(sorted(c for c in codes if any(_inside(c, s) for s in spans)))
    return Numbers(spans, without, specials, condition.missing)


def names(condition: Condition) -> Names:
    """The parts of a condition on categories."""
    if condition.other:
        return Names(tuple(sorted(set(condition.named) - set(condition.categories))), True, condition.missing)
    return Names(tuple(sorted(set(condition.categories))), False, condition.missing)


def _plain(span: Span) -> Span | None:
    """The span without minus zero and without −∞ as a bound; None where nothing lies in it."""
    low = None if span[0] in {None, -inf} else span[0]
    low, high = (None if b is None else float(b) + 0.0 for b in (low, span[1]))
    empty = high == -inf or (low is not None and high is not None and low >= high)
    return None if empty else (low, high)


def _inside(value: float, span: Span) -> bool:
    low, high = span
    return (low is None or value >= low) and (high is None or value < high)
