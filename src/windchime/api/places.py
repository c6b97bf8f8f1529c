"""Parts of addresses that several resources share."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy.orm import Session

from windchime.decision import columns

#: UUIDs in their usual form; ids that we make
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
EXAMPLE_ID = "019a0b1c-7d2e-7f00-8000-0123456789ab"

FirmId = Annotated[str, Path(max_length=300, description="id of the firm, `source:local id`", examples=["shop:SOUND"])]
DecisionId = Annotated[str, Path(max_length=36, description="id of the decision", examples=[EXAMPLE_ID])]
JobId = Annotated[str, Path(max_length=36, description="id of the job", examples=[EXAMPLE_ID])]


def firm_of_decision(session: Session, parts: Mapping[str, Any]) -> str | None:
    """The firm that the decision of an address is about; None where there is no such decision."""
    return columns.firm_of(session, str(parts["decision_id"]))
