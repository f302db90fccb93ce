"""The zygote: a process with the libraries loaded that forks one worker for each connection.

    judge ──connect──> zygote ──fork──> worker
      └────────────── wire ───────────────┘

The judge connects, sends the worker's end of the wire, the place for its prints, and the limits. The zygote answers
with the worker's pid and, should the worker end by itself, with how it ended. When the judge closes the connection,
or dies, the worker and whatever it started are killed: nothing outlives its connection.

Run as `python -P -m grader.worker.zygote SOCKET [module …]`; the modules are imported before the first fork.
"""
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import warnings

from grader.worker import processes, stand_ins
from grader.worker.serve import serve


def main(path: str, preload: list[str]) -> None:
    processes.die_with_parent()
    processes.adopt_orphans()
    warnings.simplefilter("ignore")
    for name in preload:
        importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # a pool of threads does not survive a fork
    stand_ins.prepare()
    gc.collect()
    gc.freeze()

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    child_ended_r, child_ended_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(child_ended_w, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the learner's terminal is the client's business
    print("ready", flush=True)

    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(child_ended_r, selectors.EVENT_READ)
    workers: dict[socket.socket, int] = {}  # connection -> pid
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                pid = start_worker(connection, [listener, *workers])
                if pid:
                    workers[connection] = pid
                    selector.register(connection, selectors.EVENT_READ)
            elif key.fileobj == child_ended_r:
                os.read(child_ended_r, 4096)
            elif key.fileobj in workers:  # the judge closed, or is gone
                if pid := workers.pop(key.fileobj):
                    processes.kill_tree(pid)
                selector.unregister(key.fileobj)
                key.fileobj.close()
        bury(workers)


def start_worker(connection: socket.socket, others: list[socket.socket]) -> int:
    """Read what the judge sends on `connection`, fork, and tell it the pid. 0 where the judge changed its mind."""
    try:
        message, fds, _, _ = socket.recv_fds(connection, 4096, 2)
        limits = json.loads(message)
        wire_fd, prints_fd = fds
    except (OSError, ValueError):
        connection.close()
        return 0
    pid = os.fork()
    if pid == 0:
        try:
            for other in [connection, *others]:
                other.close()
            become_worker(wire_fd, prints_fd, limits)
        finally:
            os._exit(1)
    os.close(wire_fd)
    os.close(prints_fd)
    connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    return pid


def become_worker(wire_fd: int, prints_fd: int, limits: dict) -> None:
    processes.die_with_parent()
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(prints_fd, 1)
    os.dup2(prints_fd, 2)
    os.dup2(wire_fd, 3)
    os.closerange(4, 256)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    if limits.get("cpu") is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {limits["cpu"]})
    processes.limit_files(megabytes=16)
    processes.limit_memory(limits["memory_mb"])
    forbid_processes(limits.get("grants", []))
    with socket.socket(fileno=3) as wire:
        serve(wire)
    os._exit(0)


def forbid_processes(grants: list[str]) -> None:
    """Refuse, in one sentence, what a worker is not there for: it computes. (A sandbox enforces it; this explains.)"""
    doors = {"processes": ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system",
                           "subprocess.Popen", "pty.spawn", "os.kill", "os.killpg"),
             "loopback": ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")}
    if "compiler" in grants:
        grants = [*grants, "processes"]
    closed = {event for grant, events in doors.items() if grant not in grants for event in events}

    def hook(event, args):
        if event in closed:
            raise PermissionError(f"{event} is not for an exercise: a worker computes and nothing else")

    sys.addaudithook(hook)


def bury(workers: dict[socket.socket, int]) -> None:
    """Collect the dead, tell their judges how they ended, and kill strays: children that nobody connected for."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        for connection, worker in workers.items():
            if worker == pid:
                workers[connection] = 0  # the number may be another process's tomorrow
                try:
                    connection.sendall(json.dumps({"ended": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
                except OSError:
                    break
    for child in processes.children():
        if child not in workers.values():
            processes.kill_tree(child)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
