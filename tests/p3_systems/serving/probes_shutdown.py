"""What the suite of `shutdown` does beside the learner's object, in the learner's process: applications, clients, and time.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. All but `served` runs on a
virtual clock.
"""
import asyncio
import contextlib
import signal
import socket

from exercises.common import virtual_clock

TOLD = {"type": "http.response.body", "body": b"done"}


def scope_of(path="/predict", method="POST", kind="http"):
    return {"type": kind, "method": method, "path": path, "headers": [(b"host", b"here")], "query_string": b"q=1"}


class Told(Exception):
    """What an application raises."""


class Application:
    """Answers each scope after the seconds in its path, /3.5 say; keeps what it was handed.

    `headers` are those of its answers. /raises/3.5 raises instead of answering.
    """

    def __init__(self, headers=()):
        self.headers, self.handed = [tuple(pair) for pair in headers], []

    async def __call__(self, scope, receive, send):
        self.handed.append((scope, receive))
        *kind, seconds = scope["path"].strip("/").split("/")
        with contextlib.suppress(ValueError):
            await asyncio.sleep(float(seconds))
        if kind == ["raises"]:
            raise Told("from the application")
        if scope["type"] == "lifespan":
            return await send({"type": "lifespan.startup.complete"})
        if scope["type"] == "websocket":
            return await send({"type": "websocket.accept", "headers": list(self.headers)})
        await send({"type": "http.response.start", "status": 200, "headers": list(self.headers), "trailers": False})
        await send(TOLD)


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


async def ask(shutdown, scope):
    """What a client sees: [messages, the class of what was raised, or ""]."""
    messages, raised = [], ""

    async def send(message):
        messages.append(dict(message))

    try:
        await shutdown(scope, receive, send)
    except (Told, asyncio.CancelledError) as error:
        raised = type(error).__name__
    return [messages, raised]


def plain(message):
    """A message whose headers are lists, for the wire."""
    return {name: [list(pair) for pair in value] if name == "headers" else value for name, value in message.items()}


def leaves(work, requests, begin, notice, grace, waiters=(0.0,), again=()):
    """When `finished` returns, and what, for each that waits for it from a moment of `waiters` on, by its own clock.

    `requests` are [moment, path]; `begin` and each of `again` is a moment at which the signal comes.
    """
    async def main():
        loop = asyncio.get_running_loop()
        shutdown = work.GracefulShutdown(Application(), notice=notice, grace=grace)

        async def request(at, path):
            await asyncio.sleep(at)
            await ask(shutdown, scope_of(path))

        async def wait(at):
            await asyncio.sleep(at)
            value = await shutdown.finished()
            return [round(loop.time(), 6), value]

        for moment in [begin, *again]:
            loop.call_at(moment, shutdown.begin)
        asking = [asyncio.create_task(request(*each)) for each in requests]
        found = await asyncio.gather(*map(wait, waiters))
        for task in asking:
            task.cancel()
        return found

    return virtual_clock.run(main())


def answers(work, asked, begin, headers=(), end=100.0):
    """{messages, what was raised} for each of `asked`, [moment, path, method, kind]; the paths that the application saw.

    Also `active` and `stopping` as they were at each half second up to `end`, where they changed.
    """
    async def main():
        loop, application = asyncio.get_running_loop(), Application(headers)
        shutdown = work.GracefulShutdown(application, notice=1000.0, grace=2000.0)
        loop.call_at(begin, shutdown.begin)

        async def one(at, path, method, kind):
            await asyncio.sleep(at)
            return await ask(shutdown, scope_of(path, method, kind))

        asking = asyncio.gather(*(one(*each) for each in asked))
        seen = []
        while loop.time() < end:
            now = [shutdown.active, shutdown.stopping]
            if not seen or seen[-1][1:] != now:
                seen.append([loop.time(), *now])
            await asyncio.sleep(0.5)
        told = [[[plain(message) for message in messages], raised] for messages, raised in await asking]
        return told, [scope["path"] for scope, _ in application.handed], seen

    return virtual_clock.run(main())


def cancelled(work, begin, notice, grace):
    """A request is cancelled at 3, as where its client has gone: [active then, active after, when `finished` returns, what]."""
    async def main():
        loop = asyncio.get_running_loop()
        shutdown = work.GracefulShutdown(Application(), notice=notice, grace=grace)
        loop.call_at(begin, shutdown.begin)
        task = asyncio.create_task(ask(shutdown, scope_of("/1000")))
        loop.call_at(3.0, task.cancel)
        await asyncio.sleep(2.5)
        before = shutdown.active
        value = await shutdown.finished()
        return [before, shutdown.active, round(loop.time(), 6), value]

    return virtual_clock.run(main())


def same_objects(work):
    """Before the signal: whether `app` gets the very scope and receive, and the client the very messages that `app` sent."""
    async def main():
        application = Application([(b"Connection", b"keep-alive")])
        shutdown = work.GracefulShutdown(application, notice=1.0, grace=1.0)
        scope, sent = scope_of("/0"), []

        async def send(message):
            sent.append(message)

        await shutdown(scope, receive, send)
        (got, received), = application.handed
        return [got == scope_of("/0"), received is receive, [plain(message) for message in sent]]

    return virtual_clock.run(main())


def made(work, notice, grace):
    """Make one where no event loop runs, then use it: what `finished` says."""
    shutdown = work.GracefulShutdown(Application(), notice=notice, grace=grace)

    async def main():
        shutdown.begin()
        return await shutdown.finished()

    return virtual_clock.run(main())


def served(work, notice, grace, listener):
    """A real service: GET /SECONDS is answered after so many; returns what `finished` said when it ended."""
    import uvicorn

    class Server(uvicorn.Server):
        def capture_signals(self):
            return contextlib.nullcontext()

    async def application(scope, receive, send):
        with contextlib.suppress(ValueError):
            await asyncio.sleep(float(scope["path"].strip("/")))
        body = b"answered"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def main():
        shutdown = work.GracefulShutdown(application, notice=notice, grace=grace)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, shutdown.begin)

        async def asgi(scope, receive, send):  # a function, since uvicorn tries whether it is a factory by calling it
            await shutdown(scope, receive, send)

        server = Server(uvicorn.Config(asgi, log_level="warning", access_log=False, lifespan="off", http="httptools",
                                       timeout_graceful_shutdown=1))
        with socket.socket(fileno=listener) as sock:
            serving = asyncio.create_task(server.serve(sockets=[sock]))
            whole = await shutdown.finished()
            server.should_exit = True
            await serving
        return whole

    return asyncio.run(main())
