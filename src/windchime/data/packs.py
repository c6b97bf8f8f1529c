"""What was loaded, as packs: whose data they are, as of when, for training as of which dates."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from windchime.core.text import Text
from windchime.data.tables import LoadRecord


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack says of itself: whose data, as of when, for training as of which dates."""

    #: name of the mapping it was read by
    pack: str
    label: Text
    #: first part of the ids of its firms
    source: str
    #: default as-of of readings
    as_of: date
    features_as_of: date
    labels_as_of: date
    simulated: bool


def packs(session: Session) -> list[Pack]:
    """The pack of the newest load of each source, newest first."""
    found: dict[str, Pack] = {}
    for record in session.scalars(
        select(LoadRecord).options(defer(LoadRecord.body)).order_by(LoadRecord.lake_version.desc())
    ):
        found.setdefault(record.source, pack_of(record))
    return list(found.values())


def pack_of(record: LoadRecord) -> Pack:
    """The pack a load was of."""
    return Pack(
        record.pack,
        Text.of(json.loads(record.label)),
        record.source,
        record.as_of,
        record.features_as_of,
        record.labels_as_of,
        record.simulated,
    )
