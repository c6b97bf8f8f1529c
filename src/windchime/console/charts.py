"""Charts of the console that reports have no use for."""

from collections.abc import Sequence
from dataclasses import dataclass

from windchime.core.text import Lang, Text
from windchime.present import charts, words
from windchime.present.charts import DARK, INK, LIGHT, SOFT, Option

#: three tones that stay apart in grey; the last is told by its outline
_TONES = {"approve": (DARK, "#ffffff"), "refer": (LIGHT, INK), "decline": ("#ffffff", INK)}


@dataclass(frozen=True, slots=True)
class BandVerdicts:
    """How one band was decided."""

    band: str
    #: decisions by verdict
    counts: dict[str, int]


def verdicts_by_band(bands: Sequence[BandVerdicts], lang: Lang) -> Option:
    """One bar a band, divided by verdict, each part with its number; a part leads to its list."""
    frame = charts.horizontal(())
    series = [
        {
            "type": "bar",
            "stack": "verdicts",
            "name": word.label[lang],
            "barMaxWidth": 26,
            "color": _TONES[code][0],
            "itemStyle": {"borderColor": SOFT, "borderWidth": 1},
            "label": {"show": True, "position": "inside", "color": _TONES[code][1]},
            # a part too small for its number has none; the table says it
            "labelLayout": {"hideOverlap": True},
            "data": [
                {"value": b.counts.get(code, 0) or None, "href": f"/?band={b.band}&verdict={code}"} for b in bands
            ],
        }
        for code, word in words.VERDICTS.items()
    ]
    return frame | {
        "legend": {
            "top": 0,
            "right": 0,
            "itemWidth": 12,
            "itemHeight": 10,
            "textStyle": {"color": INK},
            "icon": "rect",
        },
        "grid": {"left": 4, "right": 12, "top": 32, "bottom": 4, "containLabel": True},
        "yAxis": frame["yAxis"] | {"data": [b.band for b in bands]},
        "xAxis": frame["xAxis"] | {"min": 0},
        "series": series,
    }


def waterfall(start: float, steps: Sequence[tuple[Text, float]], lang: Lang) -> Option:
    """From the average firm's score through each feature's points to the score."""
    found = charts.waterfall_bars(start, [charts.Step(label, points) for label, points in steps], lang)
    return charts.horizontal(found)
