"""Logs without values: what may stand in a line is listed, everything else is left out.

A line bears the time, the level, who speaks, and fields of the list below. Of our own messages the text as it stands in the
code is told, with ids of jobs and loads in their places and nothing else; of other libraries' messages only where in their
code they were said, since their texts may hold addresses, statements or what people sent. Of an exception the types and
the places are told, never its message.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Any, TextIO

from windchime.core.errors import WindchimeError
from windchime.core.settings import LogForm
from windchime.service.http.observing import Seen

#: fields that a speaker may add to a line
FIELDS = ("request_id", "method", "route", "status", "ms", "bank", "by")
OURS = "windchime"
#: innermost places told of an exception, and causes behind it
MOST_FRAMES, MOST_CAUSES = 12, 4
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: a place of a message: `%s`, `%(name)d`, `%.1f`
_PLACE = re.compile(r"%(\(\w+\))?[-#0 +]*\d*(\.\d+)?[a-zA-Z]")
_requests = logging.getLogger("windchime.requests")


class Telling(logging.StreamHandler[Any]):
    """Our handler on the error stream, of which there is one."""


class Plain(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The fields joined by blanks, places of an exception after them."""
        told = line_of(record)
        known = [f"{told.pop(k)}" for k in ("at", "level", "logger", "event") if k in told]
        return " ".join([*known, *(f"{k}={_short(v)}" for k, v in told.items())])


class Structured(logging.Formatter):
    """A line for programs: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The fields as JSON."""
        return json.dumps(line_of(record), ensure_ascii=False)


def configure(form: LogForm, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to one stream, in this form.

    Args:
        form: `off` tells failures alone, in the form for people.
        stream: the error stream by default.
    """
    root = logging.getLogger()
    # plain handlers, and ours of before; those of a test runner stay
    root.handlers = [h for h in root.handlers if type(h) not in {Telling, logging.StreamHandler}]
    handler = Telling(stream or sys.stderr)
    handler.setFormatter(Structured() if form == "json" else Plain())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.WARNING if form == "off" else logging.INFO)
    # libraries that bring handlers of their own would tell their messages in full
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.captureWarnings(True)


def observer(seen: Seen) -> None:
    """Tell of a request."""
    _requests.info(
        "request",
        extra={
            "request_id": seen.request_id,
            "method": seen.method,
            "route": seen.route,
            "status": seen.status,
            "ms": round(seen.seconds * 1000, 1),
            "bank": seen.bank,
            "by": seen.by,
        },
    )


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    ours = record.name == OURS or record.name.startswith(OURS + ".")
    told: dict[str, Any] = {
        "at": at,
        "level": record.levelname,
        "logger": record.name,
        "event": _event(record, ours=ours),
    }
    if ours:
        told |= {name: value for name in FIELDS if (value := getattr(record, name, None)) not in (None, "")}
    if record.exc_info and record.exc_info[1] is not None:
        told["errors"] = _errors(record.exc_info[1])
    return told


def _event(record: logging.LogRecord, *, ours: bool) -> str:
    if not ours or not isinstance(record.msg, str):
        return f"{record.module}:{record.lineno}"
    values = iter(record.args if isinstance(record.args, tuple) else ())
    return _PLACE.sub(lambda _place: _id_or_dots(next(values, None)), record.msg)


def _id_or_dots(value: object) -> str:
    """An id of ours is a UUID: it tells nothing but which record; all else may be a value."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else "…"


def _errors(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what caused it, outermost first: types, our code where it is one of ours, places."""
    found: list[dict[str, Any]] = []
    at: BaseException | None = error
    while at is not None and len(found) <= MOST_CAUSES:
        told: dict[str, Any] = {
            "type": f"{type(at).__module__}.{type(at).__qualname__}",
            "at": _frames(at.__traceback__),
        }
        if isinstance(at, WindchimeError):
            told["code"] = at.code
        if isinstance(state := getattr(at, "sqlstate", None), str):
            told["sqlstate"] = state
        found.append(told)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return found


def _frames(traceback: TracebackType | None) -> list[str]:
    """The innermost places, the last of them where it was raised."""
    places = [(frame.f_globals.get("__name__", "?"), line) for frame, line in walk_tb(traceback)]
    return [f"{module}:{line}" for module, line in places[-MOST_FRAMES:]]


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
