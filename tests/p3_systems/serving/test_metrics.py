"""Metrics that Prometheus can read: counts that only rise, histograms, and a gauge."""
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from grader.judge import expect, expect_true
from tests.p3_systems.serving import probes_metrics as probes

TYPES = {"serving_requests": "counter", "serving_request_seconds": "histogram", "serving_batch_size": "histogram",
         "serving_queue_depth": "gauge"}
LABELS = {"serving_requests_total": {"route", "status"}, "serving_request_seconds_count": {"route"},
          "serving_batch_size_count": set(), "serving_queue_depth": set()}
ROUTES = ("/predict", "/items/{name}", "unmatched")
requests = st.lists(st.tuples(st.sampled_from(ROUTES), st.sampled_from([200, 422, 503]),
                              st.sampled_from([0.0, 0.0005, 0.003, 0.004, 0.12, 1.5, 6.0, 400.0])), min_size=1, max_size=8)
ONE = [("/predict", 200, 0.25)]


def read(text):
    """{family: its type} and {(sample, labels): value} of the text, by prometheus_client's own reader."""
    families = [each for each in text_string_to_metric_families(text) if not each.name.endswith("_created")]
    samples = {(each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
               if not each.name.endswith("_created")}
    return {each.name: each.type for each in families}, samples


def count(samples, name, **labels):
    return samples.get((name, tuple(sorted(labels.items()))), 0.0)


def bounds(samples, name, **labels):
    """The bounds of a histogram, the cumulative counts at them, in order."""
    found = {float(dict(each)["le"]): value for (sample, each), value in samples.items() if sample == f"{name}_bucket"
             and {k: v for k, v in each if k != "le"} == labels}
    return sorted(found), [found[bound] for bound in sorted(found)]


def test_names(work):
    """There are the four metrics, of the right types and with the right labels, and nothing else."""
    text, content_type, *_ = work.run(probes.records, ONE, [3])
    types, samples = read(text)
    expect(types, equals=TYPES, note="the metrics and their types, as Prometheus reads them")
    for name, labels in LABELS.items():
        found = [{label for label, _ in each} for sample, each in samples if sample == name]
        expect(found, equals=[labels], given={"sample": name}, note="the labels, after one request and one batch")
    expect_true(content_type.startswith("text/plain"), got=content_type, want="a content type of text/plain")


@given(requests)
def test_requests(work, made):
    """serving_requests_total counts the requests by route and status."""
    _, samples = read(work.run(probes.records, made, [])[0])
    want = {f"{route} {status}": float(number) for (route, status), number in Counter(each[:2] for each in made).items()}
    got = {" ".join(dict(each)[label] for label in ("route", "status")): value for (name, each), value in samples.items()
           if name == "serving_requests_total" and {label for label, _ in each} == {"route", "status"}}
    expect(got, equals=want, given={"requests (route, status, seconds)": made})


@given(requests)
def test_seconds(work, made):
    """serving_request_seconds counts for each route how many took at most each bound, and how long all took."""
    _, samples = read(work.run(probes.records, made, [])[0])
    for route in {each[0] for each in made}:
        took = [seconds for each, _, seconds in made if each == route]
        found, cumulative = bounds(samples, "serving_request_seconds", route=route)
        given = {"requests (route, status, seconds)": made, "route": route}
        expect_true(bool(found), got=sorted({name for name, _ in samples}), want="buckets of serving_request_seconds for the route", given=given)
        expect(cumulative, equals=[float(sum(each <= bound for each in took)) for bound in found], given={**given, "bounds": found},
               note="how many took at most each bound")
        expect(count(samples, "serving_request_seconds_sum", route=route), equals=float(sum(took)), given=given, note="the sum of the seconds")


@given(st.lists(st.integers(1, 200), min_size=1, max_size=6))
def test_batches(work, sizes):
    """serving_batch_size counts the batches by size, and the requests in them."""
    _, samples = read(work.run(probes.records, [], sizes)[0])
    expect([count(samples, "serving_batch_size_count"), count(samples, "serving_batch_size_sum")], equals=[float(len(sizes)), float(sum(sizes))],
           given={"sizes": sizes}, note="the number of batches, and the sum of their sizes")
    found, cumulative = bounds(samples, "serving_batch_size")
    expect(cumulative, equals=[float(sum(each <= bound for each in sizes)) for bound in found], given={"sizes": sizes, "bounds": found},
           note="how many batches had at most each bound")


def test_buckets_of_seconds(work):
    """The bounds of the seconds reach from 0.001 or less to 10 or more, each at most 2.5 times the one before, at most 24."""
    found, _ = bounds(read(work.run(probes.records, ONE, [])[0])[1], "serving_request_seconds", route="/predict")
    found = [each for each in found if each < math.inf]
    good = bool(found) and 0 < found[0] <= 0.001 and found[-1] >= 10
    expect_true(good, got=found, want="bounds from 0.001 or less, but above 0, to 10 or more")
    factors = [after / before for before, after in zip(found, found[1:])]
    expect_true(max(factors) <= 2.5 * (1 + 1e-9), got=found, want="each bound at most 2.5 times the one before")
    expect_true(len(found) <= 24, got=len(found), want="at most 24 bounds")


def test_buckets_of_sizes(work):
    """The bounds of the batch sizes are the powers of two from 1 to 64."""
    found, _ = bounds(read(work.run(probes.records, [], [3])[0])[1], "serving_batch_size")
    expect(found, equals=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, math.inf], note="the bounds of serving_batch_size")


def test_queue(work):
    """serving_queue_depth is what the queue's function says at each reading, and it is asked only then."""
    depths = [3, 0, 7]
    told = work.run(probes.queue, depths)
    expect([count(read(text)[1], "serving_queue_depth") for _, text in told], equals=[float(each) for each in depths],
           given={"depths": depths}, note="serving_queue_depth at each reading")
    expect(told[0][0], equals=0, given={"depths": depths}, note="how often the function was asked before the first reading")


def test_own_registry(work):
    """Two Metrics in one process know nothing of each other, nor of the library's own registry."""
    text, _, other, shared = work.run(probes.records, ONE, [3])
    _, samples = read(other)
    expect(sum(value for (name, _), value in samples.items() if name.endswith(("_total", "_count"))), equals=0, note="the counts of another Metrics, after records in the first")
    expect(shared, equals=[], note="what of these metrics is in prometheus_client.REGISTRY")
    expect_true(sum(read(text)[1].values()) > 0, got=text[:200], want="the records, in the first")


def asked(route="/predict", status=200, steps=(0.0, 0.0, 0.0), raises="", cancel=None, client=0.0):
    return {"route": route, "status": status, "steps": list(steps), "raises": raises, "cancel": cancel, "client": client}


def recorded(work, made, **more):
    text, through = work.run(probes.serve, made, **more)
    _, samples = read(text)
    found = sorted([dict(each)["route"], dict(each)["status"], value] for (name, each), value in samples.items()
                   if name == "serving_requests_total")
    return found, samples, through


def test_middleware_routes(work):
    """MeasureRequests counts each request under the template of its route, and what has none under "unmatched"."""
    made = [asked("/items/{name}"), asked("/items/{name}"), asked("/predict", 422), asked(None, 404), asked(None, 404)]
    found, _, _ = recorded(work, made)
    expect(found, equals=[["/items/{name}", "200", 2.0], ["/predict", "422", 1.0], ["unmatched", "404", 2.0]],
           given={"paths": [f"/items/{n}" for n in range(5)], "routes (route, status)": [(each["route"], each["status"]) for each in made]},
           note="the route, the status, and how many")


@pytest.mark.parametrize("what, made, status, raised", [
    ("it raises before its answer", asked(raises="before", steps=(1.0, 0.0, 0.0)), "500", "OfTheApplicationError"),
    ("it raises in the middle of its answer", asked(raises="after", status=206), "206", "OfTheApplicationError"),
    ("it is cancelled before its answer", asked(steps=(2.0, 0.0, 0.0), cancel=1.0), "499", "CancelledError"),
    ("it is cancelled in the middle of its answer", asked(status=206, steps=(0.0, 2.0, 0.0), cancel=1.0), "206", "CancelledError")])
def test_middleware_errors(work, what, made, status, raised):
    """A request whose application raises or is cancelled is recorded once, and what was raised goes on."""
    found, _, through = recorded(work, [made, asked("/live")])
    expect(found, equals=[["/live", "200", 1.0], ["/predict", status, 1.0]], given={"the application": what},
           note="the route, the status, and how many, with a good request to /live beside it")
    expect(through[0][2], equals=raised, given={"the application": what}, note="what the server sees raised")


def test_middleware_seconds(work):
    """The seconds end when the answer's last byte was sent, by the event loop's clock."""
    for *steps, client in ((0.5, 1.5, 0.0, 0.0), (0.25, 0.125, 8.0, 0.0), (0.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.25)):
        _, samples, _ = recorded(work, [asked(steps=steps, client=client), asked("/live", steps=(3.0, 0.0, 0.0))])
        given = {"seconds before the answer, in its middle, after it": steps, "seconds that the client takes for each of three parts": client}
        expect(count(samples, "serving_request_seconds_sum", route="/predict"), equals=steps[0] + steps[1] + 3 * client, given=given)
        expect(count(samples, "serving_request_seconds_sum", route="/live"), equals=3.0, given={"another request at the same time takes": 3.0})


def test_middleware_is_not_seen(work):
    """What the application receives and sends passes unchanged and at once."""
    found, _, ((sent, received, raised), _) = recorded(work, [asked(status=201, steps=(0.5, 1.0, 2.0)), asked()])
    expect(found, equals=[["/predict", "200", 1.0], ["/predict", "201", 1.0]], note="what was recorded")
    expect(received, equals=[[True, {"type": "http.request", "body": b"0"}]], note="whether the application got the server's scope, and what it received")
    expect(sent, equals=[["http.response.start", 201, [(b"x", b"0")], None, 0.5], ["http.response.body", None, None, b"half", 1.0],
                         ["http.response.body", None, None, b"other half", 1.5]], note="what the server got, and when")
    expect(raised, equals="", note="what the server sees raised")


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_middleware_other_scopes(work, kind):
    """What is no HTTP request passes through and is not recorded."""
    expect(recorded(work, [asked()])[0], equals=[["/predict", "200", 1.0]], given={"scope's type": "http"}, note="what was recorded")
    found, _, through = recorded(work, [asked(status=None)], kind=kind)
    expect(found, equals=[], given={"scope's type": kind}, note="what was recorded")
    expect(through[0][1:], equals=[[[True, {"type": "http.request", "body": b"0"}]], ""], given={"scope's type": kind},
           note="what the application got, and what was raised")
