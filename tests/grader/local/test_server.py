"""The local server, seen from the shell: found or started, replaced when it is dead or out of date, never in the way."""
import json
import os
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from grader.files import socket_path
from grader.local.client import ask
from grader.local.server import MOST_RENEWALS, LocalServer
from grader.local.stamp import stamp_of
from tests.grader.helpers.classes import below
from tests.grader.helpers.shell import PYTEST, SUITE, edit, ours, server_processes, wait_until
from tests.grader.helpers.small_course import FIRST

SLOW = FIRST.replace("return doubled_for_the_first + 1",
                     "import pathlib, time; print('here', flush=True)\n    while x == 7: time.sleep(0.01)")


def start(course, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "grader", *arguments], cwd=course.root, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(course, *arguments: str) -> tuple[int, str, str]:
    process = start(course, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def parent_of(course) -> int:
    return next(ask(course.root, {"command": "ping"}))["pid"]


def test_one_process_answers_all(course):
    assert run(course, "check", "first")[0] == 0
    pid = parent_of(course)
    code, out, _ = run(course, "check", "letters")
    assert code == 0 and "2 of 2 exercises passed · 7 of 7 points" in out
    assert parent_of(course) == pid and len(server_processes(course.root)) == 1


def test_a_library_that_is_not_installed_is_one_sentence_until_it_is(course):
    """The local server runs on, and keeps nothing of the failure."""
    suite, text = course.root / "tests/p1/letters/test_first.py", (course.root / "tests/p1/letters/test_first.py").read_text()
    edit(course.root / "pyproject.toml", PYTEST + '[project.optional-dependencies]\nletters = ["no-such-library"]\n')
    edit(suite, "import no_such_library\n" + text)
    code, out, err = run(course, "check", "first")
    assert (code, out) == (2, "") and err.strip() == "grader: " + (
        "letters/first works with no_such_library, not installed here: pip install -e '.[letters]' in the course's folder, and try "
        "again.")
    assert run(course, "check", "second")[0] == 0 and run(course, "list")[0] == 0
    pid = parent_of(course)
    (course.root / "no_such_library.py").write_text("", encoding="utf-8")  # now it can be imported
    assert run(course, "check", "first")[0] == 0 and parent_of(course) == pid


def test_an_afterword_is_shown_once_when_the_exercise_is_passed(course):
    solution = course.root / "solutions/p1/digits/third.py"
    afterword = "### BEGIN AFTERWORD\n# Notice this,\n# and that.\n### END AFTERWORD\n\n"
    edit(solution, solution.read_text().replace("### BEGIN HINTS", f"{afterword}### BEGIN HINTS"))
    own = course.root / "exercises/p1/digits/third.py"
    right = own.read_text()
    edit(own, right + "\n\nthird = lambda x: 0\n")
    assert "Notice" not in run(course, "check", "third")[1]
    edit(own, right)
    assert "\n\n  Notice this, and that.\n" in run(course, "check", "third")[1]
    assert "Notice" not in run(course, "check", "third")[1]
    assert "Notice" not in run(course, "check", "third", "--workspace", "solutions")[1]


def test_an_exercise_gets_a_worker_that_has_its_libraries_loaded(course):
    manifest = course.root / "course.yml"
    edit(manifest, manifest.read_text().replace("name: third,", "name: third, preload: [this, tabnanny],"))
    loaded = "import sys\n\n\ndef {0}(x):\n    return {{name for name in ('tabnanny', 'this') if name in sys.modules}}\n"
    for path, want in (("digits/third", "{'tabnanny', 'this'}"), ("letters/first", "set()")):
        name = path.partition("/")[2]
        edit(course.root / f"exercises/p1/{path}.py", loaded.format(name))
        suite = course.root / f"tests/p1/{path.replace('/', '/test_')}.py"
        edit(suite, f'def test_it(work):\n    """It."""\n    assert work.{name}(7) == {want}\n')
        assert run(course, "check", path)[0] == 0, run(course, "check", path)[1]
    assert wait_until(lambda: len(server_processes(course.root)) == 1)  # the one that was out of date ends its work first

    edit(manifest, manifest.read_text().replace("preload: [this, tabnanny]", "preload: [no_such_library]"))
    assert run(course, "check", "first")[0] == 0
    code, _, err = run(course, "check", "third")
    assert (code, err) == (2, "grader: digits/third works with no_such_library, which cannot be imported here; install "
                              "it and try again.\n")
    folders = socket_path(course.root).parent
    assert wait_until(lambda: len(server_processes(course.root)) == len(list(folders.glob("workers-*"))) == 1)


def test_a_verdict_is_recorded_only_for_the_learners_own_files(course):
    assert run(course, "check", "first", "--workspace", "solutions")[0] == 0
    assert "0 of 12 points" in run(course, "list")[1]
    assert run(course, "check", "first")[0] == 0
    assert "3 of 12 points" in run(course, "list")[1]
    code, out, _ = run(course, "check", "--json")  # without a name, the next one
    assert code == 0 and [v["exercise"] for v in json.loads(out)] == ["p1/letters/second"]


def test_a_socket_whose_process_was_killed_is_replaced(course):
    pid = parent_of(course)
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not server_processes(course.root))
    assert socket_path(course.root).exists()  # the stale socket
    assert run(course, "check", "first")[0] == 0
    assert parent_of(course) != pid


@pytest.mark.parametrize("victims", [ours, server_processes], ids=["everything", "the local server alone"])
def test_sudden_death_in_the_middle_costs_time_and_no_verdict(course, victims):
    edit(course.root / "exercises/p1/letters/first.py", SLOW)
    check = start(course, "check", "first")
    assert wait_until(lambda: len(ours(course.root)) >= 4)  # parent, fork server, judge, worker
    left = ours(course.root)
    edit(course.root / "exercises/p1/letters/first.py", FIRST)
    for process in victims(course.root):
        process.kill()
    out, err = check.communicate(timeout=120)
    assert check.returncode == 0 and "3 of 3 points" in out and "Traceback" not in err
    assert not psutil.wait_procs(left, timeout=60)[1]


def test_a_lost_fork_server_is_started_again_and_the_local_server_stays(course):
    assert run(course, "check", "third")[0] == 0
    pid = parent_of(course)
    fork_servers = below(psutil.Process(pid), "grader.worker.fork_server")
    assert len(fork_servers) == 1
    fork_servers[0].kill()
    assert run(course, "check", "third")[0] == 0
    assert parent_of(course) == pid


def test_catalogues_are_built_for_the_project_that_was_asked_for(course):
    assert run(course, "check", "second")[0] == 0
    kept = course.root / ".grader/catalogue"
    catalogues = "*-" + "?" * 16 + ".json"
    assert wait_until(lambda: len(list(kept.glob(catalogues))) == 2)
    assert wait_until(lambda: len(ours(course.root)) == 2)  # the builder has ended: the server and a fork server are left
    assert sorted(p.name.partition("-")[0] for p in kept.glob(catalogues)) == ["p1.letters.first", "p1.letters.second"]


def test_two_that_find_nobody_start_one(course):
    checks = [start(course, "check", name) for name in ("first", "second", "third")]
    assert [check.wait(timeout=120) for check in checks] == [0, 0, 0]
    assert len(server_processes(course.root)) == 1
    for check in checks:
        check.communicate()


def test_a_suite_that_changed_is_collected_anew_by_the_same_process(course):
    """With what it imports, in either way, its probes, and what it keeps of itself."""
    root, pid = course.root, parent_of(course)
    suite = root / "tests/p1/letters/test_first.py"

    def wants() -> str:
        code, out, err = run(course, "check", "first")
        assert code == 1, out + err
        return " ".join(out.split()).partition(" want ")[2].partition(" ")[0].rstrip(".,")

    edit(suite, SUITE.format("first", 99))
    assert wants() == "99"
    imports = ("from grader.judge import expect, expected_once\nfrom tests import help\nfrom tests.p1.letters import probes\n"
               "from tests.p1.more import number\n\n\n@expected_once\ndef kept():\n    return help.number\n\n\n"
               "def test_it(work):\n    \"\"\"It.\"\"\"\n    got = work.run(probes.asked)\n"
               "    expect(got, equals=[kept(), number, 0])\n")
    edit(root / "tests/help.py", "number = 1\n")
    edit(root / "tests/p1/more.py", "number = 2\n")
    edit(root / "tests/p1/letters/probes.py", "def asked(work):\n    return [1, 2, 3]\n")
    edit(suite, imports)
    assert wants() == "0"
    edit(root / "tests/help.py", "number = 7\n")
    assert wants() == "7"
    edit(root / "tests/help.py", "number = 1\n")
    edit(root / "tests/p1/more.py", "number = 8\n")
    assert wants() == "8"
    edit(root / "tests/p1/letters/probes.py", "def asked(work):\n    return [1, 8, 0]\n")
    assert run(course, "check", "first")[0] == 0 and parent_of(course) == pid

    edit(suite, "import nowhere_to_be_found\n")
    assert run(course, "check", "first")[0] == 3
    edit(suite, SUITE.format("first", 15))
    assert run(course, "check", "first")[0] == 0 and run(course, "check", "second")[0] == 0 and parent_of(course) == pid


def test_after_many_renewals_another_process_takes_over(course):
    """What the suites of before have left in memory goes with the old one."""
    done = []
    server = SimpleNamespace(root=course.root, stamp=stamp_of(course.root), renewals=MOST_RENEWALS - 2, asked_last="first",
                             forget_suites=lambda: done.append("forget"), freeze=lambda: done.append("freeze"),
                             idle_work=SimpleNamespace(forget=lambda: None, prepare=done.append))
    answers = [LocalServer.is_up_to_date(server)]
    for want in (1, 2, 3):
        edit(course.root / "tests/p1/letters/test_first.py", SUITE.format("first", want))
        answers.append(LocalServer.is_up_to_date(server))
    assert answers == [True, True, True, False] and done == ["forget", "first", "freeze"] * 2


def test_what_changed_on_disk_is_noticed(course):
    pid = parent_of(course)
    manifest = (course.root / "course.yml").read_text()
    edit(course.root / "course.yml", manifest.replace("points: 3", "points: 30"))
    edit(course.root / "exercises/p1/letters/first.py", FIRST.replace("the_first + 1", "the_first + 2"))
    assert "0 of 30 points" in run(course, "check", "first")[1] and parent_of(course) != pid

    edit(course.root / "course.yml", manifest.replace("points: 3", "pints: 3"))
    code, out, err = run(course, "check", "first")
    assert (code, out) == (2, "") and "line 9" in err and "'pints'" in err and err.count("\n") == 1

    edit(course.root / "course.yml", manifest)
    assert run(course, "check", "second")[0] == 0


def test_idle_it_ends_and_leaves_nothing(course, monkeypatch):
    monkeypatch.setenv("GRADER_IDLE_SECONDS", "0.2")
    assert run(course, "check", "first")[0] == 0
    assert wait_until(lambda: not server_processes(course.root))
    assert not socket_path(course.root).exists()


def test_ctrl_c_ends_the_check_and_all_that_runs_for_it(course):
    edit(course.root / "exercises/p1/letters/first.py", SLOW)
    parent_of(course)
    before = {p.pid for p in ours(course.root)}
    check = start(course, "check", "first")
    assert wait_until(lambda: len({p.pid for p in ours(course.root)} - before) >= 2)
    check.send_signal(signal.SIGINT)
    out, err = check.communicate(timeout=60)
    assert check.returncode == 130 and out == "" and err.strip() == "Stopped."
    assert wait_until(lambda: {p.pid for p in ours(course.root)} <= before)
    edit(course.root / "exercises/p1/letters/first.py", FIRST)
    assert run(course, "check", "first")[0] == 0


def test_without_hidden_tests_the_examples_are_run_and_it_says_so(course):
    shutil.rmtree(course.root / "tests")
    code, out, _ = run(course, "check", "third")
    assert code == 1 and "examples passed, hidden checks not run" in out
    edit(course.root / "exercises/p1/digits/third.py", "def third(x):\n    '''\n    >>> third(1)\n    4\n    '''\n    return 5\n")
    code, out, _ = run(course, "check", "third")
    assert code == 1 and "hidden checks not run" in out and "want  4" in out and "got   5" in out


def test_a_broken_suite_is_the_graders_fault(course):
    edit(course.root / "tests/p1/letters/test_first.py", "import nowhere_to_be_found\n")
    code, out, err = run(course, "check", "first")
    assert (code, out) == (3, "") and "nowhere_to_be_found" in err and "Traceback" not in err
    assert run(course, "check", "third")[0] == 0


def test_a_folder_that_cannot_be_written_costs_the_record_not_the_verdict(course):
    (course.root / ".grader").write_text("a file where the folder should be")
    code, out, err = run(course, "check", "first")
    assert code == 0 and "3 of 3 points" in out and err.startswith("") and "Traceback" not in err and err.strip()
