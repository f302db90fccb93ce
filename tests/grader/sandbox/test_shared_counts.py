"""What the kernel counts by user is not shared between two workers, as root and as an ordinary user."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import bubblewrap
from grader.sandbox.confine import PENDING_SIGNALS, THREADS
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.users import USERS, as_user, folder_of

ROOT = Path(__file__).parents[3]
# Outside of the sandbox, as the one who marks: start the sandbox, and make timers of one's own while it is full.
OUTSIDE = '''
import ctypes, json, subprocess, sys
from grader.sandbox import bubblewrap
told = {"apart": bubblewrap.is_root() or bubblewrap.namespaces_count(), "sentence": bubblewrap.what_is_shared()}
inside = subprocess.Popen([*bubblewrap.around([]), sys.executable, "-P", "-c", sys.argv[1], json.dumps(bubblewrap.confinement())],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
told |= json.loads(inside.stdout.readline())
libc, timer = ctypes.CDLL(None), ctypes.c_void_p()
told["timers of the host"] = sum(libc.timer_create(1, None, ctypes.byref(timer)) == 0 for _ in range(100))
inside.stdin.close()
inside.wait()
print(json.dumps(told))
'''
# In the sandbox: one worker takes all it can get and keeps it, then another takes what it needs.
INSIDE = '''
import ctypes, json, os, sys, threading
from grader.sandbox import processes
from grader.sandbox.confine import Confinement
confine = Confinement(**json.loads(sys.argv[1]))
confine.prepare([])
processes.hide_from_others()
libc = ctypes.CDLL(None)

def worker(threads, timers, wait_for, tell):
    confine.worker([], 20_000)
    threading.stack_size(65536)
    os.read(wait_for, 1)
    started, made = 0, 0
    try:
        while started < threads:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    timer = ctypes.c_void_p()
    while made < timers and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
        made += 1
    os.write(tell, json.dumps([started, made]).encode())
    threading.Event().wait()

go, told, pids = [os.pipe() for _ in range(2)], [os.pipe() for _ in range(2)], []
for number, (threads, timers) in enumerate([(1000, 100_000), (20, 100)]):
    pid = os.fork()
    if pid == 0:
        try:
            worker(threads, timers, go[number][0], told[number][1])
        finally:
            os._exit(1)
    pids.append(pid)
results = []
for number in range(2):
    os.close(told[number][1])
    os.write(go[number][1], b".")
    results.append(json.loads(os.read(told[number][0], 100) or b"null"))
print(json.dumps(dict(zip(("greedy", "modest"), results))), flush=True)
sys.stdin.read()
for pid in pids:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
'''


@pytest.fixture(scope="module", params=USERS)
def told(request):
    sandbox_or_skip()
    for folder in folder_of(request.param):
        command = as_user(request.param, [sys.executable, "-c", OUTSIDE, INSIDE], [ROOT])
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout)


def test_one_worker_leaves_another_its_threads_and_timers(told):
    if not told["apart"]:
        pytest.skip(told["sentence"])
    assert told["modest"] == [20, 100]


def test_what_one_can_take_has_an_end(told):
    threads, timers = told["greedy"]
    assert 0 < threads < THREADS and 0 < timers <= PENDING_SIGNALS


def test_the_timers_of_who_marks_are_left_alone(told):
    assert told["timers of the host"] == 100


class TestTheSentence:
    def test_there_is_none_where_nothing_is_shared(self, monkeypatch):
        for root, apart in ((True, False), (False, True)):
            monkeypatch.setattr(bubblewrap, "is_root", lambda root=root: root)
            monkeypatch.setattr(bubblewrap, "namespaces_count", lambda apart=apart: apart)
            assert bubblewrap.what_is_shared() == ""

    def test_where_they_are_it_says_so(self, monkeypatch):
        monkeypatch.setattr(bubblewrap, "is_root", lambda: False)
        monkeypatch.setattr(bubblewrap, "namespaces_count", lambda: False)
        assert "mark as root" in bubblewrap.what_is_shared()
        assert bubblewrap.confinement()["own_namespaces"] is False
