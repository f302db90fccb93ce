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
    ### BEGIN SOLUTION
    # strict: "1" and true are no numbers. A float that is not finite would be a number to pydantic, and none to JSON.
    number = Annotated[float, Field(strict=True, allow_inf_nan=False)]

    class Inputs(BaseModel):
        inputs: Annotated[list[number], Field(min_length=features, max_length=features)]

    class Outputs(BaseModel):
        outputs: list[float]

    class Problem(BaseModel):
        detail: str

    class Status(BaseModel):
        status: str

    app = FastAPI(lifespan=lifespan)

    @app.exception_handler(RequestValidationError)
    async def say_what_is_wrong(request: Request, error: RequestValidationError) -> JSONResponse:
        # FastAPI's own answer repeats the input. It fails where that is NaN, which JSON does not have: a 500.
        return JSONResponse({"detail": [{key: each[key] for key in ("loc", "msg", "type")} for each in error.errors()]}, 422)

    @app.exception_handler(Exception)
    async def say_nothing_of_the_error(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "the model failed"}, 500)

    @app.post("/predict", max_body_size=max_body, responses={status: {"model": Problem} for status in (400, 413, 500, 503, 504)})
    async def answer(body: Inputs) -> Outputs:
        try:
            async with asyncio.timeout(timeout):
                outputs = await predict(body.inputs)
        except (QueueFullError, ClosedError):
            raise HTTPException(503, "there is no room now", headers={"Retry-After": str(retry_after)}) from None
        except TimeoutError:
            raise HTTPException(504, "there was no result in time") from None
        if not all(map(math.isfinite, outputs)):  # JSON would make null of it
            raise ValueError("an output is not finite")
        return Outputs(outputs=outputs)

    @app.get("/live")
    async def live() -> Status:
        return Status(status="alive")

    @app.get("/ready", responses={503: {"model": Status}})
    async def is_ready() -> Status:
        return Status(status="ready") if ready() else JSONResponse({"status": "not ready"}, 503)

    return app
    ### END SOLUTION

### BEGIN AFTERWORD
# FastAPI's default answer to a body that it refuses contains that body. It is meant kindly, and it is wrong three times: the
# input may be NaN, and the answer to a bad request becomes a 500; it may be private, and lands in every log on the way back;
# and it may be long.
# /live and /ready answer two questions that are easily confused. A service that waits for its model is alive and not ready.
# If /live asked for the model, a supervisor would restart the process each time it is slow, which makes it slower.
# A pydantic model that is an output says null for NaN. Whoever reads the answer then finds a hole where a number was
# promised, far from the place where it came from.
### END AFTERWORD

### BEGIN HINTS
# 1. Let a pydantic model say what a body must be: `Field(strict=True, allow_inf_nan=False)` on a float refuses what is no finite
#    number, `min_length` and `max_length` on the list the wrong count. FastAPI's decorators know limits of the body's size
#    and further answers (`responses=…`).
# 2. `@app.exception_handler(RequestValidationError)` replaces the answer to a body that was refused, and the same with
#    `Exception` the answer to all that nobody caught. `HTTPException` takes a status and headers.
# 3. `async with asyncio.timeout(timeout): outputs = await predict(body.inputs)`, then `except (QueueFullError, ClosedError):
#    raise HTTPException(503, …, headers={"Retry-After": str(retry_after)})` and `except TimeoutError: raise HTTPException(504, …)`.
#    In the handler: `{key: each[key] for key in ("loc", "msg", "type")}` for each of `error.errors()`.
### END HINTS
