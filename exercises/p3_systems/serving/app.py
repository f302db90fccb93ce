r"""The application around a model: it answers good requests, and says clearly why it does not answer others.

| request | answer |
|---|---|
| `POST /predict` with `{"inputs": [x_1, …, x_n]}` | 200 and `{"outputs": […]}` |
| … with another body | 422: which part of it is wrong, and why |
| … with more bytes than are allowed | 413 |
| … while there is no room for it, or the service is about to stop | 503, and in how many seconds to come again |
| … and no result in time | 504 |
| … and the model fails | 500 |
| `GET /live` | 200 as long as the process can answer at all |
| `GET /ready` | 200 if traffic should be sent here, else 503 |

A status code is read by programs: a client repeats a request after 503 and not after 422, a load balancer sends nothing to
what is not ready, and a supervisor restarts what is not alive.

Source: Fielding, Nottingham and Reschke, "HTTP semantics", RFC 9110, section 15; FastAPI's documentation, "Handling errors"
and "Additional responses in OpenAPI"; for /live and /ready, Kubernetes' documentation, "Liveness, readiness, and startup probes".
"""
import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from exercises.p3_systems.serving.errors import ClosedError, QueueFullError


def create_app(predict: Callable[[list[float]], Awaitable[list[float]]], *, features: int,
               ready: Callable[[], bool] = lambda: True, timeout: float = 1.0, max_body: int = 65_536,
               retry_after: int = 1, lifespan: Any = None) -> FastAPI:
    """The application, as the table above says. What it tells is JSON, but for 413, where any text will do.

    `predict` is an async function: the `features` inputs of one request, as floats, in, a list of floats out. It is called
    once for each good request, and for no other. Several requests may be under way at once, so nothing here may block the
    event loop, and nothing needs a thread: each function of the application is a coroutine function.

    *422.* The body is to be an object with `inputs`, a list of exactly `features` numbers; more keys do no harm. Integers are
    numbers; texts, booleans and null are not, and NaN, Infinity, -Infinity and what is too large for a float are refused too,
    though Python's JSON reader takes them. The answer is `{"detail": [{"loc": […], "msg": …, "type": …}, …]}` with one entry for
    each thing that is wrong: where it is, such as `["body", "inputs", 3]`, what is wrong, and pydantic's name of the error.
    What was sent is not repeated. Where the body cannot be read as JSON at all, 400 may stand for 422.

    *413.* The body has more than `max_body` bytes, by its Content-Length, or, without one, as counted while it comes.

    *503.* `predict` raised QueueFullError or ClosedError. The header Retry-After is `retry_after`, in seconds.

    *504.* `predict` gave nothing within `timeout` seconds of the event loop's clock, and is cancelled; or it raised a
    TimeoutError, such as DeadlineError.

    *500.* `predict` raised any other Exception, or one of its outputs is NaN or infinite. The answer is `{"detail": …}` with
    no word of the error's, which may contain what was sent. The error itself may go on to the server, which logs it.

    /live answers `{"status": "alive"}`, whatever `ready` says. /ready asks `ready()` each time, and answers
    `{"status": "ready"}` or `{"status": "not ready"}`. /predict does not ask it: what arrives is answered.

    `lifespan` is handed to FastAPI as it is. In the application's OpenAPI document, /predict has an answer for each of the
    statuses 200, 413, 422, 500, 503 and 504, and /ready for 200 and 503.

    >>> async def double(inputs):
    ...     return [2 * x for x in inputs]
    >>> app = create_app(double, features=2)
    >>> sorted(app.openapi()["paths"])
    ['/live', '/predict', '/ready']
    """
    raise NotImplementedError
