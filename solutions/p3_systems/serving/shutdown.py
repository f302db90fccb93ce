r"""A shutdown that loses nothing.

A deployment ends each process of a service, and starts another, many times a day. It sends SIGTERM, waits, and kills what
is left by SIGKILL. Whoever has sent a request in between should not notice. Four things come in order:

1. *Notice.* The service says that it is not ready, so that whoever hands out requests looks for another one. That takes a
   while to be heard, and until then requests still come and are answered. Each answer asks its client to close the
   connection (`connection: close`), else its next request may cross with the end.
2. *Drain.* What was accepted is finished.
3. *Grace* has an end: a request that hangs must not keep the process for ever. With $t_0$ the moment of the signal, $n$ the
   notice, $g$ the grace, and $t_{\text{idle}}$ the first moment from $t_0 + n$ on without a request under way, the process leaves at

$$\min(t_{\text{idle}}, \; t_0 + g).$$

4. *Exit*, with 0 if everything had its answer.

Source: the ASGI specification 3.0, "HTTP & WebSocket ASGI Message Format"; RFC 9112, section 9.6 (tear-down of
connections); Kubernetes' documentation, "Pod Lifecycle", on the termination of pods.
"""
import asyncio
import contextlib
import functools
import math


class GracefulShutdown:
    """An ASGI application around `app`, outermost of all, that lets the service end without losing a request.

    Before `begin()` it changes nothing: scope, receive and every message pass through as they are. After it:

    - GET /ready is answered here, by status 503 and the JSON `{"status": "stopping"}`; `app` is not asked.
    - Every other HTTP request is still handed to `app`.
    - Every answer that starts has exactly one header `connection: close` (b"connection", b"close"), in place of any header of
      that name, in whatever case, that `app` has set. That holds for answers to requests that came before `begin()` too.

    `notice` and `grace` are seconds, of the running event loop's own clock, `asyncio.get_running_loop().time()`. Raises
    ValueError where one of them is negative or NaN. May be made before an event loop runs.
    """

    ### BEGIN SOLUTION
    _active = 0                     # how many requests are under way, at first
    _begun_at: float | None = None  # the moment of the signal, by the loop's clock

    @functools.cached_property
    def _changed(self) -> asyncio.Event:
        """Set whenever the signal has come, or a request has ended."""
        return asyncio.Event()
    ### END SOLUTION

    def __init__(self, app, *, notice: float, grace: float):
        ### BEGIN SOLUTION
        if not (notice >= 0 and grace >= 0):  # so written, NaN is refused too
            raise ValueError(f"seconds are not negative: notice {notice}, grace {grace}")
        self.app, self.notice, self.grace = app, notice, grace
        ### END SOLUTION

    @property
    def stopping(self) -> bool:
        """Whether `begin` was called."""
        ### BEGIN SOLUTION
        return self._begun_at is not None
        ### END SOLUTION

    @property
    def active(self) -> int:
        """How many HTTP requests are under way: `app`, or the answer to /ready, has begun and has neither returned nor raised.

        A lifespan or a websocket is none, and passes through untouched, also after `begin()`.
        """
        ### BEGIN SOLUTION
        return self._active
        ### END SOLUTION

    def begin(self) -> None:
        """Begin to stop: the handler of SIGTERM, called in the event loop. It does not wait.

        A later call changes nothing: a second signal prolongs neither the notice nor the grace.
        """
        ### BEGIN SOLUTION
        if self._begun_at is None:
            self._begun_at = asyncio.get_running_loop().time()
            self._changed.set()
        ### END SOLUTION

    async def finished(self) -> bool:
        """Wait until the process may leave, and return whether every request had its answer.

        True from the first moment on at which `begin()` was called `notice` seconds ago or more and no request is under way.
        False once `begin()` was called `grace` seconds ago and a request is still under way, or the notice is longer than
        the grace. It may be called before `begin()` (and then waits for it), after it, and by several at once.

        An example on a virtual clock. The signal comes after 1 second, and a request that lasts a minute is under way:

        >>> from exercises.common import virtual_clock
        >>> async def minute(scope, receive, send):
        ...     await asyncio.sleep(60.0)
        >>> async def leave(grace):
        ...     shutdown = GracefulShutdown(minute, notice=5.0, grace=grace)
        ...     scope = {"type": "http", "method": "GET", "path": "/"}
        ...     request = asyncio.create_task(shutdown(scope, receive=None, send=None))
        ...     await asyncio.sleep(1.0)
        ...     shutdown.begin()
        ...     return await shutdown.finished(), asyncio.get_running_loop().time()
        >>> virtual_clock.run(leave(grace=100.0))
        (True, 60.0)
        >>> virtual_clock.run(leave(grace=30.0))
        (False, 31.0)
        """
        ### BEGIN SOLUTION
        async def changed_until(moment: float) -> None:
            """Wait until something has changed, or until this moment of the loop's clock."""
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(moment if math.isfinite(moment) else None):
                    await self._changed.wait()

        while self._begun_at is None:
            await changed_until(math.inf)
        now = asyncio.get_running_loop().time
        notice_ends, grace_ends = self._begun_at + self.notice, self._begun_at + self.grace
        # During the notice requests come and go, and change nothing: there is nothing to wait for but its end.
        await asyncio.sleep(max(0.0, min(notice_ends, grace_ends) - now()))
        while self._active and now() < grace_ends:  # what comes first, the end of a request or the end of the grace
            await changed_until(grace_ends)
        return self._active == 0 and self.notice <= self.grace
        ### END SOLUTION

    async def __call__(self, scope, receive, send) -> None:
        """Answer one ASGI scope. What `app` raises is raised here too."""
        ### BEGIN SOLUTION
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_and_close(message) -> None:
            if message["type"] == "http.response.start" and self.stopping:  # asked now, not when the request came
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"connection"]
                message = {**message, "headers": [*kept, (b"connection", b"close")]}
            await send(message)

        self._active += 1
        try:
            if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":
                body = b'{"status": "stopping"}'
                await send_and_close({"type": "http.response.start", "status": 503, "headers": [
                    (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]})
                await send_and_close({"type": "http.response.body", "body": body})
            else:
                await self.app(scope, receive, send_and_close)
        finally:  # also where app raises, or the client has gone and the request is cancelled
            self._active -= 1
            self._changed.set()
        ### END SOLUTION

### BEGIN AFTERWORD
# The order is the whole of it. Who closes the listening socket first loses the requests that are on their way; who waits for
# idle connections waits for ever, since a client that keeps its connection open is no request; who has no end to the grace is
# killed in the end by somebody who has, and then loses everything at once. What no server can see is a request that still lies
# in the kernel's buffer: that is what the notice and `connection: close` are for.
### END AFTERWORD

### BEGIN HINTS
# 1. Count what is under way in `__call__`, with try and finally. What must be known when an answer starts, and not before?
# 2. Wrap `send`: where the message's type is http.response.start and the signal has come, replace the header. `finished` waits
#    for an asyncio.Event which `begin` and the end of each request set, with a timeout up to the next moment that matters.
# 3. `async with asyncio.timeout(deadline - loop.time()): await self._changed.wait()`, in a loop whose condition is that the
#    notice has not ended, or that requests are under way and the grace has not ended.
### END HINTS
