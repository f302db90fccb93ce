"""What learners get wrong in `app`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

APP = "app.create_app"
HANDLED = "@app.exception_handler(RequestValidationError)\n    "
SAY = '{"detail": [{key: each[key] for key in ("loc", "msg", "type")} for each in error.errors()]}'
TIMEOUT = """            async with asyncio.timeout(timeout):
                outputs = await predict(body.inputs)"""
NO_ROOM = 'raise HTTPException(503, "there is no room now", headers={"Retry-After": str(retry_after)}) from None'
LATE = 'raise HTTPException(504, "there was no result in time") from None'

# ── 422 ─────────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(APP, """Your application leaves a refusal to FastAPI. Its answer repeats what was sent. Where that is NaN the answer
    itself cannot be written, as JSON has none, and a client's mistake becomes a 500; and what is private comes back and lands
    in logs. Handle RequestValidationError yourself, and tell loc, msg and type.""", name="leaves_refusals_to_fastapi", replace=HANDLED, by="")

mistake(APP, """Your application tells in its refusals what was sent. The sender knows that, and everybody who reads the answers
    on their way learns it: tell where it is wrong and why, not what it was.""", name="repeats_what_was_sent", replace=SAY,
        by='{"detail": [{**{key: each[key] for key in ("loc", "msg", "type")}, "input": repr(each["input"])} for each in error.errors()]}',
        forms=[{"replace": SAY, "by": '{"detail": [{key: each[key] for key in ("loc", "msg", "type")} for each in error.errors()], '
                                      '"body": repr(error.body)}'}])

mistake(APP, """Your application says that something is wrong, and not where. With 64 inputs that is a riddle: `detail` has an
    entry for each thing that is wrong, with loc, msg and type.""", name="does_not_say_where", replace=SAY,
        by='{"detail": "the body is not as it should be"}',
        forms=[{"replace": SAY, "by": '{"detail": str(len(error.errors())) + " things are wrong"}'}])

mistake(APP, """Your application answers a bad body with 400. HTTP can say more: 400 is for what cannot be read, 422 for what
    can be read and is not what it should be.""", name="answers_400", replace="for each in error.errors()]}, 422)",
        by="for each in error.errors()]}, 400)")

mistake(APP, """Your application accepts NaN and infinity. Python's JSON reader takes them, though they are no JSON, and 1e999 too;
    a model makes NaN of NaN, and the sender reads of a failure that is its own: `allow_inf_nan=False`.""", name="accepts_nan",
        replace="Field(strict=True, allow_inf_nan=False)", by="Field(strict=True)")

mistake(APP, """Your application takes "1" and true for numbers. pydantic converts what it can, unless a field is strict; a
    client that sends texts has a mistake, and is to hear of it.""", name="converts_texts", replace="strict=True, ", by="")

mistake(APP, """Your application does not refuse another number of inputs than the model has features. What the model does with
    them is chance: say how long the list is, at least and at most.""", name="accepts_any_length",
        replace="Field(min_length=features, max_length=features)", by="Field()",
        forms=[{"replace": "min_length=features, max_length=features", "by": "min_length=features"},
               {"replace": "min_length=features, max_length=features", "by": "max_length=features"}])

mistake(APP, """Your application refuses bodies with more keys than `inputs`. A client that is a version ahead is shut out by that,
    and nothing is won: what is not known is left alone.""", name="refuses_more_keys",
        replace="class Inputs(BaseModel):", by='class Inputs(BaseModel, extra="forbid"):')

# ── 413 ─────────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(APP, """Your application has no limit for the size of a body. It is read into memory as a whole, before anything looks at
    it: a few large ones at the same time are enough to end the process.""", name="has_no_limit",
        replace="max_body_size=max_body, ", by="")

mistake(APP, """Your application believes Content-Length, and does not count. A body may come without it, in pieces: then the limit
    holds only if the bytes are counted while they come.""", name="believes_content_length",
        replace='@app.post("/predict", max_body_size=max_body, ', by="""@app.middleware("http")
    async def limit(request, call_next):
        if int(request.headers.get("content-length", 0)) > max_body:
            return JSONResponse({"detail": "too large"}, 413)
        return await call_next(request)

    @app.post("/predict", """)

mistake(APP, """Your application refuses a body of exactly max_body bytes. That many are allowed.""", name="refuses_the_largest",
        replace="max_body_size=max_body", by="max_body_size=max_body - 1")

# ── 503, 504 and 500 ────────────────────────────────────────────────────────────────────────────────────────────

mistake(APP, """Your application answers 503 without Retry-After. Clients then choose by themselves when to come again, and many
    choose at once: say in how many seconds.""", name="does_not_say_when", replace=', headers={"Retry-After": str(retry_after)}', by="")

mistake(APP, """Your application's Retry-After is always 1, whatever `retry_after` says.""", name="always_one_second",
        replace="str(retry_after)", by='"1"')

mistake(APP, """Your application answers 500 where the service is about to stop. It is no failure: another instance takes the
    request, if the client is told to try again. ClosedError is a 503 as QueueFullError is.""", name="forgets_closed",
        replace="except (QueueFullError, ClosedError):", by="except QueueFullError:")

mistake(APP, """Your application answers 429 where there is no room. That says *you* send too much; 503 says that the service has
    no room, whoever asks.""", name="answers_429", replace="raise HTTPException(503,", by="raise HTTPException(429,")

mistake(APP, """Your application waits for the model as long as it takes. A client that has given up, and one that waits for ever,
    each hold memory and a connection: `asyncio.timeout`.""", name="has_no_timeout", replace=TIMEOUT,
        by="            outputs = await predict(body.inputs)")

mistake(APP, """Your application answers 504 and lets the model go on with what nobody waits for. Under load that is most of its
    work: cancel the call, as `asyncio.timeout` and `wait_for` do without `shield`.""", name="does_not_cancel", replace=TIMEOUT,
        by="            outputs = await asyncio.wait_for(asyncio.shield(predict(body.inputs)), timeout)",
        forms=[{"replace": TIMEOUT, "by": """            call = asyncio.ensure_future(predict(body.inputs))
            if not (await asyncio.wait([call], timeout=timeout))[0]:
                raise TimeoutError
            outputs = call.result()"""}])

mistake(APP, """Your application answers 500 where the time is up, of its own timeout or of the batcher's. A TimeoutError that
    nobody catches looks as if the model were broken: 504.""", name="fails_when_late", replace="except TimeoutError:",
        by="except ZeroDivisionError:")

mistake(APP, """Your application answers 503 where there was no result in time. 504 says that the service had room and the model
    was too slow, which is another thing to mend.""", name="answers_503_when_late", replace="raise HTTPException(504,",
        by="raise HTTPException(503,")

mistake(APP, """Your application tells the words of an error that the model raised. They may contain what was sent, or where the
    model lies: say that it failed, and let the server log why.""", name="tells_the_error",
        replace='{"detail": "the model failed"}', by='{"detail": str(error)}',
        forms=[{"replace": '{"detail": "the model failed"}', "by": '{"detail": repr(error)}'}])

mistake(APP, """Your application leaves an error of the model to the server, which answers in plain text. A client that reads JSON
    fails at that a second time.""", name="answers_in_plain_text", replace="@app.exception_handler(Exception)\n    ", by="")

mistake(APP, """Your application answers each error of the model with 503. That says *try again*, and a request that makes the model
    fail will make it fail again.""", name="answers_503_to_every_failure", replace="except (QueueFullError, ClosedError):",
        by="except (QueueFullError, ClosedError, ValueError, KeyError, RuntimeError):")

mistake(APP, """Your application sends outputs that are not finite. JSON has none, so null takes their place, with status 200: who
    reads it finds a hole where a number was promised.""", name="sends_null",
        replace="if not all(map(math.isfinite, outputs)):", by="if False:")

# ── Health, and the rest ────────────────────────────────────────────────────────────────────────────────────────

mistake(APP, """Your /live asks `ready`. A supervisor ends what is not alive: a process that waits for its model, or lets requests
    end, would be killed for it.""", name="is_dead_when_not_ready", replace='return Status(status="alive")',
        by='return Status(status="alive") if ready() else JSONResponse({"status": "not ready"}, 503)')

mistake(APP, """Your /ready asks `ready()` once, when the application is made, and says that ever after.""", name="asks_ready_once",
        replace="app = FastAPI(lifespan=lifespan)", by="was_ready = ready()\n    ready = lambda: was_ready\n    app = FastAPI(lifespan=lifespan)")

mistake(APP, """Your /ready answers 200 also where it says that it is not ready. A load balancer reads the status, not the
    text.""", name="is_always_ready", replace='JSONResponse({"status": "not ready"}, 503)', by='Status(status="not ready")')

mistake(APP, """Your /predict refuses requests while `ready()` is False. Load balancers need some seconds to hear of it, and what
    they send until then could be answered.""", name="refuses_when_not_ready", replace="        try:\n",
        by='        if not ready():\n            raise HTTPException(503, "not ready")\n        try:\n')

mistake(APP, """Your application lets one request after the other call the model. Then no two ever meet, in a batcher or elsewhere,
    and each waits for all before it.""", name="calls_one_by_one", replace="app = FastAPI(lifespan=lifespan)",
        by="""app, lock, model = FastAPI(lifespan=lifespan), asyncio.Lock(), predict

    async def predict(inputs):
        async with lock:
            return await model(inputs)
""")

mistake(APP, """Your application has a function that is no coroutine function. FastAPI runs it in a thread: a hop there and back for
    each question whether the process is alive, and when all threads are taken the answer does not come.""", name="needs_threads",
        replace="async def live()", by="def live()", forms=[{"replace": "async def is_ready()", "by": "def is_ready()"}])

mistake(APP, """Your application does not hand `lifespan` to FastAPI. What was to happen when it begins and ends, such as closing a
    batcher, never happens.""", name="drops_the_lifespan", replace="FastAPI(lifespan=lifespan)", by="FastAPI()")

mistake(APP, """Your application's OpenAPI document does not name all statuses. Whoever writes or tests a client by it meets answers
    that it does not know: `responses=` in the decorator.""", name="documents_only_success",
        replace=', responses={status: {"model": Problem} for status in (400, 413, 500, 503, 504)}', by="",
        forms=[{"replace": ', responses={503: {"model": Status}}', "by": ""}])
