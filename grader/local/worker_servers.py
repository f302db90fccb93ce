"""The workers' fork servers of a local server: started when first needed, at most four kept, lost ones replaced.

    judge ──"torch"──> local server ──starts──> workers' fork server
      └──── its connect end, when it is ready ────┘

A judge has the connect ends of the fork servers that were ready when it was forked. It tells the local server which it
uses, and asks for any other. A fork server that goes to make room, or for which a judge still has a connect end, ends
with the last judge that could use it.
"""
import contextlib
import json
import socket

from grader.ipc import fd_passing
from grader.worker.launch import Libraries, WorkerForkServer

MOST = 4
IMPORT_FAILED = 1  # the exit code of Python after an exception


class WorkerServers:
    """The fork servers, in the process that starts them: the local server."""

    def __init__(self):
        self.kept: dict[Libraries, WorkerForkServer] = {}  # the least recently used first
        self.leaving: list[WorkerForkServer] = []          # they end with the last judge that could use them
        self.waiting: list[tuple[Libraries, socket.socket]] = []
        self.ask_end, self.hear_end = fd_passing.open_channel()
        self.hear_end.setblocking(False)

    def need(self, libraries: Libraries) -> None:
        """Start a fork server unless it runs already. The least recently used goes if there are more than MOST."""
        fork_server = self.kept.pop(libraries, None)
        if fork_server is not None and fork_server.ended:
            fork_server.end()
            fork_server = None
        self.kept[libraries] = fork_server or WorkerForkServer(libraries)
        while len(self.kept) > MOST:
            oldest = next(iter(self.kept))
            self.reply(oldest, b"ready", self.kept[oldest])  # who waits for it keeps it running
            self.leaving.append(self.kept.pop(oldest))
            self.leaving[-1].connect_end.close()

    def watched(self) -> list:
        """What is readable when `settle` has something to do."""
        return [self.hear_end, *(each.process.stdout for each in self.kept.values() if not each.is_ready())]

    def settle(self) -> None:
        """Hear what judges need, answer those whose fork server is ready or failed, and forget those that ended."""
        with contextlib.suppress(BlockingIOError):
            while True:
                message, fds, _, _ = socket.recv_fds(self.hear_end, 4096, 1)
                libraries = tuple(json.loads(message))
                if fds:
                    self.waiting.append((libraries, socket.socket(fileno=fds[0])))
                self.need(libraries)
        for libraries, fork_server in list(self.kept.items()):
            if fork_server.is_ready() and not fork_server.ended:
                self.reply(libraries, b"ready", fork_server)
            elif fork_server.ended:
                failed = not fork_server.is_ready() and fork_server.process.returncode == IMPORT_FAILED
                self.reply(libraries, b"missing" if failed else b"")
                self.kept.pop(libraries).end()
        for fork_server in [each for each in self.leaving if each.ended]:
            self.leaving.remove(fork_server)
            fork_server.end()

    def reply(self, libraries: Libraries, word: bytes, fork_server: WorkerForkServer | None = None) -> None:
        """Answer the judges that wait for `libraries`; those that get no word must ask again."""
        for asker in [asker for wanted, asker in self.waiting if wanted == libraries]:
            with asker, contextlib.suppress(OSError):  # the judge may have ended
                if word:
                    socket.send_fds(asker, [word], [fork_server.connect_end.fileno()] if fork_server else [])
        self.waiting = [each for each in self.waiting if each[0] != libraries]

    def for_judge(self) -> "JudgesWorkerServers":
        """In a judge: what it knows of the fork servers."""
        ready = {libraries: each.connect_end for libraries, each in self.kept.items() if each.is_ready()}
        return JudgesWorkerServers(ready, self.ask_end)

    def end(self) -> None:
        for fork_server in [*self.kept.values(), *self.leaving]:
            fork_server.end()


class JudgesWorkerServers:
    """The fork servers as a judge knows them: {libraries: connect end}, of which it asks for those that are missing."""

    def __init__(self, known: dict[Libraries, socket.socket], ask_end: socket.socket):
        self.known, self.ask_end = known, ask_end

    def get(self, libraries: Libraries) -> socket.socket | None:
        """The connect end; None if a library cannot be imported. Raises ForkServerLostError."""
        message = json.dumps(libraries).encode()
        if libraries in self.known:
            with contextlib.suppress(BlockingIOError):  # that it was used is not worth waiting for
                self.ask_end.send(message, socket.MSG_DONTWAIT)
            return self.known[libraries]
        # Not at the top: this module is imported before the first fork server is started, and the judge takes long.
        from grader.judge.link import FORK_SERVER_SECONDS, ForkServerLostError

        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self.ask_end, [message], [theirs.fileno()])
            ours.settimeout(FORK_SERVER_SECONDS)
            try:
                word, fds, _, _ = socket.recv_fds(ours, 16, 1)
            except OSError:
                raise ForkServerLostError from None
        if not word:
            raise ForkServerLostError
        if fds:
            self.known[libraries] = socket.socket(fileno=fds[0])
        return self.known.get(libraries)
