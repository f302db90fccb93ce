"""Services for the tests of judge/service.py: they answer with what `first` of the exercise gives, or tell what they tried."""
import asyncio
import errno
import json
import os
import signal
import socket
import sys


def answering(work, listener, greeting="", tried=()):
    """Serve until SIGTERM; return how many requests were answered. GET /first/3 -> first(3), GET /tried -> attempts."""
    served = 0

    async def connected(reader, writer):
        nonlocal served
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ")[1].decode()
                if path == "/print":
                    sys.stdout.write("a line of a log\n" * 50_000)
                    said = "printed"
                elif path == "/tried":
                    said = json.dumps(attempts(tried))
                else:
                    said = f"{greeting}{work.first(int(path.rpartition('/')[2]))}"
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said.encode()))
                await writer.drain()
                served += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main():
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        server = await asyncio.start_server(connected, sock=socket.socket(fileno=listener))
        print("serving", flush=True)
        await stopped.wait()
        server.close()

    asyncio.run(main())
    return served


def never_ready(work, listener):
    raise ValueError("no model there")


def attempts(ports):
    """What a service reaches beside its socket: the name of an attempt, and how it ended."""
    told = {}

    def attempt(name, act):
        try:
            act()
            told[name] = "done"
        except OSError as error:
            told[name] = errno.errorcode.get(error.errno, type(error).__name__)

    for port in ports:
        attempt(f"connect {port}", lambda: socket.create_connection(("127.0.0.1", port), timeout=2))
    attempt("bind", lambda: socket.socket().bind(("127.0.0.1", 0)))
    attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("/run/systemd/notify"))
    attempt("udp", lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53)))
    attempt("resolve", lambda: socket.create_connection(("example.org", 80), timeout=2))
    attempt("signal the parent", lambda: os.kill(os.getppid(), signal.SIGCONT))
    attempt("start a process", os.fork)
    return told
