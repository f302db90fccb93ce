"""A shutdown that loses nothing."""
import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, http
from grader.judge.scoring import supporting
from tests.p3_systems.serving import probes_shutdown as probes

# No two things happen at one moment: requests come at a quarter past a second and last some seconds and a half, the signal and
# the end of the notice are at full seconds, the end of the grace a tenth later.
REQUESTS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 7)).map(lambda t: (t[0] + 0.25, t[1] + 0.5)), max_size=5)


def leaving(requests, begin, notice, grace):
    """(when the process may leave, whether everything had its answer), by going through all moments."""
    ends = sorted({begin + notice, begin + grace, *(at + lasts for at, lasts in requests)})
    for moment in ends:
        under_way = any(at <= moment < at + lasts for at, lasts in requests)
        if moment >= begin + notice and not under_way and moment <= begin + grace:
            return moment, True
        if moment >= begin + grace:
            return moment, False


@given(REQUESTS, st.integers(0, 8), st.integers(0, 5), st.integers(0, 12))
def test_leaves_when_all_is_answered(work, requests, begin, notice, grace):
    """`finished` returns once the notice is over and nothing is under way, True, or at the end of the grace, False"""
    grace = grace + 0.1
    want, whole = leaving(requests, begin, notice, grace)
    asked = [[at, f"/{lasts}"] for at, lasts in requests]
    (got,) = work.run(probes.leaves, asked, float(begin), float(notice), grace)
    shown = {"requests (at, lasting)": requests, "SIGTERM at": begin, "notice": notice, "grace": grace}
    expect(got[1], equals=whole, given=shown, note="what `finished` returned")
    expect(got[0], equals=round(want, 6), given=shown, note="the moment at which `finished` returned")


def test_waits_for_the_signal_and_begins_once(work):
    """`finished` waits for the signal, also several times at once, and a second signal changes nothing"""
    for lasts in (4.5, 9.5):
        got = work.run(probes.leaves, [[1.25, f"/{lasts}"]], 3.0, 2.0, 60.0, (0.0, 2.0, 4.0), (4.0, 5.0))
        expect(got, equals=[[1.25 + lasts, True]] * 3, given={"a request at 1.25 lasts": lasts, "SIGTERM at": [3, 4, 5],
                                                               "finished() from": [0, 2, 4], "notice": 2, "grace": 60})
        got = work.run(probes.leaves, [[1.25, "/500"]], 3.0, 2.0, lasts, (0.0, 4.0), (4.0, 5.0))
        expect(got, equals=[[3 + lasts, False]] * 2, given={"a request at 1.25 lasts": 500, "SIGTERM at": [3, 4, 5], "grace": lasts},
               note="the grace counts from the first signal")
        got = work.run(probes.leaves, [], 1.0, lasts, 60.0, (0.0,), (2.0,))
        expect(got, equals=[[1 + lasts, True]], given={"SIGTERM at": [1, 2], "notice": lasts}, note="so does the notice")


@pytest.mark.parametrize("name", [b"connection", b"Connection", b"CONNECTION"])
def test_answers_ask_to_close(work, name):
    """Every answer that starts after the signal has exactly one header connection: close, also to an earlier request"""
    own = [[b"x-a", b"1"], [name, b"keep-alive"], [b"x-b", b"2"], [name, b"upgrade"]]
    asked = [[1.0, "/1", "GET", "http"], [1.0, "/10", "POST", "http"], [6.0, "/1", "POST", "http"]]
    told, _, _ = work.run(probes.answers, asked, 5.0, own)
    for (_, path, *_), (messages, raised), closing in zip(asked, told, (False, True, True)):
        shown = {"asked for": path, "the application's headers": own, "SIGTERM at": 5}
        expect([m["type"] for m in messages], equals=["http.response.start", "http.response.body"], given=shown)
        headers = messages[0]["headers"]
        if not closing:
            expect(headers, equals=own, given=shown, note="an answer before the signal is left as it is")
            continue
        expect([pair for pair in headers if pair[0].lower() == b"connection"], equals=[[b"connection", b"close"]], given=shown)
        expect([pair for pair in headers if pair[0].lower() != b"connection"], equals=[own[0], own[2]], given=shown,
               note="the other headers, in their order")
        expect([messages[0]["status"], messages[1]["body"]], equals=[200, b"done"], given=shown)


def test_ready_says_no(work):
    """GET /ready is answered by 503 after the signal, and the application is not asked; everything else is handed on"""
    asked = [[1.0, "/ready", "GET", "http"], [6.0, "/ready", "GET", "http"], [6.5, "/ready", "POST", "http"],
             [7.0, "/ready/more", "GET", "http"], [7.5, "/live", "GET", "http"], [8.0, "/predict", "POST", "http"]]
    told, seen, _ = work.run(probes.answers, asked, 5.0)
    statuses = [messages[0].get("status") if messages else None for messages, _ in told]
    shown = {"asked for": [f"{method} {path} at {at:g}" for at, path, method, _ in asked], "SIGTERM at": 5}
    expect(statuses, equals=[200, 503, 200, 200, 200, 200], given=shown)
    expect(seen, equals=["/ready", "/ready", "/ready/more", "/live", "/predict"], given=shown, note="what the application was asked")
    start, body = told[1][0]
    expect_true(b"".join(m.get("body", b"") for m in told[1][0]).replace(b" ", b"") == b'{"status":"stopping"}', got=body.get("body"),
                want='{"status": "stopping"}', given={"asked for": "GET /ready at 6"})
    expect([pair for pair in start["headers"] if pair[0].lower() == b"connection"], equals=[[b"connection", b"close"]],
           given={"asked for": "GET /ready at 6"})


def test_counts_what_is_under_way(work):
    """`active` counts HTTP requests from their start to their end, also where the application raises; `stopping` is the signal"""
    asked = [[1.0, "/3", "GET", "http"], [2.0, "/raises/4", "POST", "http"], [3.0, "/20", "GET", "websocket"],
             [0.0, "/30", "GET", "lifespan"], [7.0, "/2", "POST", "http"]]
    told, _, seen = work.run(probes.answers, asked, 5.0, (), 40.0)
    expect([raised for _, raised in told], equals=["", "Told", "", "", ""], note="what the application raises is raised")
    between = {}
    for moment, active, stopping in seen:
        between[moment] = (active, stopping)

    def at(moment):
        return between[max(each for each in between if each <= moment)]

    for moment, want in ((0.5, (0, False)), (1.5, (1, False)), (3.5, (2, False)), (4.5, (1, False)), (5.5, (1, True)),
                         (6.5, (0, True)), (8.0, (1, True)), (9.5, (0, True))):
        expect(at(moment), equals=want, given={"requests": [a[:2] for a in asked], "SIGTERM at": 5, "moment": moment},
               note="(active, stopping)")


def test_a_client_that_has_gone(work):
    """A request that is cancelled is no longer under way, and holds up nothing"""
    for begin, notice, leaves_at in ((1.0, 1.0, 3.0), (1.0, 4.0, 5.0)):
        got = work.run(probes.cancelled, begin, notice, 60.0)
        expect(got, equals=[1, 0, leaves_at, True], given={"SIGTERM at": begin, "notice": notice, "cancelled at": 3},
               note="active before and after, when `finished` returned, and what")


@supporting
def test_changes_nothing_before(work):
    """Before the signal, scope, receive and messages pass as they are; lifespan and websocket always"""
    got = work.run(probes.same_objects)
    expect(got[:2], equals=[True, True], note="the application gets the scope and `receive` as they came")
    expect(got[2][0].get("headers"), equals=[[b"Connection", b"keep-alive"]])
    told, _, _ = work.run(probes.answers, [[6.0, "/1", "GET", "websocket"], [6.0, "/1", "GET", "lifespan"]], 5.0, [[b"x", b"y"]])
    expect([messages for messages, _ in told], equals=[[{"type": "websocket.accept", "headers": [[b"x", b"y"]]}],
                                                      [{"type": "lifespan.startup.complete"}]])


@pytest.mark.parametrize("notice, grace", [(-0.1, 1.0), (1.0, -0.1), (math.nan, 1.0), (1.0, math.nan), (-math.inf, 1.0)])
def test_refuses(work, notice, grace):
    """Seconds that are negative or NaN raise ValueError; 0 and no end at all do not"""
    for allowed in ((0.0, 0.0), (0.0, math.inf), (2.0, 3.0)):
        expect(work.run(probes.made, *allowed), equals=True, given={"notice": allowed[0], "grace": allowed[1]})
    with expect_raises(ValueError, given={"notice": notice, "grace": grace}):
        work.run(probes.made, notice, grace)


async def under_way(service, seconds, count):
    """`count` requests that last so long; SIGTERM comes when they are under way. Their answers, /ready's after the signal."""
    async def one():
        return await http.ask(service.port, "GET", f"/{seconds}")

    watcher = await http.Connection.open(service.port)
    asking = [asyncio.create_task(one()) for _ in range(count)]
    await asyncio.sleep(0.1)
    await watcher.ask("GET", "/0")  # on one loop after the others: they are under way
    service.signal("SIGTERM")
    for _ in range(100):  # until the signal has been heard
        ready = await watcher.ask("GET", "/ready")
        if ready.status != 200 or ready.closes:
            break
        await asyncio.sleep(0.01)
    watcher.close()
    return await asyncio.gather(*asking, return_exceptions=True), ready


def test_a_real_service(work):
    """A real service on a socket answers what it accepted before SIGTERM, and ends; or ends without what never ends"""
    with work.serve(probes.served, 0.2, 30.0) as service:
        service.wait_until_ready("/0")
        answers, ready = asyncio.run(under_way(service, 0.8, 8))
        expect(ready.status, equals=503, note="GET /ready after SIGTERM")
        for answer in answers:
            expect_true(isinstance(answer, http.Answer) and answer.body == b"answered", got=str(getattr(answer, "body", answer)),
                        want="the answer of a request that was under way at SIGTERM")
        end = service.wait()
        expect([end.how, end.value] if end else None, equals=["returned", True], note="how the service ended")
    with work.serve(probes.served, 0.1, 0.4) as service:
        service.wait_until_ready("/0")
        asyncio.run(under_way_for_ever(service))
        end = service.wait()
        expect([end.how, end.value] if end else None, equals=["returned", False], given={"grace": 0.4},
               note="how a service ended in which a request would last for ever")


async def under_way_for_ever(service):
    connection = await http.Connection.open(service.port)
    await connection.send(http.request_bytes("GET", "/1000"))
    await http.ask(service.port, "GET", "/0.1")
    service.signal("SIGTERM")
    await asyncio.sleep(0.1)
    connection.close()
