"""The monitored model as a service: the exporter of 3.3, on a port. Given; run by `grader smoke monitoring`.

GET /metrics is the exposition. POST /predict takes {"label": class} and counts it, as a prediction would. POST /update takes
{"distances": {feature: D}, "accuracy": a} and sets them, as the drift monitor does after each window; so a drill can let the
model drift, and come back.
"""
import asyncio
import json
import signal
import socket
import time
from collections.abc import Sequence

HEAD = b"HTTP/1.1 %d X\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
SECONDS = 5  # for a request to come


def serve(features: Sequence[str], classes: Sequence[str], *, listener: int) -> bool:
    """Serve on the socket with the descriptor `listener` until SIGTERM."""
    from .exporter import Exporter

    exporter = Exporter(features=features, classes=classes)

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/metrics":
            return 200, exporter.exposition()
        if path == "/predict":
            exporter.predicted(json.loads(body)["label"])
        if path == "/update":
            told = json.loads(body)
            exporter.updated(told["distances"], accuracy=told["accuracy"], now=time.time())
        return 200, b"ok"

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = next((int(line.partition(":")[2]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
                status, said = answer(head.split(" ")[1], await reader.readexactly(length))
                writer.write(HEAD % (status, len(said)) + said)
                await writer.drain()
        except (TimeoutError, EOFError, OSError):
            pass  # a client that has gone
        finally:
            writer.close()

    async def main() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        server = await asyncio.start_server(connected, sock=socket.socket(fileno=listener))
        await ended.wait()
        server.close()

    asyncio.run(main())
    return True
