"""What learners get wrong in `shutdown`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── When the process may leave ──────────────────────────────────────────────────────────────────────────────────

FINISHED = "shutdown.GracefulShutdown.finished"
NOTICE = "await asyncio.sleep(max(0.0, min(notice_ends, grace_ends) - now()))"
LOOP = "while self._active and now() < grace_ends:"
RESULT = "return self._active == 0 and self.notice <= self.grace"

mistake(FINISHED, """Your `finished` does not wait for the notice to end. Whoever hands out requests asks /ready only now and
    then, and until it has heard the 503 requests still come: a service that has left by then loses them.""",
        name="gives_no_notice", replace=NOTICE, by="await asyncio.sleep(0)")

mistake(FINISHED, """Your `finished` waits for the notice and then returns, while requests are still under way. They were
    accepted: wait until `active` is 0, or until the grace ends.""", name="leaves_at_the_notice", replace=LOOP,
        by="while False:")

mistake(FINISHED, """Your `finished` waits for as long as a request is under way. One that hangs keeps the process for ever,
    until somebody kills it: the grace is the longest that it waits.""", name="has_no_end", replace=LOOP, by="while self._active:",
        forms=[{"replace": "await changed_until(grace_ends)", "by": "await changed_until(math.inf)"}])

mistake(FINISHED, """Your `finished` always waits for the whole grace. It may return as soon as the notice has ended and
    nothing is under way; the grace is only the longest that it waits.""", name="waits_for_the_whole_grace", replace=LOOP,
        by="while now() < grace_ends:")

mistake(FINISHED, """Your grace begins when the notice ends. Both are counted from `begin()`: whoever sends SIGTERM counts from
    there, and sends SIGKILL when its time is over.""", name="counts_the_grace_from_the_notice",
        replace="self._begun_at + self.grace", by="self._begun_at + self.notice + self.grace")

mistake(FINISHED, """Your `finished` returns True whatever has happened. It tells whether every request had its answer: False
    where one was still under way at the end of the grace, or where the grace ended before the notice.""",
        name="is_always_content", replace=RESULT, by="return True")

mistake(FINISHED, """Your `finished` counts notice and grace from the moment at which it is called. They count from `begin()`:
    the signal may have come long before anybody waits.""", name="counts_from_its_own_call",
        replace="notice_ends, grace_ends = self._begun_at + self.notice, self._begun_at + self.grace",
        by="notice_ends, grace_ends = now() + self.notice, now() + self.grace")

mistake(FINISHED, """Your `finished` does not wait for `begin()`: it takes a signal for granted that has not come yet.""",
        name="does_not_wait_for_the_signal", replace="while self._begun_at is None:", by="if self._begun_at is None:",
        forms=[{"replace": "await changed_until(math.inf)", "by": "self.begin()"}])

# ── The signal ──────────────────────────────────────────────────────────────────────────────────────────────────

BEGIN = "shutdown.GracefulShutdown.begin"

mistake(BEGIN, """A second signal begins your shutdown again, and its notice and its grace with it. An impatient supervisor that
    sends SIGTERM twice would wait twice: after the first call `begin` changes nothing.""", name="begins_again",
        replace="if self._begun_at is None:", by="if True:")

mistake(BEGIN, """Your `begin` wakes nobody: whoever waits in `finished` goes on waiting although the signal has come, until
    something else happens.""", name="wakes_nobody", replace="self._changed.set()", by="pass")

# ── What is under way ───────────────────────────────────────────────────────────────────────────────────────────

CALL = "shutdown.GracefulShutdown.__call__"
mistake(CALL, """A request whose application raises, or that is cancelled because its client has gone, stays counted for ever in
    your `active`. `finished` then waits for it until the grace ends: count down in a `finally`.""", name="counts_down_only_at_a_good_end",
        replace="""        finally:  # also where app raises, or the client has gone and the request is cancelled
            self._active -= 1""", by="""            self._active -= 1
        finally:""")

mistake(CALL, """A request whose client has gone is cancelled, and your `active` does not count down then: it stays counted for
    ever. CancelledError is no Exception, so `except Exception` does not see it; `finally` sees every end.""", name="does_not_see_a_cancelled_request",
        replace="""        finally:  # also where app raises, or the client has gone and the request is cancelled
            self._active -= 1""", by="""        except Exception:
            self._active -= 1
            raise
        else:
            self._active -= 1
        finally:""")

mistake(CALL, """Your `active` counts a lifespan and websockets too. The lifespan lasts as long as the process, so nothing would
    ever be finished: only a scope of type "http" is a request.""", name="counts_every_scope",
        replace="""        if scope["type"] != "http":
            return await self.app(scope, receive, send)
""", by="""        if scope["type"] != "http":
            self._active += 1
            try:
                return await self.app(scope, receive, send)
            finally:
                self._active -= 1
                self._changed.set()
""")

mistake(CALL, """Your shutdown does not say that a request has ended, so `finished` sleeps on until the grace ends, with nothing
    under way any more.""", name="does_not_say_that_one_has_ended", replace="            self._changed.set()", by="")

mistake(CALL, """Your shutdown refuses every request once the signal has come. During the notice others do not know yet, and
    send: what comes is still answered, and only GET /ready says 503.""", name="refuses_at_once",
        replace='if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":', by="if self.stopping:")

mistake(CALL, """Your shutdown never says that it is not ready. /ready is how those who hand out requests hear of the end: GET
    /ready is answered by 503 once the signal has come.""", name="stays_ready",
        replace='if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":', by="if False:")

mistake(CALL, """Your shutdown answers every request for /ready itself, also before the signal. Until then the application says
    whether it is ready.""", name="is_never_ready",
        replace='if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":',
        by='if scope["method"] == "GET" and scope["path"] == "/ready":')

mistake(CALL, """Your shutdown answers more than GET /ready: whatever begins with /ready, or has another method, is the
    application's.""", name="takes_more_than_ready",
        replace='if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":',
        by='if self.stopping and scope["path"].startswith("/ready"):',
        forms=[{"replace": 'if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":',
                "by": 'if self.stopping and scope["path"] == "/ready":'},
               {"replace": 'if self.stopping and scope["method"] == "GET" and scope["path"] == "/ready":',
                "by": 'if self.stopping and scope["method"] == "GET" and scope["path"].startswith("/ready"):'}])

# ── connection: close ───────────────────────────────────────────────────────────────────────────────────────────

STARTS = 'if message["type"] == "http.response.start" and self.stopping:  # asked now, not when the request came'
KEPT = 'kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"connection"]'

mistake(CALL, """Your answers do not ask the client to close its connection. It sends its next request on it, which may be on its
    way at the very moment at which the process leaves, and is lost: each answer after the signal has `connection: close`.""",
        name="keeps_connections_open", replace=STARTS, by="if False:")

mistake(CALL, """Your shutdown decides when a request comes whether its answer says `connection: close`. One that came before the
    signal and is answered after it does not say so, and its client sends the next request on a connection that is about
    to close: ask `stopping` when the answer starts.""", name="decides_when_the_request_comes",
        replace="""        async def send_and_close(message) -> None:
            if message["type"] == "http.response.start" and self.stopping:  # asked now, not when the request came""",
        by="""        stopping = self.stopping

        async def send_and_close(message) -> None:
            if message["type"] == "http.response.start" and stopping:""")

mistake(CALL, """Your shutdown adds `connection: close` and leaves in what the application has set. Two headers that contradict each
    other are read by each client as it likes: take the other one out.""", name="leaves_the_other_header_in", replace=KEPT,
        by='kept = list(message.get("headers", ()))')

mistake(CALL, """Your shutdown finds only a header that is spelt `connection`. The names of headers are the same in upper and in
    lower case: compare them in lower case.""", name="looks_at_the_case", replace="if name.lower() != b\"connection\"]",
        by="if name != b\"connection\"]", forms=[{"replace": "if name.lower() != b\"connection\"]",
                                                  "by": "if name not in (b\"connection\", b\"Connection\")]"}])

mistake(CALL, """Your shutdown loses the application's other headers: the length of the body and its type are among them.""",
        name="loses_the_headers", replace=KEPT, by="kept = []")

mistake(CALL, """Your answers ask the client to close its connection also before the signal. Each request then needs a new
    connection, for nothing.""", name="always_closes", replace=STARTS, by='if message["type"] == "http.response.start":')

# ── The arguments ───────────────────────────────────────────────────────────────────────────────────────────────

MADE = "shutdown.GracefulShutdown.__init__"

mistake(MADE, """Your check of the seconds lets NaN through: every comparison with NaN is False, so `notice < 0` does not see it.
    Ask `not notice >= 0` instead.""", name="lets_nan_through", replace="if not (notice >= 0 and grace >= 0):",
        by="if notice < 0 or grace < 0:")

mistake(MADE, """Your constructor takes negative seconds. They are refused by ValueError: a configuration that says -1 is a slip
    that should be seen at the start, and not at the end.""", name="takes_anything", replace="if not (notice >= 0 and grace >= 0):",
        by="if False:")

mistake(MADE, """Your constructor refuses 0 seconds. No notice and no grace are allowed: the service then leaves at once.""",
        name="refuses_zero", replace="if not (notice >= 0 and grace >= 0):", by="if not (notice > 0 and grace > 0):",
        forms=[{"replace": "if not (notice >= 0 and grace >= 0):", "by": "if not (notice >= 0 and grace > 0):"}])
