"""The workers' fork server: it has the libraries loaded, and forks one worker for each connection.

    judge ──connects──> fork server ──fork──> worker
      └─────────────── wire ────────────────┘

The judge connects and sends the worker's end of the wire, a pipe for its stdout and stderr, and its limits. The fork
server answers with the worker's pid. Asked for it, it answers with the CPU time that the worker has used. Where the worker
ends by itself, it says how. When the judge closes the connection, or dies, the worker and all that the worker started are
killed. When nobody is left who could connect, the fork server ends.

Run as `python -P -m grader.worker.fork_server JSON`, with the descriptor of its accept end, the modules to import before
the first fork, and, inside a sandbox, how workers are confined.
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

from grader.ipc import fd_passing
from grader.sandbox import processes
from grader.worker import policy
from grader.worker.serve import serve


def main(accept_fd: int, libraries: list[str], confinement: dict | None = None) -> None:
    processes.adopt_orphans()
    warnings.simplefilter("ignore")
    for name in libraries:
        importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # a pool of threads does not survive a fork
    policy.prepare()
    confine = None
    if confinement is not None:
        from grader.sandbox.confine import Confinement
        confine = Confinement(**confinement)
        processes.hide_from_others()
    gc.collect()
    gc.freeze()

    accept_end = socket.socket(fileno=accept_fd)
    child_ended_r, child_ended_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(child_ended_w, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the learner's terminal is the client's business
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
            elif key.fileobj in workers and not tell_cpu(key.fileobj, workers[key.fileobj]):
                if pid := workers.pop(key.fileobj):
                    processes.kill_tree(pid)
                selector.unregister(key.fileobj)
                key.fileobj.close()
        reap(workers)


def leave(workers: dict[socket.socket, int]) -> None:
    """End the last workers, and say what all of them have used."""
    for pid in filter(None, workers.values()):
        processes.kill_tree(pid)
        os.waitpid(pid, 0)
    print(json.dumps({"cpu_seconds": processes.cpu_seconds_with_children()}), flush=True)


def tell_cpu(connection: socket.socket, pid: int) -> bool:
    """Answer a judge that asks for its worker's CPU time. False where it closed the connection, or is gone."""
    try:
        if not connection.recv(64):
            return False
        connection.sendall(json.dumps({"cpu": processes.cpu_seconds(pid) if pid else 0.0}).encode() + b"\n")
        return True
    except OSError:
        return False


def start_worker(connection: socket.socket, others: list[socket.socket], confine) -> int:
    """Read what the judge sends on `connection`, fork, and tell it the pid. 0 where the judge changed its mind."""
    try:
        message, fds, _, _ = socket.recv_fds(connection, 4096, 2)
        limits = json.loads(message)
        wire_fd, stdout_fd = fds
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
            become_worker(wire_fd, stdout_fd, limits, confine)
        finally:
            os._exit(1)
    os.close(wire_fd)
    os.close(stdout_fd)
    try:
        connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    except OSError:
        pass  # gone already: its end of the connection says so to the loop
    return pid


def become_worker(wire_fd: int, stdout_fd: int, limits: dict, confine) -> None:
    processes.die_with_parent()
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(stdout_fd, 1)
    os.dup2(stdout_fd, 2)
    os.dup2(wire_fd, 3)
    os.closerange(4, 256)
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
        forbid_processes(grants)
        serve(wire)
    os._exit(0)


def forbid_processes(grants: list[str]) -> None:
    """Refuse, in one sentence, what a worker is not there for: it computes. (A sandbox enforces it; this explains.)"""
    gates = {"processes": ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system",
                           "subprocess.Popen", "pty.spawn", "os.kill", "os.killpg"),
             "loopback": ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")}
    if "compiler" in grants:
        grants = [*grants, "processes"]
    closed = {event for grant, events in gates.items() if grant not in grants for event in events}

    def hook(event, args):
        if event in closed:
            raise PermissionError(f"{event} is not for an exercise: a worker computes and nothing else")

    sys.addaudithook(hook)


def reap(workers: dict[socket.socket, int]) -> None:
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
    main(**json.loads(sys.argv[1]))
