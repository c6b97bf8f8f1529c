"""Typst text to PDF bytes: the vendored font and no other, no network, no clock; the same input gives the same bytes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from windchime.core.errors import Damaged
from windchime.core.text import _
from windchime.present import vendor


class ReportNotSet(Damaged):
    """Typst could not set a report: a fault of a shipped template."""

    msgid = _("the report could not be set as PDF: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(vendor.FONT.parent)])


def compile_pdf(
    template: str, data: Mapping[str, Any], *, generated_at: datetime, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Set a typst template over data.

    Args:
        template: typst source; it reads its data with `json("data.json")` and other files by name.
        data: what becomes `data.json`.
        generated_at: the instant the PDF bears as its date, timezone-aware.
        files: further files by name (SVG charts).

    Raises:
        ReportNotSet: the template does not compile.
    """
    import typst

    sources = {
        "main.typ": template.encode(),
        "data.json": json.dumps(data, ensure_ascii=False, sort_keys=True).encode(),
    } | dict(files or {})
    try:
        made = typst.compile(
            sources,
            format="pdf",
            font_paths=_fonts(),
            ignore_system_fonts=True,
            timestamp=generated_at.replace(microsecond=0).astimezone(UTC),
        )
    except typst.TypstError as error:
        raise ReportNotSet(str(error.message)) from error
    assert isinstance(made, bytes)
    return made
