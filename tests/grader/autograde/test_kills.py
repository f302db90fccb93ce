"""kill -9 at a random moment, of whatever takes part in marking a class: nothing is lost, nothing is there twice, and the
verdicts are those of a run that nobody disturbed."""
import contextlib
import itertools
import json
import random
import subprocess
import sys
import time

import psutil
import pytest

from grader.autograde import class_server
from grader.course.manifest import Exercise
from grader.records.verdict import Kind
from tests.grader.helpers.classes import autograde, below, finished, hand_in, sandbox_or_skip, slowly, verdicts
from tests.grader.helpers.marked_class import fails, verdict
from tests.grader.helpers.shell import course_in_use, wait_until
from tests.grader.helpers.small_course import FIRST, THIRD

SUBMISSIONS = 10
JUDGES, FORK_SERVER = "grader.autograde.class_server", "grader.worker.fork_server"


@pytest.fixture(scope="module")
def class_of(tmp_path_factory):
    """A course, its class, and the verdicts of a run that nobody disturbed."""
    sandbox_or_skip()
    with pytest.MonkeyPatch.context() as monkeypatch:
        root = tmp_path_factory.mktemp("course")
        users = course_in_use(root, monkeypatch)
        course = next(users)
        text = (root / "course.yml").read_text()
        (root / "course.yml").write_text(f"limits: {{cpu_seconds: 1}}\n{text}")
        for number in range(SUBMISSIONS):
            folder = root / "class" / f"student_{number}"
            if number % 5 == 3:
                hand_in(folder, first="def first(x):\n    return 0\n", third="while True:\n    pass\n")
            elif number % 5 == 4:
                hand_in(folder, first="def first(x:\n", third="import os\nos._exit(0)\n")
            else:
                hand_in(folder, first=slowly(FIRST, 0.2), third=slowly(THIRD, 0.2))
        code, out, err = finished(autograde(root, "class", "--out", "undisturbed"))
        assert code == 0, out + err
        expected = verdicts(root / "undisturbed")
        assert len(expected) == SUBMISSIONS * len(course.exercises)
        yield root, expected
        next(users, None)


def the_grader(process):
    return [psutil.Process(process.pid)]


def the_class_server(process):
    return [p for p in below(process, JUDGES) if p.parent() and p.parent().name() == "bwrap" and p.name() != "bwrap"]


def a_judge(process):
    return [child for parent in the_class_server(process) for child in parent.children()]


def the_fork_server(process):
    return [p for p in below(process, FORK_SERVER) if p.parent() and p.parent().name() == "bwrap" and p.name() != "bwrap"]


def a_worker(process):
    return [child for fork_server in the_fork_server(process) for child in fork_server.children()]


def a_sandbox(process):
    return [p for p in below(process) if p.name() == "bwrap"]


def there(process, victims) -> list[psutil.Process]:
    """The victims that there are; none where one ended while we looked."""
    try:
        return victims(process)
    except psutil.Error:
        return []


def kill_one(process, victims, seed: int) -> bool:
    """Kill one of the victims at a moment that the seed draws; False where the run was over before."""
    dice = random.Random(seed)
    wait_until(lambda: there(process, a_worker) or process.poll() is not None)
    time.sleep(dice.uniform(0, 2.5))
    while process.poll() is None:
        if found := there(process, victims):
            with contextlib.suppress(psutil.Error):
                dice.choice(found).kill()
                return True
        time.sleep(0.001)
    return False


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("victims", [the_grader, the_class_server, a_judge, the_fork_server, a_worker, a_sandbox],
                         ids=lambda victims: victims.__name__)
def test_a_kill_costs_time_and_nothing_else(class_of, tmp_path, victims, seed):
    root, expected = class_of
    process = autograde(root, "class", "--out", tmp_path / "marks", "--workers", 2)
    wait_until(lambda: there(process, the_fork_server) or process.poll() is not None)
    started = below(process)
    killed = kill_one(process, victims, seed)
    code, out, err = finished(process)
    if victims is the_grader:
        assert killed and code == -9
        before = verdicts(tmp_path / "marks")
        assert before.items() <= expected.items()
        code, out, err = finished(autograde(root, "class", "--out", tmp_path / "marks"))
    assert code == 0 and "Traceback" not in err, out + err
    assert verdicts(tmp_path / "marks") == expected
    assert not psutil.wait_procs(started, timeout=30)[1]  # of what was lost nothing goes on alone


@pytest.fixture
def cluster(class_of):
    """A Dask scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed")
    root, _ = class_of
    run = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    started = [subprocess.Popen([*run, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show",
                                 "--scheduler-file", str(root / "scheduler.json")], cwd=root, stderr=subprocess.DEVNULL)]
    assert wait_until((root / "scheduler.json").exists)
    for _ in range(2):
        started.append(subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(root / "scheduler.json"),
             "--nthreads", "1", "--no-dashboard", "--local-directory", str(root / "dask")], cwd=root,
            stderr=subprocess.DEVNULL))
    yield json.loads((root / "scheduler.json").read_text())["address"], started[1:]
    for process in started:
        for child in below(process):
            with contextlib.suppress(psutil.Error):  # a nanny's end ends its worker
                child.kill()
        process.kill()
        process.wait()
    (root / "scheduler.json").unlink()


@pytest.mark.parametrize("seed", range(2))
def test_a_dask_worker_that_is_killed_costs_nothing_but_time(class_of, tmp_path, cluster, seed):
    root, expected = class_of
    address, nannies = cluster
    process = autograde(root, "class", "--out", tmp_path / "marks", "--engine", "dask", "--scheduler", address)
    assert wait_until(lambda: any(below(nanny, JUDGES) for nanny in nannies) or process.poll() is not None)
    time.sleep(random.Random(seed).uniform(0, 4))
    # The process that runs the jobs is the nanny's child that started the sandboxes.
    busy = [child for nanny in nannies for child in psutil.Process(nanny.pid).children() if below(child, JUDGES)]
    left = [p for child in busy for p in below(child)]
    busy[0].kill()
    code, out, err = finished(process)
    assert code == 0 and "Traceback" not in err, out + err
    assert verdicts(tmp_path / "marks") == expected
    assert left


@pytest.mark.parametrize("killed_in, seconds, tries", [
    ([""], 1, 1),
    (["a", "a"], 1, 2),
    (["a", ""], 1, 2),
    (["a", "b", "b"], 1, 3),
    (["a", "b", "c"], 1, 3),
    (["a"], class_server.LONG_SECONDS + 1, 1),
])
def test_whose_worker_was_killed_is_judged_until_two_agree_unless_that_takes_long(monkeypatch, killed_in, seconds, tries):
    clock = itertools.count(step=seconds)
    monkeypatch.setattr(class_server.time, "monotonic", lambda: next(clock))
    small = Exercise(name="small", title="Small", points=1, minutes=5)
    judged = [verdict(small, *(fails(name, kind=Kind.MEMORY, detail=class_server.KILLED) for name in names)) for names in killed_in]
    left = iter(judged)
    assert class_server.settled(lambda: next(left)) is judged[tries - 1]
    assert list(left) == judged[tries:]
