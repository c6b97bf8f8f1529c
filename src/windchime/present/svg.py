"""The charts of `charts` as SVG for reports: text as paths from the vendored font, no script, the same bytes every time."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from windchime.core.canonical import sha256
from windchime.core.text import Lang, _, translate
from windchime.present import charts, vendor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: points of the text inside a chart
SIZE = 7.5


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a pane."""

    #: in the legend; empty for none
    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    #: bounds of each point, drawn as a bar through it
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    dark: bool = True
    #: a mark at each point
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Pane:
    """Curves over one pair of axes."""

    title: str
    x_name: str
    lines: tuple[Line, ...]
    #: words at the horizontal axis, at 0, 1, 2 …; empty for numbers
    ticks: tuple[str, ...] = ()
    #: the dotted line of equal values
    diagonal: bool = False
    #: both axes show fractions as percentages
    percent: bool = True


@cache
def _style() -> dict[str, Any]:
    """Settings of the drawing library; loads the font once."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(vendor.FONT)
    return {
        "font.family": font_manager.FontProperties(fname=vendor.FONT).get_name(),
        "font.size": SIZE,
        "svg.fonttype": "path",
        "svg.hashsalt": "windchime",
        "axes.unicode_minus": False,
        "text.color": charts.INK,
        "axes.edgecolor": charts.LINE,
        "axes.linewidth": 0.6,
        "xtick.color": charts.SOFT,
        "ytick.color": charts.SOFT,
        "ytick.labelcolor": charts.INK,
        "text.parse_math": False,
    }


def monthly_flow(flows: Sequence[charts.MonthFlow], lang: Lang, *, width: float = 6.6, height: float = 2.1) -> str:
    """Monthly sales and purchases, two bars a month; size in inches."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_style()):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        scale = charts.flow_scale(flows, lang)
        for offset, name, colour, values in (
            (-0.21, _("sales"), charts.DARK, [charts.scaled(f.sales, scale) for f in flows]),
            (0.21, _("purchases"), charts.LIGHT, [charts.scaled(f.purchases, scale) for f in flows]),
        ):
            axes.bar([i + offset for i in range(len(flows))], values, 0.4, color=colour, label=translate(name, lang))
        step = max(1, -(-len(flows) // 13))
        shown = range(len(flows) - 1, -1, -step)
        axes.set_xticks([*shown], [str(flows[i].month) for i in shown])
        axes.set_xlim(-0.7, len(flows) - 0.3)
        axes.yaxis.set_major_formatter("{x:,.0f}" if max(map(abs, axes.get_ylim())) >= 10 else "{x:,.2f}")
        axes.set_title(scale.label[lang], loc="left", fontsize=SIZE, color=charts.SOFT)
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=SIZE, handlelength=1, borderpad=0
        )
        axes.grid(axis="y", color=charts.LINE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        return _write(figure)


def horizontal(bars: Sequence[charts.Bar], *, width: float = 6.6, row: float = 0.19) -> str:
    """Horizontal bars with direct labels, the first on top; `row` inches high each."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_style()):
        figure = Figure(figsize=(width, 0.12 + row * max(len(bars), 1)), layout="constrained")
        axes = figure.subplots()
        places = range(len(bars))
        axes.barh(
            places,
            [b.value for b in bars],
            0.66,
            left=[b.base for b in bars],
            color=[charts.DARK if b.dark else charts.LIGHT for b in bars],
        )
        low = charts.lowest(bars)
        span = (max((b.base + b.value for b in bars), default=1) - low) or 1
        for place, bar in zip(places, bars, strict=True):
            axes.text(max(bar.base + bar.value, 0) + span * 0.008, place, bar.said, va="center_baseline")
        axes.set_yticks(places, [charts.clipped(b.label) for b in bars])
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set_xlim(low, low + span * 1.28)
        axes.xaxis.set_visible(False)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        return _write(figure)


def panes(shown: Sequence[Pane], *, width: float = 6.6, height: float = 2.6) -> str:
    """Panes beside each other; size of the whole in inches."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_style()):
        figure = Figure(figsize=(width, height), layout="constrained")
        for axes, pane in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
            _pane(axes, pane)
        return _write(figure)


def _pane(axes: Any, pane: Pane) -> None:
    for line in pane.lines:
        colour = charts.DARK if line.dark else charts.LIGHT
        label = line.label or "_"
        axes.plot(
            line.x, line.y, color=colour, linewidth=1.3, marker="o" if line.marked else "", markersize=3, label=label
        )
        if line.low:
            axes.vlines(line.x, line.low, line.high, color=colour, linewidth=0.8)
    if pane.diagonal:
        top = max((v for line in pane.lines for v in (*line.x, *line.y)), default=1.0)
        axes.plot([0, top], [0, top], color=charts.SOFT, linewidth=0.6, linestyle=":")
    if pane.percent:
        axes.yaxis.set_major_formatter(lambda v, _place: f"{v:.0%}")
        if not pane.ticks:
            axes.xaxis.set_major_formatter(lambda v, _place: f"{v:.0%}")
    if pane.ticks:
        step = max(1, -(-len(pane.ticks) // 10))
        axes.set_xticks([*range(0, len(pane.ticks), step)], list(pane.ticks[::step]))
    axes.set_title(pane.title, loc="left", fontsize=SIZE, color=charts.INK)
    axes.set_xlabel(pane.x_name, fontsize=SIZE, color=charts.SOFT)
    if any(line.label for line in pane.lines):
        axes.legend(loc="best", frameon=False, fontsize=SIZE, handlelength=1.2, borderpad=0)
    axes.grid(color=charts.LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[["top", "right"]].set_visible(False)


def _write(figure: "Figure") -> str:
    """The bare `<svg>` element: no XML head, no date, no script, no style (a strict policy blocks even attributes)."""
    stream = io.StringIO()
    figure.savefig(
        stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, transparent=True
    )
    text = stream.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), text)
    # the rule matplotlib puts into its style element, as attributes that reach the drawing only
    text = text.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" role="img" ', 1)
    mark = f"c{sha256(text.encode())[:8]}-"  # ids of several drawings stand in one page
    return re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{mark}", text)


def _attributes(style: str) -> str:
    """`fill: #fff; stroke: none` as ` fill="#fff" stroke="none"`: every property matplotlib writes is also an attribute."""
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
