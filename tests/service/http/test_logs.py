"""Lines of the log bear what is listed and nothing else, whoever speaks."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.settings import BadSetting, LogForm
from windchime.service.http import logs
from windchime.service.http.observing import Seen

#: what somebody sent; it must never be told
SENT = "110101199003070134"
JOB = "01a1ff05-907a-746f-8dca-33d6582d6c8b"


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What is told; what was configured before is put back."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level, logging.getLogger("windchime").level
    yield stream
    root.handlers, root.level = before[0], before[1]
    logging.getLogger("windchime").setLevel(before[2])
    logging.captureWarnings(False)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def failing() -> None:
    """An error with a value in its message, caused by another with one."""
    try:
        dict[str, int]()[SENT]
    except KeyError as error:
        raise BadSetting("WINDCHIME_X", SENT, "-") from error


def test_a_request_is_told_by_its_template(told: io.StringIO) -> None:
    logs.configure("json", told)
    logs.observer(Seen(JOB, "GET", "/firms/{firm_id}", 200, 0.01234, "default", "session"))
    (line,) = lines(told)
    assert line.pop("at")
    assert line == {
        "level": "INFO", "logger": "windchime.requests", "event": "request", "request_id": JOB, "method": "GET",
        "route": "/firms/{firm_id}", "status": 200, "ms": 12.3, "bank": "default", "by": "session",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["json", "text", "off"])
def test_an_error_is_told_by_types_and_places(told: io.StringIO, form: LogForm) -> None:
    logs.configure(form, told)
    try:
        failing()
    except BadSetting:
        logging.getLogger("windchime.console").exception("job %s failed for %s", JOB, SENT)
    said = told.getvalue()
    assert SENT not in said
    for part in (f"job {JOB} failed for …", "BadSetting", "builtins.KeyError", "test_logs:"):
        assert part in said, part


def test_fields_that_are_not_listed_are_left_out(told: io.StringIO) -> None:
    logs.configure("json", told)
    logging.getLogger("windchime.x").warning("moved", extra={"name_of_person": SENT, "bank": "b1", "query": SENT})
    (line,) = lines(told)
    assert (line["bank"], line["event"]) == ("b1", "moved")
    assert set(line) == {"at", "level", "logger", "event", "bank"}


@pytest.mark.parametrize("said", [f"url /firms?q={SENT}", "query %s", "%(values)s", SENT])
def test_of_others_only_the_place_is_told(told: io.StringIO, said: str) -> None:
    logs.configure("json", told)
    logging.getLogger("httpx").warning(said, {"values": SENT}, extra={"bank": SENT})
    (line,) = lines(told)
    assert SENT not in told.getvalue()
    assert str(line["event"]).startswith("test_logs:")


def test_off_keeps_to_failures(told: io.StringIO) -> None:
    logs.configure("off", told)
    logs.observer(Seen(JOB, "GET", "/", 200, 0.1, "default", "local"))
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    assert told.getvalue() == ""


def test_configuring_again_tells_once(told: io.StringIO) -> None:
    for form in ("text", "json", "json"):
        logs.configure(form, told)
    logging.getLogger("windchime.x").error("once")
    assert len(lines(told)) == 1


def test_handlers_that_libraries_bring_are_silenced(told: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(told))
    # a server that another test ran in this process may have left its own
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)
    logs.configure("json", told)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application: %s", SENT)
    assert len(lines(told)) == 1
    assert SENT not in told.getvalue()


@given(message=st.text(), values=st.lists(st.text() | st.integers() | st.floats(), max_size=3))
def test_no_value_passes_whatever_the_message(message: str, values: list[Any]) -> None:
    args = tuple(f"<{v}>{SENT}" for v in values)
    record = logging.LogRecord("windchime.x", 20, "x.py", 1, message, args, None)
    assert SENT not in json.dumps(logs.line_of(record), ensure_ascii=False) or SENT in message
    assert SENT not in logs.Plain().format(record) or SENT in message
