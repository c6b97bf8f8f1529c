"""PDFs: one font embedded, the same bytes for the same input, a named error for a broken template."""

import time
from datetime import UTC, datetime

import pytest

from windchime.present.pdf import ReportNotSet, compile_pdf

MADE = datetime(2026, 1, 5, 4, tzinfo=UTC)
TEMPLATE = '#set text(font: "Noto Sans SC")\n#let d = json("data.json")\n= #d.title\n#pagebreak()\n#image("a.svg")'
FILES = {"a.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'}


def test_bytes_depend_on_nothing_but_the_input() -> None:
    first = compile_pdf(TEMPLATE, {"title": "风铃 Windchime"}, generated_at=MADE, files=FILES)
    time.sleep(1.1)  # a clock read inside would show
    assert compile_pdf(TEMPLATE, {"title": "风铃 Windchime"}, generated_at=MADE, files=FILES) == first
    assert first.startswith(b"%PDF-1.")
    assert first.count(b"/Type /Page\n") + first.count(b"/Type/Page/") == 2 or b"/Count 2" in first
    assert b"NotoSansSC" in first
    assert b"2026" in first


def test_data_are_text_never_markup() -> None:
    evil = '#panic("no") = $x$ *b* @ref <label> \\ "'
    assert compile_pdf(TEMPLATE, {"title": evil}, generated_at=MADE, files=FILES).startswith(b"%PDF")


def test_a_broken_template_is_named() -> None:
    with pytest.raises(ReportNotSet, match="could not be set"):
        compile_pdf("#nothing", {}, generated_at=MADE)
