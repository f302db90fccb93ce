"""Services of the smoke check, in a worker: the learner's, and one that does nothing, to hold it against."""
import asyncio
import contextlib
import signal
import socket


def layers(work, features, hidden, outputs):
    """The arrays of a perceptron, so that the judge can compute its answers too."""
    return [list(pair) for pair in work.make_layers(features, hidden, outputs)]


def exported(work, arrays):
    """The model as the learner exports it."""
    return work.export_model([tuple(pair) for pair in arrays])


def learners(work, onnx, listener, **settings):
    """The learner's service; what its `serve` returns."""
    return work.serve(onnx, listener=listener, **settings)


def no_op(work, listener):
    """FastAPI with one route that does nothing, on the same server: what this machine can do at best."""
    import uvicorn
    import uvloop
    from fastapi import FastAPI, Response

    app = FastAPI()

    @app.get("/live")
    async def live():
        return Response(b"{}", media_type="application/json")

    class Server(uvicorn.Server):
        def capture_signals(self):
            return contextlib.nullcontext()

    async def main():
        server = Server(uvicorn.Config(app, http="httptools", log_level="warning", access_log=False))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
        with socket.socket(fileno=listener) as sock:
            await server.serve(sockets=[sock])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
