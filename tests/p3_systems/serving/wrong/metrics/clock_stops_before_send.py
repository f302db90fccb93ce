# what is wrong: the clock stops when the last part is handed to send, and not when it was sent, so a slow client is not seen
# told: stops_before_it_is_sent
r"""Metrics that Prometheus can read: counts that only rise, histograms, and a gauge.

Prometheus comes every few seconds and reads the numbers as text. From two readings of a counter $c$ it computes a rate,

$$\text{rate} = \frac{c(t_2) - c(t_1)}{t_2 - t_1},$$

and from a histogram, which counts for each bound $b$ how many values were at most $b$, it reads quantiles off: the $q$-quantile
lies between the two bounds where the share of values passes $q$. So a quantile is never known better than the bounds lie close.

Each combination of labels is a time series of its own, which Prometheus keeps for weeks. So a label has few values, known
before: a route is one, a path is none, for anybody can ask for paths that do not exist.

Source: Prometheus' documentation, "Metric types", "Histograms and summaries" and "Metric and label naming"; prometheus_client's
documentation, "Instrumenting" and "Collector".
"""
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

HELP = {
    "serving_requests": "Requests that were answered.",
    "serving_request_seconds": "Seconds from a request to the last byte of its answer.",
    "serving_batch_size": "Requests in a batch.",
    "serving_queue_depth": "Requests that wait for a batch.",
}


class Metrics:
    """What a service counts, in a registry of its own, `registry`: two Metrics in one process know nothing of each other.

    | name | type | labels |
    |---|---|---|
    | `serving_requests_total` | counter | `route`, `status` |
    | `serving_request_seconds` | histogram | `route` |
    | `serving_batch_size` | histogram | |
    | `serving_queue_depth` | gauge | |

    Nothing else is in the registry.

    *Buckets.* Of seconds: from 0.001 or less to 10 or more, each bound at most 2.5 times the one before, so that a quantile is
    known within that factor; at most 24 bounds, as each of them is a time series for each route. Of batch sizes: 1, 2, 4, and
    so on, to 64.
    """

    def __init__(self):
        self.registry = CollectorRegistry()
        self.create()

    def create(self) -> None:
        """Make the four metrics in `registry`, as the table says, with the texts of HELP, and keep them for the methods below."""
        self.requests = Counter("serving_requests", HELP["serving_requests"], ["route", "status"], registry=self.registry)
        self.seconds = Histogram("serving_request_seconds", HELP["serving_request_seconds"], ["route"], registry=self.registry,
                                 buckets=[0.001 * 2 ** k for k in range(15)])
        self.batch_sizes = Histogram("serving_batch_size", HELP["serving_batch_size"], registry=self.registry,
                                     buckets=[1, 2, 4, 8, 16, 32, 64])
        self.queue_depth = Gauge("serving_queue_depth", HELP["serving_queue_depth"], registry=self.registry)

    def record_request(self, *, route: str, status: int, seconds: float) -> None:
        """Count one request with its route and status, and how long it took."""
        self.requests.labels(route=route, status=str(status)).inc()
        self.seconds.labels(route=route).observe(seconds)

    def record_batch(self, size: int) -> None:
        """Count one batch of `size` requests."""
        self.batch_sizes.observe(size)

    def watch_queue(self, depth: Callable[[], int]) -> None:
        """Ask `depth` for the depth of the queue each time the metrics are read, and only then."""
        self.queue_depth.set_function(depth)

    def render(self) -> tuple[bytes, str]:
        """All metrics of `registry` as text, in the format that Prometheus reads, and its content type.

        >>> metrics = Metrics()
        >>> metrics.record_request(route="/predict", status=200, seconds=0.004)
        >>> metrics.registry.get_sample_value("serving_requests_total", {"route": "/predict", "status": "200"})
        1.0
        >>> b'serving_requests_total{route="/predict",status="200"} 1.0' in metrics.render()[0]
        True
        """
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class MeasureRequests:
    """ASGI middleware that records each HTTP request of the application that it wraps, once, with `metrics.record_request`.

        app.add_middleware(MeasureRequests, metrics=metrics)

    route    `scope["route"].path`, where FastAPI has noted which route it took: a template, such as "/items/{name}". It does so
             while the application runs. "unmatched" where there is none.
    status   the status of the answer; 500 if the application raises an Exception before it has begun one, and 499 if it is
             cancelled before, as when the client hangs up. What was raised goes on to the caller.
    seconds  from the call to the moment at which the last part of the answer's body was sent, or, if none was, at which the
             application ended, by `asyncio.get_running_loop().time()`

    It does not change what the application receives and sends, and waits for nothing else. What is no HTTP request, such as
    "lifespan", passes through and is not recorded.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], *, metrics: Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        """Call the application, as ASGI says."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        began, ended, status = loop.time(), None, None

        async def watched(message):
            nonlocal ended, status
            if message["type"] == "http.response.start":
                status = message["status"]
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                ended = loop.time()
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except asyncio.CancelledError:
            if status is None:
                status = 499
            raise
        finally:
            if status is None:
                status = 500
            if ended is None:
                ended = loop.time()
            route = getattr(scope.get("route"), "path", "unmatched")
            self.metrics.record_request(route=route, status=status, seconds=ended - began)
