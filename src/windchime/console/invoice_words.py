"""What pages call verdicts on invoices, layers of checks and reasons for which sales do not count."""

from collections.abc import Mapping
from string import Formatter

from windchime.core.text import LANGS, Text, _
from windchime.risk.findings import Finding
from windchime.risk.invoices.lending.rows import QUESTIONED, REJECTED

#: with the shapes of severities, so that both read without colour
VERDICTS: Mapping[str, Text] = {
    "pass": Text("○ 通过", "○ pass"),
    "question": Text("◆ 存疑", "◆ question"),
    "reject": Text("■ 拒绝", "■ reject"),
}
LAYERS: Mapping[str, str] = {
    "single": _("the single invoice"),
    "set": _("the list as a whole"),
    "copy": _("against other copies"),
    "population": _("against what all firms have in common"),
    "relation": _("who stands on the other side"),
}
#: why sales do not count
LEFT_OUT: Mapping[str, str] = {
    "related": _("sales to related parties"),
    "circular": _("circular and mutual sales"),
    "party": _("sales to firms that had ended, were not founded or look like shells"),
    REJECTED: _("rejected invoices"),
    QUESTIONED: _("questioned invoices"),
}
#: why a buyer's receivables are not financed
EXCLUDED: Mapping[str, str] = {
    "ended": _("cancelled or revoked"),
    "shell": _("looks like a shell"),
    "trouble": _("listed by courts or authorities"),
    "related": _("related party"),
}
AGAINST: Mapping[str, str] = {"filings": _("tax filings (without tax)"), "receipts": _("receipts from buyers")}


def general(finding: Finding) -> Text:
    """What a check says, its figures left out."""
    return Text(*(_without_figures(finding, lang) for lang in LANGS))


def _without_figures(finding: Finding, lang: str) -> str:
    names = [name for _text, name, _form, _conversion in Formatter().parse(finding.msgid) if name]
    blank = Finding(finding.code, finding.severity, finding.msgid, dict.fromkeys(names, "…"))
    return blank.sentence("zh" if lang == "zh" else "en")
