"""What the suite of `app` does beside the learner's application, in the learner's process, on a virtual clock.

Requests are made as a server makes them, by ASGI, without a socket. A probe gets the exercise's module as `work`, returns
plain data, and holds no expected value.
"""
import asyncio
import builtins
import contextlib
import json

from exercises.common import virtual_clock

LONG = 1000.0  # seconds of the virtual clock: who has no answer then gets none


class Model:
    """The sum of the inputs and their count, after `seconds`. Its first input may say that it fails, or how.

    A first input of -7 raises the error that is named, -8 gives NaN and -9 infinity.
    """

    def __init__(self, seconds, error=""):
        self.seconds, self.error, self.calls, self.cancelled, self.most, self.now = seconds, error, [], 0, 0, 0

    async def __call__(self, inputs):
        self.calls.append([[each, type(each).__name__] for each in inputs])
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now -= 1
        if inputs[0] == -7:
            raise error_named(self.error)(f"secret {inputs}")
        return [{-8: float("nan"), -9: float("inf")}.get(inputs[0], float(sum(inputs))), float(len(inputs))]


def error_named(name):
    """A class of errors: of the project's, or of Python's."""
    from exercises.p3_systems.serving import errors
    return getattr(errors, name, None) or getattr(builtins, name)


async def request(app, method, path, chunks=(b"",), headers=()):
    """One request: [status, its headers, the body's text, whether the application raised after that]."""
    loop, sent, waiting = asyncio.get_running_loop(), [], list(chunks)
    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
             "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "http", "root_path": "",
             "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "headers": [(b"host", b"test"), *headers]}

    async def receive():
        if not waiting:
            await loop.create_future()  # the client says nothing more
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    raised = ""
    try:
        await asyncio.wait_for(app(scope, receive, send), LONG)
    except NotImplementedError:
        raise
    except Exception as error:
        raised = type(error).__name__
    starts = [each for each in sent if each["type"] == "http.response.start"]
    if not starts:
        return [0, {}, "", raised]
    body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    told = {name.decode().lower(): value.decode() for name, value in starts[0]["headers"]}
    return [starts[0]["status"], told, body.decode(), raised]


async def post(app, body, *, length=True, pieces=1):
    """A request to /predict. `body` is a text or bytes; without `length` its Content-Length is not told."""
    body = body.encode() if isinstance(body, str) else body
    size = -(-len(body) // pieces) or 1
    chunks = [body[at:at + size] for at in range(0, len(body), size)] or [b""]
    headers = [(b"content-type", b"application/json")] + ([(b"content-length", str(len(body)).encode())] if length else [])
    return await request(app, "POST", "/predict", chunks, headers)


def judged(answer):
    """[status, what the JSON says or None, Retry-After or None]."""
    status, headers, text, _ = answer
    try:
        said = json.loads(text, parse_constant=lambda name: f"{name}, which is no JSON")
    except ValueError:
        said = None
    return [status, said, headers.get("retry-after")]


def asks(work, bodies, *, features, seconds=0.0, error="", timeout=1.0, retry_after=1, max_body=65_536):
    """Requests to /predict, one after the other: for each [status, said, Retry-After, seconds taken]; the model's calls; how
    many of them were cancelled; and the bodies' texts, raw."""
    model = Model(seconds, error)

    async def main():
        app = work.create_app(model, features=features, timeout=timeout, retry_after=retry_after, max_body=max_body)
        loop, told, raw = asyncio.get_running_loop(), [], []
        for body in bodies:
            begun = loop.time()
            answer = await post(app, body)
            told.append([*judged(answer), loop.time() - begun])
            raw.append(answer[2])
        return told, model.calls, model.cancelled, raw

    return virtual_clock.run(main())


def at_once(work, bodies, *, features, seconds):
    """Requests that come at the same moment: for each [status, said, Retry-After], how many the model had at once, and when
    all were answered."""
    model = Model(seconds)

    async def main():
        app = work.create_app(model, features=features, timeout=60.0)
        answers = await asyncio.gather(*(post(app, body) for body in bodies))
        return [judged(each) for each in answers], model.most, asyncio.get_running_loop().time()

    return virtual_clock.run(main())


def sizes(work, lengths, *, features, max_body):
    """Good bodies, filled up with blanks to some lengths, in one piece, in pieces, and without a Content-Length.

    For each length, the statuses, and how often the model was called in all three.
    """
    async def main():
        told = []
        for length in lengths:
            model = Model(0.0)
            app = work.create_app(model, features=features, max_body=max_body)
            body = json.dumps({"inputs": [1.0] * features}).encode().ljust(length)
            answers = [await post(app, body), await post(app, body, pieces=5), await post(app, body, length=False, pieces=5)]
            told.append([[each[0] for each in answers], len(model.calls)])
        return told

    return virtual_clock.run(main())


def health(work, states):
    """/live and /ready while `ready` says each of `states`: the pairs of [status, said]. And what /predict says then."""
    now = [True]

    async def main():
        model = Model(0.0)
        app = work.create_app(model, features=1, ready=lambda: now[0])
        told = []
        for now[0] in states:
            answers = [judged(await request(app, "GET", path))[:2] for path in ("/live", "/ready")]
            told.append([*answers, judged(await post(app, '{"inputs": [2]}'))[0]])
        return told

    return virtual_clock.run(main())


def document(work):
    """The statuses that the OpenAPI document names, by path and method."""
    paths = work.create_app(Model(0.0), features=2).openapi()["paths"]
    return {f"{method.upper()} {path}": sorted(answers["responses"]) for path, methods in paths.items()
            for method, answers in methods.items()}


def lives(work):
    """What is entered and left of the lifespan that was handed in, around one request."""
    seen = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        seen.append("begins")
        yield
        seen.append("ends")

    async def main():
        app = work.create_app(Model(0.0), features=1, lifespan=lifespan)
        inbox, outbox = asyncio.Queue(), asyncio.Queue()
        task = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, outbox.put))
        await inbox.put({"type": "lifespan.startup"})
        await outbox.get()
        seen.append(str((await post(app, '{"inputs": [1]}'))[0]))
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
        await task
        return seen

    return virtual_clock.run(main())
