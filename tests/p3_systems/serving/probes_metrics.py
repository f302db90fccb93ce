"""What the suite of `metrics` does beside the learner's objects, in the learner's process, on a virtual clock.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import asyncio
import types

import prometheus_client

from exercises.common import virtual_clock

BEGIN = 16.0  # when requests come; times are told from then on


class OfTheApplicationError(Exception):
    """What an application raises."""


def text_of(metrics):
    text, content_type = metrics.render()
    return text.decode(), content_type


def records(work, requests, batches):
    """The text, its content type, and the text of another Metrics and of the library's own registry, after some records."""
    metrics, other = work.Metrics(), work.Metrics()
    before = prometheus_client.generate_latest(prometheus_client.REGISTRY).decode()
    for route, status, seconds in requests:
        metrics.record_request(route=route, status=status, seconds=seconds)
    for size in batches:
        metrics.record_batch(size)
    shared = prometheus_client.generate_latest(prometheus_client.REGISTRY).decode()
    return [*text_of(metrics), text_of(other)[0], [name for name in shared.split() if "serving" in name and name not in before]]


def queue(work, depths):
    """The texts of several readings, at each of which the queue has another depth, and how often it was asked before each."""
    metrics, asked, now = work.Metrics(), [0], [0]

    def depth():
        asked[0] += 1
        return now[0]

    metrics.watch_queue(depth)
    told = []
    for now[0] in depths:
        before = asked[0]
        told.append([before, text_of(metrics)[0]])
    return told


def serve(work, requests, *, kind="http"):
    """Requests that come at once, to an application that does with each what its entry says.

    route    what the application notes as its route after a step; None: nothing
    status   of its answer; None: it sends none
    steps    the seconds before the answer begins, until its last part (the first comes half way), and after it
    raises   "", or when it raises: "before", "after" the answer began
    cancel   after how many seconds the request is cancelled, or None
    client   the seconds that its client takes for each part of the answer

    The text, and for each request: what came through to the server, what the application received, and what was raised.
    """
    metrics = work.Metrics()

    scopes = [{"type": kind, "method": "GET", "path": f"/items/{number}", "headers": [], "number": number}
              for number in range(len(requests))]
    received = [[] for _ in requests]

    async def app(scope, receive, send):
        number = scope["number"]
        asked = requests[number]
        received[number].append([scope is scopes[number], await receive()])
        if asked["route"] is not None:
            scope["route"] = types.SimpleNamespace(path=asked["route"])
        begin, middle, after = asked["steps"]
        await asyncio.sleep(begin)
        if asked["raises"] == "before":
            raise OfTheApplicationError(number)
        if asked["status"] is not None:
            await send({"type": "http.response.start", "status": asked["status"], "headers": [(b"x", b"%d" % number)]})
            await asyncio.sleep(middle / 2)
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            await asyncio.sleep(middle / 2)
            if asked["raises"] == "after":
                raise OfTheApplicationError(number)
            await send({"type": "http.response.body", "body": b"other half"})
        await asyncio.sleep(after)

    async def main():
        loop = asyncio.get_running_loop()
        middleware = work.MeasureRequests(app, metrics=metrics)  # one for all requests, as a server has it

        async def one(number, asked):
            sent = []

            async def receive():
                return {"type": "http.request", "body": b"%d" % number}

            async def send(message):
                await asyncio.sleep(asked["client"])
                sent.append([message["type"], message.get("status"), message.get("headers"), message.get("body"), loop.time() - BEGIN])

            task = loop.create_task(middleware(scopes[number], receive, send))
            if asked["cancel"] is not None:
                loop.call_later(asked["cancel"], task.cancel)
            try:
                await task
                raised = ""
            except NotImplementedError:
                raise
            except (Exception, asyncio.CancelledError) as error:
                raised = type(error).__name__
            return [sent, received[number], raised]

        await asyncio.sleep(BEGIN)
        through = await asyncio.gather(*(one(number, asked) for number, asked in enumerate(requests)))
        return text_of(metrics)[0], through

    return virtual_clock.run(main())
