"""Doors: how a process lets others connect to it without a name in the file system that somebody could take over.

Two ends of a socket pair. Whoever has the outer end knocks: it makes a connection, and sends one side of it through the
door. The process behind the inner end takes that side out, and the two talk. Many may share an outer end (a process and
all that it forks); when the last of them is gone the door is shut, which the process behind it can tell.
"""
import contextlib
import socket


def make_door() -> tuple[socket.socket, socket.socket]:
    """The outer and the inner end. Each knock is one packet, so those of several processes never mix."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def knock(outer: socket.socket) -> socket.socket:
    """A new connection to the process behind the door. Raises OSError where nobody is there any more."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with theirs:
        try:
            socket.send_fds(outer, [b"k"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
    return ours


def open_door(inner: socket.socket) -> socket.socket | None:
    """Wait for a knock and return its connection; None where the door is shut for good."""
    message, fds, _, _ = socket.recv_fds(inner, 1, 1)
    if fds:
        return socket.socket(fileno=fds[0])
    if message:
        raise OSError("a knock that brought no connection")
    return None


@contextlib.contextmanager
def inherited(inner: socket.socket):
    """While a child is started: the end that it inherits, which this process then has no more."""
    try:
        yield inner.fileno()
    finally:
        inner.close()
