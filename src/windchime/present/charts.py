"""Chart data: plain values in, what ECharts draws out (`svg` draws the same values for reports).

Two tones of the brand colour that stay apart in grey; direct labels instead of legends wherever one label will do;
amounts on one scale, named at the axis. No function text: a page's policy forbids evaluating it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from windchime.core.dates import Month
from windchime.core.text import Lang, Text, _, translate
from windchime.present import formats

#: the two tones: luminance 8 % and 55 %, far enough apart on a black-and-white printer
DARK, LIGHT = "#0b5351", "#9fc4c0"
INK, SOFT, LINE = "#1d2627", "#5a6768", "#dde3e3"
#: named in full: ECharts measures labels on a canvas, which does not know what `inherit` means
FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'

#: an ECharts option, ready for JSON
Option = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MonthFlow:
    """What a firm sold and bought in one month, yuan."""

    month: Month
    sales: Decimal
    purchases: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole, or one bar of a distribution."""

    label: Text
    #: yuan, or a count
    amount: Decimal
    #: address the bar leads to; empty for none
    href: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution to a score."""

    label: Text
    #: points added (positive) or taken away
    points: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar as drawn: shared by pages and reports, so that both show the same."""

    label: str
    #: length of the bar in the unit of the axis
    value: float
    #: what stands beside it
    said: str
    #: where a floating bar begins; 0 for others
    base: float = 0.0
    dark: bool = True
    href: str = ""


def flow_scale(flows: Sequence[MonthFlow], lang: Lang) -> formats.Scale:
    """The scale of the axis: ten thousand yuan in Chinese (looks: 万元), thousand in English, larger if most need it."""
    found = formats.scale_for([v for f in flows for v in (f.sales, f.purchases)], lang)
    return max(found, formats.SCALES[lang][1], key=lambda s: s.yuan)


def scaled(amount: Decimal, scale: formats.Scale) -> float:
    """The amount on the scale, two decimals: the last step before drawing."""
    return float(round(amount / scale.yuan, 2))


def shares(parts: Sequence[Part], whole: Decimal, lang: Lang, top: int = 10) -> tuple[Bar, ...]:
    """The largest parts as percentages of the whole, each with the running total; the rest in one bar.

    Args:
        parts: parts in any order.
        whole: what they are parts of; zero gives no bars.
        lang: language of the labels.
        top: how many parts have a bar of their own.
    """
    if whole <= 0:
        return ()
    ordered = sorted(parts, key=lambda p: (-p.amount, p.label.zh))
    shown, rest = ordered[:top], whole - sum((p.amount for p in ordered[:top]), Decimal(0))
    running = [sum((p.amount for p in shown[: i + 1]), Decimal(0)) / whole for i in range(len(shown))]
    bars = [
        Bar(
            p.label[lang],
            _percent(p.amount, whole),
            f"{formats.percent(p.amount / whole)}  (Σ {formats.percent(total)})",
            href=p.href,
        )
        for p, total in zip(shown, running, strict=True)
    ]
    if rest > 0:
        bars.append(
            Bar(translate(_("all others"), lang), _percent(rest, whole), formats.percent(rest / whole), dark=False)
        )
    return tuple(bars)


def _percent(amount: Decimal, whole: Decimal) -> float:
    return float(round(amount / whole * 100, 2))


def waterfall_bars(start: float, steps: Sequence[Step], lang: Lang, top: int = 10) -> tuple[Bar, ...]:
    """From the base score through the largest contributions to the score; small ones are added up in one bar.

    Args:
        start: score before any contribution.
        steps: contributions; their sum and `start` give the score.
        lang: language of the labels.
        top: how many contributions have a bar of their own.
    """
    ordered = sorted(steps, key=lambda s: (-abs(s.points), s.label.en))
    shown = [(s.label[lang], s.points) for s in ordered[:top]]
    if ordered[top:]:
        shown.append(
            (translate(_("{count} more"), lang, count=len(ordered) - top), sum(s.points for s in ordered[top:]))
        )
    levels = [*accumulate((points for _label, points in shown), initial=start)]
    floor = _cut(levels)
    bars = [Bar(translate(_("base"), lang), round(start - floor, 2), formats.number(start, 1), base=floor, dark=False)]
    for (label, points), before, after in zip(shown, levels, levels[1:], strict=False):
        low = min(before, after)
        bars.append(Bar(label, round(abs(points), 2), f"{points:+,.1f}", base=round(low, 2), dark=points < 0))
    end = levels[-1]
    return (*bars, Bar(translate(_("score"), lang), round(end - floor, 2), formats.number(end, 1), base=floor))


def _cut(levels: Sequence[float]) -> float:
    """Where the axis of a waterfall begins: below the lowest level by the range of levels, at 0 if that is near.

    Scores stand hundreds of points above zero while contributions are tens; every bar bears its number.
    """
    low, span = min(levels), max(levels) - min(levels)
    return round(low - span, 2) if span and low - span > span else min(0.0, round(low, 2))


def clipped(label: str, width: int = 28) -> str:
    """The label, its middle left out where it is wider than `width` half-width characters (a hanzi counts two).

    Names of firms differ at their ends ("… Shenzhen branch") as often as at their beginnings.
    """
    sizes = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label]
    if sum(sizes) <= width:
        return label
    front = sum(1 for used in accumulate(sizes) if used <= (width - 1) * 3 // 5)
    back = sum(1 for used in accumulate(reversed(sizes)) if used <= (width - 1) * 2 // 5)
    return f"{label[:front]}…{label[len(label) - back :]}"


def tally_bars(parts: Sequence[Part], lang: Lang) -> tuple[Bar, ...]:
    """How many of each kind, in the given order, with its share of all."""
    whole = sum((p.amount for p in parts), Decimal(0))
    return tuple(
        Bar(
            p.label[lang],
            float(p.amount),
            formats.count(p.amount) + (f"  ({formats.percent(p.amount / whole)})" if whole else ""),
            href=p.href,
        )
        for p in parts
    )


def amount_bars(parts: Sequence[Part], lang: Lang) -> tuple[tuple[Bar, ...], formats.Scale]:
    """How much of each kind, in the given order, and the scale of the axis."""
    scale = formats.scale_for((p.amount for p in parts), lang)
    return tuple(Bar(p.label[lang], scaled(p.amount, scale), scale.write(p.amount), href=p.href) for p in parts), scale


def monthly_flow(flows: Sequence[MonthFlow], lang: Lang) -> Option:
    """Monthly sales and purchases, two bars a month."""
    scale = flow_scale(flows, lang)
    names = (translate(_("sales"), lang), translate(_("purchases"), lang))
    values = ([scaled(f.sales, scale) for f in flows], [scaled(f.purchases, scale) for f in flows])
    return _frame() | {
        "legend": {"top": 0, "right": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": {"color": INK}, "icon": "rect"},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 4, "containLabel": True},
        "xAxis": _axis("category", data=[str(f.month) for f in flows], axisTick={"show": False}),
        "yAxis": _axis("value", name=scale.label[lang], nameTextStyle={"color": SOFT, "align": "left"}),
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": data,
                "color": colour,
                "barGap": "5%",
                "barCategoryGap": "25%",
                "barMaxWidth": 24,
            }
            for name, data, colour in zip(names, values, (DARK, LIGHT), strict=True)
        ],
        "tooltip": {"trigger": "axis", "renderMode": "richText", "axisPointer": {"type": "shadow"}},
    }


def lines(moments: Sequence[str], series: Mapping[str, Sequence[float | None]], *, least: float = 0.0) -> Option:
    """One line a name over moments, in percent; gaps where nothing is known.

    Args:
        moments: labels of the horizontal axis, in order.
        series: percentages by name, one a moment.
        least: where the vertical axis begins.
    """
    colours = (DARK, LIGHT, SOFT, INK)
    marks = ("circle", "rect", "triangle", "diamond")
    return _frame() | {
        "legend": {"top": 0, "left": 0, "type": "scroll", "textStyle": {"color": INK}},
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 4, "containLabel": True},
        "xAxis": _axis("category", data=list(moments), axisTick={"show": False}),
        "yAxis": _axis("value", min=least, max=100) | {"axisLabel": {"color": SOFT, "formatter": "{value}%"}},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": list(values),
                "color": colours[i % len(colours)],
                "symbol": marks[i // len(colours) % len(marks)],
                "symbolSize": 7,
                "lineStyle": {"width": 2, "type": ("solid", "dashed", "dotted")[i // len(colours) % 3]},
            }
            for i, (name, values) in enumerate(series.items())
        ],
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
    }


def horizontal(bars: Sequence[Bar], axis: str = "") -> Option:
    """Horizontal bars with direct labels, the first on top; floating bars (waterfall) stand on an unseen base.

    Args:
        bars: from `shares`, `waterfall_bars`, `tally_bars` or `amount_bars`.
        axis: name of the unit at the axis; empty for none.
    """
    return _frame() | {
        "grid": {"left": 4, "right": 96, "top": 4, "bottom": 24 if axis else 4, "containLabel": True},
        "yAxis": _axis("category", data=[clipped(b.label) for b in bars], inverse=True, axisTick={"show": False})
        | {"axisLabel": {"color": INK, "width": 180, "overflow": "truncate"}},
        "xAxis": _axis("value", name=axis, nameLocation="end", nameTextStyle={"color": SOFT}, min=lowest(bars))
        | {"axisLabel": {"show": False}, "splitLine": {"show": False}, "axisLine": {"show": False}},
        "series": [
            {
                "type": "bar",
                "stack": "bars",
                "silent": True,
                "data": [b.base for b in bars],
                "itemStyle": {"color": "transparent"},
                "tooltip": {"show": False},
            },
            {
                "type": "bar",
                "stack": "bars",
                "barMaxWidth": 18,
                "data": [
                    {
                        "value": b.value,
                        "href": b.href,
                        "itemStyle": {"color": DARK if b.dark else LIGHT},
                        "label": {"show": True, "position": "right", "formatter": _literal(b.said), "color": INK},
                    }
                    for b in bars
                ],
            },
        ],
        "tooltip": {"show": False},
    }


def lowest(bars: Sequence[Bar]) -> float:
    """Where the axis of horizontal bars begins: at 0, below it for negative values, above it for a cut waterfall."""
    floor = min((b.base + min(b.value, 0) for b in bars), default=0.0)
    return floor if all(b.base > 0 for b in bars) else min(floor, 0.0)


def _literal(text: str) -> str:
    """Text that a label shows as it is: braces would be read as places."""
    return text.replace("{", "(").replace("}", ")")


def _frame() -> Option:
    return {"animation": False, "textStyle": {"fontFamily": FONTS, "fontSize": 12}, "aria": {"enabled": True}}


def _axis(kind: str, **more: Any) -> Option:
    return {
        "type": kind,
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": SOFT},
        "splitLine": {"lineStyle": {"color": LINE}, "show": kind == "value"},
    } | more
