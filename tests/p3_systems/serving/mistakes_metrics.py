"""What learners get wrong in `metrics`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

INIT, RECORD, CALL = "metrics.Metrics.create", "metrics.Metrics.record_request", "metrics.MeasureRequests.__call__"
BUCKETS = "[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]"
SIZES = "[1, 2, 4, 8, 16, 32, 64]"
ROUTE = 'route.path if route else "unmatched"'
OTHERS_AND_BEGIN = """if scope["type"] != "http":
            return await self.app(scope, receive, send)
        clock = asyncio.get_running_loop().time
        status, begun, ended = 0, clock(), None"""
SENT = """            await send(message)
            if message["type"] == "http.response.body":
                ended = clock()  # of the last part in the end; what the application does after that, nobody waits for"""
COUNTER = 'Counter("serving_requests", HELP["serving_requests"], ["route", "status"], registry=self.registry)'

# ── What there is ───────────────────────────────────────────────────────────────────────────────────────────────

mistake(INIT, """Your metrics are in prometheus_client's own registry, which the whole process shares. A second Metrics, in a test
    say, finds the names taken: give each metric `registry=self.registry`.""", name="shares_the_registry",
        replace='["route", "status"], registry=self.registry', by='["route", "status"]',
        forms=[{"replace": 'HELP["serving_queue_depth"], registry=self.registry', "by": 'HELP["serving_queue_depth"]'}])

mistake(INIT, """Your requests are a gauge. Prometheus computes rates of counters, and sees a restart in that a counter falls; of a
    gauge it knows neither.""", name="counts_with_a_gauge", replace=COUNTER,
        by=COUNTER.replace("Counter(", "Gauge(").replace('"serving_requests"', '"serving_requests_total"'))

mistake(INIT, """Your latency is a summary: prometheus_client's has a sum and a count, from which only a mean comes. A histogram has
    buckets, from which quantiles come.""", name="measures_with_a_summary", replace=f"""Histogram(
            "serving_request_seconds", HELP["serving_request_seconds"], ["route"], registry=self.registry,
            buckets={BUCKETS})""", by="""__import__("prometheus_client").Summary(
            "serving_request_seconds", "Seconds.", ["route"], registry=self.registry)""")

mistake(INIT, """Your latency has prometheus_client's buckets, which begin at 5 ms. A model that answers in one is in the first
    of them, with all that are up to five times as slow.""", name="takes_the_default_buckets", replace=f",\n            buckets={BUCKETS}", by="")

mistake(INIT, """Your buckets of the latency end too early. What is slower is in the last one, which has no upper bound: of a
    quantile that lies there nothing is known, and these are the ones that matter.""", name="ends_the_buckets_early", replace=BUCKETS,
        by="[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]")

mistake(INIT, """Your buckets of the latency grow by a factor of ten. A quantile is known no better than its bucket is wide: 0.1 s
    and 0.9 s are the same to it.""", name="has_wide_buckets", replace=BUCKETS, by="[0.001, 0.01, 0.1, 1.0, 10.0]")

mistake(INIT, """Your buckets of the latency lie evenly. Then nearly all of them are where nothing happens, and what is fast has one:
    let the bounds grow by a factor.""", name="has_even_buckets", replace=BUCKETS, by="[0.001] + [n / 2 for n in range(1, 21)]")

mistake(INIT, """Your buckets of the latency are too many. Each is a time series for each route, and a factor of 2 is all that one
    needs to see.""", name="has_too_many_buckets", replace=BUCKETS, by="[0.001 * 1.2 ** n for n in range(52)]")

mistake(INIT, """Your batch sizes have the buckets of seconds. A batch has 1 request or more, and the sizes of interest double: 1, 2, 4
    and so on.""", name="has_buckets_of_seconds_for_sizes", replace=f',\n                                    buckets={SIZES}', by="")

# ── What is recorded ────────────────────────────────────────────────────────────────────────────────────────────

mistake(RECORD, """Your metrics count the class of a status, such as 2xx. 503 and 500 are then the same, and one says *busy*, the
    other *broken*.""", name="counts_classes_of_statuses", replace="str(status)", by='f"{status // 100}xx"')

mistake(RECORD, """Your latency is in milliseconds. Prometheus' names and functions, and your buckets, go by seconds.""",
        name="records_milliseconds", replace="observe(seconds)", by="observe(1000 * seconds)")

mistake(RECORD, """Your metrics count answers with status 200 only. How many fail is what one wants to know first.""",
        name="counts_successes_only", replace="        self.requests.labels(", by="        if status == 200:\n            self.requests.labels(")

mistake("metrics.Metrics.record_batch", """Your histogram of batch sizes is given 1 for each batch. It counts by itself: tell it the
    size.""", name="observes_one", replace="observe(size)", by="observe(1)")

mistake("metrics.Metrics.watch_queue", """Your gauge asks for the depth of the queue once, when it is told whom to ask. `set_function` asks
    at each reading.""", name="asks_for_the_depth_once", replace="self.queue_depth.set_function(depth)", by="self.queue_depth.set(depth())")

# ── The middleware ──────────────────────────────────────────────────────────────────────────────────────────────

mistake(CALL, """Your middleware labels by the path. There are as many as there are items, and anybody who asks for paths that do not
    exist makes more: each is a time series for weeks. The route is the template, `scope["route"].path`.""", name="labels_by_path",
        replace=ROUTE, by='scope["path"]', forms=[{"replace": ROUTE, "by": 'route.path if route else scope["path"]'}])

mistake(CALL, """Your middleware records only what ends well. An application that raises is what the metrics are for: record in a
    `finally`.""", name="records_only_what_ends_well",
        replace="            self.metrics.record_request(route", by="            if ended is not None: self.metrics.record_request(route")

mistake(CALL, """Your middleware swallows what the application raises. The server then knows nothing of it, and neither logs it nor
    closes the connection.""", name="swallows_errors", replace="            status = status or 500\n            raise", by="            status = status or 500")

mistake(CALL, """Your middleware counts each request whose application raises as a 500, also where its answer had begun. The client has
    seen that status, not this one.""", name="overwrites_the_status", replace="status = status or 500", by="status = 500")

mistake(CALL, """Your middleware counts a request that was cancelled before its answer as one with status 0 or 200. It got no answer at all:
    499 is what others write for a client that hung up.""", name="forgets_the_cancelled", replace="status = status or 499", by="status = status or 200",
        forms=[{"replace": "status = status or 499", "by": "pass"}])

mistake(CALL, """Your middleware stops the clock when the answer begins. A client that waits for the last byte has waited until then.""",
        name="stops_when_the_answer_begins", replace='if message["type"] == "http.response.body":',
        by='if message["type"] == "http.response.start":')

mistake(CALL, """Your middleware stops the clock at the first part of the body. More may come: the last part has no `more_body`, or False.""",
        name="stops_at_the_first_part", replace='if message["type"] == "http.response.body":',
        by='if message["type"] == "http.response.body" and ended is None:')

mistake(CALL, """Your middleware stops the clock when the last part of the body is handed to `send`, and not when it was sent. A client that reads slowly
    is waited for within `await send(message)`: look at the clock after it.""", name="stops_before_it_is_sent",
        replace=SENT, by="""            if message["type"] == "http.response.body":
                ended = clock()
            await send(message)""")


@mistake(CALL, """Your middleware keeps what belongs to one request, its status or its times, on itself. There is one middleware for all requests, and while
    one waits another writes over it: keep it in local variables.""")
async def keeps_state_on_itself(self, scope, receive, send):
    if scope["type"] != "http":
        return await self.app(scope, receive, send)
    clock = asyncio.get_running_loop().time
    begun = clock()
    self.status, self.ended = 0, None

    async def noting(message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.ended = clock()

    try:
        await self.app(scope, receive, noting)
    except asyncio.CancelledError:
        self.status = self.status or 499
        raise
    finally:
        self.status = self.status or 500
        if self.ended is None:
            self.ended = clock()
        route = scope.get("route")
        self.metrics.record_request(route=route.path if route else "unmatched", status=self.status, seconds=self.ended - begun)


mistake(CALL, """Your middleware counts the time after the answer too. What an application does in the background keeps no client
    waiting.""", name="counts_background_work", replace="(clock() if ended is None else ended)", by="clock()")

mistake(CALL, """Your middleware goes by another clock than the event loop's, such as time.time, which jumps when the system's clock is set,
    or time.perf_counter, which no test can hold still.""", name="goes_by_another_clock", replace="asyncio.get_running_loop().time\n",
        by="__import__('time').perf_counter\n")

mistake(CALL, """Your middleware records what is no HTTP request. By \"lifespan\" a server tells that it begins and ends, and a \"websocket\" is
    a connection, not a request with one answer: what is not \"http\" is to pass.""",
        name="records_lifespans", replace='if scope["type"] != "http":', by="if False:",
        forms=[{"replace": 'if scope["type"] != "http":', "by": 'if scope["type"] == "lifespan":'},
               {"replace": OTHERS_AND_BEGIN, "by": OTHERS_AND_BEGIN.replace('!= "http"', '== "lifespan"')
                .replace("ended = 0,", 'ended = 500 if scope["type"] == "websocket" else 0,')}])

mistake(CALL, """Your middleware passes on nothing but HTTP requests. Without "lifespan" an application never begins: what it was to
    load is not there.""", name="drops_other_scopes", replace="return await self.app(scope, receive, send)", by="return None")



@mistake(CALL, """Your middleware does not record a request that is cancelled. CancelledError is a BaseException and no Exception, so that `except Exception`
    lets it pass: name it, or record in a `finally`.""")
async def does_not_record_the_cancelled(self, scope, receive, send):
    if scope["type"] != "http":
        return await self.app(scope, receive, send)
    clock = asyncio.get_running_loop().time
    status, begun, ended = 0, clock(), None

    async def noting(message):
        nonlocal status, ended
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            ended = clock()

    def record():
        route = scope.get("route")
        self.metrics.record_request(route=route.path if route else "unmatched", status=status or 500,
                                    seconds=(clock() if ended is None else ended) - begun)

    try:
        await self.app(scope, receive, noting)
    except Exception:
        record()
        raise
    record()


@mistake(CALL, """Your middleware looks for the route before the application has run. Only the router inside of it knows, so here all
    requests are unmatched.""")
async def looks_for_the_route_too_early(self, scope, receive, send):
    if scope["type"] != "http":
        return await self.app(scope, receive, send)
    clock = asyncio.get_running_loop().time
    status, begun, ended, route = 0, clock(), None, scope.get("route")

    async def noting(message):
        nonlocal status, ended
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            ended = clock()

    try:
        await self.app(scope, receive, noting)
    except asyncio.CancelledError:
        status = status or 499
        raise
    except Exception:
        status = status or 500
        raise
    finally:
        self.metrics.record_request(route=route.path if route else "unmatched", status=status,
                                    seconds=(clock() if ended is None else ended) - begun)


@mistake(CALL, """Your middleware holds the answer back until it is whole. What streams, or is large, then arrives late and lies in memory
    meanwhile: pass each message on when it comes.""")
async def holds_the_answer_back(self, scope, receive, send):
    if scope["type"] != "http":
        return await self.app(scope, receive, send)
    clock = asyncio.get_running_loop().time
    status, begun, ended, held = 0, clock(), None, []

    async def noting(message):
        nonlocal status, ended
        held.append(message)
        if message["type"] == "http.response.start":
            status = message["status"]
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            for each in held:
                await send(each)
            ended = clock()

    try:
        await self.app(scope, receive, noting)
    except asyncio.CancelledError:
        status = status or 499
        raise
    except Exception:
        status = status or 500
        raise
    finally:
        route = scope.get("route")
        self.metrics.record_request(route=route.path if route else "unmatched", status=status,
                                    seconds=(clock() if ended is None else ended) - begun)
