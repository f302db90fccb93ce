"""Connections without an address: a process is reached through a socket pair, and each connection is a passed descriptor.

A named socket could be taken over by whoever may write in its folder. Here a server keeps one end of a socket pair, the
accept end, and gives the other, the connect end, to those who may reach it. To connect, a client makes a second socket
pair and passes one descriptor of it over the connect end (SCM_RIGHTS, unix(7)). A connect end is shared by a process and
all that it forks; when the last copy is closed, the server sees the end of the stream.
"""
import contextlib
import socket


def open_channel() -> tuple[socket.socket, socket.socket]:
    """(connect end, accept end). Each request is one packet, so requests of several processes never mix."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def connect(connect_end: socket.socket) -> socket.socket:
    """A new connection to the server. Raises OSError if the server has ended."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with theirs:
        try:
            socket.send_fds(connect_end, [b"c"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
    return ours


def accept(accept_end: socket.socket) -> socket.socket | None:
    """Wait for the next connection. Returns None once every copy of the connect end is closed.

    Raises OSError if a request carries no descriptor.
    """
    message, fds, _, _ = socket.recv_fds(accept_end, 1, 1)
    if fds:
        return socket.socket(fileno=fds[0])
    if message:
        raise OSError("a connection request without a descriptor")
    return None


@contextlib.contextmanager
def inherited(accept_end: socket.socket):
    """The descriptor of the accept end for a child process started in the block; closed here after the block."""
    try:
        yield accept_end.fileno()
    finally:
        accept_end.close()
