"""Which kind of invoice a document is, and whether it is blue or red."""

from collections.abc import Mapping
from decimal import Decimal

from windchime.core import invoice_number

#: from what code and number tell to the kinds of the contract
BY_CODE = {
    "special": "special_paper",
    "general": "general_paper",
    "electronic_general": "general_electronic",
    "electronic_special": "special_electronic",
    "roll": "roll",
    "toll": "toll",
    "vehicle": "vehicle",
    "used_vehicle": "used_vehicle",
}
#: words of titles that decide alone, before all else
BY_TITLE = (("铁路电子客票", "rail"), ("航空运输电子客票", "air"), ("机票行程单", "air"), ("通行费", "toll"))
#: labels of the general or special property of a fully digital invoice
LABELS = {"01": "专用", "02": "普通", "1": "专用", "2": "普通"}


def kind(said: Mapping[str, str], code: str | None, number: str | None) -> str:
    """The contract's code of the kind.

    Args:
        said: texts of the document; `title` as printed, `label` and `type` of fully digital invoices.
        code: invoice code, where there is one.
        number: invoice number.
    """
    title, label = said.get("title", ""), said.get("label", "").strip()
    words = f"{title} {LABELS.get(label, label)} {said.get('type', '')}"
    for word, found in BY_TITLE:
        if word in words and (found != "toll" or code):
            return found
    if not code and (label or "电子发票" in title or (number is not None and len(number) == 20)):
        return _digital(words)
    found = BY_CODE.get(invoice_number.check(code, number).kind, "unknown") if code and number else "unknown"
    if found != "unknown":
        return found
    if "专用" in words:
        return "special_electronic" if "电子" in words else "special"
    if "普通" in words:
        return "general_electronic" if "电子" in words else "general"
    return "unknown"


def _digital(words: str) -> str:
    if "二手车" in words:
        return "digital_used_vehicle"
    if "机动车" in words:
        return "digital_vehicle"
    if "专用" in words:
        return "digital_special"
    return "digital_general" if "普通" in words else "unknown"


def colour(said: Mapping[str, str], total: Decimal | None) -> str:
    """Red where the document says so or its total is negative, else blue."""
    word = said.get("colour", "").strip()
    if "红" in word or "负数" in said.get("title", ""):
        return "red"
    return "red" if total is not None and total < 0 else "blue"
