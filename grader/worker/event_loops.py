"""Event loops without a socket, so that `asyncio.run` works where a worker may open none.

A loop that waits for files or timers is woken by a byte that it sends itself: from another thread
(`call_soon_threadsafe`) or in a signal handler. CPython makes a pair of sockets for this. Here it is a pipe, which every
worker may have. So the system call filter stays as it is: a pair of sockets could carry open files (SCM_RIGHTS), of which the
kernel counts how many are under way for all of a user's processes together.
"""
import asyncio.selector_events
import os
from typing import BinaryIO


class SelfPipe:
    """What `BaseSelectorEventLoop` calls to make, write, read and close what wakes it, with a pipe in the sockets' place."""

    _ssock: BinaryIO | None
    _csock: BinaryIO | None

    def _make_self_pipe(self) -> None:
        self._ssock, self._csock = (open(end, mode, buffering=0)
                                    for end, mode in zip(os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC), ("rb", "wb")))
        self._internal_fds += 1
        self._add_reader(self._ssock.fileno(), self._read_from_self)

    def _write_to_self(self) -> None:
        end = self._csock  # another thread may close it meanwhile
        try:
            if end is not None:
                end.write(b"\0")
        except (OSError, ValueError):  # ValueError: it is closed. A full pipe wakes the loop as well, and returns None.
            return

    def _read_from_self(self) -> None:
        while data := self._ssock.read(4096):  # None: there is no more now
            self._process_self_data(data)


def wake_by_pipe() -> None:
    """From here on, each event loop of this process, and of those that are forked from it, wakes itself by a pipe."""
    for name, method in vars(SelfPipe).items():
        if callable(method):
            setattr(asyncio.selector_events.BaseSelectorEventLoop, name, method)
