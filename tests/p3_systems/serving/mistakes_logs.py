"""What learners get wrong in `logs`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

MAKE, CALL = "logs.make_logger", "logs.LogRequests.__call__"
MERGE = "structlog.contextvars.merge_contextvars, "
ID = "request_id = dict(scope[\"headers\"]).get(HEADER, b\"\")"
GOOD_ID = 'if not re.fullmatch(rb"[A-Za-z0-9._-]{1,64}", request_id):'
NEW_ID = "uuid.uuid4().hex.encode()"
BIND = "with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):"
OTHERS = '[each for each in message.get("headers", []) if each[0].lower() != HEADER]'
LEVEL = '"error" if more or status >= 500 else "warning" if status >= 400 else "info"'
FIELDS = 'path=scope["path"], status=status'

# ── The logger ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake(MAKE, """Your logger writes lines for a reader. A program that looks for slow requests would have to take them apart again: write
    JSON.""", name="writes_for_readers", replace="structlog.processors.JSONRenderer()", by="structlog.dev.ConsoleRenderer(colors=False)",
        forms=[{"replace": "structlog.processors.JSONRenderer()", "by": "structlog.processors.KeyValueRenderer()"}])

mistake(MAKE, """Your logger spreads an object over several lines. Programs that read logs take each line for an entry.""",
        name="indents", replace="JSONRenderer()", by="JSONRenderer(indent=1)")

mistake(MAKE, """Your logger leaves out what is bound in the context. The request id is bound there, and it is what ties the lines of a
    request together: `merge_contextvars`.""", name="leaves_the_context_out", replace=MERGE, by="")

mistake(MAKE, """Your lines have no level, by which one finds the errors among them: `add_log_level`.""", name="has_no_level",
        replace="structlog.processors.add_log_level,\n", by="\n")

mistake(MAKE, """Your timestamps are in local time, and do not say which. Two services in two time zones then tell one story in two
    orders: `utc=True`.""", name="writes_local_time", replace='fmt="iso", utc=True', by='fmt="iso", utc=False')

mistake(MAKE, """Your timestamps are no ISO 8601. Seconds since 1970 are for programs alone, and other formats for those that know them:
    `fmt="iso"`.""", name="writes_other_timestamps", replace='fmt="iso", utc=True', by="fmt=None",
        forms=[{"replace": 'fmt="iso", utc=True', "by": 'fmt="%d.%m.%Y %H:%M:%S", utc=True'}])


@mistake(MAKE, """Your logger changes structlog's configuration, which all of the process shares: the last one that is made decides how
    all others write. `structlog.wrap_logger` takes what it needs with it.""")
def configures_globally(stream):
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()],
        logger_factory=lambda *_: structlog.PrintLogger(stream))
    return structlog.get_logger()


mistake(MAKE, """Your logger writes to standard output, whatever stream it is given.""", name="writes_to_stdout",
        replace="structlog.PrintLogger(stream)", by="structlog.PrintLogger()")

# ── What a line says ────────────────────────────────────────────────────────────────────────────────────────────

mistake(CALL, """Your line has the query with the path. Queries hold tokens and what people typed, and logs are kept for long and read by
    many.""", name="logs_the_query", replace=FIELDS, by='path=scope["path"] + "?" + scope["query_string"].decode(), status=status',
        forms=[{"replace": FIELDS, "by": 'path=scope["path"], query=scope["query_string"].decode(), status=status'}])

mistake(CALL, """Your line has the headers of the request. Among them are Authorization and Cookie: who reads the log can then come in as
    somebody else.""", name="logs_the_headers", replace=FIELDS,
        by='path=scope["path"], headers={name.decode(): value.decode("latin-1") for name, value in scope["headers"]}, status=status')

mistake(CALL, """Your line has the text of the error. It often contains what could not be understood, which is what was sent: the name
    of its class is enough to begin with.""", name="logs_the_errors_text", replace='{"error": type(error).__name__}', by='{"error": repr(error)}',
        forms=[{"replace": '{"error": type(error).__name__}', "by": '{"error": type(error).__name__, "message": str(error)}'}])

mistake(CALL, """All of your lines have the level info. Who looks for errors looks for the level first.""", name="knows_one_level",
        replace=LEVEL, by='"info"')

mistake(CALL, """Your levels take an answer of 400 or more for an error of the service. Up to 499 it is the client's: a warning.""",
        name="blames_itself", replace=LEVEL, by='"error" if more or status >= 400 else "info"')

mistake(CALL, """Your level goes by the status alone. An application that raises after its answer has begun has a good status and a
    broken answer: an error.""", name="looks_at_the_status_alone", replace='"error" if more or status >= 500', by='"error" if status >= 500')

mistake(CALL, """Your status is a text. Programs compare it with 500: an integer.""", name="writes_the_status_as_text",
        replace=FIELDS, by='path=scope["path"], status=str(status)')

mistake(CALL, """Your seconds are milliseconds. The name says seconds, and so do all other times of the service.""", name="writes_milliseconds",
        replace="seconds=clock() - begun", by="seconds=1000 * (clock() - begun)")

mistake(CALL, """Your seconds go by another clock than the event loop's, such as time.time, which jumps when the system's clock is set, or
    time.perf_counter, which no test can hold still.""", name="goes_by_another_clock", replace="asyncio.get_running_loop().time\n",
        by="__import__('time').perf_counter\n")

# ── Ends of all kinds ───────────────────────────────────────────────────────────────────────────────────────────

mistake(CALL, """Your middleware swallows what the application raises. The server then does not know that something is wrong, and leaves
    a connection open on which nothing comes.""", name="swallows_errors", replace='{"error": type(error).__name__}\n                raise',
        by='{"error": type(error).__name__}')

mistake(CALL, """Your middleware gives each request whose application raises the status 500, also where the answer had begun with another.
    The log is to say what the client saw.""", name="overwrites_the_status", replace="status, more = status or 500,", by="status, more = 500,")

mistake(CALL, """Your middleware writes the status 0, or 200, for a request that was cancelled before its answer. The client got none: 499.""",
        name="forgets_the_cancelled", replace="status = status or 499", by="status = status or 200",
        forms=[{"replace": "status = status or 499", "by": "pass"}])

mistake(CALL, """Your middleware logs what is no HTTP request, or fails at it. "lifespan" is how a server tells that it begins and ends: it
    has no method and no status.""", name="logs_lifespans", replace='if scope["type"] != "http":', by="if False:",
        forms=[{"replace": 'if scope["type"] != "http":', "by": 'if scope["type"] == "lifespan":'}])

mistake(CALL, """Your middleware passes on nothing but HTTP requests. Without "lifespan" an application never begins.""",
        name="drops_other_scopes", replace="return await self.app(scope, receive, send)", by="return None")

# ── Request ids ─────────────────────────────────────────────────────────────────────────────────────────────────

mistake(CALL, """Your middleware takes no id from the request. It is there so that the lines of several services can be put together.""",
        name="always_makes_an_id", replace=ID, by='request_id = b""')

mistake(CALL, """Your middleware takes as an id what is none. Whoever sends the request then writes into your log what they like: the whole of
    it is to be 1 to 64 characters of those that an id has, or a new one is made.""", name="takes_any_id", replace=GOOD_ID, by="if not request_id:",
        forms=[{"replace": GOOD_ID, "by": 'if not re.fullmatch(rb"[A-Za-z0-9._-]+", request_id):'},
               {"replace": GOOD_ID, "by": "if not 1 <= len(request_id) <= 64:"},
               {"replace": GOOD_ID, "by": 'if not re.match(rb"[A-Za-z0-9._-]{1,64}", request_id):'}])

mistake(CALL, """Your pattern lets a line break at the end of an id through: `$` matches before it. `re.fullmatch` looks at the whole.""",
        name="stops_before_a_line_break", replace=GOOD_ID, by='if not re.match(rb"[A-Za-z0-9._-]{1,64}$", request_id):')

mistake(CALL, """Your ids repeat. A counter, or `random` after a seed, gives two processes the same ones: `uuid.uuid4` asks the system for
    random bits.""", name="repeats_ids", replace=NEW_ID, by='b"%032x" % __import__("random").getrandbits(128)',
        forms=[{"replace": NEW_ID, "by": 'b"1"'}])

mistake(CALL, """Your middleware does not send the id back. A client that complains cannot say which request it was.""",
        name="keeps_the_id", replace="[*others, (HEADER, request_id)]", by="others")

mistake(CALL, """Your answer has two ids where the application set one of its own. Header names do not depend on upper and lower case.""",
        name="sends_two_ids", replace=OTHERS, by='[*message.get("headers", [])]',
        forms=[{"replace": OTHERS, "by": '[each for each in message.get("headers", []) if each[0] != HEADER]'}])

mistake(CALL, """Your answer has lost the other headers of the application.""", name="replaces_the_headers", replace="[*others, (HEADER, request_id)]",
        by="[(HEADER, request_id)]")

mistake(CALL, """Your middleware binds the id and leaves it there. What is logged after the request bears an id that it has nothing to do
    with, and what was bound before is lost.""", name="leaves_the_id_bound", replace=BIND,
        by="structlog.contextvars.bind_contextvars(request_id=request_id.decode())\n        if True:",
        forms=[{"replace": BIND, "by": "structlog.contextvars.clear_contextvars()\n        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):"}])


@mistake(CALL, """Your middleware does not bind the id in the context, but gives it to its own line. What the application itself logs then
    belongs to no request.""")
async def does_not_bind(self, scope, receive, send):
    if scope["type"] != "http":
        return await self.app(scope, receive, send)
    clock = asyncio.get_running_loop().time
    status, begun, more = 0, clock(), {}
    request_id = dict(scope["headers"]).get(HEADER, b"")
    if not re.fullmatch(rb"[A-Za-z0-9._-]{1,64}", request_id):
        request_id = uuid.uuid4().hex.encode()

    async def with_id(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            others = [each for each in message.get("headers", []) if each[0].lower() != HEADER]
            message = {**message, "headers": [*others, (HEADER, request_id)]}
        await send(message)

    try:
        await self.app(scope, receive, with_id)
    except asyncio.CancelledError:
        status = status or 499
        raise
    except Exception as error:
        status, more = status or 500, {"error": type(error).__name__}
        raise
    finally:
        level = "error" if more or status >= 500 else "warning" if status >= 400 else "info"
        getattr(self.logger, level)("request", request_id=request_id.decode(), method=scope["method"], path=scope["path"],
                                    status=status, seconds=clock() - begun, **more)
