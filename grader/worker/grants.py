"""What a worker may do beyond computing: nothing, unless `grants` in course.yml names it.

    processes    start processes and signal them      loopback    sockets on this machine
    compiler     processes, to compile                service     answer on the one socket that the judge has made

Here a refusal is explained, in any worker; in the sandbox of a class the system call filter enforces it (sandbox/confine.py).
"""
import subprocess
import sys

from grader.worker.policy.seal import opaque

EVENTS = {  # of Python's audit hooks, by the grant that allows them
    "processes": ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen",
                  "pty.spawn", "os.kill", "os.killpg"),
    "loopback": ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"),
}
LISTENER = 4  # the descriptor of the socket that a worker serves on
IMPLIED = {"compiler": ["processes"]}
UNHEARD = "_posixsubprocess"  # starts processes, and no audit event is raised


def refuse_what_is_not_granted(grants: list[str]) -> None:
    """From here on, refuse processes and sockets that are not granted, with PermissionError and one sentence."""
    allowed = {*grants, *(implied for grant in grants for implied in IMPLIED.get(grant, []))}
    refused = {event for grant, events in EVENTS.items() if grant not in allowed for event in events}

    def refuse(what, *_, **__):
        raise PermissionError(f"{what} is not for an exercise: a worker computes and nothing else")

    def hook(event, args):
        if event in refused:
            refuse(event)
        if event == "import" and "subprocess.Popen" in refused and str(args[0]).rpartition(".")[2] == UNHEARD:
            refuse(UNHEARD)

    if "subprocess.Popen" in refused:
        replacement = opaque(lambda *_: refuse(f"{UNHEARD}.fork_exec"))
        sys.modules[UNHEARD].fork_exec = subprocess._fork_exec = replacement
    sys.addaudithook(hook)
