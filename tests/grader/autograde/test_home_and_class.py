"""What works at home works in class, and what is refused in class is refused at home, in the same words.

Each program is an exercise's file, judged by a worker as at home, and by workers of a class in the sandbox.
"""
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.shell import PYTEST
from tests.grader.helpers.small_course import FIRST, small_course, write
from tests.grader.helpers.users import USERS, as_user, folder_of, give

ROOT = Path(__file__).parents[3]
WORKS = ""
# name: (what the file does in its function, what comes of it: WORKS, or words of the refusal)
PROGRAMS = {
    "getpass.getuser": ("import getpass\nassert getpass.getuser()", WORKS),
    "multiprocessing.Lock": ("import multiprocessing\nwith multiprocessing.Lock():\n    pass", WORKS),
    "os.nice": ("import os\nassert os.nice(0) == os.nice(0)\nos.nice(1)", WORKS),
    "a limit set to what it is": ("import resource\nfor which in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_STACK):\n"
                                  "    resource.setrlimit(which, resource.getrlimit(which))", WORKS),
    "/proc/self/status": ("text = open('/proc/self/status').read()\nassert 'VmRSS' in text and 'Threads' in text", WORKS),
    "psutil": ("import os, psutil\nme = psutil.Process()\nassert me.pid == os.getpid() and me.memory_info().rss > 10**6\n"
               "assert me.cpu_times().user >= 0 and me.num_threads() >= 1 and me.create_time() > 0", WORKS),
    "open(__file__)": ("assert 'def first' in open(__file__).read()", WORKS),
    "inspect.getsource": ("import inspect\nassert 'def first' in inspect.getsource(first)", WORKS),
    "inspect.stack": ("import inspect\ninspect.stack()", "this exercise is done without the frames of its callers"),
    "cProfile": ("import cProfile\ncProfile.Profile().enable()", "what works by them (pdb, cProfile)"),
    "a file of one's own": ("import tempfile\nwith tempfile.NamedTemporaryFile('w+') as file:\n    file.write('x')", WORKS),
    "threads": ("import threading\nthread = threading.Thread(target=print)\nthread.start()\nthread.join()", WORKS),
    "a subprocess": ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen is not for an exercise"),
    "fork": ("import os\nos.fork()", "os.fork is not for an exercise"),
    "fork_exec": ("""
        import _posixsubprocess, os
        errors = os.pipe()
        _posixsubprocess.fork_exec([b"/bin/true"], [b"/bin/true"], True, (errors[1],), None, None, -1, -1, -1, -1, -1, -1, *errors,
                                   False, False, -1, None, None, None, -1, None, False)
        """, "_posixsubprocess.fork_exec is not for an exercise"),
    "fork_exec, by subprocess": ("import subprocess\nsubprocess._fork_exec()", "_posixsubprocess.fork_exec is not for an exercise"),
    "fork_exec, loaded again": ("import sys\ndel sys.modules['_posixsubprocess']\nimport _posixsubprocess",
                                "_posixsubprocess is not for an exercise"),
    "a socket": ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo is not for an exercise"),
    "helpers.py": ("from helpers import f", "an exercise is one file, and no file of your own beside it is loaded"),
    "helpers.py, relative": ("from .helpers import f", "this exercise is judged with the given code and with what it builds on"),
    "a timer": ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)\nsignal.setitimer(signal.ITIMER_REAL, 0)", WORKS),
}
AT_THE_END = '\n\nif __name__ == "__main__":\n    import torch\n    torch.zeros(3)\n'
SUITE = '''
def test_of_first(work):
    """Doubled, and one more."""
    assert work.first(2) == 5
'''
MARK = '''
import json, sys
from pathlib import Path
from grader.autograde.marker import Job, Marker
from grader.course.manifest import load_course
course = load_course(Path({root!r}))
exercise, = course.find("letters/first")
with Marker(course, [exercise], log=Path({folder!r}) / "judge.log", unsafe={unsafe}) as marker:
    for name, text in json.load(sys.stdin).items():
        (verdict,) = marker.mark(Job("alice", [exercise.id], {{exercise.path: text}}))
        check = verdict.checks[0] if verdict.checks else None
        note = check and check.note + check.got
        print(json.dumps([name, verdict.status, note or verdict.message]), flush=True)
'''


def program(body: str) -> str:
    inside = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return f'"""First."""\n\n\ndef first(x):\n{inside}\n    return 2 * x + 1\n'


@pytest.fixture(scope="module")
def told(request):
    """{where: {program: [status, words]}}: at home, and in the classes of root and of an ordinary user."""
    sandbox_or_skip()
    texts = {name: program(body) for name, (body, _) in PROGRAMS.items()} | {"under __main__": program("pass") + AT_THE_END}
    found = {}
    for where in ["home", *USERS]:
        user = "root" if where == "home" and os.geteuid() == 0 else "ordinary" if where == "home" else where
        if user == "root" and os.geteuid() != 0:
            continue
        for folder in folder_of(user):
            root = folder / "course"
            small_course(root)
            write(root, {"pyproject.toml": PYTEST, "tests/p1/letters/test_first.py": SUITE, "solutions/p1/letters/first.py": FIRST})
            course = (root / "course.yml").read_text()
            (root / "course.yml").write_text(course.replace("title: The first one,", "title: The first one, forbids: [torch],"))
            give(folder, user)
            command = as_user(user, [sys.executable, "-c", MARK.format(root=str(root), folder=str(folder), unsafe=where == "home")],
                              [ROOT, folder])
            done = subprocess.run(command, cwd=folder, input=json.dumps(texts), capture_output=True, text=True, timeout=600,
                                  env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "XDG_RUNTIME_DIR": ""})
            assert done.returncode == 0, done.stderr
            found[where] = {name: rest for name, *rest in map(json.loads, done.stdout.splitlines())}
    return found


@pytest.mark.parametrize("name", [*PROGRAMS, "under __main__"])
def test_it_is_the_same_at_home_and_in_class(told, name):
    expected = PROGRAMS.get(name, (None, WORKS))[1]
    status, words = told["home"][name]
    assert status == ("failed" if expected else "passed") and expected in words, (status, words)
    for where, results in told.items():
        assert results[name] == [status, words], where
