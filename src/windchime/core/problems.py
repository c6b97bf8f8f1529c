"""A fault in data, as a value: where it is, what was found, what is accepted."""

from dataclasses import asdict, dataclass, field
from typing import Any

from windchime.core.text import Lang, translate


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one place in the input; many are collected so that one bad row never hides the good ones.

    Shape of its sentence: ``loans.csv row 418, column maturity_date: '2023-02-30' is not a date; expected YYYY-MM-DD``.
    """

    #: stable snake_case name, stated as what is true of the data (`not_a_date`, `total_disagrees`)
    code: str
    #: English message with `{name}` places, the key of its translation
    msgid: str
    #: file (or feed) and, in workbooks, sheet
    file: str = ""
    sheet: str = ""
    #: 1-based row as a person counts it in the file, header included; None when the fault is not in one row
    row: int | None = None
    #: column as the source names it; empty when the fault is the row's
    column: str = ""
    #: the value found, as text, shortened; never of a personal-data column
    value: str = ""
    #: what is accepted, English message with places
    expected: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def where(self, lang: Lang = "en") -> str:
        """The place in words."""
        words = (
            {"sheet": "工作表", "row": "第 {} 行", "column": "列"}
            if lang == "zh"
            else {"sheet": "sheet", "row": "row {}", "column": "column"}
        )
        parts = [self.file]
        if self.sheet:
            parts.append(f"{words['sheet']} {self.sheet}")
        if self.row is not None:
            parts.append(words["row"].format(self.row))
        place = " ".join(p for p in parts if p)
        if self.column:
            place += ("，" if lang == "zh" else ", ") * bool(place) + f"{words['column']} {self.column}"
        return place

    def sentence(self, lang: Lang = "en") -> str:
        """The whole fault in one sentence."""
        said = translate(self.msgid, lang, value=self.value, **self.params)
        if self.expected:
            said += ("；应为 " if lang == "zh" else "; expected ") + translate(self.expected, lang, **self.params)
        place = self.where(lang)
        return f"{place}{'：' if lang == 'zh' else ': '}{said}" if place else said

    def as_dict(self) -> dict[str, Any]:
        """For JSON: every field, and the sentence in both languages."""
        return asdict(self) | {"sentence": {"zh": self.sentence("zh"), "en": self.sentence("en")}}
