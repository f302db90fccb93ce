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

    def __init__(self, app, *, notice: float, grace: float):
        raise NotImplementedError

    @property
    def stopping(self) -> bool:
        """Whether `begin` was called."""
        raise NotImplementedError

    @property
    def active(self) -> int:
        """How many HTTP requests are under way: `app`, or the answer to /ready, has begun and has neither returned nor raised.

        A lifespan or a websocket is none, and passes through untouched, also after `begin()`.
        """
        raise NotImplementedError

    def begin(self) -> None:
        """Begin to stop: the handler of SIGTERM, called in the event loop. It does not wait.

        A later call changes nothing: a second signal prolongs neither the notice nor the grace.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    async def __call__(self, scope, receive, send) -> None:
        """Answer one ASGI scope. What `app` raises is raised here too."""
        raise NotImplementedError
