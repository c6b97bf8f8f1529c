"""Charts and shaded tables of a rule list."""

from dataclasses import dataclass

from windchime.core.text import Lang, Text
from windchime.present import charts
from windchime.present.charts import DARK, INK, LIGHT, LINE, SOFT, Option
from windchime.present.formats import number, percent
from windchime.risk.rules.ruleset import RuleSet

#: shades of a table, from white (0) to dark (10): classes `t0` … `t10` of rules.css
SHADES = 10


@dataclass(frozen=True, slots=True)
class Shaded:
    """A table of numbers told by shade and figure."""

    #: heads of the columns, the first for the names of the rows
    heads: tuple[str, ...]
    #: name of each row, and its cells: shade and text
    rows: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]


def curve(rules: RuleSet, lang: Lang) -> Option:
    """Share of bads caught over the share of applications hit, rule by rule, in percent."""
    points = [(0.0, 0.0), *((m.cumulative.hit_rate.value, m.cumulative.recall) for m in rules.rules)]
    data = [
        {"value": [round(100 * x, 3), round(100 * y, 3)], "label": {"formatter": str(i) if i else ""}}
        for i, (x, y) in enumerate(points)
    ]
    most = data[-1]["value"][0] if isinstance(data[-1]["value"], list) else 0.0
    return _frame(Text("累计命中率", "Hit rate so far")[lang], Text("累计召回率", "Recall so far")[lang]) | {
        "series": [
            {
                "type": "line",
                "data": data,
                "color": DARK,
                "symbolSize": 8,
                "label": {"show": True, "position": "top", "color": INK},
                "lineStyle": {"width": 2},
            },
            # what a list that knows nothing would catch
            {
                "type": "line",
                "data": [[0, 0], [most, most]],
                "color": SOFT,
                "symbol": "none",
                "lineStyle": {"type": "dashed", "width": 1},
                "silent": True,
            },
        ],
    }


def by_vintage(rules: RuleSet, lang: Lang) -> Option | None:
    """Hit rate and bad rate of the whole list and the bad rate of all applications, by vintage; None without vintages."""
    last = rules.rules[-1].vintages if rules.rules else ()
    if not last:
        return None
    series = (
        (
            Text("命中者坏账率", "Bad rate of hits"),
            [v.cumulative.bad_rate.value for v in last],
            DARK,
            "solid",
            "circle",
        ),
        (Text("全部坏账率", "Bad rate of all"), [v.cumulative.base_rate for v in last], SOFT, "dashed", "rect"),
        (Text("命中率", "Hit rate"), [v.cumulative.hit_rate.value for v in last], LIGHT, "solid", "triangle"),
    )
    frame = _frame("", "")
    return frame | {
        "legend": {"top": 0, "left": 0, "textStyle": {"color": INK}},
        "xAxis": frame["xAxis"] | {"type": "category", "data": [v.vintage for v in last], "axisLabel": {"color": SOFT}},
        "series": [
            {
                "type": "line",
                "name": name[lang],
                "data": [round(100 * v, 3) for v in values],
                "color": colour,
                "symbol": mark,
                "symbolSize": 7,
                "lineStyle": {"width": 2, "type": stroke},
            }
            for name, values, colour, stroke, mark in series
        ],
    }


def overlap(rules: RuleSet) -> Shaded:
    """Jaccard's share of common hits of each pair of rules."""
    names = tuple(str(i) for i in range(1, len(rules.overlap) + 1))
    rows = tuple(
        (name, tuple((_shade(share), number(share, 2)) for share in row))
        for name, row in zip(names, rules.overlap, strict=True)
    )
    return Shaded(("", *names), rows)


def rates(rules: RuleSet) -> Shaded:
    """Bad rate of each rule's hits by vintage; shaded by itself over the largest."""
    vintages = tuple(v.vintage for v in rules.rules[0].vintages) if rules.rules else ()
    most = max((v.own.bad_rate.value for m in rules.rules for v in m.vintages), default=0.0) or 1.0
    rows = tuple(
        (
            str(place),
            tuple(
                (_shade(v.own.bad_rate.value / most), percent(v.own.bad_rate.value, 1)) if v.own.hits else (0, "–")
                for v in mined.vintages
            ),
        )
        for place, mined in enumerate(rules.rules, 1)
    )
    return Shaded(("", *vintages), rows) if vintages else Shaded((), ())


def _shade(share: float) -> int:
    return round(SHADES * min(max(share, 0.0), 1.0))


def _frame(across: str, up: str) -> Option:
    axis = {
        "type": "value",
        "min": 0,
        "axisLabel": {"color": SOFT, "formatter": "{value}%"},
        "axisLine": {"lineStyle": {"color": LINE}},
        "splitLine": {"lineStyle": {"color": LINE}},
        "nameTextStyle": {"color": SOFT},
    }
    return charts.lines((), {}) | {
        "legend": {"show": False},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 28, "containLabel": True},
        "xAxis": axis | {"name": across, "nameLocation": "middle", "nameGap": 28},
        "yAxis": axis | {"name": up, "nameTextStyle": {"color": SOFT, "align": "left"}},
    }
