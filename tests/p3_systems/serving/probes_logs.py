"""What the suite of `logs` does beside the learner's objects, in the learner's process, on a virtual clock.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import asyncio
import io
import random
import time

import structlog

from exercises.common import virtual_clock


class OfTheApplicationError(Exception):
    """What an application raises."""


def write(work, events, bound):
    """The text that a logger writes for events [level, event, values], what another one wrote meanwhile, the times before and
    after, what came to the stream at once, and whether structlog's configuration was changed."""
    stream, other = io.StringIO(), io.StringIO()
    logger, at_once = work.make_logger(stream), []
    work.make_logger(other).info("of the other")
    begun = time.time()
    with structlog.contextvars.bound_contextvars(**bound):
        for level, event, values in events:
            getattr(logger, level)(event, **values)
            at_once.append(stream.getvalue().count("\n"))
    return stream.getvalue(), other.getvalue(), [begun, time.time()], at_once, structlog.is_configured()


def serve(work, requests, *, kind="http", at_once=True):
    """Requests to an application that does with each what its entry says: a dict with

    method, path, query, headers, body  of the request
    status   of its answer; None: it sends none
    answer   the headers of its answer
    steps    the seconds before the answer begins, and after that
    raises   "", or when it raises: "before", "after" the answer began
    cancel   after how many seconds the request is cancelled, or None
    says     whether it logs an event itself, in the middle

    The text of the log, and for each request: what came through to the server, what the application received, what was
    raised, and what was bound in the context afterwards. Each goes to a LogRequests of its own.
    """
    stream = io.StringIO()

    async def main():
        loop, logger = asyncio.get_running_loop(), work.make_logger(stream)

        async def one(asked):
            sent, received = [], []
            scope = {"type": kind, "method": asked["method"], "path": asked["path"], "query_string": asked["query"],
                     "headers": [(b"host", b"test"), *asked["headers"]], "raw_path": asked["path"].encode()}

            async def app(own_scope, receive, send):
                message = await receive()
                received.append([own_scope is scope, message["body"]])
                await asyncio.sleep(asked["steps"][0])
                if asked["says"]:
                    logger.info("from inside", of=asked["path"])
                if asked["raises"] == "before":
                    raise OfTheApplicationError(message["body"].decode())
                if asked["status"] is not None:
                    await send({"type": "http.response.start", "status": asked["status"], "headers": list(asked["answer"])})
                    await send({"type": "http.response.body", "body": b"answer"})
                await asyncio.sleep(asked["steps"][1])
                if asked["raises"] == "after":
                    raise OfTheApplicationError(message["body"].decode())

            async def receive():
                return {"type": "http.request", "body": asked["body"]}

            async def send(message):
                sent.append([message["type"], message.get("status"), [list(each) for each in message.get("headers", [])],
                             message.get("body"), loop.time()])

            random.seed(0)  # as it is in two processes that both seed it
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(request_id="of the server", worker="3")
            call = work.LogRequests(app, logger=logger)(scope, receive, send)
            try:
                await (asyncio.wait_for(call, asked["cancel"]) if asked["cancel"] is not None else call)
                raised = ""
            except NotImplementedError:
                raise
            except (Exception, asyncio.CancelledError) as error:
                raised = type(error).__name__
            return [sent, received, raised, structlog.contextvars.get_contextvars()]

        if at_once:
            return await asyncio.gather(*(one(asked) for asked in requests))
        return [await one(asked) for asked in requests]

    told = virtual_clock.run(main())
    return stream.getvalue(), told
