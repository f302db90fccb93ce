"""A small HTTP/1.1 client that asks a service on this machine. Each wait has an end, and nothing that comes is trusted.

It opens a connection for each question, or keeps one open for several (`Connection`), and can send a request in pieces:
what a service does with a slow or a broken client is a question too.
"""
import asyncio
import json
import socket
import time
from dataclasses import dataclass

LARGEST_ANSWER = 8 << 20  # bytes
LONGEST_HEAD = 1 << 16
HERE = "127.0.0.1"
SECONDS = 20.0            # for an answer, unless the question says otherwise


class NoAnswerError(Exception):
    """No whole answer came. `why` is "refused", "closed", "late" or "malformed"."""

    def __init__(self, why: str, message: str):
        super().__init__(message)
        self.why = why


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # by their names in lower case
    body: bytes
    seconds: float           # from the question's last byte to the answer's last

    def json(self):
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def closes(self) -> bool:
        """Whether the service says that it will close the connection."""
        return self.headers.get("connection", "").lower() == "close"


def request_bytes(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    lines = {"host": HERE, **({"content-type": "application/json", "content-length": str(len(body))} if body else {}),
             **(headers or {})}
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode("latin-1") + b"\r\n" + body


class Connection:
    """A connection to a service. Its questions are asked one after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self.asked_at = time.perf_counter()

    @classmethod
    async def open(cls, port: int, seconds: float = SECONDS) -> "Connection":
        """Raises NoAnswerError."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (HERE, port))
                return cls(*await asyncio.open_connection(sock=sock, limit=LONGEST_HEAD))
        except TimeoutError:
            sock.close()
            raise NoAnswerError("late", f"no connection was made in {seconds:g} seconds") from None
        except OSError:
            sock.close()
            raise NoAnswerError("refused", "the connection was refused") from None

    async def send(self, data: bytes, seconds: float = SECONDS) -> None:
        """Send these bytes. A service that has closed the connection may have answered before: ask for it."""
        self.asked_at = time.perf_counter()
        try:
            async with asyncio.timeout(seconds):
                self.writer.write(data)
                await self.writer.drain()
        except TimeoutError:
            raise NoAnswerError("late", f"the service did not read the request in {seconds:g} seconds") from None
        except OSError:
            return

    async def answer(self, seconds: float = SECONDS, head_only: bool = False) -> Answer:
        """The next answer. Raises NoAnswerError."""
        try:
            async with asyncio.timeout(seconds):
                return await self._read(head_only)
        except TimeoutError:
            raise NoAnswerError("late", f"no answer came in {seconds:g} seconds") from None
        except (OSError, EOFError):
            raise NoAnswerError("closed", "the connection was closed before an answer came") from None
        except ValueError as error:
            raise NoAnswerError("malformed", f"what came is no HTTP answer ({error})"[:200]) from None

    async def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
                  seconds: float = SECONDS) -> Answer:
        await self.send(request_bytes(method, path, body, headers), seconds)
        return await self.answer(seconds, head_only=method == "HEAD")

    async def _read(self, head_only: bool) -> Answer:
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise ValueError("its head is too long") from None
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status, *_ = [*first.split(" ", 2), "", ""]
        if not version.startswith("HTTP/1.") or len(status) != 3 or not status.isdigit():
            raise ValueError(f"it begins with {first[:40]!r}")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        if head_only or int(status) in (204, 304):
            body = b""
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            body = await self._chunks()
        elif "content-length" in headers:
            body = await self.reader.readexactly(within(int(headers["content-length"])))
        else:
            body = await self.reader.read(LARGEST_ANSWER)
        return Answer(int(status), headers, body, time.perf_counter() - self.asked_at)

    async def _chunks(self) -> bytes:
        whole = bytearray()
        while size := within(int((await self.reader.readuntil(b"\r\n")).partition(b";")[0], 16)):
            whole += await self.reader.readexactly(size)
            within(len(whole))
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return bytes(whole)

    def close(self) -> None:
        self.writer.close()


def within(size: int) -> int:
    if not 0 <= size <= LARGEST_ANSWER:
        raise ValueError(f"a body of {size} bytes")
    return size


async def ask(port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
              seconds: float = SECONDS) -> Answer:
    """Ask once, on a connection of its own. Raises NoAnswerError."""
    connection = await Connection.open(port, seconds)
    try:
        return await connection.ask(method, path, body, headers, seconds)
    finally:
        connection.close()
