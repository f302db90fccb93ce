"""Structured logs: one JSON object a line, which programs can search, and in which nothing private stands."""
import datetime
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p3_systems.serving import probes_logs as probes

ID = b"x-request-id"
FIELDS = ["event", "level", "method", "path", "request_id", "seconds", "status", "timestamp"]


def without_chance(text):
    """A text to show, without what differs from run to run: times, and ids that were made."""
    return re.sub(r"[0-9a-f]{32}", "…", re.sub(r"\d{4}-\d\d-\d\d[ T][0-9:.]*", "…", text))[:300]


def lines_of(text, given):
    """The objects of a log, one from each line."""
    expect_true(text.endswith("\n") or not text, got=text[-80:], want="a line break at the end of each line", given=given)
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append(None)
        expect_true(type(found[-1]) is dict, got=without_chance(line), want="a JSON object on each line", given=given)
    return found


values = st.dictionaries(st.sampled_from(["features", "model", "share"]),
                         st.integers(-5, 5) | st.sampled_from([0.25, None, True, "small", "two\nlines", 'a "quote"', "größer", [1, 2]]), max_size=3)
events = st.lists(st.tuples(st.sampled_from(["info", "warning", "error"]), st.sampled_from(["model loaded", "over\nlines", "stops"]), values),
                  min_size=1, max_size=4)


@given(events)
def test_lines(work, made):
    """Each event is one JSON object on one line, with event, level, and what was given with it; it is written at once."""
    text, other, _, at_once, _ = work.run(probes.write, [list(each) for each in made], {})
    given = {"events (level, event, values)": made}
    found = lines_of(text, given)
    expect([{key: value for key, value in each.items() if key != "timestamp"} for each in found],
           equals=[{**more, "event": event, "level": level} for level, event, more in made], given=given, note="the lines, without timestamp")
    expect(at_once, equals=list(range(1, len(made) + 1)), given=given, note="how many lines the stream has after each event")
    expect([each.get("event") for each in lines_of(other, given)], equals=["of the other"], given=given, note="the events in another logger's stream")


def test_timestamps(work):
    """The timestamp is the time of the event, ISO 8601 in UTC."""
    text, _, (begun, ended), _, _ = work.run(probes.write, [["info", "one", {}], ["error", "two", {}]], {})
    for line in lines_of(text, {}):
        told = line.get("timestamp")
        try:
            at = datetime.datetime.fromisoformat(told)
        except (TypeError, ValueError):
            at = None
        expect_true(at is not None and at.utcoffset() == datetime.timedelta(0), got=re.sub(r"\d+", "9", str(told)),
                    want='ISO 8601 in UTC, such as "2026-01-31T12:00:00.123456Z"', note="with a 9 for each number")
        # A second more on both sides: a timestamp may be rounded.
        expect_true(begun - 1 <= at.timestamp() <= ended + 1, got=round(at.timestamp() - begun), want="the time at which it was logged",
                    note="by how many seconds it is off")


def test_context(work):
    """What is bound in structlog.contextvars is in each line, and structlog's global configuration is not changed."""
    text, other, _, _, configured = work.run(probes.write, [["info", "one", {"a": 1}], ["info", "two", {}]], {"request_id": "r1"})
    expect([each.get("request_id") for each in lines_of(text, {})], equals=["r1", "r1"], given={"bound": {"request_id": "r1"}},
           note="request_id in the lines")
    expect([each.get("request_id") for each in lines_of(other, {})], equals=[None], note="request_id in a line from before it was bound")
    expect(configured, equals=False, note="structlog.is_configured() afterwards")


def asked(path="/predict", status=200, *, method="POST", query=b"", headers=(), body=b"{}", answer=(), steps=(0.0, 0.0), raises="",
          cancel=None, says=False):
    return {"method": method, "path": path, "query": query, "headers": list(headers), "body": body, "status": status, "answer": list(answer),
            "steps": list(steps), "raises": raises, "cancel": cancel, "says": says}


def told(each):
    return f"{each['method']} {each['path']}: {each['status']}"


statuses = st.sampled_from([200, 204, 301, 399, 400, 404, 422, 499, 500, 503, 504])
some = st.lists(st.builds(asked, st.sampled_from(["/predict", "/live", "/items/7"]), statuses, method=st.sampled_from(["GET", "POST"])),
                min_size=1, max_size=4)


def only_requests(text, given):
    return [each for each in lines_of(text, given) if each.get("event") == "request"]


@given(some)
def test_requests(work, requests):
    """Each request is one line, with its method, path, status and the level that belongs to the status."""
    text, _ = work.run(probes.serve, requests, at_once=False)
    given = {"requests": [told(each) for each in requests]}
    found = lines_of(text, given)
    expect([{key: each.get(key) for key in ("event", "method", "path", "status")} for each in found],
           equals=[{"event": "request", "method": each["method"], "path": each["path"], "status": each["status"]} for each in requests], given=given,
           note="the lines")
    want = ["error" if each["status"] >= 500 else "warning" if each["status"] >= 400 else "info" for each in requests]
    expect([each.get("level") for each in found], equals=want, given=given, note="the levels")


def test_seconds(work):
    """`seconds` is how long the application ran, by the event loop's clock."""
    requests = [asked(steps=(0.5, 0.25)), asked("/live", steps=(0.0, 0.0)), asked("/items/7", steps=(0.125, 2.0))]
    text, _ = work.run(probes.serve, requests)
    given = {each["path"]: f"the application takes {sum(each['steps'])} s" for each in requests}
    expect({each["path"]: each.get("seconds") for each in only_requests(text, given)}, equals={each["path"]: sum(each["steps"]) for each in requests},
           given=given, note="the seconds of each, all three at once")


GOOD = [b"abc", b"7", b"A.b_c-9", b"x" * 64]
BAD = [b"", b"x" * 65, b"two words", b"line\n", b"line\nbreak", "größer".encode("latin-1"), "größer".encode(), b'"', b"a/b", b"{}"]


@pytest.mark.parametrize("sent", GOOD)
def test_takes_an_id(work, sent):
    """A good x-request-id is taken, and goes back in the answer's header, once."""
    requests = [asked(headers=[(ID, sent)]), asked(headers=[(b"accept", b"*/*"), (ID, sent)], answer=[(b"a", b"b"), (b"X-Request-ID", b"other")])]
    text, through = work.run(probes.serve, requests)
    given = {"x-request-id": sent.decode()}
    expect([each.get("request_id") for each in only_requests(text, given)], equals=[sent.decode()] * 2, given=given, note="request_id in the lines")
    for request, (messages, *_) in zip(requests, through):
        headers = [(bytes(name).lower(), bytes(value)) for name, value in messages[0][2]]
        expect([value for name, value in headers if name == ID], equals=[sent], given={**given, "the application's own headers": repr(request["answer"])},
               note="x-request-id in the answer")
        expect([each for each in headers if each[0] != ID], equals=[each for each in request["answer"] if each[0].lower() != ID],
               given={**given, "the application's own headers": repr(request["answer"])}, note="the answer's other headers")


def test_makes_an_id(work):
    """Without an x-request-id, or with one that is none, a new one is made: no two are the same."""
    requests = [asked(headers=[(ID, sent)]) for sent in BAD] + [asked(), asked()]
    text, through = work.run(probes.serve, requests, at_once=False)
    given = {"x-request-id of the requests": [repr(each["headers"][0][1])[:30] if each["headers"] else "none" for each in requests]}
    made = [each.get("request_id") for each in only_requests(text, given)]
    expect(len(made), equals=len(requests), given=given, note="the number of lines")
    for request, each in zip(requests, made):
        expect_true(type(each) is str and bool(re.fullmatch("[A-Za-z0-9._-]{1,64}", each)), got=each, want="1 to 64 characters of A-Z, a-z, 0-9, . _ -",
                    given={"x-request-id": repr(request["headers"][0][1])[:80] if request["headers"] else "none"})
    expect(len(set(made)), equals=len(made), given=given, note="how many different ids, each made by another LogRequests, with `random` seeded alike")
    answers = [[bytes(value).decode() for name, value in messages[0][2] if bytes(name).lower() == ID] for messages, *_ in through]
    expect([each == [id_] for each, id_ in zip(answers, made)], equals=[True] * len(made), given=given,
           note="whether the answer has the id of its line, once")


def test_the_id_in_other_lines(work):
    """What the application logs itself has the id of its request, also of several at once; afterwards the context is as before."""
    requests = [asked(f"/items/{n}", headers=[(ID, b"r%d" % n)], steps=(0.5 * (3 - n), 0.0), says=True) for n in range(3)]
    text, through = work.run(probes.serve, requests)
    given = {"requests at once": {each["path"]: f"x-request-id r{n}" for n, each in enumerate(requests)}}
    inside = {each.get("of"): each.get("request_id") for each in lines_of(text, given) if each.get("event") == "from inside"}
    expect(inside, equals={f"/items/{n}": f"r{n}" for n in range(3)}, given=given, note="request_id in what the application logged")
    text, through = work.run(probes.serve, [*requests, asked(raises="before")], at_once=False)
    expect([each[3] for each in through], equals=[{"request_id": "of the server", "worker": "3"}] * 4,
           given={"bound before": {"request_id": "of the server", "worker": "3"}}, note="what is bound after each request")


def test_nothing_private(work):
    """No header, query or body is in the log, and nothing but the fields that belong there."""
    secret = b"sesame"
    requests = [asked(query=b"token=" + secret, headers=[(b"authorization", secret), (b"cookie", secret)], body=secret, answer=[(b"set-cookie", secret)]),
                asked(query=secret, body=secret, status=422), asked(body=secret, status=503)]
    text, _ = work.run(probes.serve, requests)
    expect_true("sesame" not in text, got=without_chance(text), want="a log without what stands in headers, queries and bodies")
    expect(len(only_requests(text, {})), equals=3, note="the lines of three requests")
    for line in only_requests(text, {}):
        expect(sorted(set(line) - {"worker"}), equals=FIELDS, note="the fields of a line, but for what the server has bound")


@pytest.mark.parametrize("what, made, status, level, error, raised", [
    ("raises before its answer", asked(raises="before", body=b"sesame"), 500, "error", "OfTheApplicationError", "OfTheApplicationError"),
    ("raises after its answer has begun", asked(raises="after", body=b"sesame", status=206), 206, "error", "OfTheApplicationError", "OfTheApplicationError"),
    ("is cancelled before its answer", asked(steps=(2.0, 0.0), cancel=1.0), 499, "warning", None, "TimeoutError"),
    ("is cancelled after its answer has begun", asked(steps=(0.0, 2.0), cancel=1.0, status=206), 206, "info", None, "TimeoutError")])
def test_errors(work, what, made, status, level, error, raised):
    """A request whose application raises or is cancelled has its line too, with the error's class and no word of its text."""
    text, through = work.run(probes.serve, [made, asked("/live")], at_once=False)
    given = {"the application": what}
    found = only_requests(text, given)
    expect([each.get("path") for each in found], equals=["/predict", "/live"], given=given, note="the lines, with a good request to /live after it")
    expect([found[0].get("status"), found[0].get("level"), found[0].get("error")], equals=[status, level, error], given=given, note="status, level and error")
    expect_true("sesame" not in text, got=without_chance(text), want="no word of the error's text", given=given)
    expect(through[0][2], equals=raised, given=given, note="what the server sees raised")


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_not_seen(work, kind):
    """What the application receives and sends passes at once; what is no HTTP request passes too, and is not logged."""
    text, ((sent, received, raised, _),) = work.run(probes.serve, [asked(status=201, steps=(0.5, 1.0), body=b"123")])
    expect(len(only_requests(text, {})), equals=1, note="the lines of one HTTP request")
    expect(received, equals=[[True, b"123"]], note="whether the application got the server's scope, and the body it received")
    expect([[each[0], each[1], each[3], each[4]] for each in sent], equals=[["http.response.start", 201, None, 0.5], ["http.response.body", None, b"answer", 0.5]],
           note="what the server got, and when")
    text, ((_, received, raised, _),) = work.run(probes.serve, [asked(status=None, body=b"123")], kind=kind)
    expect([received, raised, text], equals=[[[True, b"123"]], "", ""], given={"scope's type": kind}, note="what the application got, what was raised, and the log")
