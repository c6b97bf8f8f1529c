"""What the description of an operation says: a sentence in both languages, its answer, the problems of its own."""

from typing import Any

from pydantic import BaseModel

from windchime.core.text import Text

#: before every address
PREFIX = "/api/v1"


def told(
    summary: Text,
    answer: type[BaseModel] | None,
    *,
    status: int = 200,
    about: str = "",
    media_type: str = "application/json",
) -> dict[str, Any]:
    """Keyword arguments of a route.

    Args:
        summary: what it does, in few words.
        answer: form of its answer; None where it has none that a schema describes.
        status: of success.
        about: more about it, in English.
        media_type: of the answer.
    """
    described: dict[str, Any] = {
        "summary": summary.en,
        "description": about or f"{summary.en}.",
        "status_code": status,
        "openapi_extra": {"x-summary-zh": summary.zh},
    }
    if answer is not None:
        return {**described, "response_model": answer}
    content = {media_type: {"schema": {} if media_type == "application/json" else {"type": "string"}}}
    return {**described, "responses": {status: {"description": "OK", "content": content}}, "response_model": None}
