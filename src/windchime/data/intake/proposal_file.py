"""A proposal written down as a mapping file, which a person then reads, completes and saves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from windchime.core.text import Lang, translate
from windchime.data.contracts import Column, contract
from windchime.data.intake.evidence import enum_words
from windchime.data.intake.headers import words
from windchime.data.intake.proposing import VALUES_FIT, WHY, Match, Proposal
from windchime.data.intake.sampling import Sample

#: words of one column that are looked at; more of them are no list of codes
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Proposed:
    """A sheet and what is proposed for it."""

    sample: Sample
    proposal: Proposal


def why(match: Match, lang: Lang) -> str:
    """In a sentence: why a header is taken for a column."""
    said = translate(WHY[match.why], lang, form=match.form, percent=round(match.likeness * 100))
    if match.fit is None:
        return said
    return said + ("；" if lang == "zh" else "; ") + translate(VALUES_FIT, lang, percent=round(match.fit * 100))


def mapping_text(path: Path, name: str, source: str, proposed: Sequence[Proposed], lang: Lang = "zh") -> str:
    """The mapping file of a proposal, in the form `windchime load --mapping` follows."""
    body: dict[str, Any] = {
        "pack": name,
        "label": {"zh": path.stem, "en": path.stem},
        "source": source,
        "simulated": False,
        "feeds": {},
    }
    said = []
    for one in proposed:
        feed = _feed_name(one, body["feeds"])
        body["feeds"][feed] = _feed(path, one, lang)
        said += [f"# {feed} -> {one.proposal.table}"]
        clear = float(words()["clear_confidence"])
        said += [
            f"#   ? {m.header} = {m.column} ({m.confidence:.2f})" for m in one.proposal.matches if m.confidence < clear
        ]
        found = contract(one.proposal.table)
        said += [f"#   ! {found[c].label.zh} {c}" for c in _still_missing(one)]
        said += [f"#   - {h}" for h in one.proposal.unused]
    text: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)
    return "\n".join([*HEAD, *said, text])


#: what stands above every proposal
HEAD = (
    "# 列映射建议 proposed column mapping: ? 请核对 look again · ! 必填而未找到 needed and not found · - 未使用 left out",
    "# 必填列可写 / a needed column can be: {constant: …}, {column: …}, {firm: …}, {pack: as_of}",
)


def _feed_name(one: Proposed, taken: Mapping[str, Any]) -> str:
    name = one.proposal.table
    return name if name not in taken else f"{name}_{len(taken) + 1}"


def _feed(path: Path, one: Proposed, lang: Lang) -> dict[str, Any]:
    found = contract(one.proposal.table)
    columns = {
        m.column: {"headers": [m.header], "optional": found[m.column].nullable}
        | {"confidence": m.confidence, "why": why(m, lang)}
        for m in one.proposal.matches
    }
    feed: dict[str, Any] = {"files": [{"file": f"*{path.suffix}"}]}
    if one.sample.sheet is not None:
        feed["sheet"] = one.sample.sheet
    feed["columns"] = columns
    feed["tables"] = {found.name: {"columns": _makers(one)}}
    if one.proposal.unused:
        feed["ignore"] = list(one.proposal.unused)
    return feed


def _makers(one: Proposed) -> dict[str, Any]:
    found = contract(one.proposal.table)
    makers: dict[str, Any] = {}
    for match in one.proposal.matches:
        column, values = found[match.column], one.sample.values[match.header]
        firm = column.name == found.firm_column or column.references == "firms.firm_id"
        if firm and not any(":" in v for v in values):
            makers[column.name] = {"firm": match.column}
            continue
        makers[column.name] = {"column": match.column}
        if match.unit:
            makers[column.name]["unit"] = match.unit
        if column.type == "enum" and (said := _words(column, values)):
            makers[column.name]["values"] = said
    stand_in = next((c for c in ("subject_code", "credit_code", "subject_name", "name") if c in makers), "")
    if found.firm_column and found.firm_column not in makers and stand_in:
        makers[found.firm_column] = {"firm": stand_in}
    return makers


def _words(column: Column, values: Sequence[str]) -> dict[str, str]:
    """The source's words for codes; empty where it writes the codes themselves. Words that nothing is like are left out."""
    distinct = sorted(set(values))
    if len(distinct) > MOST_WORDS or set(distinct) <= set(column.values):
        return {}
    known = {_bare(word): code for word, code in enum_words(column).items()}
    return {word: known[_bare(word)] for word in distinct if _bare(word) in known} | {
        code: code for code in column.values if code in distinct
    }


def _bare(word: str) -> str:
    return re.sub(r"[\s（）()·-]", "", word).lower()


def _still_missing(one: Proposed) -> list[str]:
    made = _makers(one)
    return [c for c in one.proposal.missing if c not in made]
