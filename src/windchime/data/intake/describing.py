"""What a pack says of itself: whose data, as of when; from its mapping, from its pack.yaml, or from whoever loads it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from windchime.content import yamlfile
from windchime.core.dates import EARLIEST
from windchime.core.errors import BadCall
from windchime.core.text import Text, _
from windchime.data.intake.errors import NoPack, PackNotDescribed
from windchime.data.intake.folder import DESCRIPTION, inside
from windchime.data.intake.mapping import PackMapping
from windchime.data.packs import Pack

#: a source stands before the colon of every firm id
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LONGEST_LABEL = 200


class NoAsOf(BadCall):
    """Nobody said on which day the data were taken."""

    msgid = _("mapping {name} does not say on which day the data were taken")
    hint = _("say it with --as-of YYYY-MM-DD; nothing later than this day is accepted from the file")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


def describe(folder: Path, mapping: PackMapping, as_of: date | None = None) -> Pack:
    """What the pack is: from its mapping, or from the pack.yaml of a contract-shaped pack.

    Args:
        folder: where it lies.
        mapping: how it is read.
        as_of: the day the data were taken, for mappings of one's own; it goes before the day the mapping says.

    Raises:
        NoPack: no pack.yaml.
        PackNotDescribed: one that lacks something.
        NoAsOf: neither the mapping nor the caller says the day.
    """
    if not mapping.self_described:
        said = (as_of if mapping.own else None) or mapping.as_of
        if said is None:
            raise NoAsOf(mapping.name)
        return Pack(
            mapping.name,
            mapping.label,
            mapping.source,
            said,
            mapping.features_as_of or said,
            mapping.labels_as_of or said,
            mapping.simulated,
        )
    file = folder / DESCRIPTION
    if not file.is_file():
        raise NoPack
    body = yamlfile.read(inside(folder, file))
    if not isinstance(body, dict) or body.get("pack") != mapping.name:
        raise PackNotDescribed(f"pack: {mapping.name}")
    train = body.get("train", {"features_as_of": body.get("as_of"), "labels_as_of": body.get("as_of")})
    if not isinstance(train, dict):
        raise PackNotDescribed("train")
    as_of, features, labels = _day(body, "as_of"), _day(train, "features_as_of"), _day(train, "labels_as_of")
    if not features <= labels <= as_of:
        raise PackNotDescribed("features_as_of <= labels_as_of <= as_of")
    source = body.get("source")
    if not isinstance(source, str) or not SOURCE.fullmatch(source):
        raise PackNotDescribed("source")
    return Pack(
        mapping.name,
        _label(body.get("label", source)),
        source,
        as_of,
        features,
        labels,
        body.get("simulated") is True,
    )


def _day(body: dict[str, Any], key: str) -> date:
    day = body.get(key)
    if type(day) is not date or day < EARLIEST:  # a point in time is a date to Python, and none to us
        raise PackNotDescribed(key)
    return day


def _label(value: Any) -> Text:
    try:
        label = Text.of(value)
    except (KeyError, TypeError):
        raise PackNotDescribed("label") from None
    said: Any
    for said in (label.zh, label.en):
        if not isinstance(said, str) or not said.strip() or not said.isprintable() or len(said) > LONGEST_LABEL:
            raise PackNotDescribed("label")
    return label
