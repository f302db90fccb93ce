"""The service, whole: what the exercises of this project make, put together. Given; run by `grader smoke` and `grader deploy`.

    a request ──> GracefulShutdown ──> LogRequests ──> MeasureRequests ──> app ──> Batcher ──> a session of ONNX Runtime
                  (3.2.7)              (3.2.5)         (3.2.6)             (3.2.4)  (3.2.3)     (3.2.1, 3.2.2)

The model is small and made at run time: layers of a perceptron, as arrays. One process, one event loop; the session
computes in a thread beside it, so that the loop goes on answering while it does.
"""
import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]  # (weights (inputs, outputs), bias (outputs,)) of each layer
FEATURES = 16       # of the model that is served where nothing else is said
LARGEST = 1e6       # of an input's absolute value; what is beyond is taken for this
CONNECTIONS = 1024  # that wait until they are accepted


def make_layers(features: int, hidden: int, outputs: int, *, seed: int = 0) -> Layers:
    """Random layers of a perceptron with two hidden layers, float32; small weights, so that the answers are of order one."""
    rng = np.random.default_rng(seed)
    sizes = [features, hidden, hidden, outputs]
    return [((rng.normal(size=(given, made)) / given ** 0.5).astype(np.float32), (0.1 * rng.normal(size=made)).astype(np.float32))
            for given, made in zip(sizes, sizes[1:])]


def export_model(layers: Layers) -> bytes:
    """The perceptron as an ONNX model for any batch, by the learner's export; ReLU between the layers."""
    import torch

    from .export import export

    modules: list[torch.nn.Module] = []
    for weights, bias in layers:
        linear = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T.copy()))  # (outputs, inputs), as torch keeps them
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    return export(model, torch.zeros(2, layers[0][0].shape[0]))


class Model:
    """A session that computes in a thread of its own. `await model(rows)` for a list of rows; a list of answers.

    For drills: it takes `pause` seconds more for each batch, and raises ValueError for a batch with the number `poison` in it.
    """

    def __init__(self, onnx: bytes, *, pause: float = 0.0, poison: float | None = None):
        from .session import open_session, predict, session_options
        self.session, _ = open_session(onnx, session_options(threads=1), [])
        self.predict, self.pause, self.poison = predict, pause, poison
        self.thread = ThreadPoolExecutor(1)
        self.features: int = self.session.get_inputs()[0].shape[1]

    def compute(self, rows: list[list[float]]) -> list[list[float]]:
        x = np.clip(np.asarray(rows), -LARGEST, LARGEST).astype(np.float32)  # (rows, features)
        if self.poison is not None and self.poison in x:
            raise ValueError("a row is poisoned")
        return self.predict(self.session, x).tolist()

    async def __call__(self, rows: list[list[float]]) -> list[list[float]]:
        answers = await asyncio.get_running_loop().run_in_executor(self.thread, self.compute, rows)
        if self.pause:  # leaves the core to others
            await asyncio.sleep(self.pause)
        return answers


def make_service(model: Model, *, max_batch: int, max_wait: float, max_queue: int, timeout: float, max_body: int):
    """The FastAPI application with everything around it but the shutdown."""
    from fastapi import Response

    from .app import create_app
    from .batcher import Batcher
    from .logs import LogRequests, make_logger
    from .metrics import MeasureRequests, Metrics

    metrics = Metrics()

    async def run(rows: list[list[float]]) -> list[list[float]]:
        metrics.record_batch(len(rows))
        return await model(rows)

    batcher = Batcher(run, max_batch=max_batch, max_wait=max_wait, max_queue=max_queue)
    metrics.watch_queue(lambda: batcher.waiting)

    @contextlib.asynccontextmanager
    async def lifespan(_) -> AsyncIterator[None]:
        yield
        await batcher.close()  # every request that it accepted has its answer

    app = create_app(batcher.submit, features=model.features, timeout=timeout, max_body=max_body, lifespan=lifespan)

    @app.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        text, content_type = metrics.render()
        return Response(text, media_type=content_type)

    app.add_middleware(MeasureRequests, metrics=metrics)
    app.add_middleware(LogRequests, logger=make_logger(sys.stdout))  # the last added is outermost
    return app


def serve(onnx: bytes, *, listener: int, max_batch: int = 32, max_wait: float = 0.002, max_queue: int = 1024,
          timeout: float = 10.0, max_body: int = 65_536, pause: float = 0.0, poison: float | None = None, notice: float = 0.2,
          grace: float = 10.0) -> bool:
    """Serve on the socket with the descriptor `listener` until SIGTERM; whether every accepted request had its answer."""
    import uvicorn

    from .shutdown import GracefulShutdown

    class Server(uvicorn.Server):
        def capture_signals(self):
            return contextlib.nullcontext()  # SIGTERM is GracefulShutdown's

    async def main() -> bool:
        app = make_service(Model(onnx, pause=pause, poison=poison), max_batch=max_batch, max_wait=max_wait, max_queue=max_queue,
                           timeout=timeout, max_body=max_body)
        guarded = GracefulShutdown(app, notice=notice, grace=grace)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, guarded.begin)
        server = Server(uvicorn.Config(guarded, interface="asgi3", http="httptools", log_level="warning", access_log=False, lifespan="on",
                                       backlog=CONNECTIONS, timeout_graceful_shutdown=1))
        with socket.socket(fileno=listener) as sock:
            serving = asyncio.create_task(server.serve(sockets=[sock]))
            finishing = asyncio.create_task(guarded.finished())
            await asyncio.wait({serving, finishing}, return_when=asyncio.FIRST_COMPLETED)
            answered = finishing.done() and finishing.result()
            server.should_exit = True
            await serving
            finishing.cancel()
        return answered

    import uvloop
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


if __name__ == "__main__":
    # python -m exercises.p3_systems.serving.service: the service by itself, as in the image (infra/Dockerfile).
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser(description="Serve a small model, or write it to a file.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--model", type=Path, help="serve this ONNX file; torch is not needed then")
    parser.add_argument("--export", type=Path, help="write the model there, and do not serve")
    chosen = parser.parse_args()
    model = chosen.model.read_bytes() if chosen.model else export_model(make_layers(FEATURES, 64, 4))
    if chosen.export:
        chosen.export.write_bytes(model)
        sys.exit(0)
    listening = socket.create_server((chosen.host, chosen.port), backlog=CONNECTIONS)
    sys.exit(0 if serve(model, listener=listening.detach()) else 1)
