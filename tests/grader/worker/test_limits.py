"""What a worker may not do: each attack ends in a named verdict, leaves no process behind, and earns nothing.

The worker here is a real one, without the policy (see test_policy.py): what is held here holds against code that got
past it. `judge` (see conftest.py) asserts after each test that nothing is left running.
"""
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.judge import expect, expect_true, link
from grader.judge.link import Link, WorkerError
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import start_fork_server


@pytest.fixture(scope="module")
def fork_server():
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]), prepend=":")
        fork_server = start_fork_server(monkeypatch, "tests.grader.worker.no_policy")
    yield fork_server
    fork_server.end()


def attack(body: str) -> str:
    """An exercise whose function f does what `body` says, and whose g is right."""
    return ("import builtins, ctypes, os, signal, socket, subprocess, sys, threading, time\n"
            "import numpy as np\n"
            "from grader.ipc import wire\n\n\n"
            "def say(value, arrays=()):\n"
            "    tree, _ = wire.encode(value, lambda v: wire.Handle(1, 'x'))\n"
            "    raw(len(tree).to_bytes(4, 'big') + bytes(4) + tree)\n\n\n"
            "def raw(data):\n"
            "    while data:\n"
            "        data = data[os.write(3, data):]\n\n\n"
            "def g(x):\n    return x\n\n\n"
            f"def f():\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n")


def f_is_one(work):
    """f is one."""
    expect(work.f(), equals=1)


def g_is_right(work):
    """g is right."""
    expect(work.g(2.5), equals=2.5)


def g_takes_a_large_array(work):
    """f is one, and g takes a large array."""
    g = work.g  # asked for here, so that the next request is the large one
    expect(work.f(), equals=1)
    large = np.zeros(1_000_000)
    expect(g(large), equals=large)


ENDS = {  # name: (body of f, kind of the failure, words in it, tighter limits)
    "a loop": ("while True: pass", Kind.TIMEOUT, "stopped after 0.2 seconds of computing", {"cpu_seconds": 0.2}),
    "a sleep": ("time.sleep(1000)", Kind.TIMEOUT, "most of them waiting", {"wall_seconds": 0.3}),
    "a C call that heeds nothing": ("sum(range(10**14))", Kind.TIMEOUT, "of computing", {"cpu_seconds": 0.2}),
    "every signal blocked": ("""
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        while True: pass
        """, Kind.TIMEOUT, "of computing", {"cpu_seconds": 0.2}),
    "every exception caught": ("""
        while True:
            try:
                while True: pass
            except BaseException: pass
        """, Kind.TIMEOUT, "of computing", {"cpu_seconds": 0.2}),
    "computing in threads": ("""
        for _ in range(3): threading.Thread(target=lambda: sum(range(10**14))).start()
        threading.Event().wait()
        """, Kind.TIMEOUT, "of computing", {"cpu_seconds": 0.3}),
    "one array of 80 GB": ("np.ones(10**10)", Kind.MEMORY, "MemoryError", {}),
    "memory bit by bit": ("""
        kept = []
        while True: kept.append(b'x' * (1 << 20))
        """, Kind.MEMORY, "MemoryError", {"memory_mb": 50}),
    "a mapping of 80 GB": ("""
        import mmap
        mmap.mmap(-1, 80 << 30)
        """, Kind.EXCEPTION, "Cannot allocate memory", {}),
    "a gigabyte of prints": ("for _ in range(10**6): print('x' * 1000)", Kind.OUTPUT, "after printing 16 KB", {}),
    "prints in one piece": ("sys.stderr.write('x' * 10**8)", Kind.OUTPUT, "after printing", {"memory_mb": 4000}),
    "prints past Python": ("while True: os.write(2, b'x' * 4096)", Kind.OUTPUT, "stopped after printing", {}),
    "os._exit(0)": ("os._exit(0)", Kind.CRASHED, "exit code 0", {}),
    "os._exit(0) in a thread": ("""
        threading.Thread(target=os._exit, args=(0,)).start()
        threading.Event().wait()
        """, Kind.CRASHED, "exit code 0", {}),
    "SIGKILL to itself": ("signal.raise_signal(9)", Kind.MEMORY, "killed by the system", {}),
    "SIGTERM to itself": ("signal.raise_signal(15)", Kind.CRASHED, "Terminated", {}),
    "a stop": ("signal.raise_signal(signal.SIGSTOP)", Kind.TIMEOUT, "waiting", {"wall_seconds": 0.3}),
    "a segmentation fault": ("ctypes.string_at(0)", Kind.CRASHED, "Segmentation fault", {}),
    "an abort": ("os.abort()", Kind.CRASHED, "Aborted", {}),
    "recursion through C": ("""
        sys.setrecursionlimit(10**9)
        class Deep:
            def __repr__(self): return repr(self)
        repr(Deep())
        """, Kind.CRASHED, "Segmentation fault", {}),
    "every file closed": ("os.closerange(0, 256)", Kind.CRASHED, "ended itself", {}),
    "the wire closed": ("""
        os.close(3)
        time.sleep(1000)
        """, Kind.CRASHED, "closed its connection", {}),
    "noise on the wire": ("raw(b'noise' * 100)", Kind.PROTOCOL, "larger than the protocol allows", {}),
    "a reply drop by drop": ("""
        raw(bytes([0, 0, 0, 0, 10, 0, 0, 0]))
        while True:
            raw(b'x')
            time.sleep(0.001)
        """, Kind.TIMEOUT, "stopped after", {"wall_seconds": 0.3}),
    "standard output closed, and a loop": ("""
        os.close(1), os.close(2)
        while True: pass
        """, Kind.TIMEOUT, "of computing", {"cpu_seconds": 0.2}),
    "another process, past Python": ("""
        if ctypes.CDLL(None).fork() == 0: time.sleep(1000)
        time.sleep(1000)
        """, Kind.TIMEOUT, "waiting", {"wall_seconds": 0.3}),
    "an orphan, past Python": ("""
        libc = ctypes.CDLL(None)
        if libc.fork() == 0:
            if libc.fork() == 0:
                os.setsid()
                time.sleep(1000)
            os._exit(0)
        os._exit(0)
        """, Kind.CRASHED, "exit code 0", {}),
}


FORGED = {  # name: (what is sent in the place of a reply, words of the verdict)
    "a frame of noise": ("raw(bytes([0, 0, 0, 2, 0, 0, 0, 0]) + b'\\xc1\\xc1')", "not a frame"),
    "two frames": ("raw(2 * (bytes([0, 0, 0, 1]) + bytes(4) + b'\\x90'))", "more came than one frame"),
    "a list that is no reply": ("say(['fine'])", "neither ok nor error"),
    "a number": ("say(1)", "not a list"),
    "an object": ("say(object())", "not a list"),
    "an object for the changes": ("say(['ok', 1, object()])", "list of changes"),
    "changes of nothing": ("say(['ok', 1, [[5, None]]])", "change of an array"),
    "an object for an error": ("say(['error', object()])", "description"),
    "an error of no class": ("say(['error', {'classes': [], 'message': '', 'frames': []}])", "classes"),
    "an error with odd lines": ("say(['error', {'classes': ['E'], 'message': '', 'frames': [[1]]}])", "traceback"),
    "a signature of objects": (
        "say(['error', {'classes': ['E'], 'message': '', 'frames': [], 'signature': {'got': f}}])", "signature"),
}
ENDS |= {name: (f"{body}\ntime.sleep(1000)", Kind.PROTOCOL, words, {}) for name, (body, words) in FORGED.items()}


@pytest.mark.parametrize("body, kind, words, limits", ENDS.values(), ids=ENDS)
def test_an_attack_ends_in_a_named_verdict(judge, monkeypatch, body, kind, words, limits):
    monkeypatch.setattr(link, "END_SECONDS", 0.3)
    verdict = judge(attack(body), f_is_one, g_is_right, **limits)
    ended, after = verdict.checks
    assert (ended.status, ended.kind) == (Status.FAILED, kind), ended
    assert words in ended.note + ended.got
    assert after.status == Status.PASSED, after
    assert verdict.earned == judge.course.find_one("first").points // 2
    assert len(ended.output) <= (16 + 64) << 10


def test_a_worker_that_does_not_read_holds_nobody_up(judge):
    """It answers before it is asked, and leaves the judge with an array that nobody takes."""
    body = "say(['ok', 1, []])\ntime.sleep(1000)"
    verdict = judge(attack(body), g_takes_a_large_array, g_is_right, wall_seconds=0.5)
    assert [c.kind for c in verdict.checks] == [Kind.TIMEOUT, None]


REFUSED = {
    "fork": "os.fork()", "system": "os.system('true')", "a program": "subprocess.run(['true'])",
    "exec": "os.execv('/bin/true', ['true'])", "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    "a connection": "socket.create_connection(('127.0.0.1', 9), 1)",
    "a server": "socket.socket().bind(('127.0.0.1', 0))",
    "a name on the net": "socket.getaddrinfo('example.org', 80)",
    "killing the fork server": "os.kill(os.getppid(), 9)", "killing everybody": "os.kill(-1, 9)",
    "killing a group": "os.killpg(os.getpgid(os.getppid()), 9)",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_a_worker_is_not_there_for_is_refused_by_name(judge, body):
    refused, after = judge(attack(body), f_is_one, g_is_right).checks
    assert refused.kind == Kind.EXCEPTION and refused.got.startswith("PermissionError: ")
    assert refused.got.endswith("is not for an exercise: a worker computes and nothing else")
    assert refused.traceback and after.status == Status.PASSED
    assert not judge.fork_server.ended


SURVIVED = {  # name: (body of f, words of its failure)
    "sys.exit(0)": ("sys.exit(0)", "SystemExit: 0"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "GeneratorExit"),
    "recursion without end": ("return f()", "RecursionError"),
    "an exception that cannot be told": ("""
        class Mute(Exception):
            def __str__(self): raise self
        raise Mute
        """, "Mute: "),
    "an exception whose text is no plain text": ("""
        class Text(str):
            def __getitem__(self, key): return self
        class Odd(Exception):
            def __str__(self): return Text('said')
        raise Odd
        """, "Odd: said"),
    "a message of 100 MB": ("raise ValueError('x' * 10**8)", "ValueError: xxx"),
}


@pytest.mark.parametrize("body, words", SURVIVED.values(), ids=SURVIVED)
def test_what_the_worker_survives_is_an_exception(judge, body, words):
    failed, after = judge(attack(body), f_is_one, g_is_right).checks
    assert failed.kind == Kind.EXCEPTION and failed.got.startswith(words) and len(failed.got) < 3000
    assert after.status == Status.PASSED


HARMLESS = {
    "a thread left running": "threading.Thread(target=lambda: time.sleep(1000)).start()\nreturn 1",
    "a thread left computing": "threading.Thread(target=exec, args=('while True: pass',)).start()\nreturn 1",
    "an exit handler": "import atexit\natexit.register(lambda: time.sleep(1000))\nreturn 1",
    "standard output replaced": "sys.stdout = sys.stderr = None\nreturn 1",
    "standard output closed": "sys.stdout.close()\nreturn 1",
    "a file that is too large": """
        try:
            open('/dev/shm/ml-deepdive-test', 'wb').write(bytes(20 << 20))
        except OSError:
            return 1
        finally:
            os.unlink('/dev/shm/ml-deepdive-test')
        """,
    "a core dump": "import resource\nreturn 1 + resource.getrlimit(resource.RLIMIT_CORE)[1]",
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_passes_and_is_cleared_away(judge, body):
    assert [c.status for c in judge(attack(body), f_is_one, g_is_right).checks] == [Status.PASSED, Status.PASSED]


MEDDLING = {
    "builtins.str": "builtins.str = None", "builtins.isinstance": "builtins.isinstance = lambda *a: True",
    "builtins.type": "builtins.type = lambda *a: int", "builtins.len": "builtins.len = lambda v: 0",
    "every builtin": "for name in list(vars(builtins)): setattr(builtins, name, None)",
    "the wire": "wire.encode = lambda *a: 1 / 0", "the table of modules": "sys.modules.clear()",
    "random numbers": "def seed(n): raise ValueError('no')\nnp.random.seed = seed",
    "random numbers, not written": "def seed(n): raise NotImplementedError\nnp.random.seed = seed",
}


@pytest.mark.parametrize("body", MEDDLING.values(), ids=MEDDLING)
def test_meddling_with_the_worker_is_at_most_a_failure(judge, body):
    """It is the learner's own process: the judge stays right, and says something."""
    verdict = judge(attack(f"{body}\nreturn 2"), f_is_one, g_is_right)
    assert verdict.status in (Status.FAILED, Status.NOT_STARTED)
    assert all(c.kind for c in verdict.checks if c.status == Status.FAILED)
    assert verdict.earned <= 1 and (verdict.checks or verdict.message)


CHEATS = {
    "an object that equals everything": """
        class Any:
            def __eq__(self, other): return True
            __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
            __hash__ = lambda self: 0
            __bool__ = lambda self: True
            __len__ = __float__ = __int__ = __index__ = lambda self: 1
            __getattr__ = lambda self, name: Any()
            __array__ = lambda self, *a, **k: np.ones(2)
        return Any()
        """,
    "a float that equals everything": """
        class Agreeable(float):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = float.__hash__
        return Agreeable(5)
        """,
    "an array that equals everything": """
        class Agreeable(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)
            __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
        return np.full(2, 5.0).view(Agreeable)
        """,
    "a dict of such": "return {'a': [type('A', (), {'__eq__': lambda s, o: True, '__hash__': None})()], 'b': 1}",
    "an object that says it is a float": "return type('A', (), {'__class__': float, '__float__': lambda s: 3.0})()",
    "numpy.testing and pytest patched": """
        import numpy.testing, types
        numpy.testing.assert_allclose = np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
        sys.modules['pytest'] = types.SimpleNamespace(approx=lambda *a, **k: True)
        return np.full(2, 5.0)
        """,
    "the judge's modules patched": """
        import grader.judge.expect as e
        e.expect = e.expect_true = lambda *a, **k: None
        sys.modules['grader.judge'].expect = lambda *a, **k: None
        return 5
        """,
    "the operators patched": """
        import grader.worker.serve as s
        for name in s.OPERATORS: s.OPERATORS[name] = lambda *a: True
        return object()
        """,
    "a reply that nobody asked for": "say(['ok', 0, []])\nsay(['ok', 0, []])\nreturn 0",
    "an error that nobody made": "say(['error', {'classes': ['Mismatch'], 'message': '', 'frames': []}])",
    "not a number": "return np.full(2, np.nan)",
    "nothing": "return None",
}


def f_is_an_array(work):
    """f is two numbers."""
    expect(work.f(), equals=np.array([1.0, 2.0]))


def f_is_a_dict(work):
    """f is a dict."""
    expect(work.f(), equals={"a": [1], "b": 1})


def f_is_a_text(work):
    """f is a text."""
    expect(work.f(), equals="one")


def f_is_close(work):
    """f is close to a number."""
    expect(work.f(), equals=3.0, rtol=0.5)


def f_is_three(work):
    """f is three, written without expect."""
    assert work.f() == 3


def f_is_not_wrong(work):
    """f is not what it must not be."""
    assert not work.f() != 3


def f_is_listed(work):
    """f is one of a few."""
    assert work.f() in [3, 4]


def f_says_so(work):
    """f says that something holds, and more."""
    got = work.f()
    expect_true(got, got=got, want="a truth")
    expect(got, equals="a truth")


@pytest.mark.parametrize("body", CHEATS.values(), ids=CHEATS)
def test_a_cheat_earns_nothing(judge, body):
    verdict = judge(attack(body), f_is_one, f_is_an_array, f_is_a_dict, f_is_a_text, f_is_close, f_is_three,
                    f_is_not_wrong, f_is_listed, f_says_so)
    assert verdict.earned == 0 and verdict.status == Status.FAILED
    assert {c.status for c in verdict.checks} <= {Status.FAILED, Status.NOT_RUN}, verdict.checks


def test_after_two_dead_workers_the_rest_is_not_run(judge):
    def test_third(work):
        """The third."""
        expect(work.g(1), equals=1)
    verdict = judge(attack("os._exit(0)"), f_is_one, f_is_one, test_third)
    assert [c.status for c in verdict.checks] == [Status.FAILED, Status.FAILED, Status.NOT_RUN]
    assert verdict.status == Status.FAILED and verdict.earned == 0


def test_what_is_done_at_import_has_the_same_limits(judge):
    def on_import(line, cpu_seconds=20):
        return judge(f"{line}\ndef f():\n    return 1\n", f_is_one, cpu_seconds=cpu_seconds)

    looping, exiting = on_import("while True: pass", 0.2), on_import("import os; os._exit(0)")
    large, refused = on_import("x = bytearray(10**11)"), on_import("import os; os.fork()")
    assert (looping.checks[0].kind, exiting.checks[0].kind) == (Kind.TIMEOUT, Kind.CRASHED)
    assert "importing the file takes more than 400 MB" in large.message and large.earned == 0
    assert "line 1: PermissionError" in refused.message and refused.earned == 0


def test_grants_open_their_doors_and_no_others(judge):
    exercise = judge.course.find_one("first")
    for grant, fork, bind in [("processes", True, False), ("loopback", False, True), ("compiler", True, False)]:
        exercise.grants = [grant]
        for body, granted in [("pid = os.fork()\nif not pid: os._exit(0)\nos.waitpid(pid, 0)\nreturn 1", fork),
                              ("socket.socket().bind(('127.0.0.1', 0))\nreturn 1", bind)]:
            assert (judge(attack(body), f_is_one).status == Status.PASSED) == granted, (grant, body)


def test_a_granted_process_does_not_outlive_the_verdict(judge):
    judge.course.find_one("first").grants = ["processes"]
    body = "subprocess.Popen(['sleep', '1000'], start_new_session=True)\nreturn 1"
    assert judge(attack(body), f_is_one).status == Status.PASSED  # and `judge` finds nothing left


def test_a_worker_ends_with_its_judge(judge):
    """The judge is killed, not closed: the kernel closes its connection, and that ends the worker."""
    worker = Link(judge.fork_server.connect_end, judge.course.limits)
    assert psutil.pid_exists(worker.pid)
    worker.connection.close()
    assert judge.left_running() == []
    worker.close()


def test_a_link_that_is_dead_says_so(judge):
    worker = Link(judge.fork_server.connect_end, judge.course.limits)
    worker.close()
    worker.close()
    with pytest.raises(WorkerError, match="had ended before"):
        worker.ask(b"\x90", [])


# ── a busy machine ──────────────────────────────────────────────────────────────────────────────────────────────

SPIN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); print(flush=True)\nwhile True: pass"


@pytest.fixture
def crowded(judge):
    """One CPU for the worker and five who compute for ever; `judge` judges there."""
    cpu = min(os.sched_getaffinity(0))
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN, str(cpu)], stdout=subprocess.PIPE) for _ in range(5)]
    for process in spinning:
        process.stdout.readline()
    judge.context.cpu = cpu
    yield judge
    for process in spinning:
        process.kill()
        process.wait()
        process.stdout.close()


COMPUTES = "import time\n\n\ndef first(x):\n    end = time.process_time() + 0.6\n    while time.process_time() < end:\n        pass\n    return 2 * x\n"


def test_waiting_for_a_core_is_not_held_against_anybody(crowded):
    verdict = crowded(COMPUTES, returns_six, wall_seconds=1)
    assert verdict.status == Status.PASSED, verdict.checks
    assert verdict.seconds > 1


def test_sleeping_is(crowded):
    check, = crowded("import time\n\n\ndef first(x):\n    time.sleep(30)\n    return 2 * x\n", returns_six, wall_seconds=1).checks
    assert (check.kind, check.detail) == (Kind.TIMEOUT, "wall")


def test_neither_is_the_time_of_the_judge(judge):
    def takes_its_time(work):
        """It takes its time."""
        work.first(1)
        time.sleep(1.2)
        expect(work.first(3), equals=6)

    assert judge("def first(x):\n    return 2 * x\n", takes_its_time, wall_seconds=1).status == Status.PASSED


def returns_six(work):
    """It returns six."""
    expect(work.first(3), equals=6)
