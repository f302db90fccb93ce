"""What learners get wrong in `batcher`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

SUBMIT, BEGIN, COMPUTE, CLOSE = (f"batcher.Batcher.{name}" for name in ("submit", "begin_if_due", "compute", "close"))
TAKE = "[self.queue.popleft() for _ in range(min(self.max_batch, len(self.queue)))]"
DUE = "len(self.queue) >= self.max_batch or self.closed or loop.time() >= oldest.since + self.max_wait"
WAIT = "done, _ = await asyncio.wait([request.answer], timeout=timeout)"
LEAVE = """            if request in self.queue:
                self.queue.remove(request)"""

# ── When a batch begins, and with what ──────────────────────────────────────────────────────────────────────────

mistake(BEGIN, """Your batcher holds a full batch back until max_wait is over. When max_batch requests wait, nothing more is to
    come that could join them: begin at once.""", name="waits_when_full", replace="len(self.queue) >= self.max_batch or ", by="")

mistake(BEGIN, """Your batcher counts max_wait from the youngest request: each that comes puts the start off, and under a
    steady trickle the first caller waits far longer than max_wait. The time runs from the oldest that waits.""",
        name="starts_the_clock_anew", replace="loop, oldest = asyncio.get_running_loop(), self.queue[0]",
        by="""loop, oldest = asyncio.get_running_loop(), self.queue[-1]
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None""")

mistake(BEGIN, """Your batcher hands over all that waits, also more than max_batch. Memory and time of a run are planned for
    max_batch: take the oldest max_batch, and leave the others for the next batch.""", name="takes_all_that_waits",
        replace=TAKE, by="[self.queue.popleft() for _ in range(len(self.queue))]")

mistake(BEGIN, """Your batcher takes the youngest requests first. Under load the oldest are then overtaken again and again, and
    some are never answered: first come, first served.""", name="takes_the_youngest",
        replace="self.queue.popleft()", by="self.queue.pop()")

mistake(BEGIN, """Your batcher begins only full batches, and what is left over waits for ever. After max_wait a batch begins
    with what there is.""", name="begins_only_full_batches", replace=" or loop.time() >= oldest.since + self.max_wait", by="")

mistake(BEGIN, """Your batcher begins a batch while another is under way. They share the same cores, so both become slower,
    and what waits is split into small batches, where one after the other it would have gathered into a large one.""",
        name="runs_several_at_once", replace="self.under_way is not None or not self.queue", by="not self.queue")

mistake(BEGIN, """Your batcher asks another clock than the event loop's. The loop's timers go by `loop.time()`; what goes by
    another clock can be neither tested on a virtual one nor compared with them.""", name="asks_another_clock",
        replace="loop.time() >= oldest.since + self.max_wait", by='__import__("time").monotonic() >= oldest.since + self.max_wait')

mistake("batcher.Batcher.on_end", """Your batcher does not look at what waits when a batch ends. What came meanwhile waits on
    until another request comes, or for ever.""", name="forgets_what_came_meanwhile",
        replace="self.begin_if_due()", by="pass")

mistake("batcher.Batcher.on_timer", """Your batcher's timer does nothing when the request it was set for has left. Whoever is the
    oldest now has no timer: look again, and set one.""", name="loses_the_timer", replace="self.begin_if_due()", by="""\
if self.queue and asyncio.get_running_loop().time() >= self.queue[0].since + self.max_wait:
            self.begin_if_due()""")

mistake("batcher.Batcher.on_timer", """Your batcher's timer begins a batch, though the request that it was set for has left. Those that wait now came later, and are
    to be held back until *their* max_wait is over: look at the oldest when the timer goes off, or cancel it with its request.""",
        name="old_timer_begins_a_batch", replace="self.begin_if_due()", by="""
        if self.queue and self.under_way is None:
            self.queue[0].since = float("-inf")
        self.begin_if_due()""")

mistake("batcher.Batcher.on_end", """Your batcher begins to count max_wait when the batch before has ended. Who came while that one ran has waited already, and is held
    back once more: the time runs from when the oldest came.""", name="counts_from_the_end_of_a_batch",
        replace="self.begin_if_due()", by="""
        for request in self.queue:
            request.since = asyncio.get_running_loop().time()
        self.begin_if_due()""")

# ── What is wrong with a batch ──────────────────────────────────────────────────────────────────────────────────

mistake(COMPUTE, """Your batcher gives the error of a batch to all of its callers. One bad request takes down what happened to
    share its batch, and which these are is chance: run each item once more, alone.""", name="fails_together",
        replace="if len(batch) > 1:", by="""for request in batch:
                if not request.answer.done():
                    request.answer.set_exception(error)
            if False:""")


@mistake(COMPUTE, """Your batcher runs the items of a batch that failed all at the same time. They are still one batch under
    way: one after the other, or the model that has just failed gets more at once than it is ever to get.""")
async def retries_all_at_once(self, batch):
    try:
        results = await self.run([request.item for request in batch])
        if len(results) != len(batch):
            raise RuntimeError("another number of results")
    except Exception as error:
        if len(batch) > 1:
            await asyncio.gather(*(self.compute([request]) for request in batch if not request.answer.done()))
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)
        return
    for request, result in zip(batch, results):
        if not request.answer.done():
            request.answer.set_result(result)


@mistake(COMPUTE, """Your batcher uses the list again that it gave to run. That list is run's own, which may sort, empty or fill it: afterwards it says
    neither how many items there were nor which. Go by the requests that you have kept.""")
async def uses_the_list_again(self, batch):
    items = [request.item for request in batch]
    try:
        results = await self.run(items)
        if len(results) != len(items):
            raise RuntimeError("another number of results")
    except Exception as error:
        if len(batch) > 1:
            for item, request in zip(items, batch):
                if not request.answer.done():
                    request.item = item
                    await self.compute([request])
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)
        return
    for request, result in zip(batch, results):
        if not request.answer.done():
            request.answer.set_result(result)


mistake(COMPUTE, """Your batcher runs items alone whose callers are gone. Nobody will read these results, and those who still
    wait wait longer for them.""", name="retries_for_nobody", replace="if not request.answer.done():\n                        await",
        by="if True:\n                        await")

mistake(COMPUTE, """Your batcher answers a caller that is gone: a future that was cancelled takes no result, the error ends the
    task in the middle of the batch, and all callers after this one wait for ever. Ask `done()` first.""",
        name="answers_who_is_gone", replace="if not request.answer.done():  # the caller may have gone while the model computed",
        by="if True:")

mistake(COMPUTE, """Your batcher does not count the results. `zip` stops at the shorter of the two, so where run gives too few,
    the last callers get nothing at all and wait for ever; where it leaves one out in the middle, the others get a
    neighbour's.""", name="does_not_count_results", replace="if len(results) != len(batch):", by="if False:")

mistake(COMPUTE, """Your batcher gives None to the caller whose item failed. It cannot tell that from a result: an error is
    raised, not returned.""", name="returns_none_for_an_error", replace="batch[0].answer.set_exception(error)",
        by="batch[0].answer.set_result(None)")

# ── Callers that leave ──────────────────────────────────────────────────────────────────────────────────────────

mistake(SUBMIT, """Your batcher keeps the place of a caller that has left. Batches fill up with what nobody waits for, and the
    model computes it.""", name="keeps_the_places_of_the_gone", replace=LEAVE, by="            pass")

mistake(SUBMIT, """Your batcher frees the place of a caller whose time is up, and not that of one who is cancelled, as a server
    does when its client hangs up. CancelledError is no Exception: use `finally`.""", name="keeps_the_places_of_the_cancelled",
        replace="        finally:  # answered, or out of time, or cancelled: nobody waits for it any more",
        by="        except Exception:")


@mistake(SUBMIT, """Your batcher lets the caller that completes a batch run it for all. When that caller is cancelled, the run is,
    and the others of its batch get nothing. A batch is a task of its own, and each caller waits for its own future.""")
async def lets_a_caller_run_the_batch(self, item, *, timeout=None):
    if self.closed:
        raise ClosedError("the batcher is closed")
    if len(self.queue) >= self.max_queue:
        raise QueueFullError("full")
    request = Request(item, asyncio.get_running_loop())
    self.queue.append(request)
    self.begin_if_due()
    task = self.under_way
    try:
        if task is not None and request not in self.queue:
            await asyncio.wait_for(task, timeout)
        done, _ = await asyncio.wait([request.answer], timeout=timeout)
        if not done:
            raise DeadlineError("late")
        return request.answer.result()
    except TimeoutError as error:
        raise error if request.answer.done() else DeadlineError("late")
    finally:
        request.answer.cancel()
        if request in self.queue:
            self.queue.remove(request)


mistake(COMPUTE, """Your batcher has each caller await the task of its batch. A caller that is cancelled, or whose time is up, cancels what it awaits: the
    batch, with all the others in it. Give each caller a future of its own, or wait by `asyncio.wait` or `asyncio.shield`.""",
        name="callers_await_the_batch", text="""async def compute(self, batch):
    for request in batch:
        request.task = asyncio.current_task()
        if not request.begun.done():
            request.begun.set_result(None)
    try:
        results = await self.run([request.item for request in batch])
        if len(results) != len(batch):
            raise RuntimeError("another number of results")
    except Exception as error:
        if len(batch) > 1:
            for request in batch:
                if not request.answer.done():
                    await self.compute([request])
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)
        return
    for request, result in zip(batch, results):
        if not request.answer.done():
            request.answer.set_result(result)

async def submit(self, item, *, timeout=None):
    if self.closed:
        raise ClosedError("closed")
    if len(self.queue) >= self.max_queue:
        raise QueueFullError("full")
    request = Request(item, asyncio.get_running_loop())
    request.begun = asyncio.get_running_loop().create_future()
    self.queue.append(request)
    self.begin_if_due()
    try:
        async with asyncio.timeout(timeout) as limit:
            await request.begun
            await request.task
        return request.answer.result()
    except TimeoutError:
        if limit.expired():
            raise DeadlineError("late") from None
        raise
    finally:
        request.answer.cancel()
        if request in self.queue:
            self.queue.remove(request)
""")


@mistake("batcher.Request", """Your batcher looks for a request with `==`, which compares the items too. Two NumPy arrays give an
    array of truths, not one, and two callers with equal items are not the same caller. Compare by identity.""")
class ComparedByItem:
    def __init__(self, item, loop):
        self.item, self.since, self.answer = item, loop.time(), loop.create_future()

    def __eq__(self, other):
        return (self.item, self.answer) == (other.item, other.answer)


mistake(SUBMIT, """Your batcher pays no attention to `timeout`. The caller waits on for an answer that it has no use for any
    more.""", name="knows_no_deadline", replace=WAIT, by="done, _ = await asyncio.wait([request.answer])")

mistake(SUBMIT, """Your batcher turns a TimeoutError that the model raised into a DeadlineError, or lets the one pass for the
    other. Both are TimeoutErrors, but only one says that the caller's time is up: a `wait_for` around the whole does not tell
    them apart.""", name="takes_the_models_timeout_for_its_own", replace=WAIT, by="""try:
                await asyncio.wait_for(request.answer, timeout)
                done = True
            except TimeoutError:
                done = False""")

mistake(SUBMIT, """Your batcher raises a plain TimeoutError where the time of a caller is up. DeadlineError is a class of its own,
    so that an application can tell it from a timeout inside the model.""", name="raises_a_plain_timeout",
        replace="raise DeadlineError(", by="raise TimeoutError(")

# ── The queue ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake(SUBMIT, """Your queue has no bound. While more comes than can be answered it grows, every answer is later than the one
    before, and after the rush the model works for callers who have long gone.""", name="has_no_bound",
        replace="if len(self.queue) >= self.max_queue:", by="if False:")

mistake(SUBMIT, """Your queue takes one request too many: with max_queue waiting already there is no room.""",
        name="takes_one_too_many", replace="len(self.queue) >= self.max_queue", by="len(self.queue) > self.max_queue")

mistake(SUBMIT, """Your batcher makes a caller wait until there is room. That is a second queue, without a bound: a caller is to
    hear at once that it is too much, while it still has time to go elsewhere.""", name="waits_for_room",
        replace='        if len(self.queue) >= self.max_queue:\n            raise QueueFullError(f"{self.max_queue} requests wait already")',
        by="        while len(self.queue) >= self.max_queue:\n            await asyncio.sleep(1 / 256)")

mistake(SUBMIT, """Your queue counts the requests whose batch has begun. They wait no longer: max_queue bounds what waits.""",
        name="counts_what_is_under_way", replace="if len(self.queue) >= self.max_queue:",
        by="if len(self.queue) + (self.max_batch if self.under_way else 0) >= self.max_queue:")

# ── The end ─────────────────────────────────────────────────────────────────────────────────────────────────────

mistake(CLOSE, """Your `close` waits for the batch under way, and not for what waits behind it. These requests were accepted,
    and are lost when the process ends.""", name="closes_after_one_batch", replace="while self.under_way", by="if self.under_way")

mistake(CLOSE, """Your `close` returns at once. What was accepted is lost when the process ends right after it.""",
        name="closes_without_waiting", replace="while self.under_way is not None:", by="while False:")

mistake(CLOSE, """Your `close` holds back what waits, until max_wait is over. Nothing more will come that could join: begin.""",
        name="holds_back_when_closed", replace="self.begin_if_due()", by="""
        while self.queue and self.under_way is None:
            self.closed = False
            await asyncio.sleep(1 / 256)
            self.closed = True""")

mistake(CLOSE, """Your `close` throws away what waits. Accepted is a promise: what was not refused is answered.""",
        name="throws_away_what_waits", replace="        self.begin_if_due()", by="""        for request in self.queue:
            request.answer.set_exception(ClosedError("closed"))
        self.queue.clear()""")

mistake(CLOSE, """Your `close` awaits the batch itself: whoever cancels `close`, a server that gives up waiting, say, cancels
    the batch with it. `asyncio.wait` and `asyncio.shield` wait and leave it alone.""", name="cancels_with_its_caller",
        replace="await asyncio.wait([self.under_way])", by="await self.under_way")

@mistake(CLOSE, """Your calls of `close` await one future, or one task, together. Cancelling a call cancels what it awaits, and so the other calls with it: let
    each wait by `asyncio.wait` or `asyncio.shield`, or on a future of its own.""")
async def closes_share_a_future(self):
    self.closed = True
    self.begin_if_due()

    async def end():
        while self.under_way is not None:
            await asyncio.wait([self.under_way])

    self.end = getattr(self, "end", None) or asyncio.get_running_loop().create_task(end())
    await self.end


mistake(SUBMIT, """Your batcher accepts requests after `close`. So `close` may never return: as long as something comes, there is
    something to wait for.""", name="accepts_when_closed", replace="if self.closed:", by="if False:")

# ── Arguments ───────────────────────────────────────────────────────────────────────────────────────────────────

mistake("batcher.Batcher.__init__", """Your batcher accepts NaN for max_wait. Every comparison with NaN is False, so no batch is
    ever due: ask whether it is in the range, `max_wait >= 0`, and refuse what is not.""", name="accepts_nan",
        replace="not max_wait >= 0", by="max_wait < 0")

mistake("batcher.Batcher.__init__", """Your batcher accepts a max_queue below max_batch. Then max_batch requests can never wait
    together, and no batch is ever full.""", name="accepts_a_short_queue", replace="if max_queue < max_batch:",
        by="if max_queue < 1:")

mistake("batcher.Batcher.__init__", """Your batcher makes what belongs to an event loop in its constructor, with
    `asyncio.get_running_loop()` or `get_event_loop()`. A batcher may be made before a loop runs: ask for the loop where it is
    used.""", name="asks_for_a_loop_too_early", replace="self.closed = False",
        by="self.closed, self.loop = False, asyncio.get_running_loop()")
