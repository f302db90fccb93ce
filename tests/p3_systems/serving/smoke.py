"""The smoke check of the service: what its parts, each right by itself, do together under load, in drills and at their end."""
import asyncio
import json
import statistics
import time

from grader.judge import expect, expect_true, http
from grader.smoke.contract import broken_promises
from grader.smoke.load import locust
from tests.p3_systems.serving import probes_smoke as probes
from tests.p3_systems.serving.clients_smoke import (
    FEATURES,
    LARGE,
    OUTPUTS,
    answers_to,
    body,
    is_right,
    model,
    outputs,
    predict_at_once,
    rows,
    samples,
    start,
    told,
    total,
)

TURNS = 3
FAST_ENOUGH = 1600  # requests a second of a no-op: below, the machine is too slow or too busy for the absolute threshold


def test_parity(work):
    """Every caller gets the answer to its own row, also many at a time"""
    table = rows(400, seed=1)
    want = answers_to(model(work)[0], table)
    with start(work) as service:
        for part in range(0, 400, 100):  # hundreds at once, so that batches are full, and in four waves
            answers = asyncio.run(predict_at_once(service.port, table[part:part + 100]))
            for row, answer, right in zip(table[part:part + 100], answers, want[part:part + 100]):
                expect_true(is_right(answer, right), got=outputs(answer) if outputs(answer) is not None else told(answer),
                            want=f"{right.round(4).tolist()}, as for this row alone", given={"inputs": row})
    sizes = {len(set(map(tuple, want.round(3))))}
    assert sizes == {400}, "the rows of this check have answers of their own"


def test_contract(work):
    """The answers keep to the service's own OpenAPI document, whatever is asked"""
    with start(work) as service:
        document = service.ask("GET", "/openapi.json").json()
        paths = set(document.get("paths", {})) if isinstance(document, dict) else set()
        expect_true({"/predict", "/live", "/ready"} <= paths, got=sorted(paths), want="/live, /predict and /ready in /openapi.json")
        broken = broken_promises(service.port)
        for each in broken:
            expect_true(False, got=each.words, want="what the document promises", given={"operation": each.operation}, note=each.request)


def test_refusals(work):
    """What is no request is refused by 422 or 400, and the next one is answered"""
    table = rows(1, seed=2)
    good = [float(value) for value in table[0]]
    bad = {"no JSON": b"{inputs", "nothing": b"", "a list": json.dumps(good).encode(), "too few": body(good[1:]),
           "too many": body([*good, 1.0]), "NaN": body([float("nan"), *good[1:]]), "Infinity": body([float("inf"), *good[1:]]),
           "1e999": body(good).replace(str(good[0]).encode(), b"1e999", 1), "text": json.dumps({"inputs": ["1"] * FEATURES}).encode(),
           "booleans": json.dumps({"inputs": [True] * FEATURES}).encode(), "null": json.dumps({"inputs": None}).encode()}
    with start(work) as service:
        for name, sent in bad.items():
            answer = service.ask("POST", "/predict", sent, {"content-type": "application/json", "content-length": str(len(sent))})
            expect_true(answer.status in (400, 422), got=told(answer), want="422, or 400", given={"body": name})
            answer = service.ask("POST", "/predict", body(good))
            expect_true(answer.status == 200, got=told(answer), want="200 for a good row after it", given={"after": name})


def test_poison(work):
    """A poisoned request fails alone: its neighbours in the batch are answered"""
    table = rows(12, seed=3)
    want = answers_to(model(work)[0], table)
    poisoned = table.copy()
    poisoned[5, 0] = 77.25  # the model raises for a batch with this number in it
    with start(work, max_batch=12, max_wait=0.3, poison=77.25) as service:
        for _ in range(2):
            answers = asyncio.run(predict_at_once(service.port, poisoned))
            for place, (answer, right) in enumerate(zip(answers, want)):
                if place == 5:
                    expect_true(isinstance(answer, http.Answer) and 400 <= answer.status < 600 and answer.status != 503,
                                got=told(answer), want="an error (422 or 500) for the poisoned row")
                else:
                    expect_true(is_right(answer, right), got=told(answer), want=f"200 {right.round(4).tolist()}",
                                given={"row": place, "poisoned row": 5})


def test_answers_while_it_waits(work):
    """While requests wait for their batch, /live is answered at once: nothing blocks the event loop"""
    wait = 0.5

    async def longest_live(port):
        """The longest of the questions for /live that were asked while a prediction waited, as a share of the wait for a batch.

        On a busy machine everything takes longer: the share is of what the prediction took beyond its wait, where that is more.
        """
        prediction = asyncio.create_task(http.ask(port, "POST", "/predict", body(rows(1)[0])))
        connection, seconds = await http.Connection.open(port), []
        while not prediction.done():
            seconds.append((await connection.ask("GET", "/live")).seconds)
            await asyncio.sleep(0.005)
        connection.close()
        answer = await prediction
        return max(seconds, default=0.0) / max(answer.seconds - wait, wait), answer

    with start(work, max_batch=8, max_wait=wait) as service:
        turns = [asyncio.run(longest_live(service.port)) for _ in range(5)]
    expect_true(all(answer.status == 200 for _, answer in turns), got=told(turns[0][1]), want="200")
    share = statistics.median(share for share, _ in turns)
    expect_true(share < 0.5, got=f"/live took {share:.0%} of the time for which a batch waits", want="less than half",
                note="the median of 5 turns: something in the event loop waits without `await`, or computes there")


def test_slow_client(work):
    """A client that sends its request slowly holds up nobody else"""
    async def drill(port):
        whole = http.request_bytes("POST", "/predict", body(rows(1)[0]))
        slow = [await http.Connection.open(port) for _ in range(8)]
        for connection in slow:
            await connection.send(whole[:-7])  # all but the end of the body
        others = await predict_at_once(port, rows(20, seed=4), seconds=10)
        for connection in slow:
            await connection.send(whole[-7:])
        late = [await connection.answer() for connection in slow]
        for connection in slow:
            connection.close()
        return others, late

    with start(work) as service:
        others, late = asyncio.run(drill(service.port))
    for answer in others:
        expect_true(isinstance(answer, http.Answer) and answer.status == 200, got=told(answer), want="200 for those who are not slow")
    for answer in late:
        expect_true(answer.status in (200, 408), got=told(answer), want="200 for the slow one in the end, or 408")


def test_oversized_body(work):
    """A body that is too large is refused by 413, announced or not, and costs no other request"""
    async def drill(port):
        announced = await http.Connection.open(port)
        await announced.send(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n[")
        first = await announced.answer(10)
        counted = await http.Connection.open(port)
        await counted.send(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(6):
            await counted.send(b"4000\r\n" + b" " * 0x4000 + b"\r\n")  # 98,304 bytes in all, and the limit is 65,536
        second = await counted.answer(10)
        good = await http.ask(port, "POST", "/predict", body(rows(1)[0]))
        announced.close()
        counted.close()
        return first, second, good

    with start(work) as service:
        first, second, good = asyncio.run(drill(service.port))
    expect_true(first.status == 413, got=told(first), want="413, before the body is read", given={"content-length": 100_000_000})
    expect_true(second.status == 413, got=told(second), want="413, once 65,536 bytes are passed", given={"transfer-encoding": "chunked"})
    expect_true(good.status == 200, got=told(good), want="200 for a good row after them")


def test_full_queue(work):
    """A full queue says 503 and when to come back, at once, and answers what it accepted"""
    table = rows(40, seed=5)
    want = answers_to(model(work)[0], table)
    with start(work, max_batch=2, max_wait=0.0, max_queue=4, pause=0.4) as service:
        answers = asyncio.run(predict_at_once(service.port, table))
        expect_true(all(isinstance(answer, http.Answer) for answer in answers),
                    got=next((told(a) for a in answers if not isinstance(a, http.Answer)), ""), want="an answer for everybody")
        accepted = [answer.status == 200 for answer in answers]
        refused = [answer for answer in answers if answer.status == 503]
        expect_true(len(refused) >= 20, got=f"{len(refused)} of 40 refused", want="20 or more",
                    given={"max_queue": 4, "max_batch": 2, "at once": 40}, note="an unbounded queue only hides the overload")
        for answer in refused:
            expect_true(answer.headers.get("retry-after", "").isdigit(), got=f"Retry-After: {answer.headers.get('retry-after')!r}",
                        want="seconds, in the header Retry-After of each 503")
        for answer, right, yes in zip(answers, want, accepted):
            expect_true(is_right(answer, right) if yes else answer.status == 503, got=told(answer),
                        want="the right answer for what was accepted, and 503 for what was not")
        expect_true(any(accepted), got="none of 40 was answered", want="what fits is answered")


def test_shutdown(work):
    """SIGTERM under load loses no accepted request, and the service ends by itself"""
    table = rows(24, seed=6)
    want = answers_to(model(work)[0], table)

    async def until_closed(port, row, answers):
        """Ask again and again on one connection, until the service says that it closes it."""
        connection = await http.Connection.open(port)
        try:
            while not answers or not answers[-1].closes:
                answers.append(await connection.ask("POST", "/predict", body(row)))
        except http.NoAnswerError as error:
            answers.append(error)
        connection.close()

    async def drill(service):
        """24 requests are held in a batch that waits, others come all the time; then SIGTERM."""
        watcher = await http.Connection.open(service.port)
        load = [[] for _ in range(8)]
        asking = [asyncio.create_task(until_closed(service.port, row, answers)) for row, answers in zip(rows(8, seed=7), load)]
        held = asyncio.create_task(predict_at_once(service.port, table))
        for _ in range(2000):  # until the service has them all: then they are accepted
            answer = await watcher.ask("GET", "/metrics")
            depth = [line.rpartition(b" ")[2] for line in answer.body.splitlines() if line.startswith(b"serving_queue_depth")]
            if depth and float(depth[0]) >= len(table):
                break
            await asyncio.sleep(0.005)
        service.signal("SIGTERM")
        ready = []
        while not ready or ready[-1].status == 200:  # the signal takes its way
            ready.append(await watcher.ask("GET", "/ready"))
            if ready[-1].closes:
                break
            await asyncio.sleep(0.005)
        watcher.close()
        await asyncio.gather(*asking)
        return await held, load, ready[-1]

    with start(work, max_batch=64, max_wait=0.6, notice=0.3, grace=20.0, timeout=20.0) as service:
        held, load, ready = asyncio.run(drill(service))
        expect_true(ready.status == 503, got=told(ready), want="503 of /ready once the signal has come")
        for answer, right in zip(held, want):
            expect_true(is_right(answer, right), got=told(answer), want="the answer to a request that was accepted before SIGTERM")
        for answers in load:
            lost = [answer for answer in answers if not isinstance(answer, http.Answer) or answer.status not in (200, 503)]
            expect_true(not lost, got=told(lost[0]) if lost else "", want="200, or 503, until the answer says `connection: close`")
        end = service.wait()
    expect_true(end is not None and (end.how, end.value) == ("returned", True), got="it still runs" if end is None else
                f"{end.how} {end.value if end.code is None else end.code}", want="the service ends by itself, with everything answered")


def test_killed(work):
    """After kill -9 it starts again on the same port and answers"""
    table = rows(1, seed=8)
    want = answers_to(model(work)[0], table)
    with start(work) as service:
        for _ in range(2):
            service.signal("SIGKILL")
            expect(service.wait().code, equals=-9)
            began = time.perf_counter()
            service.start()
            service.wait_until_ready("/ready")
            answer = service.ask("POST", "/predict", body(table[0]))
            expect_true(is_right(answer, want[0]), got=told(answer), want=f"{want[0].round(4).tolist()}, as before",
                        given={"seconds after its start": round(time.perf_counter() - began, 1)})


def test_metrics(work):
    """/metrics agrees with what was sent, and its labels are bounded"""
    with start(work, max_batch=4, max_wait=0.05) as service:
        asyncio.run(predict_at_once(service.port, rows(20, seed=9)))
        for _ in range(3):
            service.ask("POST", "/predict", b"{}")
        before = len(samples(service))
        for number in range(30):  # paths and request ids that nobody has seen before
            service.ask("GET", f"/nowhere/{number}", headers={"x-request-id": f"id-{number}"})
            service.ask("POST", "/predict", body(rows(1, seed=number)[0]), {"x-request-id": f"other-{number}"})
        found = samples(service)
    given = {"sent": "50 good rows, 3 bad ones, 30 unknown paths"}
    for labels, want in (({"route": "/predict", "status": "200"}, 50), ({"route": "/predict", "status": "422"}, 3), ({"status": "404"}, 30)):
        expect(total(found, "serving_requests_total", **labels), equals=float(want), given={**given, "labels": labels})
    expect(total(found, "serving_request_seconds_count", route="/predict"), equals=53.0, given=given)
    expect(total(found, "serving_batch_size_sum"), equals=50.0, given=given, note="the rows of all batches together")
    expect_true(len(found) <= before + 40, got=f"{len(found) - before} new series", want="at most 40, however many paths and ids come",
                given={"paths and request ids": 60}, note="each label value is a series of its own in Prometheus, kept for weeks")


def test_logs(work):
    """Each request leaves one line of JSON with its id, and nothing of its payload"""
    secret = 0.123456
    row = [secret, *[0.5] * (FEATURES - 1)]
    with start(work) as service:
        answer = service.ask("POST", "/predict", body(row), {"x-request-id": "the-id-of-this-one"})
        own = service.ask("POST", "/predict?token=hidden", body(row)).headers.get("x-request-id", "")
        service.signal("SIGTERM")
        service.wait()
        output = service.whole_output()
    lines = []
    for line in output.splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    about = [line for line in lines if isinstance(line, dict) and line.get("path") == "/predict"]
    expect(answer.headers.get("x-request-id"), equals="the-id-of-this-one", note="the request's id, in its answer")
    expect([line.get("request_id") for line in about], equals=["the-id-of-this-one", own], note="the ids in the log, a line for each request")
    expect([line.get("status") for line in about], equals=[200, 200])
    for word in (str(secret), "hidden"):
        expect_true(word not in output, got=f"{word} in the log", want="neither body nor query string in the log")


def test_throughput(work, measures):
    """Under load it fails no request and is fast enough for two cores"""
    ratios, rates, no_ops, failures = [], [], [], 0
    with start(work, max_batch=32, max_wait=0.002) as service, work.serve(probes.no_op, FEATURES, OUTPUTS) as no_op:
        no_op.wait_until_ready("/ready")
        sent = body(rows(1)[0])
        for _ in range(TURNS):
            empty = locust(measures.root, no_op.port, "/predict", sent)
            load = locust(measures.root, service.port, "/predict", sent)
            failures += load.failures
            rates.append(load.per_second)
            no_ops.append(empty.per_second)
            ratios.append(load.per_second / max(empty.per_second, 1e-9))
    expect(failures, equals=0, note="requests that failed under load")
    rate, no_op_rate, share = map(statistics.median, (rates, no_ops, ratios))
    measures.figures |= {"requests_per_second": rate, "no_op_per_second": no_op_rate, "share_of_no_op": share}
    shown = f"{rate:.0f} requests a second, {share:.2f} of a no-op ({no_op_rate:.0f})"
    if no_op_rate < FAST_ENOUGH and rate < measures.thresholds["requests_per_second"].at_least:
        measures.say("The machine is slow or busy, so the share counts:")
        measures.hold("share_of_no_op", share, shown)
    else:
        measures.hold("requests_per_second", rate, shown)


def test_batching(work, measures):
    """On the larger model batches pay: throughput, CPU time and p99 against the same service without them"""
    sent = body(rows(1, features=LARGE[0])[0])

    def driven(service, **how):
        before = service.cpu_seconds()
        load = locust(measures.root, service.port, "/predict", sent, **how)
        expect(load.failures, equals=0, note="requests that failed under load")
        return load, (service.cpu_seconds() - before) / max(load.requests, 1)

    with start(work, LARGE, max_batch=32, max_wait=0.005) as batched, start(work, LARGE, max_batch=1, max_wait=0.0) as alone:
        throughput, cpu, p99 = [], [], []
        for _ in range(TURNS):
            (single, single_cpu), (many, many_cpu) = driven(alone), driven(batched)
            throughput.append(many.per_second / single.per_second)
            cpu.append(many_cpu / single_cpu)
            rate = 0.9 * single.per_second  # offered to both: near what the service without batches can do at all
            p99.append(driven(batched, rate=rate)[0].p99 / driven(alone, rate=rate)[0].p99)
    throughput, cpu, p99 = map(statistics.median, (throughput, cpu, p99))
    measures.hold("batching_throughput", throughput, f"{throughput:.1f}x the throughput")
    measures.hold("batching_cpu", cpu, f"{cpu:.2f}x the CPU time a request")
    measures.hold("batching_p99", p99, f"{p99:.2f}x the p99 at the same offered load")
