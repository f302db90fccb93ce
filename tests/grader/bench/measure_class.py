"""What marking a class costs: the second half of `make bench`. Each figure stands beside its baseline from the same run.

CPU time is that of the whole command, all its processes together, as the kernel counts it for their parent; what one more
submission costs is the slope between a small class and a larger one, so that the start of neither tool counts.
"""
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from grader.course.manifest import Course, load_course
from grader.course.workspace import gather, local_workspace
from grader.judge.fixtures import InProcessWork
from grader.judge.suites import collect_suites
from grader.worker import loader
from tests.grader.helpers.classes import verdicts
from tests.grader.helpers.realistic_class import make_class
from tests.grader.helpers.small_course import write

ROOT = Path(__file__).resolve().parents[3]
NBGRADER = ROOT / "build/nbgrader/bin"
OF_NBGRADER_AT_MOST = 1 / 12
OF_ONE_PROCESS_AT_MOST = 2
SUITES = ("reductions", "losses", "unbroadcast")
FEW, MANY, TURNS = 5, 45, 3
MIXED, AGAIN, TIMES = 200, 50, 10

PLAIN_COURSE = """\
title: Plain
pipelines:
  - name: p1
    title: One
    projects:
      - {name: plain, title: Plain, exercises: [{name: scale, title: Scale, points: 3, minutes: 5}]}
"""
SCALE = '''\
import numpy as np


def scale(x):
    """The numbers of x between 0 and 1."""
    ### BEGIN SOLUTION
    return (x - x.min()) / (x.max() - x.min())
    ### END SOLUTION
'''
THREE_PLAIN_CHECKS = '''\
import numpy as np

from grader.judge import expect


def test_two(work):
    """Two numbers."""
    expect(work.scale(np.array([1.0, 3.0])), equals=np.array([0.0, 1.0]))


def test_negative(work):
    """Negative numbers."""
    expect(work.scale(np.array([-1.0, 0.0, 1.0])), equals=np.array([0.0, 0.5, 1.0]))


def test_rows(work):
    """A matrix."""
    expect(work.scale(np.array([[0.0, 1.0], [2.0, 4.0]])), equals=np.array([[0.0, 0.25], [0.5, 1.0]]))
'''
THREE_CELLS = ("assert np.allclose(scale(np.array([1.0, 3.0])), [0.0, 1.0])",
               "assert np.allclose(scale(np.array([-1.0, 0.0, 1.0])), [0.0, 0.5, 1.0])",
               "assert np.allclose(scale(np.array([[0.0, 1.0], [2.0, 4.0]])), [[0.0, 0.25], [0.5, 1.0]])")


def main() -> int:
    course = load_course(ROOT)
    kept = []
    with tempfile.TemporaryDirectory(prefix="ml-deepdive-") as folder:
        kept.append(against_nbgrader(Path(folder)))
        kept += [against_one_process(course, name, Path(folder) / name) for name in SUITES]
        submissions_a_minute(course, Path(folder))
        kept.append(ten_times_the_same(course, Path(folder)))
    return 0 if all(kept) else 1


# ── one more submission ─────────────────────────────────────────────────────────────────────────────────────────


def against_nbgrader(folder: Path) -> bool:
    """Three plain checks: our judge in its sandbox, and `nbgrader autograde` on an equal notebook."""
    if not (NBGRADER / "nbgrader").exists():
        print("nbgrader is not installed in build/nbgrader, so nothing was measured against it: make build/nbgrader")
        return False
    ours, theirs = plain_course(folder / "plain"), nbgrader_course(folder / "nbgrader")
    plain: list[float] = []
    nbgrader: list[float] = []
    for turn in range(TURNS):
        plain.append(slope(lambda number: ours(turn, number), FEW, MANY))
        nbgrader.append(slope(lambda number: theirs(turn, number), 2, 8))
    ratio = statistics.median(plain) / statistics.median(nbgrader)
    print("one more submission, three plain checks; CPU, all processes; medians of", TURNS)
    print(f"    nbgrader autograde {statistics.median(nbgrader) * 1000:8.0f} ms")
    return say("grader autograde", statistics.median(plain), ratio, OF_NBGRADER_AT_MOST)


def plain_course(root: Path):
    write(root, {"course.yml": PLAIN_COURSE, "solutions/p1/plain/scale.py": SCALE,
                 "pyproject.toml": (ROOT / "pyproject.toml").read_text(), "tests/p1/plain/test_scale.py": THREE_PLAIN_CHECKS})

    def run(turn: int, number: int) -> float:
        folder = root / f"class-{turn}-{number}"
        write(folder, {f"student_{n}/plain/scale.py": f"{SCALE}\n# {n}\n" for n in range(number)})
        return cpu_of([sys.executable, "-m", "grader", "autograde", folder, "--out", root / f"out-{turn}-{number}"], root)
    return run


def nbgrader_course(root: Path):
    """The same exercise in a notebook: a cell to fill in, and three cells with the asserts, all in one kernel."""
    number = itertools.count()

    def cell(kind: str, source: str, **nbgrader) -> dict:
        whole = {"cell_type": kind, "metadata": {}, "source": source, "id": f"cell-{next(number)}"}
        if kind == "code":
            whole |= {"outputs": [], "execution_count": None}
        if nbgrader:
            whole["metadata"] = {"nbgrader": {"schema_version": 3, "task": False, **nbgrader}}
        return whole

    cells = [cell("code", SCALE, grade=False, solution=True, locked=False, grade_id="scale")]
    cells += [cell("code", source, grade=True, solution=False, locked=True, points=1, grade_id=f"check{n}")
              for n, source in enumerate(THREE_CELLS)]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}})
    write(root, {"nbgrader_config.py": "c = get_config()\nc.CourseDirectory.course_id = 'plain'\n",
                 "source/plain/scale.ipynb": notebook})
    cpu_of([NBGRADER / "nbgrader", "generate_assignment", "plain"], root)

    def run(turn: int, number: int) -> float:
        for n in range(number):
            write(root, {f"submitted/s{turn}_{number}_{n}/plain/scale.ipynb": notebook})
        seconds = cpu_of([NBGRADER / "nbgrader", "autograde", "plain", "--student", f"s{turn}_{number}_*"], root)
        shutil.rmtree(root / "submitted")
        return seconds
    return run


def against_one_process(course: Course, name: str, folder: Path) -> bool:
    """A suite of properties: in the sandbox, and the same suite warm in one process with the solution itself."""
    exercise = course.find_one(name)
    text = local_workspace(course, "solutions").read(exercise.path)
    suite = collect_suites(course)[exercise.id]
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(TURNS):
        def mark(number: int) -> float:
            here = folder / f"{turn}-{number}"
            write(here / "class", {f"student_{n}/{exercise.path}": f"{text}\n# {n}\n" for n in range(number)})
            return cpu_of([sys.executable, "-m", "grader", "autograde", here / "class", "--out", here / "out",
                           "--only", exercise.id], ROOT)
        ours.append(slope(mark, FEW, MANY))
        bare += [in_this_process(course, exercise, suite) for _ in range(5)]
    bare.pop(0)  # the first warms up
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"one more submission of {exercise.short}; CPU, all processes; medians of {TURNS}")
    print(f"    the suite warm in one process {statistics.median(bare) * 1000:6.0f} ms")
    return say("grader autograde", statistics.median(ours), ratio, OF_ONE_PROCESS_AT_MOST)


def in_this_process(course: Course, exercise, suite) -> float:
    """CPU seconds of the collected test functions, called as pytest would call them, on the module itself."""
    before = time.process_time()
    sources = gather(course, local_workspace(course, "solutions"), exercise)
    work = InProcessWork(loader.load(sources.module, sources.files, common=str(course.root / "exercises/common")))
    for check in suite.checks:
        for case in check.cases:
            case.function(work=work, **case.params)
    return time.process_time() - before


def slope(seconds_of, few: int, many: int) -> float:
    return (seconds_of(many) - seconds_of(few)) / (many - few)


def cpu_of(command: list, folder: Path) -> float:
    """CPU seconds of a command and of all that it started and waited for."""
    process = subprocess.Popen([*map(str, command)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{NBGRADER}:{os.environ['PATH']}"})
    said = process.stdout.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} exited {process.returncode}:\n{said[-2000:]}")
    # A sandbox's processes are nobody's children: what they used is in the command's last words.
    in_sandboxes = re.search(r"([\d.]+) s of CPU", said)
    return float(in_sandboxes[1]) if in_sandboxes else used.ru_utime + used.ru_stime


def say(what: str, seconds: float, ratio: float, limit: float) -> bool:
    print(f"  {'✓' if ratio <= limit else '✗'} {what} {seconds * 1000:10.0f} ms   {ratio:.3f}x, at most {limit:.3g}x",
          flush=True)
    return ratio <= limit


# ── a class ─────────────────────────────────────────────────────────────────────────────────────────────────────


def submissions_a_minute(course: Course, folder: Path) -> None:
    """200 mixed submissions of the autograd project, beside cold pytest on single right ones; and what memory it took."""
    exercises = course.find("autograd")
    make_class(course, exercises, folder / "mixed", MIXED)
    started = time.perf_counter()
    pytest = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                             str(ROOT / "tests" / exercises[0].project)], cwd=ROOT, capture_output=True)
    cold = time.perf_counter() - started
    assert pytest.returncode == 0, pytest.stdout
    started = time.perf_counter()
    peaks = mark_watched(folder / "mixed", folder / "mixed-out")
    took = time.perf_counter() - started
    print(f"{MIXED} submissions of {len(exercises)} exercises: half right, a third with mistakes, the rest broken or hostile")
    print(f"    cold pytest, one after another {60 / cold:6.1f} a minute (one right submission: {cold:.1f} s)")
    print(f"    grader autograde               {60 * MIXED / took:6.1f} a minute, {took:.0f} s in all")
    for what, megabytes in peaks.items():
        print(f"    peak memory of {what:<24} {megabytes:6.0f} MB of its own")


def mark_watched(class_folder: Path, out: Path) -> dict[str, float]:
    """Mark the class; the peak, in MB, of what each kind of process has to itself."""
    process = subprocess.Popen([sys.executable, "-m", "grader", "autograde", str(class_folder), "--out", str(out), "--only",
                                "autograd"], cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    peaks: dict[str, float] = {}
    while process.poll() is None:
        with_names = [("the command", psutil.Process(process.pid))]
        for child in with_names[0][1].children(recursive=True):
            with_names.append((name_of(child), child))
        for name, each in with_names:
            try:
                if name:
                    peaks[name] = max(peaks.get(name, 0), each.memory_full_info().uss / 2**20)
            except psutil.Error:
                continue
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"grader autograde exited {process.returncode}")
    return peaks


def name_of(process: psutil.Process) -> str:
    try:
        line, parent = " ".join(process.cmdline()), " ".join(process.parent().cmdline())
    except (psutil.Error, AttributeError):
        return ""
    if line.startswith("bwrap"):
        return ""
    for module, parents, children in (("grader.autograde.class_server", "the judges' parent", "a judge"),
                                      ("grader.worker.fork_server", "the fork server", "a worker")):
        if module in line:
            return parents if parent.startswith("bwrap") else children
    return ""


def ten_times_the_same(course: Course, folder: Path) -> bool:
    """The same submissions, marked again and again, once with another program on every core."""
    exercises = course.find("autograd")
    make_class(course, exercises, folder / "same", AGAIN, seed=1)
    seen = []
    for turn in range(TIMES):
        with busy_core(turn == TIMES - 1):
            mark_watched(folder / "same", folder / f"same-{turn}")
        seen.append(verdicts(folder / f"same-{turn}"))
    differ = [key for key in seen[0] if any(each.get(key) != seen[0][key] for each in seen)]
    well = not differ and all(len(each) == AGAIN * len(exercises) for each in seen)
    print(f"  {'✓' if well else '✗'} {AGAIN} submissions marked {TIMES} times, once with the other core loaded: "
          f"{len(seen[0])} verdicts each, {len(differ)} differ")
    for key in itertools.islice(differ, 5):
        print("      ", *key)
    return well


class busy_core:
    """While it is open, a process that uses up a core, where `wanted`."""

    def __init__(self, wanted: bool):
        self.wanted = wanted

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if self.wanted else None

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()


if __name__ == "__main__":
    sys.exit(main())
