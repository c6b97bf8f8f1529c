"""Charts of invoices: findings by check, months with what is doubted, numbers against days."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

import polars as pl

from windchime.console.invoice_words import general
from windchime.core.text import Lang, _, translate
from windchime.present import charts, formats
from windchime.present.charts import DARK, INK, LIGHT, SOFT, Option
from windchime.risk.findings import Finding
from windchime.risk.invoices.lending.rows import QUESTIONED, REJECTED
from windchime.risk.invoices.lending.sales import SalesTruth

#: checks that have a bar, and points that are drawn of each kind
_BARS, _POINTS = 12, 1500
#: digits of a number beyond year, region and channel of a fully digital one
_ORDER = 15


def by_check(findings: Iterable[Finding], lang: Lang) -> Option | None:
    """How many firms each check speaks against, most first; each bar bears its sentence above it, which needs room."""
    found = list(findings)
    counts = Counter(f.code for f in found)
    sentences = {f.code: general(f)[lang] for f in found}
    ranked = sorted(counts.items(), key=lambda e: (-e[1], e[0]))[:_BARS]
    if not ranked:
        return None
    frame = charts.horizontal(())
    label = {"show": True, "position": [0, -17], "color": INK, "fontSize": 12}
    return frame | {
        "grid": {"left": 4, "right": 24, "top": 24, "bottom": 4},
        "yAxis": frame["yAxis"] | {"data": [code for code, _count in ranked], "show": False},
        "xAxis": frame["xAxis"] | {"min": 0},
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 10,
                "color": DARK,
                "data": [
                    {
                        "value": count,
                        "href": f"/invoices?gravest={code}",
                        "label": label | {"formatter": f"{count}  {sentences[code]}"},
                    }
                    for code, count in ranked
                ],
            }
        ],
    }


def months(truth: SalesTruth, lang: Lang) -> Option | None:
    """Sales by month: what stands, what is doubted, what does not count; red letters below the line."""
    if not any(m.gross or m.red for m in truth.months):
        return None
    first = next(i for i, m in enumerate(truth.months) if m.gross or m.red)
    shown = truth.months[first:]
    doubtful = [-sum((m.left_out.get(r, Decimal(0)) for r in (QUESTIONED, REJECTED)), Decimal(0)) for m in shown]
    other = [-sum((v for r, v in m.left_out.items() if r not in (QUESTIONED, REJECTED)), Decimal(0)) for m in shown]
    standing = [m.gross - d - o for m, d, o in zip(shown, doubtful, other, strict=True)]
    scale = formats.scale_for((m.gross for m in shown), lang)
    series: Mapping[str, tuple[list[Decimal], Mapping[str, object]]] = {
        _("clean"): (standing, {"color": DARK}),
        _("questioned or rejected"): (doubtful, {"color": "#ffffff", "borderColor": DARK, "borderWidth": 1.5}),
        _("not counted: related, circular, shells"): (other, {"color": LIGHT}),
        _("red letters"): ([m.red for m in shown], {"color": SOFT}),
    }
    frame = charts.monthly_flow((), lang)
    return frame | {
        "xAxis": frame["xAxis"] | {"data": [str(m.month) for m in shown]},
        "yAxis": frame["yAxis"] | {"name": scale.label[lang]},
        "series": [
            {
                "type": "bar",
                "stack": "sales",
                "name": translate(name, lang),
                "itemStyle": dict(style),
                "barMaxWidth": 24,
                "data": [charts.scaled(v, scale) if v else None for v in values],
            }
            for name, (values, style) in series.items()
            if any(values)
        ],
    }


def numbers(invoices: pl.DataFrame, doubted: pl.DataFrame, lang: Lang) -> Option | None:
    """Numbers of the firm's own sales against their days, each by its place in its run: honest runs rise with time."""
    number = pl.col("invoice_no").str.tail(_ORDER).cast(pl.Int64, strict=False)
    stem = (
        pl.when(pl.col("invoice_no").str.len_bytes() == 20)
        .then(pl.col("invoice_no").str.head(5))
        .otherwise(pl.col("invoice_code").fill_null(""))
    )
    rows = (
        invoices.filter(pl.col("direction") == "sale", pl.col("issue_date").is_not_null())
        .with_columns(number=number, stem=stem)
        .drop_nulls("number")
        .with_columns(place=pl.col("number") - pl.col("number").min().over("stem"))
        .with_columns(place=(pl.col("place") * 100 / pl.col("place").max().over("stem")).fill_nan(0).round(2))
        .with_columns(doubted=pl.col("row").is_in(doubted["row"].implode()))
    )
    if rows.height < 2:
        return None
    step = max(1, rows.height // _POINTS)
    kept = rows.with_row_index("nth").filter((pl.col("nth") % step == 0) | pl.col("doubted"))
    frame = charts.monthly_flow((), lang)
    looks = {
        False: (_("passed"), {"color": LIGHT}, "circle", 4),
        True: (_("questioned or rejected"), {"color": INK}, "diamond", 9),
    }
    return frame | {
        "xAxis": frame["yAxis"] | {"type": "time", "name": "", "splitLine": {"show": False}},
        "yAxis": frame["yAxis"] | {"name": translate(_("place in its run of numbers (%)"), lang), "min": 0, "max": 100},
        "series": [
            {
                "type": "scatter",
                "name": translate(name, lang),
                "itemStyle": style,
                "symbol": symbol,
                "symbolSize": size,
                "data": [
                    [day.isoformat(), place]
                    for day, place in kept.filter(pl.col("doubted") == is_doubted)
                    .select("issue_date", "place")
                    .iter_rows()
                ],
            }
            for is_doubted, (name, style, symbol, size) in looks.items()
        ],
        "tooltip": {"trigger": "item", "renderMode": "richText"},
    }
