"""What a check says of one table of one source: how many rows it looked at and how many are at fault."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from windchime.core.text import Lang, _, translate
from windchime.data.quality.report import Example

Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness", "plausibility"]
#: what decides how much a check counts within its dimension
Weight = Literal["rows", "identity", "band"]

DIMENSIONS: Mapping[Dimension, str] = {
    "completeness": _("completeness"),
    "validity": _("validity"),
    "uniqueness": _("uniqueness"),
    "consistency": _("consistency"),
    "timeliness": _("timeliness"),
    "plausibility": _("plausibility"),
}

#: what a check found, by code; `{column}` is what it looked at
SENTENCES: Mapping[str, str] = {
    "rows_are_invalid": _("{failed} of {checked} rows break a code, a check or a rule, or were not accepted"),
    "rows_are_implausible": _("{failed} of {checked} rows hold a value or a date that is not believable"),
    "column_is_empty": _("{column}: {failed} of {checked} rows lack it beyond the share that may"),
    "code_not_accepted": _("{column}: {failed} of {checked} rows have a code that the contract does not list"),
    "credit_code_fails": _("{column}: {failed} of {checked} rows have a credit code whose check character fails"),
    "patent_number_fails": _("{column}: {failed} of {checked} rows have a patent number whose check digit fails"),
    "region_unknown": _("{column}: {failed} of {checked} rows have no region code"),
    "industry_malformed": _("{column}: {failed} of {checked} rows have no industry code"),
    "rule_broken": _("rule {column}: {failed} of {checked} rows break it"),
    "rows_in_quarantine": _("{failed} of {checked} rows were not accepted and wait in quarantine"),
    "key_repeated": _("{failed} of {checked} rows repeat the key of another row"),
    "reference_missing": _("{column}: {failed} of {checked} rows name a row of another table that is not there"),
    "identity_broken": _("{column}: {failed} of {checked} assessed cases break the identity"),
    "articulation_broken": _("{column}: {failed} of {checked} assessed statements break the articulation"),
    "known_late": _("{failed} of {checked} rows were known later than this table should be"),
    "months_missing": _("{failed} of {checked} months of the series are missing"),
    "coverage_breaks": _("{failed} of {checked} months have far fewer rows than the others"),
    "out_of_bounds": _("{column}: {failed} of {checked} rows lie outside the believable range"),
    "date_unbelievable": _("{column}: {failed} of {checked} rows have a date that cannot be"),
    "unit_suspect": _("{column}: {failed} of {checked} rows look like a mix of yuan and ten thousand yuan"),
    "outliers": _("{column}: {failed} of {checked} rows lie far from the peers of their industry"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """One check of one table and source."""

    dimension: Dimension
    #: key of `SENTENCES`
    code: str
    table: str
    source: str
    checked: int
    failed: int
    #: the column, rule, reference or identity it looked at; empty for whole rows
    column: str = ""
    #: whether it enters the score; others say in detail what a scored one counts together
    scored: bool = True
    weight: Weight = "rows"
    examples: tuple[Example, ...] = ()

    @property
    def passed(self) -> float:
        """Share that is not at fault; 1 where nothing was looked at."""
        return 1 - self.failed / self.checked if self.checked else 1.0

    def sentence(self, lang: Lang = "en") -> str:
        """The finding in one sentence."""
        return translate(
            SENTENCES[self.code], lang, column=self.column, failed=f"{self.failed:,}", checked=f"{self.checked:,}"
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From its JSON form."""
        return cls(**{**body, "examples": tuple(Example(**e) for e in body["examples"])})
