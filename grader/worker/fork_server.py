"""The workers' fork server: it loads the libraries once, and forks one worker for each connection.

    judge ──connects──> fork server ──fork──> worker
      └─────────────── wire ────────────────┘

The judge connects and sends the worker's end of the wire, a pipe for the worker's stdout and stderr, its limits and, for
a worker that serves, the socket to serve on. The fork server replies with the worker's pid. Each later byte of the judge
is an order (ORDERS): to the first it replies with the CPU time that the worker has used, and with the time that it waited
for a core; the others are signals for the worker, which nobody else may send. If the worker ends, the fork server sends its exit code (-n if signal n ended it). When the judge
closes the connection or dies, the fork server kills the worker and all that the worker started. When every copy of the
connect end is closed, the fork server ends.

Run as `python -P -m grader.worker.fork_server JSON`. The JSON holds the arguments of `main`: the descriptor of the
accept end, the modules to import before the first fork, and, in a sandbox, how workers are confined. The fork server
prints "ready" when it is, and at its end the CPU time used in all, as JSON.
"""
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import warnings

from grader.ipc import fd_passing
from grader.sandbox import processes
from grader.worker import policy, pristine
from grader.worker.event_loops import wake_by_pipe
from grader.worker.first_use import use_once
from grader.worker.grants import LISTENER, refuse_what_is_not_granted
from grader.worker.serve import serve

ASK_USED = b"?"
ORDERS = {b"T": signal.SIGTERM, b"I": signal.SIGINT, b"K": signal.SIGKILL}


def main(accept_fd: int, libraries: list[str], confinement: dict | None = None) -> None:
    processes.adopt_orphans()
    warnings.simplefilter("ignore")
    for name in libraries:
        importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # a pool of threads does not survive a fork
    confine = None
    if confinement is not None:
        from grader.sandbox.confine import Confinement
        confine = Confinement(**confinement)
        processes.hide_from_others()
    use_once()
    wake_by_pipe()
    pristine.prepare()
    policy.prepare()
    gc.collect()
    gc.freeze()

    accept_end = socket.socket(fileno=accept_fd)
    child_ended_r, child_ended_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(child_ended_w, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the learner's terminal is handled by the client
    print("ready", flush=True)

    selector = selectors.DefaultSelector()
    selector.register(accept_end, selectors.EVENT_READ)
    selector.register(child_ended_r, selectors.EVENT_READ)
    workers: dict[socket.socket, int] = {}  # connection -> pid
    while True:
        for key, _ in selector.select():
            if key.fileobj is accept_end:
                connection = fd_passing.accept(accept_end)
                if connection is None:
                    return leave(workers)
                if pid := start_worker(connection, [accept_end, *workers], confine):
                    workers[connection] = pid
                    selector.register(connection, selectors.EVENT_READ)
            elif key.fileobj == child_ended_r:
                os.read(child_ended_r, 4096)
            elif key.fileobj in workers and not obey(key.fileobj, workers[key.fileobj]):
                if pid := workers.pop(key.fileobj):
                    processes.kill_tree(pid)
                selector.unregister(key.fileobj)
                key.fileobj.close()
        reap(workers)


def leave(workers: dict[socket.socket, int]) -> None:
    """End the workers that are left, and print the CPU time of this process and all workers."""
    for pid in filter(None, workers.values()):
        processes.kill_tree(pid)
        os.waitpid(pid, 0)
    print(json.dumps({"cpu_seconds": processes.cpu_seconds_with_children()}), flush=True)


def obey(connection: socket.socket, pid: int) -> bool:
    """Carry out what the judge orders; `pid` is its worker's, 0 if that has ended.

    Returns False if the judge closed the connection or has ended.
    """
    try:
        orders = connection.recv(64)
        for order in (orders[at:at + 1] for at in range(len(orders))):
            if order in ORDERS and pid:
                processes.kill(pid, ORDERS[order])
            elif order == ASK_USED:
                cpu, queued = (processes.cpu_seconds(pid), processes.queued_seconds(pid)) if pid else (0.0, 0.0)
                connection.sendall(json.dumps({"used": [cpu, queued]}).encode() + b"\n")
        return bool(orders)
    except OSError:
        return False


def start_worker(connection: socket.socket, others: list[socket.socket], confine) -> int:
    """Read the judge's message on `connection`, fork, and send back the worker's pid.

    Returns the pid; 0 if there was no valid message, such as when the judge has closed the connection. The new worker
    closes `others`, the sockets that only the fork server uses.
    """
    try:
        message, fds, _, _ = socket.recv_fds(connection, 4096, 3)
        limits = json.loads(message)
        wire_fd, stdout_fd, *listener_fd = fds
    except (OSError, ValueError):
        connection.close()
        return 0
    if confine is not None:
        confine.prepare(limits.get("grants", []))
    pid = os.fork()
    if pid == 0:
        try:
            for other in [connection, *others]:
                other.close()
            become_worker(wire_fd, stdout_fd, limits, confine, *listener_fd)
        finally:
            os._exit(1)
    for fd in fds:
        os.close(fd)
    try:
        connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    except OSError:
        pass  # the judge is gone; the loop in main sees the closed connection
    return pid


def become_worker(wire_fd: int, stdout_fd: int, limits: dict, confine, listener_fd: int | None = None) -> None:
    processes.die_with_parent()
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if listener_fd is not None:
        listener_fd = fcntl.fcntl(listener_fd, fcntl.F_DUPFD, 16)  # out of the way of the numbers below
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(stdout_fd, 1)
    os.dup2(stdout_fd, 2)
    os.dup2(wire_fd, 3)
    if listener_fd is not None:
        os.dup2(listener_fd, LISTENER)
    os.closerange(LISTENER + (listener_fd is not None), 256)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    if limits.get("cpu") is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {limits["cpu"]})
    grants = limits.get("grants", [])
    processes.limit_files(megabytes=16)
    processes.limit_memory(limits["memory_mb"])
    with socket.socket(fileno=3) as wire:
        if confine is not None:
            confine.worker(grants, limits["memory_mb"])
        refuse_what_is_not_granted(grants)
        serve(wire)
    os._exit(0)


def reap(workers: dict[socket.socket, int]) -> None:
    """Collect ended children, send workers' exit codes to their judges, and kill all children that are no workers."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        for connection, worker in workers.items():
            if worker == pid:
                workers[connection] = 0  # the pid may be given to another process
                try:
                    connection.sendall(json.dumps({"ended": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
                except OSError:
                    break
    for child in processes.children():
        if child not in workers.values():
            processes.kill_tree(child)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
