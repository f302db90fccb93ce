"""Services with one fault each, and the smoke check that must fail by it: the proof that the checks see what they say.

    python -m tests.p3_systems.serving.faults_smoke [--sandbox] [NAME ...]

A fault is code at the end of one of the exercises' files; it wraps what the contract names, so it fits any right solution.
"""
import sys

from tests.smoke_faults import Fault, run_faults

BATCHER = '''
_right = Batcher

class Batcher(_right):
    def __init__(self, run, **options):
        async def wrong(items):
            {body}
        super().__init__(wrong, **options)
'''
APP = '''
_right = create_app

def create_app(predict, **options):
    {before}
    app = _right(predict, **options)
    {after}
    return app
'''
MIDDLEWARE = '''
class Wrong:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        {body}
'''


def app(before="pass", after="pass"):
    return APP.format(before=before, after=after)


def wrapped(body):
    return MIDDLEWARE.format(body=body) + app(after="app.add_middleware(Wrong)")


FAULTS = {
    "misrouted answers": Fault("parity", "batcher", BATCHER.format(body="return (await run(items))[::-1]")),
    "answers of the batch's first row": Fault("parity", "batcher", BATCHER.format(
        body="answers = await run(items); return [answers[0]] * len(items)")),
    "a blocking call in the event loop": Fault("answers_while_it_waits", "batcher", '''
import time
_right = Batcher

class Batcher(_right):
    async def submit(self, item, **options):
        time.sleep(0.5)
        return await super().submit(item, **options)
'''),
    "an unbounded queue": Fault("full_queue", "batcher", '''
_right = Batcher

class Batcher(_right):
    def __init__(self, run, *, max_batch, max_wait, max_queue):
        super().__init__(run, max_batch=max_batch, max_wait=max_wait, max_queue=10**9)
'''),
    "no Retry-After": Fault("full_queue", "app", wrapped('''
        async def without(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [h for h in message["headers"] if h[0].lower() != b"retry-after"]}
            await send(message)
        await self.app(scope, receive, without)''')),
    "one poisoned request fails its batch": Fault("poison", "batcher", '''
_right = Batcher

class Batcher(_right):
    def __init__(self, run, **options):
        failed = []

        async def wrong(items):
            if any(item in failed for item in items):
                raise RuntimeError("failed before")
            try:
                return await run(items)
            except Exception:
                failed.extend(items)
                raise
        super().__init__(wrong, **options)
'''),
    "requests lost at shutdown": Fault("shutdown", "shutdown", '''
import os
GracefulShutdown.begin = lambda self: os._exit(0)
'''),
    "ready until the end": Fault("shutdown", "shutdown", '''
_right = GracefulShutdown

class GracefulShutdown(_right):
    def __init__(self, app, **seconds):
        super().__init__(app, **seconds)
        self.always_asked = app

    async def __call__(self, scope, receive, send):
        if scope.get("path") == "/ready":
            return await self.always_asked(scope, receive, send)
        await super().__call__(scope, receive, send)
'''),
    "a service that never ends": Fault("shutdown", "shutdown", '''
async def _never(self):
    await asyncio.sleep(10**6)

GracefulShutdown.finished = _never
'''),
    "a label for each path": Fault("metrics", "metrics", '''
_right = Metrics.record_request
_seen = iter(range(10**9))
Metrics.record_request = lambda self, *, route, status, seconds: _right(
    self, route=f"/nowhere/{next(_seen)}" if route == "unmatched" else route, status=status, seconds=seconds)
'''),
    "metrics that forget what failed": Fault("metrics", "metrics", '''
_right = Metrics.record_request

def _wrong(self, *, route, status, seconds):
    if status < 400:
        _right(self, route=route, status=status, seconds=seconds)

Metrics.record_request = _wrong
'''),
    "no limit on the body": Fault("oversized_body", "app", app(before="options['max_body'] = 10**9")),
    "a server error for a bad request": Fault("refusals", "app", app(after='''
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    app.add_exception_handler(RequestValidationError, lambda request, error: JSONResponse({"detail": "failed"}, 500))''')),
    "the query in the log": Fault("logs", "logs", '''
_right = LogRequests

class LogRequests(_right):
    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            print("asked for", scope["query_string"].decode(), flush=True)
        await super().__call__(scope, receive, send)
'''),
    "no line for what failed, no id": Fault("logs", "logs", '''
class LogRequests:
    def __init__(self, app, *, logger):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
'''),
    "one reader at a time": Fault("slow_client", "app", "import asyncio\n_reading = asyncio.Lock()\n" + wrapped('''
        async with _reading:
            await self.app(scope, receive, send)''')),
    "an answer that the document does not know": Fault("contract", "app", app(after='''
    from fastapi.responses import JSONResponse

    @app.get("/version")
    async def version():
        return JSONResponse({"version": 1}, 418)''')),
    "a lock that survives kill -9": Fault("killed", "session", '''
import os
_right = open_session

def open_session(*arguments):
    if os.path.exists("serving.lock"):
        os.remove("serving.lock")
        raise RuntimeError("another one is running")
    open("serving.lock", "w").close()
    return _right(*arguments)
'''),
    "no batches": Fault("batching", "batcher", '''
_right = Batcher

class Batcher(_right):
    def __init__(self, run, *, max_batch, max_wait, max_queue):
        super().__init__(run, max_batch=1, max_wait=0.0, max_queue=max_queue)
'''),
    "work in the event loop": Fault("throughput", "app", "import time\n" + wrapped('''
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        await self.app(scope, receive, send)''')),
}


if __name__ == "__main__":
    sys.exit(run_faults("p3_systems/serving", FAULTS))
