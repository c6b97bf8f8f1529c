"""A rule in words, Chinese or English: what a credit officer reads, and exactly what the rule means.

Figures are never rounded here: a cut is written with all the digits it has, amounts at 万元 where that is shorter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, inf
from typing import Protocol

from windchime.core.text import Lang, Text, _, translate
from windchime.present.formats import SCALES, UNITS, Scale
from windchime.risk.rules.literals import numbers
from windchime.risk.rules.rule import Condition, Rule, Span


class Named(Protocol):
    """What a sentence needs to know of a feature (`ruleset.RuleFeature` has it)."""

    @property
    def code(self) -> str:
        """Name of its column."""
        ...

    @property
    def label(self) -> Text:
        """How people call it."""
        ...

    @property
    def unit(self) -> str:
        """Of a quantity, as indicators name units; empty for none."""
        ...

    @property
    def specials(self) -> Mapping[str, Text]:
        """What special codes mean, by their `repr`."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A feature of which nothing but its name is known."""

    code: str
    label: Text
    unit: str = ""
    specials: Mapping[str, Text] = field(default_factory=dict)


#: of a condition that takes no value
NEVER = _("is of no value at all (never)")
#: what “other” leaves out is listed up to so many names, and counted beyond
LISTED = 6


def sentence(rule: Rule, lang: Lang = "zh", features: Iterable[Named] = ()) -> str:
    """The rule in one line, without a full stop.

    Args:
        rule: any rule.
        lang: language of the words.
        features: what is known of its features; one that is not among them is called by its code.
    """
    known = {f.code: f for f in features}
    parts = [clause(c, known.get(c.feature) or plain(c.feature), lang) for c in rule.conditions]
    joined = translate(_("; and "), lang)
    return joined.join(parts) or translate(_("every application"), lang)


def plain(code: str) -> Named:
    """A feature called by the name of its column."""
    return Plain(code, Text(code, code))


def clause(condition: Condition, feature: Named, lang: Lang) -> str:
    """One condition in words."""
    about = _numbers(condition, feature, lang) if condition.kind == "number" else _categories(condition, lang)
    if condition.missing:
        about.append(translate(_("is missing"), lang))
    if not about:
        about = [translate(NEVER, lang)]
    said = translate(_(" or "), lang).join(about)
    return translate(_("{feature} {values}"), lang, feature=one_line(feature.label[lang]), values=said)


def one_line(text: str) -> str:
    """A name or value as it stands in a sentence: nothing that breaks a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "''"


def quantity(value: float, unit: str, lang: Lang) -> str:
    """A figure in its unit, exactly: `52.34 万元`, `3.5%`, `12 个月`."""
    if unit == "date":
        return _day(value)
    if abs(value) == inf:
        return "∞" if value > 0 else "−∞"
    exact = Decimal(repr(float(value)))
    if unit == "yuan":
        scale = _scale(exact, lang)
        return f"{digits(exact / scale.yuan)} {scale.label[lang]}"
    if unit in {"fraction", "share", "rate"}:
        return f"{digits(exact * 100)}%"
    if unit in {"", "count", "ratio", "number", "ln_yuan"}:
        return digits(exact)
    return f"{digits(exact)} {UNITS[unit][lang] if unit in UNITS else unit}"


def _day(value: float) -> str:
    try:
        return (date(1970, 1, 1) + timedelta(ceil(value))).isoformat()
    except OverflowError:
        return f"{value:g}"


def digits(exact: Decimal) -> str:
    """All digits of a number, thousands separated; with an exponent where it would be endless."""
    exact = exact.normalize() or Decimal(0)
    _sign, figures, exponent = exact.as_tuple()
    if not isinstance(exponent, int) or not -9 <= len(figures) - 1 + exponent <= 15:
        return f"{exact:e}".replace("e+", "e")
    return f"{exact:,f}"


def _scale(exact: Decimal, lang: Lang) -> Scale:
    """The largest scale in which the amount is at least 1 and needs no more than four decimals."""
    fits = [s for s in SCALES[lang] if abs(exact) >= s.yuan and -_exponent(exact / s.yuan) <= 4]
    return fits[-1] if fits else SCALES[lang][0]


def _exponent(exact: Decimal) -> int:
    found = exact.normalize().as_tuple().exponent
    return found if isinstance(found, int) else 0


def _numbers(condition: Condition, feature: Named, lang: Lang) -> list[str]:
    def write(value: float) -> str:
        return quantity(value, feature.unit, lang)

    found = numbers(condition, "text")
    if feature.unit == "boolean" and not found.specials and found.spans:
        return [_truth(found.spans, lang)]
    names = {float(code): text[lang] for code, text in feature.specials.items()}
    parts = [_span(span, write, lang) for span in found.spans]
    if found.without:
        parts[-1] += translate(_(" (special codes apart)"), lang)
    for code in found.specials:
        name, shown = names.get(code), digits(Decimal(repr(code))).replace(",", "")
        parts.append(translate(_("is “{name}”"), lang, name=f"{one_line(name)} ({shown})" if name else shown))
    return parts


def _truth(spans: tuple[Span, ...], lang: Lang) -> str:
    """Truth values are 1 and 0."""
    taken = [any((a is None or a <= v) and (b is None or v < b) for a, b in spans) for v in (0.0, 1.0)]
    said = {
        (True, True): _("is yes or no"),
        (True, False): _("is no"),
        (False, True): _("is yes"),
        (False, False): NEVER,
    }
    return translate(said[taken[0], taken[1]], lang)


def _span(span: Span, write: Callable[[float], str], lang: Lang) -> str:
    low, high = span
    if low is None:
        return translate(_("is a number"), lang) if high is None else translate(_("< {high}"), lang, high=write(high))
    if high is None:
        return translate(_("≥ {low}"), lang, low=write(low))
    return translate(_("≥ {low} and < {high}"), lang, low=write(low), high=write(high))


def _categories(condition: Condition, lang: Lang) -> list[str]:
    taken = [translate(_("is {names}"), lang, names=_list(condition.categories, lang))] if condition.categories else []
    if not condition.other:
        return taken
    left_out = tuple(n for n in condition.named if n not in condition.categories)
    if not left_out:
        return [translate(_("is any text"), lang)]
    if len(left_out) <= LISTED:
        return [translate(_("is anything but {names}"), lang, names=_list(left_out, lang))]
    return [*taken, translate(_("is “other” (none of the {count} named)"), lang, count=len(condition.named))]


def _list(names: tuple[str, ...], lang: Lang) -> str:
    return translate(_(", "), lang).join(f"“{one_line(n) if n else ''}”" for n in names)
