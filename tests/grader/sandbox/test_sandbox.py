"""The sandbox, tried from inside, as root and as an ordinary user: what a worker sees, and what the kernel refuses it."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.ipc import fd_passing
from grader.sandbox import bubblewrap, cgroups
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.users import USERS, as_user, folder_of

ROOT = Path(__file__).parents[3]

# Marks one submission, whose worker tells what it tried, and prints what it told.
MARK_ONE = '''
import json, sys
from pathlib import Path
from grader.autograde.marker import Job, Marker
from grader.course.manifest import load_course
course = load_course(Path({root!r}))
exercises = course.find("letters/first")
with Marker(course, exercises, log=Path({folder!r}) / "judge.log") as marker:
    (verdict,) = marker.mark(Job("alice", [exercises[0].id], {{exercises[0].path: sys.stdin.read()}}))
print(json.dumps(verdict.model_dump(mode="json")))
'''
TRY = '''
import asyncio, ctypes, errno, json, os, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
told = {}

def attempt(name, act):
    try:
        told[name] = repr(act())
    except BaseException as error:
        told[name] = type(error).__name__ + " " + str(getattr(error, "errno", ""))

def call(name, number, *arguments):
    result = libc.syscall(number, *arguments)
    told[name] = "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]

def try_all(work):
BODY
    return told
'''
SUITE = '''
import json

from tests.p1.letters import probes


def test_of_first(work):
    """What a worker tells that tries all of it."""
    if work.first(2) == 0:  # a submission: the reference passes
        assert False, "TOLD" + json.dumps(work.run(probes.try_all)) + "END"
'''
X86_64 = {"ptrace": 101, "mount": 165, "unshare": 272, "setns": 308, "socket": 41, "socketpair": 53, "fork": 57, "vfork": 58,
          "clone3": 435, "execve": 59, "memfd_create": 319, "bpf": 321, "keyctl": 250, "io_uring_setup": 425,
          "userfaultfd": 323, "pidfd_open": 434, "shmget": 29, "mq_open": 240, "perf_event_open": 298, "chroot": 161,
          "capset": 126, "setuid": 105, "process_vm_readv": 310, "personality": 135, "mknod": 133, "setpriority": 141,
          "sched_setaffinity": 203, "swapon": 167, "reboot": 169, "init_module": 175, "name_to_handle_at": 303,
          "open_by_handle_at": 304, "fanotify_init": 300, "inotify_init": 253, "add_key": 248, "iopl": 172, "chown": 92,
          "setsockopt": 54, "seccomp": 317, "landlock_create_ruleset": 444}


@pytest.fixture(scope="module", params=USERS)
def told(request, tmp_path_factory):
    """What a worker tells that tries all of it, in the sandbox of one user."""
    sandbox_or_skip()
    from tests.grader.helpers.shell import PYTEST
    from tests.grader.helpers.small_course import FIRST, small_course, write
    for folder in folder_of(request.param):
        root = folder / "course"
        small_course(root)
        write(root, {"pyproject.toml": PYTEST, "tests/p1/letters/test_first.py": SUITE, "exercises/common/given.py": "given = 1\n",
                     "solutions/p1/letters/first.py": FIRST + "# the secret of the solutions\n"})
        write(folder, {"submissions/bob/first.py": "bob's work"})
        body = f"""
    for path in ("/", "/tmp", "/proc", "/home", "/root", "/etc", "/dev", "/usr/local/share", {str(folder)!r}, {str(root)!r},
                 {str(root / 'solutions')!r}, {str(root / 'tests')!r},
                 {str(root / 'exercises/common')!r}):
        attempt("list " + path, lambda: sorted(os.listdir(path)))
    for path in ({str(folder / 'submissions/bob/first.py')!r}, {str(root / 'solutions/p1/letters/first.py')!r},
                 "/etc/passwd", "/proc/1/environ", "/proc/self/mem", "/dev/mem"):
        attempt("read " + path, lambda: open(path).read())
    for path in ("/x", "/dev/x", "/dev/shm/x", "/usr/x", "/etc/x", "/proc/x", {str(root / 'exercises/common/x')!r}, os.path.dirname(os.__file__) + "/x"):
        attempt("write " + path, lambda: open(path, "w"))
    attempt("write a little in /tmp", lambda: open("/tmp/x", "w").write("x" * 1000))
    attempt("write much in /tmp", lambda: [open("/tmp/y%d" % n, "wb").write(bytes(10**6)) for n in range(100)])
    attempt("make many files", lambda: [open("/tmp/z%d" % n, "w").close() for n in range(100_000)])
    attempt("who", lambda: (os.getuid(), os.geteuid(), os.getgid(), os.getgroups()))
    attempt("environment", lambda: sorted(os.environ))
    attempt("memory", lambda: bytearray(10**10))
    attempt("shared memory", lambda: __import__("mmap").mmap(-1, 10**10))
    attempt("many open files", lambda: [open("/dev/null") for n in range(1000)])
    attempt("raise a limit", lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (10**6, 10**6)))
    async def later():
        await asyncio.sleep(0.001)
        return await asyncio.to_thread(sum, [1, 2])
    attempt("asyncio.run", lambda: asyncio.run(later()))
    for name, number in {X86_64!r}.items():
        call(name, number, 0, 0, 0, 0, 0, 0)
    for pid in (1, 2, os.getppid(), -1):
        call("kill " + str(pid), 62, pid, 9)
    call("tkill", 200, 2, 9)
    threads = []
    def more():
        while len(threads) < 10_000:
            thread = threading.Thread(target=time.sleep, args=(30,), daemon=True)
            thread.start()
            threads.append(thread)
    attempt("threads", more)
    told["how many threads"] = len(threads)
"""
        # A probe is the suite's: it may use anything, as code would that got past the policy.
        write(root, {"tests/p1/letters/probes.py": TRY.replace("BODY", body)})
        for path in (root, *folder.rglob("*")):
            path.chmod(0o755)
        command = as_user(request.param, [sys.executable, "-c", MARK_ONE.format(root=str(root), folder=str(folder))],
                          [ROOT, folder])
        done = subprocess.run(command, cwd=folder, input="def first(x):\n    return 0\n", capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET_OF_THE_ENVIRONMENT": "1",
                                   "HOME": str(folder), "XDG_RUNTIME_DIR": ""}, timeout=300)
        log = folder / "judge.log"
        assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")
        verdict = json.loads(done.stdout)
        output = verdict["checks"][0]["note"] if verdict["checks"] else ""
        assert "TOLD" in output, verdict
        yield request.param, json.loads(output.partition("TOLD")[2].partition("END")[0]), folder


def test_nothing_of_the_course_or_of_others_is_seen(told):
    _, said, folder = told
    seen = [*bubblewrap.python_folders(), folder / "course"]  # where these lie below /tmp, they are in the worker's own
    assert said["list /tmp"] == repr(sorted({path.parts[2] for path in seen if path.is_relative_to("/tmp")}))
    assert said["list /proc"] == "[]"
    assert said["list /usr/local/share"] == "[]" or not Path("/usr/local/share").exists()
    for path in ("/home", folder / "course" / "solutions", folder / "course" / "tests"):
        assert said[f"list {path}"].startswith("FileNotFoundError"), path
    reads = {name: words for name, words in said.items() if name.startswith("read ")}
    assert reads and all("Error" in words for words in reads.values()), reads


def test_what_is_given_is_seen_wherever_the_course_lies(told):
    """The worker's /tmp is its own, and the course of this test lies below /tmp."""
    _, said, folder = told
    assert said[f"list {folder / 'course' / 'exercises/common'}"] == "['given.py']"
    assert said[f"list {folder / 'course'}"] == "['exercises']"


def test_nothing_is_written_but_a_little_in_a_tmp_of_its_own(told):
    _, said, _ = told
    writes = {name: words for name, words in said.items() if name.startswith("write /")}
    assert writes and all("Error" in words for words in writes.values()), writes
    assert said["write a little in /tmp"] == "1000"
    assert said["write much in /tmp"].startswith("OSError") and said["make many files"].startswith("OSError")


def test_it_is_nobody_and_has_an_environment_of_its_own(told):
    user, said, _ = told
    uid, effective, gid, groups = eval(said["who"])  # a tuple of numbers, of our own test
    assert uid == effective != 0 and gid != 0 and uid != os.getuid()
    assert uid >= 1 << 20 if user == "root" else uid == 65534
    assert "SECRET" not in said["environment"]


def test_memory_threads_files_and_limits_have_ends(told):
    _, said, _ = told
    assert said["memory"].startswith("MemoryError") and said["shared memory"].startswith("OSError")
    assert said["many open files"] == f"OSError {24}"  # EMFILE
    assert "Error" in said["raise a limit"]
    assert said["threads"].startswith("RuntimeError") and 0 < said["how many threads"] < 200


def test_an_event_loop_runs_without_a_pair_of_sockets(told):
    _, said, _ = told
    assert said["asyncio.run"] == "3"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86-64")
def test_the_kernel_refuses_every_call_that_is_not_computing(told):
    _, said, _ = told
    refused = {name: said[name] for name in [*X86_64, "kill 1", "kill 2", "kill -1", "tkill"]}
    assert {name: words for name, words in refused.items() if words not in ("EPERM", "ENOSYS")} == {}


class TestWhereThereCanBeNoSandbox:
    def test_without_bubblewrap_it_says_what_to_install(self, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(UsageError, match="bubblewrap is not there: install it .*apt install bubblewrap.*--unsafe"):
            bubblewrap.require_sandbox()

    def test_where_bubblewrap_is_refused_it_says_so(self, monkeypatch, tmp_path):
        refusing = tmp_path / "bwrap"
        refusing.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
        refusing.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(UsageError, match="cannot make a sandbox here .bwrap: No permissions.*allow user namespaces"):
            bubblewrap.require_sandbox()

    def test_a_course_that_lies_within_python_would_be_seen(self, monkeypatch, tmp_path):
        bubblewrap.require_apart(tmp_path / "course")
        monkeypatch.setattr(bubblewrap, "python_folders", lambda: [tmp_path])  # as `python -m venv .` makes it
        for root in (tmp_path, tmp_path / "course", Path("/usr/local/src/course")):
            with pytest.raises(UsageError, match="a folder of its own"):
                bubblewrap.require_apart(root)

    def test_without_libseccomp_it_says_what_to_install(self, monkeypatch):
        sandbox_or_skip()
        monkeypatch.setitem(sys.modules, "pyseccomp", None)
        with pytest.raises(UsageError, match="libseccomp is not there: install it"):
            bubblewrap.require_sandbox()


class TestDoors:
    def test_who_knocks_is_answered(self):
        outer, inner = fd_passing.open_channel()
        first, second = fd_passing.connect(outer), fd_passing.connect(outer)
        for ours, words in ((first, b"one"), (second, b"two")):
            with fd_passing.accept(inner) as theirs:
                theirs.sendall(words)
            assert ours.recv(10) == words
            ours.close()
        outer.close()
        assert fd_passing.accept(inner) is None
        inner.close()

    def test_nobody_behind_it(self):
        outer, inner = fd_passing.open_channel()
        inner.close()
        with pytest.raises(OSError):
            fd_passing.connect(outer)
        outer.close()

    def test_a_connection_whose_process_ended_unseen_is_closed(self):
        outer, inner = fd_passing.open_channel()
        connection = fd_passing.connect(outer)
        inner.close()
        assert connection.recv(1) == b""
        connection.close()
        outer.close()


class TestControlGroups:
    def test_version_2_below_the_group_that_hands_on(self, tmp_path):
        mine = tmp_path / "user.slice" / "app.slice" / "mine"
        mine.mkdir(parents=True)
        (tmp_path / "cgroup.controllers").write_text("memory pids cpu")
        (mine / "cgroup.subtree_control").write_text("")
        (mine.parent / "cgroup.subtree_control").write_text("memory pids")
        own = tmp_path / "own"
        own.write_text("0::/user.slice/app.slice/mine\n")
        assert list(cgroups.places(tmp_path, own)) == [(mine.parent, ["memory", "pids"])]

    def test_version_1_where_it_may_be_written(self, tmp_path):
        for name in ("memory/mine", "pids/mine", "cpu/mine"):
            (tmp_path / name).mkdir(parents=True)
        own = tmp_path / "own"
        own.write_text("4:memory:/mine\n3:pids:/mine\n2:cpu:/mine\n0::/mine\n")
        assert list(cgroups.places(tmp_path, own)) == [(tmp_path / "memory/mine", ["memory"]),
                                                       (tmp_path / "pids/mine", ["pids"])]

    def test_none_is_no_obstacle(self, tmp_path):
        group = cgroups.make_group(100, 10, root=tmp_path, own=tmp_path / "own")
        assert group.folders == [] and group.entering() == []
        group.remove()

    def test_a_real_one_caps_what_is_in_it(self):
        group = cgroups.make_group(200, 20)
        if not any("memory" in str(folder) or (folder / "memory.max").exists() for folder in group.folders):
            group.remove()
            pytest.skip("no control group is delegated here")
        greedy = "x = bytearray(10**6) * 1000\nprint(len(x))"
        done = subprocess.run([*group.entering(), sys.executable, "-c", greedy], capture_output=True, text=True)
        assert done.returncode == -9 and done.stdout == ""
        group.remove()
        assert not any(folder.exists() for folder in group.folders)

    def test_what_a_killed_one_left_is_swept(self, tmp_path):
        (tmp_path / "ml-deepdive-4194999-0").mkdir()  # beyond the largest process number
        (tmp_path / f"ml-deepdive-{os.getpid()}-0").mkdir()
        cgroups.sweep(tmp_path)
        assert [folder.name for folder in tmp_path.iterdir()] == [f"ml-deepdive-{os.getpid()}-0"]
