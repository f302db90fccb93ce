"""The application around a model: it answers good requests, and says clearly why it does not answer others."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p3_systems.serving import probes_app as probes

numbers = st.integers(-6, 12).map(lambda n: n / 4) | st.integers(0, 5)
rows = st.lists(numbers, min_size=3, max_size=3)


def body(inputs, **more):
    return json.dumps({"inputs": inputs, **more})


def answer(inputs):
    return [200, {"outputs": [float(sum(inputs)), float(len(inputs))]}, None]


@given(st.lists(rows, min_size=1, max_size=3))
def test_answers(work, requests):
    """A good request is answered 200 with the outputs of the model, which gets the inputs as floats, and each of them once."""
    told, calls, _, _ = work.run(probes.asks, [body(each, more="of no matter") for each in requests], features=3)
    expect([each[:3] for each in told], equals=[answer(each) for each in requests], given={"inputs": requests},
           note="[status, what it says, Retry-After] of each request")
    expect(calls, equals=[[[float(x), "float"] for x in each] for each in requests], given={"inputs": requests},
           note="what the model was called with, and the types")


def test_at_once(work):
    """Requests that come while the model works are not kept waiting, and each gets its own answer."""
    for first in (1, 5):
        inputs = [[first + i, i] for i in range(4)]
        told, most, at = work.run(probes.at_once, [body(each) for each in inputs], features=2, seconds=2.0)
        expect(told, equals=[answer(each) for each in inputs], given={"inputs at the same moment": inputs})
        expect([most, at], equals=[4, 2.0], given={"requests": 4, "the model takes": 2.0},
               note="how many calls of the model were under way at most, and when all were answered")


WRONG = {  # a body for two features, and where it is wrong
    "no object": ("[1, 2]", None), "null": ("null", None), "no inputs": ('{"input": [1, 2]}', "inputs"),
    "no list": ('{"inputs": 3}', "inputs"), "an object": ('{"inputs": {"0": 1, "1": 2}}', "inputs"),
    "too few": ('{"inputs": [1]}', "inputs"), "too many": ('{"inputs": [1, 2, 3]}', "inputs"), "none": ('{"inputs": []}', "inputs"),
    "nested": ('{"inputs": [[1, 2]]}', "inputs"), "null among them": ('{"inputs": [1, null]}', 1),
    "a text": ('{"inputs": [1, "private"]}', 1), "a number as a text": ('{"inputs": ["1", 2]}', 0), "a text as inputs": ('{"inputs": "12"}', "inputs"),
    "a boolean": ('{"inputs": [1, true]}', 1), "an integer too large": ('{"inputs": [1, 1' + "0" * 400 + "]}", 1),
}
NOT_FINITE = {"NaN": ('{"inputs": [1, NaN]}', 1), "Infinity": ('{"inputs": [Infinity, 2]}', 0),
              "-Infinity": ('{"inputs": [-Infinity, NaN]}', 0), "too large": ('{"inputs": [1e999, 2]}', 0)}
UNREADABLE = {"nothing": "", "cut off": '{"inputs": [1, 2', "no JSON": "inputs=1", "no text": b'{"inputs": [1, "\xff"]}'}


def refused(work, wrong, place, statuses):
    """A body is answered by one of these statuses, says where it is wrong, and the model is not called for it."""
    told, calls, _, raw = work.run(probes.asks, [body([1, 2]), wrong, body([3, 4])], features=2)
    given = {"body": repr(wrong)[:60]}
    expect([told[0][:3], told[2][:3]], equals=[answer([1, 2]), answer([3, 4])], given=given, note="the good requests around it")
    status, said = told[1][:2]
    if status not in statuses:
        expect(status, equals=statuses[0], given=given, note="the status")
    expect(len(calls), equals=2, given=given, note="how often the model was called for three requests, of which one is bad")
    return given, status, said, raw[1]


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong(work, what):
    """A body that is not as it should be is answered 422, and the model is not called."""
    refused(work, *WRONG[what], [422])


@pytest.mark.parametrize("what", UNREADABLE)
def test_unreadable(work, what):
    """A body that cannot be read as JSON is answered 422 or 400, and the model is not called."""
    refused(work, UNREADABLE[what], None, [422, 400])


@pytest.mark.parametrize("what", NOT_FINITE)
def test_not_finite(work, what):
    """NaN, Infinity and numbers too large for a float are answered 422, in JSON that has none of them."""
    given, _, said, raw = refused(work, *NOT_FINITE[what], [422])
    expect(type(said).__name__, equals="dict", given=given, note="the type of what the answer's JSON says")
    expect_true("which is no JSON" not in json.dumps(said), got=raw[:200], want="JSON, which has neither NaN nor Infinity", given=given)


@pytest.mark.parametrize("what", [*WRONG, *NOT_FINITE])
def test_says_where(work, what):
    """A 422 says in `detail` where each thing is wrong, what, and by which name; it does not repeat what was sent."""
    given, _, said, raw = refused(work, *({**WRONG, **NOT_FINITE}[what]), [422])
    place = ({**WRONG, **NOT_FINITE}[what])[1]
    detail = said.get("detail") if type(said) is dict else None
    expect_true(type(detail) is list and bool(detail) and all(type(each) is dict for each in detail), got=raw[:200],
                want="`detail`, a list with an object for each thing that is wrong", given=given)
    for each in detail:
        expect({key: type(each.get(key)).__name__ for key in ("loc", "msg", "type")}, equals={"loc": "list", "msg": "str", "type": "str"},
               given=given, note="the types in an entry of `detail`")
    if place is not None:
        expect_true(any(place in each["loc"] for each in detail), got=raw[:200],
                    want=f"an entry whose `loc` contains {place!r}, which is wrong", given=given)
    expect_true(all(set(each) <= {"loc", "msg", "type"} for each in detail) and "private" not in raw, got=raw[:200],
                want="loc, msg and type, and nothing of what was sent", given=given)


def test_size(work):
    """A body of more than max_body bytes is answered 413, also if it comes in pieces or does not tell its length."""
    lengths = [100, 200, 201, 1000]
    told = work.run(probes.sizes, lengths, features=2, max_body=200)
    want = [[[200] * 3, 3] if length <= 200 else [[413] * 3, 0] for length in lengths]
    for length, got, wanted in zip(lengths, told, want):
        expect(got, equals=wanted, given={"bytes": length, "max_body": 200},
               note="the statuses with a Content-Length, in pieces, and without one; how often the model was called")


@pytest.mark.parametrize("error", ["QueueFullError", "ClosedError"])
def test_no_room(work, error):
    """QueueFullError and ClosedError are answered 503, with Retry-After in seconds."""
    for retry_after in (1, 7):
        told, *_ = work.run(probes.asks, [body([-7, 1]), body([1, 1])], features=2, error=error, retry_after=retry_after)
        given = {"predict raises": error, "retry_after": retry_after}
        expect([told[0][0], told[0][2]], equals=[503, str(retry_after)], given=given, note="the status and Retry-After")
        expect(told[1][:3], equals=answer([1, 1]), given=given, note="the next request, for which predict raises nothing")


def test_time(work):
    """Without a result after `timeout` seconds the answer is 504, at that time, and the call of the model is cancelled."""
    for timeout in (0.5, 3.0):
        for seconds in (timeout - 0.25, timeout + 0.25):
            told, _, cancelled, _ = work.run(probes.asks, [body([1, 2])], features=2, seconds=seconds, timeout=timeout)
            late = seconds > timeout
            given = {"timeout": timeout, "the model takes": seconds}
            expect([told[0][0], told[0][3]], equals=[504, timeout] if late else [200, seconds], given=given,
                   note="the status, and after how many seconds it came")
            expect(cancelled, equals=int(late), given=given, note="how many calls of the model were cancelled")


@pytest.mark.parametrize("error", ["DeadlineError", "TimeoutError"])
def test_deadline(work, error):
    """A TimeoutError that predict raises, such as DeadlineError, is answered 504."""
    told, *_ = work.run(probes.asks, [body([-7, 1]), body([1, 1])], features=2, error=error)
    expect([each[0] for each in told], equals=[504, 200], given={"predict raises, the first time": error}, note="the statuses")


@pytest.mark.parametrize("error", ["ValueError", "KeyError", "RuntimeError", ""])
def test_failure(work, error):
    """Any other error, and an output that is not finite, is answered 500 in JSON, without the words of the error."""
    for first in [-7] if error else [-8, -9]:
        told, _, _, raw = work.run(probes.asks, [body([first, 1]), body([1, 1])], features=2, error=error)
        given = {"predict raises" if error else "an output": error or {-8: "NaN", -9: "infinity"}[first]}
        expect([told[0][0], told[1][0]], equals=[500, 200], given=given, note="its status, and that of a good request after it")
        expect_true(type(told[0][1]) is dict and "detail" in told[0][1], got=raw[0][:200],
                    want="JSON with `detail`", given=given)
        expect_true("secret" not in raw[0], got=raw[0][:200], want="none of the error's words", given=given)


def test_health(work):
    """/live is always 200; /ready is 200 or 503 as ready() says each time; /predict answers in both cases."""
    states = [True, False, False, True]
    told = work.run(probes.health, states)
    want = [[[200, {"status": "alive"}], [200, {"status": "ready"}] if each else [503, {"status": "not ready"}], 200] for each in states]
    for state, got, wanted in zip(states, told, want):
        expect(got[1][1], equals=wanted[1][1], given={"ready()": state}, note="what /ready says")
        expect(got, equals=wanted, given={"ready()": state}, note="/live, /ready, and the status of /predict")


def test_lifespan_and_document(work):
    """The lifespan is FastAPI's, and the OpenAPI document names the statuses of /predict and /ready."""
    expect(work.run(probes.lives), equals=["begins", "200", "ends"], note="the lifespan around one request")
    named = work.run(probes.document)
    for path, statuses in (("POST /predict", ["200", "413", "422", "500", "503", "504"]), ("GET /ready", ["200", "503"]), ("GET /live", ["200"])):
        missing = sorted(set(statuses) - set(named.get(path, [])))
        expect(missing, equals=[], given={"path": path}, note="the statuses that the document does not name")
