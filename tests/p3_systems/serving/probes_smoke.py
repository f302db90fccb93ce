"""Services of the smoke check, in a worker: the learner's, and one that does nothing, to hold it against."""
import asyncio
import contextlib
import signal
import socket

import numpy as np


def layers(work, features, hidden, outputs):
    """The arrays of a perceptron, so that the judge can compute its answers too."""
    return [list(pair) for pair in work.make_layers(features, hidden, outputs)]


def exported(work, arrays):
    """The model as the learner exports it: its bytes, as an array, since 31 MB of them cross the wire."""
    return np.frombuffer(work.export_model([tuple(pair) for pair in arrays]), np.uint8)


def learners(work, onnx, listener, **settings):
    """The learner's service; what its `serve` returns."""
    return work.serve(onnx.tobytes(), listener=listener, **settings)


def no_op(work, features, outputs, listener):
    """FastAPI on the same server with a model that does nothing: it reads a row and answers. What this machine can do at best."""
    import uvicorn
    import uvloop
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse
    from pydantic import BaseModel, Field

    app = FastAPI()

    class Inputs(BaseModel):
        inputs: list[float] = Field(min_length=features, max_length=features)

    @app.get("/ready")
    async def ready():
        return {"status": "ready"}

    @app.post("/predict")
    async def predict(body: Inputs):
        return JSONResponse({"outputs": body.inputs[:outputs]})

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
