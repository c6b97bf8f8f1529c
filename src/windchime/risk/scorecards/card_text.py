"""A model card as Markdown, in Chinese or English."""

from collections.abc import Iterator, Sequence
from typing import Any

from windchime.core.text import Lang, Text, _, translate
from windchime.risk.findings import Finding
from windchime.risk.scorecards.card import OTHER

TITLES = {
    "scorecard": _("Model card: weight-of-evidence scorecard"),
    "challenger": _("Model card: gradient-boosted challenger"),
}
HEADINGS = {
    "data": _("Data"),
    "metrics": _("Out-of-fold metrics"),
    "features": _("Features"),
    "leaks": _("Refused as leaks"),
    "limits": _("Limits"),
    "versions": _("Versions"),
}
LABELS = {
    "data": _("source"),
    "lake_version": _("lake version"),
    "features_as_of": _("features as of"),
    "labels_as_of": _("labels as of"),
    "label_definition": _("definition of default"),
    "firms": _("firms"),
    "bads": _("bads"),
    "features_offered": _("features offered"),
    "features_used": _("features used"),
    "seed": _("seed"),
    "auc": _("AUC"),
    "gini": _("Gini"),
    "ks": _("KS"),
    "brier": _("Brier score"),
    "brier_of_base_rate": _("Brier score of the base rate"),
    "log_loss": _("log-loss"),
    "slope": _("calibration slope"),
    "intercept": _("calibration intercept"),
    "in_the_large": _("calibration in the large"),
    "higher_is_riskier": _("higher is riskier"),
    "lower_is_riskier": _("lower is riskier"),
    "neutral": _("found in the data"),
}
FIGURE, FEATURE, BIN = _("figure"), _("feature"), _("bin")
VALUE, INTERVAL, AGAINST = _("value"), _("interval"), _("AUC minus that of {name}")
BAND, EXPECTED, RATE = _("band"), _("expected bads"), _("bad rate")
DIRECTION, GAIN, IV = _("direction"), _("share of gain"), _("information value")
GOODS, WOE, POINTS, MISSING = _("goods"), _("weight of evidence"), _("points"), _("missing")


def markdown(body: dict[str, Any], lang: Lang) -> str:
    """The whole card."""

    def say(msgid: str, **params: Any) -> str:
        return translate(msgid, lang, **params)

    lines = [f"# {say(TITLES[body['model']])}", "", f"`{body['version']}`", ""]
    for part, write in (("data", _data), ("metrics", _metrics), ("features", _features)):
        lines += [f"## {say(HEADINGS[part])}", "", *write(body, lang), ""]
    if body["leaks"]:
        leaks = [f"- {Finding.of(f).sentence(lang)}" for f in body["leaks"]]
        lines += [f"## {say(HEADINGS['leaks'])}", "", *leaks, ""]
    lines += [f"## {say(HEADINGS['limits'])}", "", *(f"- {limit_sentence(li, lang)}" for li in body["limits"]), ""]
    versions = [f"- {name}: `{version}`" for name, version in body["versions"].items()]
    return "\n".join([*lines, f"## {say(HEADINGS['versions'])}", "", *versions, ""])


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(str(c).replace('|', '/') for c in row)} |" for row in rows)


def _span(interval: dict[str, Any]) -> str:
    return f"[{interval['low']}, {interval['high']}] ({interval['level']:.0%}, {interval['method']})"


def _data(body: dict[str, Any], lang: Lang) -> Iterator[str]:
    shown = [(translate(LABELS[k], lang), v) for k, v in body["data"].items() if v is not None]
    yield from _table([translate(FIGURE, lang), translate(VALUE, lang)], shown)


def _metrics(body: dict[str, Any], lang: Lang) -> Iterator[str]:
    m = body["metrics"]
    rows: list[tuple[Any, ...]] = [(translate(LABELS[k], lang), m[k]["value"], _span(m[k])) for k in ("auc", "gini")]
    rows += [(translate(AGAINST, lang, name=f"`{n}`"), i["value"], _span(i)) for n, i in m["against"].items()]
    rows += [(translate(LABELS[k], lang), m[k], "") for k in ("ks", "brier", "brier_of_base_rate", "log_loss")]
    line = m["calibration"]
    rows += [
        (translate(LABELS[k], lang), line[k]["value"], _span(line[k]))
        for k in ("slope", "intercept", "in_the_large")
        if line[k]
    ]
    yield from _table([translate(w, lang) for w in (FIGURE, VALUE, INTERVAL)], rows)
    yield ""
    bands = [
        (b["band"], b["firms"], b["bads"], b["expected"], b["rate"]["value"], _span(b["rate"])) for b in m["bands"]
    ]
    head = (BAND, LABELS["firms"], LABELS["bads"], EXPECTED, RATE, INTERVAL)
    yield from _table([translate(w, lang) for w in head], bands)


def _features(body: dict[str, Any], lang: Lang) -> Iterator[str]:
    features = body["features"]
    direction = [translate(LABELS[f["direction"]], lang) for f in features]
    names = [f"{Text.of(f['name'])[lang]} (`{f['code']}`)" for f in features]
    weigh = IV if body["model"] == "scorecard" else GAIN
    figures = [f["iv"] if body["model"] == "scorecard" else f"{f['gain_share']:.1%}" for f in features]
    head = [translate(w, lang) for w in (FEATURE, DIRECTION, weigh)]
    yield from _table(head, list(zip(names, direction, figures, strict=True)))
    for f, name in zip(features, names, strict=True):
        if "bins" in f:
            rows = [(_bin(b, lang), f"{b['goods']:g}", f"{b['bads']:g}", b["woe"], b["points"]) for b in f["bins"]]
            yield from ("", f"### {name}", "")
            yield from _table([translate(w, lang) for w in (BIN, GOODS, LABELS["bads"], WOE, POINTS)], rows)


def _bin(b: dict[str, Any], lang: Lang) -> str:
    return (
        translate(MISSING, lang) if b["kind"] == "missing" else OTHER[lang] if b["kind"] == "other" else str(b["bin"])
    )


def limit_sentence(limit: dict[str, Any], lang: Lang) -> str:
    """One limit in words."""
    params = {k: Text.of(v) if isinstance(v, dict) else v for k, v in limit["params"].items()}
    return translate(limit["msgid"], lang, **params)
