r"""Structured logs: one JSON object a line, which programs can search, and in which nothing private stands.

A line for a reader, `GET /predict took 12 ms`, has to be taken apart again by whoever wants to know which requests were slow. A
line for a program has a name for each value:

    {"request_id": "4f2a", "method": "POST", "path": "/predict", "status": 200, "seconds": 0.012, "event": "request",
     "level": "info", "timestamp": "2026-01-31T12:00:00.000000Z"}

(on one line). A request id ties together what several services, and several lines of one service, say of one request. It
comes with the request, or is made where the first service sees it, and goes back with the answer, so that a client can name it
in a complaint. It is kept in a context variable: each task of an event loop has a context of its own, so that requests which
are answered at the same time do not write each other's id.

Source: structlog's documentation, "Context variables" and "Logging best practices"; PEP 567; the twelve-factor app,
section XI, "Logs"; OWASP's "Logging cheat sheet", section "Data to exclude".
"""
import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

HEADER = b"x-request-id"


def make_logger(stream: Any) -> Any:
    """A structlog logger that writes each event to `stream`, a text file such as sys.stdout, at once, as one JSON object on one line.

    The object has what is given with the event, what is bound in `structlog.contextvars`, and

        event      the first argument of the logger's method
        level      its name: "info", "warning", "error", …
        timestamp  when it was logged, ISO 8601 in UTC, such as "2026-01-31T12:00:00.123456Z"

    structlog's global configuration (`structlog.configure`) is neither asked nor changed: two loggers with streams of their own
    may live side by side.

    >>> import io, json
    >>> stream = io.StringIO()
    >>> make_logger(stream).info("model loaded", features=64)
    >>> line = json.loads(stream.getvalue())
    >>> line["event"], line["level"], line["features"]
    ('model loaded', 'info', 64)
    """
    raise NotImplementedError


class LogRequests:
    """ASGI middleware that logs each HTTP request of the application that it wraps, once, when it has ended.

        app.add_middleware(LogRequests, logger=make_logger(sys.stdout))

    The event is "request", and beside event, level and timestamp the line has exactly

        request_id  see below
        method      "GET", "POST", …
        path        `scope["path"]`, without the query
        status      of the answer, an integer; if there is none, 500 where the application raised an Exception, and 499 where it
                    was cancelled
        seconds     from the call to the end of the application, by `asyncio.get_running_loop().time()`
        error       only where the application raised an Exception: the name of its class, and no word of its text

    The level is "error" where the application raised an Exception or the status is 500 or more, "warning" from 400 on, else "info".
    What was raised goes on to the caller. No header, no query and no body is in the line, as they may hold passwords and
    what people typed.

    *Request id.* The value of the header x-request-id if it has 1 to 64 characters, all of them of A–Z, a–z, 0–9, ".", "_" and
    "-". Else, so that nobody writes into the log what is no id, a new one of such characters, which no other process makes
    too (as `uuid.uuid4` does). While the application runs, it is bound as `request_id` in `structlog.contextvars`, and afterwards
    there is what was there before. The answer has it in its header x-request-id, once, also where the application set one.

    Nothing else of what the application receives and sends is changed. What is no HTTP request, such as "lifespan", passes
    through and is not logged.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], *, logger: Any):
        raise NotImplementedError

    async def __call__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        """Call the application, as ASGI says."""
        raise NotImplementedError
