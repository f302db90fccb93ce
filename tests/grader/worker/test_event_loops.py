"""asyncio.run in a worker, which may open no socket."""
import subprocess
import sys

from grader.judge import expect
from grader.records.verdict import Status

# Wakes a loop in each way there is: from a thread, by a timer, by a signal; and leaves no open file behind.
PROGRAM = '''
import asyncio, os, signal, socket

def refuse(*arguments, **options):
    raise PermissionError("a socket")

socket.socket = socket.socketpair = refuse

async def everything():
    loop, signalled = asyncio.get_running_loop(), asyncio.Event()
    of_a_thread = await asyncio.to_thread(sum, [1, 2])
    await asyncio.sleep(0.001)
    loop.add_signal_handler(signal.SIGUSR1, signalled.set)
    signal.raise_signal(signal.SIGUSR1)
    await signalled.wait()
    for _ in range(100_000):  # more than a pipe holds
        loop._write_to_self()
    return of_a_thread

def first(x):
    before = len(os.listdir("/proc/self/fd"))
    results = [asyncio.run(everything()) for _ in range(3)]
    loop = asyncio.SelectorEventLoop()
    loop.close()
    loop.close()
    return sum(results) + len(os.listdir("/proc/self/fd")) - before
'''


def test_a_loop_without_sockets_can_be_woken_in_every_way():
    program = f"from grader.worker.event_loops import wake_by_pipe\nwake_by_pipe()\n{PROGRAM}\nprint(first(0))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("9\n", "")


def test_a_worker_has_it(judge):
    def is_nine(work):
        """It is nine."""
        expect(work.first(0), equals=9)

    assert judge(PROGRAM, is_nine).status == Status.PASSED
